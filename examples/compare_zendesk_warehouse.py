"""Compare servicemeter, ticket by ticket, with figures computed elsewhere from the same Zendesk warehouse tables.

    python examples/compare_zendesk_warehouse.py FOLDER

FOLDER has `inputs/`, the tables of the sync, and `expected/` with `zendesk__ticket_metrics.csv`, one row a ticket, and
`zendesk__sla_policies.csv`, of which the rows of the first reply are compared. Printed is for
each figure on how many tickets both agree, and every ticket on which they do not. Minutes agree within a thousandth.

Two of their rules are followed here, because they are rules of writing a figure down and not of what happened: calendar
minutes of resolutions and states count the minutes that a clock without seconds would show (from 10:00:59 to 10:01:00 is
one), interval by interval; and the states of a ticket that is not solved are counted until the moment of their computation,
where servicemeter's metrics have no value before the solve. docs/zendesk_warehouse.md says what is compared with what.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from servicemeter.desk.desk import Desk
from servicemeter.desk.importing import ImportRequest
from servicemeter.ground.clock import Calendar, epoch, moment, open_seconds
from servicemeter.store.calendars import read_calendars

Figure = float | None

_TICKETS = """
    select t.ticket_id, t.ticket_no, t.created_at, t.first_contact_at, t.first_response_at, t.wait_open_seconds,
           f.solved_at as first_solved_at, f.solve_open_seconds as first_solve_open_seconds,
           l.solved_at, l.solve_open_seconds, l.agent_replies, l.reopens,
           l.pending_seconds, l.pending_open_seconds, l.on_hold_seconds, l.on_hold_open_seconds,
           l.solve_seconds - l.pending_seconds - l.solved_seconds as requester_seconds,
           l.solve_open_seconds - l.pending_open_seconds - l.solved_open_seconds as requester_open_seconds, r.replies,
           p.ended_as as promise
    from facts.tickets as t
    left join facts.solves as f on f.ticket_no = t.ticket_no and f.solve_no = 1
    left join (
        select s.*, row_number() over (partition by ticket_no order by solve_no desc) as back,
               count(reopened_at) over (partition by ticket_no) as reopens
        from facts.solves as s
    ) as l on l.ticket_no = t.ticket_no and l.back = 1
    left join (select ticket_no, count(*) as replies from facts.replies group by ticket_no) as r on r.ticket_no = t.ticket_no
    left join facts.sla_instances as p on p.ticket_no = t.ticket_no and p.metric = 'first_response'
"""
_SPANS = "select ticket_no, status, from_at, to_at from facts.open_spans"
_STATES = {
    "requester": {"new", "open", "on_hold"},
    "pending": {"pending"},
    "on_hold": {"on_hold"},
}


@dataclass
class Ticket:
    """A ticket of ours: its facts, and its unresolved spans as (status, from, to), cut at the other's moment."""

    facts: Mapping[str, Any]
    calendar: Calendar
    spans: list[tuple[str, int, int]] = field(default_factory=list)

    def clock_minutes(self, state: str) -> int:
        """Minutes in a state as a clock without seconds shows them."""
        return sum(_clock_minutes(since, until) for since, until in self._in(state))

    def open_minutes(self, state: str) -> float:
        """Minutes of opening hours in a state: the fact's own of a solved ticket."""
        if self.facts["solved_at"] is not None:
            return float(self.facts[f"{state}_open_seconds"]) / 60
        return sum(open_seconds(self.calendar, moment(since), moment(until)) for since, until in self._in(state)) / 60

    def contradiction(self) -> str:
        """Whether the spans and the facts of the last solve say different things, which they must not."""
        if self.facts["solved_at"] is None:
            return ""
        sums = {state: sum(until - since for since, until in self._in(state)) for state in _STATES}
        wrong = [state for state, seconds in sums.items() if seconds != self.facts[f"{state}_seconds"]]
        return f"{self.facts['ticket_id']}: {', '.join(wrong)}" if wrong else ""

    def _in(self, state: str) -> Iterable[tuple[int, int]]:
        return [(since, until) for status, since, until in self.spans if status in _STATES[state]]


def main(folder: Path) -> int:
    """Print the comparison; the status is 1 when anything differs."""
    theirs = {row["ticket_id"]: row for row in _read(folder / "expected" / "zendesk__ticket_metrics.csv")}
    for row in _read(folder / "expected" / "zendesk__sla_policies.csv"):
        if row["metric"] == "first_reply_time":
            theirs[row["ticket_id"]] |= {name: row[name] for name in ("sla_elapsed_time", "is_sla_breach")}
    with Desk(None) as desk:
        desk.import_files(ImportRequest(str(folder / "inputs"), known_as="zendesk_warehouse"), now=datetime.now(UTC))
        ours = _tickets(desk, _their_moment(theirs.values()))
    for wrong in filter(None, (ticket.contradiction() for ticket in ours.values())):
        print(f"The spans and the solve contradict each other: {wrong}")
    return 1 if sum(_compare(name, figure, ours, theirs) for name, figure in _FIGURES.items()) else 0


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _their_moment(rows: Iterable[Mapping[str, str]]) -> int:
    """When their figures were computed, from an age in minutes that they print."""
    row = next(row for row in rows if row["requester_last_login_age_minutes"])
    since = datetime.fromisoformat(row["requester_last_login_at"]).replace(tzinfo=UTC)
    return epoch(since + timedelta(minutes=float(row["requester_last_login_age_minutes"])))


def _tickets(desk: Desk, now: int) -> dict[str, Ticket]:
    def rows(sql: str) -> list[dict[str, Any]]:
        return list(desk.on_engine(lambda engine: engine.arrow(sql).to_pylist()))

    calendars = desk.on_engine(lambda engine: read_calendars(engine, desk.book.settings()))
    found = {row["ticket_no"]: Ticket(row, calendars.by_id[calendars.default]) for row in rows(_TICKETS)}
    for row in rows(_SPANS):
        found[row["ticket_no"]].spans.append((row["status"], row["from_at"], row["to_at"] or now))
    return {ticket.facts["ticket_id"]: ticket for ticket in found.values()}


def _compare(
    name: str, figure: Callable[[Ticket], Figure], ours: Mapping[str, Ticket], theirs: Mapping[str, Mapping[str, str]]
) -> int:
    """Print one figure's line and the tickets on which it differs; returns how many they are."""
    different = []
    for ticket_id, row in theirs.items():
        mine, other = figure(ours[ticket_id]), _figure(row.get(name, ""))
        is_same = mine is other if mine is None or other is None else abs(mine - other) < 0.001
        if not is_same:
            different.append(f"{ticket_id} ({_said(mine)}, there {_said(other)})")
    print(f"{name}: {len(theirs) - len(different)} of {len(theirs)} agree")
    if different:
        print("   " + ", ".join(different))
    return len(different)


def _figure(text: str) -> Figure:
    return {"": None, "t": 1.0, "f": 0.0}[text] if text in ("", "t", "f") else float(text)


def _said(value: Figure) -> str:
    return "none" if value is None else f"{value:g}"


def _clock_minutes(since: int, until: int) -> int:
    return until // 60 - since // 60


def _between(since: str, until: str, minutes: Callable[[int, int], Figure]) -> Callable[[Ticket], Figure]:
    def figure(ticket: Ticket) -> Figure:
        first, last = ticket.facts[since], ticket.facts[until]
        return None if first is None or last is None else minutes(first, last)

    return figure


def _minutes(column: str) -> Callable[[Ticket], Figure]:
    return lambda ticket: None if ticket.facts[column] is None else float(ticket.facts[column]) / 60


def _replies(ticket: Ticket) -> Figure:
    solved = ticket.facts["agent_replies"]
    return float(ticket.facts["replies"] or 0 if solved is None else solved)


_FIGURES: dict[str, Callable[[Ticket], Figure]] = {
    "first_reply_time_calendar_minutes": _between("first_contact_at", "first_response_at", lambda a, b: (b - a) / 60),
    "first_reply_time_business_minutes": _minutes("wait_open_seconds"),
    "first_resolution_calendar_minutes": _between("created_at", "first_solved_at", _clock_minutes),
    "first_resolution_business_minutes": _minutes("first_solve_open_seconds"),
    "final_resolution_calendar_minutes": _between("created_at", "solved_at", _clock_minutes),
    "full_resolution_business_minutes": _minutes("solve_open_seconds"),
    "requester_wait_time_in_calendar_minutes": lambda ticket: ticket.clock_minutes("requester"),
    "requester_wait_time_in_business_minutes": lambda ticket: ticket.open_minutes("requester"),
    "agent_wait_time_in_calendar_minutes": lambda ticket: ticket.clock_minutes("pending"),
    "agent_wait_time_in_business_minutes": lambda ticket: ticket.open_minutes("pending"),
    "on_hold_time_in_calendar_minutes": lambda ticket: ticket.clock_minutes("on_hold"),
    "on_hold_time_in_business_minutes": lambda ticket: ticket.open_minutes("on_hold"),
    "sla_elapsed_time": _minutes("wait_open_seconds"),
    "is_sla_breach": lambda ticket: {"breached": 1.0, "met": 0.0}.get(ticket.facts["promise"] or ""),
    "count_reopens": lambda ticket: ticket.facts["reopens"],
    "total_agent_replies": _replies,
    "is_one_touch_resolution": lambda ticket: float(ticket.facts["agent_replies"] == 1),
}

if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
