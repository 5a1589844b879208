"""Answers that are kept in memory: dropped when there are many, and never while they are still to be given."""

from __future__ import annotations

from datetime import date

import pytest

from servicemeter.desk import desk as desks
from servicemeter.desk.desk import Desk
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
