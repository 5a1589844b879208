"""What the program itself says of tickets, from what customers wrote: written into the book like any other rows.

A judgement never stands against what the source or a person says (`store.texts`), and a ticket is judged again when its
customer writes again, or when the rules change.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from servicemeter.desk.frames import FramesDelivery
from servicemeter.desk.methods.sources import sources
from servicemeter.store.texts import OWN, Said, said_anew

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["Judge", "Judged", "Verdict", "judge_tickets"]


@dataclass(frozen=True)
class Verdict:
    """What is said of a ticket, and by which rule or group; a `value` of None says that it was looked at in vain."""

    value: str | None
    by: str


@dataclass(frozen=True)
class Judge:
    """Who judges one field of tickets: by which version of the rules, and how; None is returned for what it cannot judge."""

    field: str
    version: str
    capability: str | None
    decide: Callable[[Said], Verdict | None]


@dataclass
class Judged:
    """How many tickets were judged, what was said how often and by what, and how many could not be judged."""

    field: str
    tickets: int = 0
    not_judged: int = 0
    values: Counter[str] = dataclasses.field(default_factory=Counter)
    rules: Counter[str] = dataclasses.field(default_factory=Counter)

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "field": self.field,
            "tickets": self.tickets,
            "not_judged": self.not_judged,
            "values": dict(self.values.most_common()),
            "rules": dict(self.rules.most_common()),
        }


def judge_tickets(desk: Desk, judge: Judge, *, now: datetime) -> Judged:
    """Judge every ticket that has something new to judge; one load for each source that has such tickets."""
    report = Judged(judge.field)
    found: dict[str, list[dict[str, Any]]] = {}
    for batch in desk.on_rows(lambda engine: list(said_anew(engine, judge.field, judge.version))):
        for said in batch:
            verdict = judge.decide(said)
            if verdict is None:
                report.not_judged += 1
                continue
            report.tickets += 1
            report.values[verdict.value or ""] += 1
            report.rules[verdict.by] += 1
            found.setdefault(said.source, []).append(_event(said, judge, verdict))
    for source, events in found.items():
        _write(desk, source, judge, events, now)
    return report


def _event(said: Said, judge: Judge, verdict: Verdict) -> dict[str, Any]:
    return {
        "event_id": f"{OWN}{judge.field}:{said.ticket_id}",
        "ticket_id": said.ticket_id,
        "occurred_at": said.created_at,
        "seq": -1,
        "field": judge.field,
        "value": verdict.value,
        "actor_type": "system",
        "actor_id": f"{OWN}{verdict.by}",
        "update_id": judge.version,
    }


def _write(desk: Desk, source: str, judge: Judge, events: Iterable[dict[str, Any]], now: datetime) -> None:
    """Load the events as the source's own, without claiming that it covers or supplies more than it did."""
    delivery = FramesDelivery(source, None, {"ticket_events": list(events)})
    covered = next((s for s in sources(desk) if s["source"] == source), {})
    # A source that declares nothing supplies everything; a first capability would take that from it.
    delivery.capabilities = (judge.capability,) if judge.capability and covered.get("capabilities") else ()
    delivery.loaded_from, delivery.loaded_through = (_aware(covered.get(name)) for name in ("loaded_from", "loaded_through"))
    desk.take(delivery, now=now, label=f"judged: {judge.field}", is_judged=True)


def _aware(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at else None
