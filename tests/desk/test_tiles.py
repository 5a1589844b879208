"""Figures worked out by days, by hand: one ticket, and the spans in which it counts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from servicemeter.desk.desk import Desk
from servicemeter.metrics.cutting import NotOfDays, ended_of, literals_of
from servicemeter.metrics.tilestatements import depths_asked
from servicemeter.model.question import Question

NOW = datetime(2026, 4, 20, tzinfo=UTC)
TZ = "Europe/Amsterdam"


def event(ticket: str, at: str, value: str) -> dict[str, Any]:
    said = {"field": "status", "value": value, "actor_type": "agent", "actor_id": "a1"}
    return {"ticket_id": ticket, "event_id": f"{ticket} {at}", "occurred_at": at, **said}


def ticket(number: str, at: str) -> dict[str, Any]:
    return {"ticket_id": number, "created_at": at, "channel": "email"}


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A: created on the 2nd, solved on the 3rd, opened again on the 5th, solved on the 9th.

    B: created on the 28th at 23:30, half an hour before the clocks' day ends; solved on the 29th at 3:30, an hour after midnight
    less the hour that is not there: three hours later.
    """
    with Desk(None) as made:
        made.load(
            tz=TZ,
            now=NOW,
            agents=[{"agent_id": "a1"}],
            tickets=[ticket("A", "2026-03-02T10:00:00+01:00"), ticket("B", "2026-03-28T23:30:00+01:00")],
            ticket_events=[
                event("A", "2026-03-03T10:00:00+01:00", "solved"),
                event("A", "2026-03-05T10:00:00+01:00", "open"),
                event("A", "2026-03-09T10:00:00+01:00", "solved"),
                event("B", "2026-03-29T03:30:00+02:00", "solved"),
            ],
            settings=[{"name": "report_tz", "value": TZ}],
        )
        yield made


class Asked:
    """How many statements a desk ran."""

    def __init__(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        self.statements: list[str] = []
        each = desk._engine.each

        def counted(readings: Any) -> list[Any]:
            self.statements += [sql for sql, _ in readings]
            return each(readings)

        monkeypatch.setattr(desk._engine, "each", counted)


def tile(desk: Desk, *metrics: str) -> None:
    for piece in desk._tile([Question(name, date(2026, 3, 1), date(2026, 4, 1)) for name in metrics]):
        piece()


@pytest.mark.parametrize(
    ("since", "until", "solved", "rate", "median_s"),
    [
        # A is solved on the 3rd, and still so at the end of the 4th; of the tickets created on the 2nd and 3rd all (one) are.
        ("2026-03-02", "2026-03-05", 1, 1.0, 86400.0),
        # Opened again on the 5th: by the end of that day nothing is solved, whenever the span begins.
        ("2026-03-02", "2026-03-06", 0, 0.0, None),
        ("2026-03-03", "2026-03-06", 0, None, None),
        # Solved for good on the 9th, a week after it was created.
        ("2026-03-02", "2026-03-10", 1, 1.0, 7 * 86400.0),
        ("2026-03-09", "2026-03-10", 1, None, 7 * 86400.0),
        # B: its day is the 28th, its solve that of the next; three hours, for one was left out that night.
        ("2026-03-28", "2026-03-29", 0, 0.0, None),
        ("2026-03-28", "2026-03-30", 1, 1.0, 3 * 3600.0),
        # Both: the median of 7 days and 3 hours.
        ("2026-03-01", "2026-04-01", 2, 1.0, (7 * 86400 + 3 * 3600) / 2),
    ],
)
def test_spans(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, since: str, until: str, solved: int, rate: float | None, median_s: float | None
) -> None:
    metrics = ("tickets_solved", "resolution_rate", "resolution_time")
    tile(desk, *metrics)
    asked = Asked(desk, monkeypatch)
    values = [desk.measure(name, since=since, until=until).rows[0]["value"] for name in metrics]
    assert values == [solved, rate, median_s]
    assert asked.statements == []


def test_a_server_has_them_after_a_while_and_forgets_them_with_the_data(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = [0.0]
    desk._ahead._clock = lambda: now_s[0]
    desk._ahead._seen_at, desk._ahead._worth_s = 0.0, 0.0
    desk.work_ahead(threading.Event())
    now_s[0] = 3.0
    assert desk.work_ahead(threading.Event())
    asked = Asked(desk, monkeypatch)
    desk.scorecard(since=date(2026, 3, 3), until=date(2026, 3, 17))
    assert len(asked.statements) <= 2  # what costs lie in a span is counted by their own days
    desk.load(tz=TZ, now=NOW, tickets=[ticket("C", "2026-03-04T10:00:00+01:00")])
    asked.statements.clear()
    assert desk.measure("tickets_created", since="2026-03-02", until="2026-03-05").rows[0]["value"] == 2
    assert len(asked.statements) == 1


@pytest.mark.parametrize(
    "condition",
    [
        "p.e - f.created_at >= 0",
        "(f.first_touch_at < p.e or t.first_bot_at < p.e)",
        "(f.reopened_at is null or f.passed_at >= p.e)",
        "f.from_day < p.day1",
        "coalesce(f.reopened_at < p.e, false)",
    ],
)
def test_what_days_do_not_tell_is_not_taken(condition: str) -> None:
    with pytest.raises(NotOfDays):
        literals_of(condition)


def test_numbers_and_depths_of_other_kinds_are_not_taken() -> None:
    with pytest.raises(NotOfDays):
        ended_of("p.e - f.created_at")
    with pytest.raises(NotOfDays):
        depths_asked("u.was = u.remains")
    assert ended_of("f.solve_seconds") is None
    assert depths_asked("u.was >= 1 and u.remains >= 2") == {"was": 1, "remains": 2}
