"""Tickets that follow one another, in loads that tie and untie them: their cases are those built at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from servicemeter.desk.desk import Desk

Row = dict[str, Any]
START = datetime(2026, 3, 2, 8, tzinfo=UTC)
NOW = START + timedelta(days=30)
IDS = ["A", "B", "C", "D", "E", "F"]


def at(hour: float) -> str:
    return (START + timedelta(hours=hour)).isoformat()


def ticket(name: str, hour: float, follows: str | None = None, version: int = 0) -> Row:
    return {"ticket_id": name, "created_at": at(hour), "follows_ticket_id": follows, "source_updated_at": at(200 + version)}


def event(name: str, hour: float, field: str, value: str | None) -> Row:
    return {
        "ticket_id": name, "event_id": f"{name} {field} {hour}", "occurred_at": at(hour), "field": field, "value": value,
        "actor_type": "agent", "actor_id": "a1",
    }  # fmt: skip


def cases_of(desk: Desk) -> list[tuple[Any, ...]]:
    """The solves of cases with their tickets' own names, in a fixed order."""
    found: list[tuple[Any, ...]] = desk.on_engine(
        lambda engine: engine.rows("""
            select c.ticket_id, t.ticket_id, s.solved_at, k.started_at, k.is_solved, k.reopened_at, k.longest_solved_before_s
            from facts.cases as k
            join facts.members as c on c.ticket_no = k.case_no and c.is_survivor
            join facts.members as t on t.ticket_no = k.ticket_no and t.is_survivor
            left join facts.solves as s on s.ticket_no = k.ticket_no and s.solve_no = k.solve_no
            order by all
        """)
    )
    return found


def load(desk: Desk, rows: list[tuple[str, Row]]) -> None:
    tables: dict[str, Any] = {"agents": [{"agent_id": "a1"}]}
    for table, row in rows:
        tables.setdefault(table, []).append(row)
    desk.load(tz="UTC", now=NOW, **tables)
    cases_of(desk)  # the facts follow each load


def seconds(hour: float) -> int:
    return int(START.timestamp() + hour * 3600)


def test_a_case_falls_apart_and_comes_together_again() -> None:
    """B follows A until a correction says that it does not, and later follows it after all."""
    with Desk(None) as desk:
        solved = [("ticket_events", event("A", 1, "status", "solved")), ("ticket_events", event("B", 9, "status", "solved"))]
        load(desk, [("tickets", ticket("A", 0)), ("tickets", ticket("B", 5, "A")), *solved])
        together = [
            ("A", "A", seconds(1), seconds(0), True, seconds(5), None),
            ("A", "B", seconds(9), seconds(0), True, None, 4 * 3600),
        ]
        assert cases_of(desk) == together
        load(desk, [("tickets", ticket("B", 5, None, version=1))])
        assert cases_of(desk) == []
        load(desk, [("tickets", ticket("B", 5, "A", version=2))])
        assert cases_of(desk) == together


def test_what_is_followed_comes_later_and_goes_as_spam() -> None:
    """C follows B follows A; A comes last, and B turns out to be spam: nothing ties C to A then."""
    with Desk(None) as desk:
        load(desk, [("tickets", ticket("C", 6, "B")), ("ticket_events", event("C", 8, "status", "solved"))])
        assert cases_of(desk) == []
        load(desk, [("tickets", ticket("B", 3, "A"))])
        assert [row[:2] for row in cases_of(desk)] == [("B", "B"), ("B", "C")]
        load(desk, [("tickets", ticket("A", 0))])
        assert [row[:2] for row in cases_of(desk)] == [("A", "A"), ("A", "B"), ("A", "C")]
        assert not any(row[4] for row in cases_of(desk))  # A and B are open
        load(desk, [("ticket_events", event("B", 9, "is_spam", "true"))])
        assert cases_of(desk) == []


def test_what_is_left_of_a_merge_may_come_to_follow_a_case() -> None:
    """B, of the first hour, is merged into C, so that C cannot follow G of the third; taken out again, C of the fifth does.

    G follows H already, and only B was touched: all of H, G and C are one case then, and G is in no other.
    """
    with Desk(None) as desk:
        tickets = [ticket("H", 2), ticket("G", 3, "H"), ticket("B", 1), ticket("C", 5, "G")]
        load(desk, [*(("tickets", one) for one in tickets), ("ticket_events", event("B", 6, "merged_into", "C"))])
        assert [row[:2] for row in cases_of(desk)] == [("H", "G"), ("H", "H")]
        load(desk, [("ticket_events", event("B", 7, "merged_into", None))])
        assert [row[:2] for row in cases_of(desk)] == [("H", "C"), ("H", "G"), ("H", "H")]


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 20))])
def test_cases_in_pieces_are_those_at_once(seed: int) -> None:
    rng = Random(seed)
    rows: list[tuple[str, Row]] = []
    for place, name in enumerate(IDS):
        for version in range(rng.choice((1, 1, 2))):
            rows.append(("tickets", ticket(name, place, rng.choice([None, *IDS]), version)))
        for _ in range(rng.randrange(4)):
            rows.append(("ticket_events", event(name, place + rng.random() * 20, "status", rng.choice(("solved", "open")))))
        if rng.random() < 0.3:
            rows.append(("ticket_events", event(name, 15 + place, "merged_into", rng.choice([None, *IDS]))))
        if rng.random() < 0.15:
            rows.append(("ticket_events", event(name, 16 + place, "is_spam", "true")))
    with Desk(None) as pieces, Desk(None) as whole:
        load(whole, rows)
        rng.shuffle(rows)
        while rows:
            count = rng.randrange(1, 9)
            load(pieces, rows[:count])
            del rows[:count]
        assert cases_of(pieces) == cases_of(whole)
