"""The demo shop's truth, counted while it is made, equals a recount of its rows by hand-written definitions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from servicemeter.sources.demo import Truth, make_demo, truth_of

Row = dict[str, Any]
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DONE = {"solved", "closed"}
OFFERED = {"answered", "abandoned", "missed", "callback_requested"}


@dataclass
class Group:
    """A ticket with those merged into it, read from the rows."""

    survivor: Row
    opening: Row
    contacts: list[datetime] = field(default_factory=list)
    replies: list[datetime] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)

    @property
    def reopens(self) -> int:
        return sum(a in DONE and b not in DONE for a, b in zip(self.statuses, self.statuses[1:], strict=False))

    @property
    def first_response(self) -> timedelta | None:
        since = min(self.contacts, default=None)
        later = [at for at in self.replies if since is not None and at >= since]
        return min(later) - since if later and since is not None else None


class Recount:
    """Everything counted again from the rows alone."""

    def __init__(self, batches: Iterable[Any]) -> None:
        self.tables: dict[str, list[Row]] = defaultdict(list)
        for batch in batches:
            self.tables[batch.table] += batch.rows.to_pylist()
        events = sorted(self.tables["ticket_events"], key=lambda e: (e["occurred_at"], e["seq"]))
        self.flagged = {name: {e["ticket_id"] for e in events if e["field"] == name and e["value"] == "true"}
                        for name in ("is_spam", "is_test", "is_deleted")}  # fmt: skip
        self.merged: dict[str, str] = {e["ticket_id"]: e["value"] for e in events if e["field"] == "merged_into"}
        self.groups = self._groups()
        self._fill(events)

    def _groups(self) -> dict[str, Group]:
        tickets = {t["ticket_id"]: t for t in self.tables["tickets"]}
        left_out = set().union(self.merged, *self.flagged.values())
        groups = {key: Group(t, t) for key, t in tickets.items() if key not in left_out}
        for gone, kept in self.merged.items():
            if kept in groups:
                groups[kept].opening = min(groups[kept].opening, tickets[gone], key=lambda t: t["created_at"])
        return groups

    def _of(self, row: Row) -> Group | None:
        ticket = str(row["ticket_id"])
        return self.groups.get(self.merged.get(ticket, ticket))

    def _fill(self, events: list[Row]) -> None:
        for message in self.tables["messages"]:
            group = self._of(message)
            if group and message["is_public"] and not message["is_auto"]:
                if message["author_type"] == "customer":
                    group.contacts.append(message["occurred_at"])
                elif message["author_type"] == "agent":
                    group.replies.append(message["occurred_at"])
        for leg in self.tables["interactions"]:
            group = self._of(leg)
            if group and leg["direction"] == "inbound":
                group.contacts.append(leg["queued_at"] or leg["started_at"])
                group.replies += [leg["answered_at"]] if leg["answered_at"] else []
        for event in events:
            if event["field"] == "status" and event["ticket_id"] in self.groups:
                self.groups[event["ticket_id"]].statuses.append(event["value"])

    def contacts(self, channel: str) -> dict[str, int]:
        chains: dict[str, list[Row]] = defaultdict(list)
        for leg in self.tables["interactions"]:
            if leg["channel"] == channel and leg["direction"] == "inbound":
                chains[leg["root_interaction_id"]].append(leg)
        counts: Counter[str] = Counter()
        for legs in chains.values():
            legs.sort(key=lambda leg: leg["started_at"])
            outcome = legs[-1]["outcome"]
            counts[outcome] += 1
            counts["offered"] += outcome in OFFERED
            if outcome == "answered":
                waits = [(leg["answered_at"] or leg["ended_at"]) - leg["queued_at"] for leg in legs]
                counts["within"] += sum(waits, timedelta()) <= timedelta(seconds=20)
        return counts

    def csat(self, until: datetime) -> tuple[int, int]:
        end = until.astimezone(AMSTERDAM).replace(day=1, hour=0, minute=0, second=0)
        start = (end - timedelta(days=1)).replace(day=1)
        first, last = (moment.astimezone(UTC).replace(tzinfo=None) for moment in (start, end))
        asked = {v["invitation_id"] for v in self.tables["survey_invitations"]
                 if v["kind"] == "csat" and v["delivery"] == "delivered"}  # fmt: skip
        latest: dict[str, Row] = {}
        for answer in sorted(self.tables["survey_answers"], key=lambda a: a["answered_at"]):
            if answer["invitation_id"] in asked and answer["answered_at"] < last:
                latest[answer["invitation_id"]] = answer
        marks = [a["value_num"] for a in latest.values() if a["answered_at"] >= first]
        return sum(mark >= 4 for mark in marks), len(marks)

    def truth(self, until: datetime) -> Truth:
        inbound = [g for g in self.groups.values() if g.opening["initiated_by"] == "customer"]
        waits = [wait for g in inbound if (wait := g.first_response) is not None]
        calls, chats = self.contacts("phone"), self.contacts("chat")
        satisfied, answers = self.csat(until)
        states = self.states(until)
        return Truth(
            rows=Counter({table: len(rows) for table, rows in self.tables.items()}),
            inbound_by_channel=Counter(g.opening["channel"] for g in inbound),
            tickets=len(self.tables["tickets"]),
            valid=len(self.groups),
            outbound=len(self.groups) - len(inbound),
            spam=len(self.flagged["is_spam"]),
            test=len(self.flagged["is_test"]),
            deleted=len(self.flagged["is_deleted"]),
            merged=len(self.merged),
            answered=len(waits),
            answered_within_4h=sum(wait <= timedelta(hours=4) for wait in waits),
            first_reply_seconds=int(sum(waits, timedelta()).total_seconds()),
            reopened=sum(g.reopens > 0 for g in inbound),
            reopen_events=sum(g.reopens for g in inbound),
            unresolved=sum(not g.statuses or g.statuses[-1] not in DONE for g in self.groups.values()),
            calls_offered=calls["offered"],
            calls_answered=calls["answered"],
            calls_answered_within_20s=calls["within"],
            calls_abandoned=calls["abandoned"],
            chats_offered=chats["offered"],
            chats_answered=chats["answered"],
            chats_answered_within_20s=chats["within"],
            chats_abandoned=chats["abandoned"],
            csat_satisfied=satisfied,
            csat_answers=answers,
            handling_seconds=states["handling"],
            ready_seconds=states["handling"] + states["available"],
        )

    def states(self, until: datetime) -> Counter[str]:
        """Seconds of each state in the last full local month; no state lasts over a midnight."""
        ends = until.astimezone(AMSTERDAM).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        begins = (ends - timedelta(days=1)).replace(day=1)
        seconds: Counter[str] = Counter()
        for row in self.tables["agent_states"]:
            if begins <= row["started_at"].replace(tzinfo=UTC).astimezone(AMSTERDAM) < ends:
                seconds[row["state"]] += int((row["ended_at"] - row["started_at"]).total_seconds())
        return seconds


MIDNIGHT = datetime(2026, 6, 15, 22, tzinfo=UTC)
MIDDAY = datetime(2026, 3, 31, 9, 17, 43, tzinfo=UTC)


@pytest.mark.parametrize(
    "arguments",
    [
        {"until": MIDNIGHT},
        pytest.param({"until": MIDNIGHT, "seed": 8, "chunk": 300}, marks=pytest.mark.slow),
        {"until": MIDDAY, "seed": 3},
        {"until": MIDDAY, "days": 4},
        pytest.param({"until": MIDDAY, "days": 90, "seed": 11, "chunk": 1_000}, marks=pytest.mark.slow),
    ],
)
def test_truth_is_what_a_recount_finds(arguments: dict[str, Any]) -> None:
    delivery = make_demo(tickets=2_000, **arguments)
    assert truth_of(delivery) == Recount(delivery).truth(arguments["until"])


def test_a_lean_shop_has_a_truth_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("servicemeter.sources.demo.plan.LEAN_FROM", 1_000)
    delivery = make_demo(tickets=2_000, until=MIDDAY)
    assert truth_of(delivery) == Recount(delivery).truth(MIDDAY)


def test_the_shop_is_plausible() -> None:
    truth = truth_of(make_demo(tickets=30_000, until=MIDNIGHT))
    assert 0.004 < truth.merged / truth.tickets < 0.009
    assert 0.04 < truth.calls_abandoned / truth.calls_offered < 0.12
    assert 0.55 < truth.calls_answered_within_20s / truth.calls_offered < 0.85
    assert 0.75 < truth.csat_satisfied / truth.csat_answers < 0.92
    assert 0.05 < truth.reopened / truth.answered < 0.13
    assert 0.4 < truth.answered_within_4h / truth.answered < 0.8
    assert 0.13 < truth.rows["survey_answers"] / truth.rows["survey_invitations"] < 0.21  # visitors answer more often, and twice
    assert 0.75 < truth.handling_seconds / truth.ready_seconds < 0.85
