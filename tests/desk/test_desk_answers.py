"""Answers that are kept in memory: dropped when there are many, and never while they are still to be given."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from servicemeter.desk import desk as desks
from servicemeter.desk.desk import Desk
from servicemeter.ground.settings import Home
from servicemeter.model.question import Filter, Question

SINCE, UNTIL = date(2026, 3, 1), date(2026, 4, 1)


def test_answers_are_dropped_when_there_are_many_and_still_given(small: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    channels = ("email", "chat", "phone", "web")
    asked = [Question("tickets_created", SINCE, UNTIL, where=(Filter("channel", (name,)),)) for name in channels]
    alone = [small.measure_all([question])[0] for question in asked]
    small._answers.clear()
    monkeypatch.setattr(desks, "_CACHED", 2)
    small.measure_all(asked[:3])
    assert small.measure_all([asked[0], asked[3]]) == [alone[0], alone[3]]
    assert len(small._answers) == 2


def test_rows_can_be_loaded_after_a_question_about_the_past(tmp_path: Path) -> None:
    """Facts of a past moment stand in a database of their own, and a load writes to the book alone."""
    at = datetime(2026, 4, 1, 12, tzinfo=UTC)
    march: dict[str, Any] = {"since": SINCE, "until": UNTIL}
    with Desk(Home(tmp_path)) as desk:
        for n in (1, 2):
            rows = [{"ticket_id": str(n), "created_at": "2026-03-02T09:00:00Z"}]
            desk.load(now=at + timedelta(hours=n), tickets=rows)
            early = desk.measure("tickets_created", known_at=at + timedelta(hours=1), **march)
            assert (early.rows[0]["value"], desk.measure("tickets_created", **march).rows[0]["value"]) == (1, n)
