"""Rows dated after they were loaded: they are kept, and do not say until when their source is loaded.

Tickets of 2 and 16 March 2026 are loaded on 20 March, beside one of 2096.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from servicemeter.desk.desk import Desk

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
SAID = (
    "Rows of a time to come: 1. They are kept and not counted. Correct their dates (a year, or day and month the wrong way "
    "round) and load them again."
)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk(None) as desk:
        yield desk


def _load(desk: Desk, **created: str) -> list[str]:
    tickets = [{"ticket_id": ticket, "created_at": at, "channel": "email"} for ticket, at in created.items()]
    return list(desk.load(source="help", now=NOW, tickets=tickets).notes)


def _march(desk: Desk) -> dict[str, Any]:
    answer = desk.measure("tickets_created", since="2026-03-02", until="2026-04-01")
    return {name: answer.row[name] for name in ("value", "period_status")}


def test_a_ticket_of_the_far_future_does_not_move_the_end_of_the_data(desk: Desk) -> None:
    notes = _load(desk, t1="2026-03-02T09:00:00Z", t2="2026-03-16T09:00:00Z", t3="2096-03-16T09:00:00Z")
    assert SAID in notes
    assert desk.covered() == (datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 16, 9, 0, 1, tzinfo=UTC))
    assert _march(desk) == {"value": 2, "period_status": "in_progress"}
    card = desk.scorecard(period="this_month", metrics=["tickets_created"])
    assert (card.since, card.families[0].cards[0].now["value"]) == (date(2026, 3, 1), 2)
    far = desk.measure("tickets_created", since="2096-03-01", until="2096-04-01")
    assert (far.row["value"], far.row["null_reason"]) == (None, "not_started")
    assert "rows_beyond_coverage" in {finding["name"] for finding in desk.findings()}


def test_corrected_it_counts(desk: Desk) -> None:
    _load(desk, t1="2026-03-02T09:00:00Z", t3="2096-03-16T09:00:00Z")
    assert SAID not in _load(desk, t3="2026-03-16T09:00:00Z")
    assert _march(desk) == {"value": 2, "period_status": "in_progress"}


def test_an_end_in_the_far_future_does_not_move_it_either(desk: Desk) -> None:
    """The call was answered after 10 s and is still going on, as far as anybody can know."""
    call: dict[str, Any] = {
        "interaction_id": "c",
        "channel": "phone",
        "started_at": "2026-03-16T09:00:00Z",
        "queued_at": "2026-03-16T09:00:00Z",
    }
    call |= {"answered_at": "2026-03-16T09:00:10Z", "ended_at": "2096-03-16T09:05:00Z", "outcome": "answered"}
    call |= {"agent_id": "a", "talk_s": 290}
    desk.load(source="calls", now=NOW, interactions=[call])
    assert desk.covered() == (datetime(2026, 3, 16, tzinfo=UTC), datetime(2026, 3, 16, 9, 0, 11, tzinfo=UTC))
    span: dict[str, Any] = {"since": "2026-03-01", "until": "2026-04-01"}
    assert desk.measure("average_speed_of_answer", **span).row["value"] == 10
    assert desk.measure("average_handle_time", **span).row["n"] == 0


def test_a_clock_that_is_hours_ahead_is_believed(desk: Desk) -> None:
    assert _load(desk, t1="2026-03-02T09:00:00Z", t2="2026-03-20T23:00:00Z")[-1:] != [SAID]
    assert desk.covered() == (datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 20, 23, 0, 1, tzinfo=UTC))


def test_where_all_is_to_come_nothing_is_covered(desk: Desk) -> None:
    assert SAID in _load(desk, t3="2096-03-16T09:00:00Z")
    assert desk.covered() is None
