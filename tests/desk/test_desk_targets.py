"""Targets in servicemeter.toml: what they mean, and what is wrong with one that cannot be used."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from servicemeter.desk.desk import Desk
from servicemeter.desk.goals import read_goals
from servicemeter.ground.errors import BadSettings
from servicemeter.ground.settings import Home
from servicemeter.model.target import Goal, Target


def home_with(folder: Path, text: str) -> Home:
    home = Home(folder)
    home.settings.write_text(text, encoding="utf-8")
    return home


def test_targets_are_read_in_the_metric_s_unit(tmp_path: Path) -> None:
    home = home_with(
        tmp_path,
        """
        [targets]
        first_response_time = "at most 1.5 h"
        csat = "at least 85 %"
        nps = "at least -5"
        contact_rate = "at most 7 per 100"
        revenue_from_support = "at least 1250.50"
        backlog = ["at most 150", { goal = "at most 40", channel = "chat", month = "2026-12" }]
        """,
    )
    assert read_goals(home) == [
        Goal("first_response_time", Target("<=", 5400)),
        Goal("csat", Target(">=", 0.85)),
        Goal("nps", Target(">=", -5)),
        Goal("contact_rate", Target("<=", 0.07)),
        Goal("revenue_from_support", Target(">=", 125050)),
        Goal("backlog", Target("<=", 150)),
        Goal("backlog", Target("<=", 40), "chat", date(2026, 12, 1)),
    ]
    assert read_goals(Home(tmp_path / "elsewhere")) == []


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ('csatt = "at least 85 %"', "Did you mean 'csat'"),
        ('csat = "85 %"', 'Write "at most" or "at least"'),
        ('csat = "at least 85"', "its number needs a unit: '%'"),
        ('first_response_time = "at most 4 hours"', "'hours' is no unit of it; give 's' or 'min' or 'h' or 'd'"),
        ("csat = 0.85", 'write it as "at most 4 h"'),
        ('csat = { goal = "at least 85 %", chanel = "chat" }', "Did you mean 'channel'"),
        ('csat = { goal = "at least 85 %", month = "December" }', "Write it as 2026-11"),
        ("csat = ", "cannot be read"),
        ('first_response_time = "at most -1 h"', "it must be greater than 0"),
        ('first_response_time = "at most 0 min"', "it must be greater than 0"),
        ('backlog = "at most 0"', "it must be greater than 0"),
        ('replies_per_resolution = "at most -2"', "it must be greater than 0"),
        ('cost_per_resolution = "at most -4"', "it must be greater than 0"),
        ('csat = "at least -1 %"', "a share is from 0 to 100 %"),
        ('csat = "at least 100.1 %"', "a share is from 0 to 100 %"),
        ('contact_rate = "at most -7 per 100"', "it must not be below 0"),
    ],
)
def test_a_wrong_target_says_what_would_be_right(tmp_path: Path, line: str, hint: str) -> None:
    home = home_with(tmp_path, f"[targets]\n{line}\n")
    with pytest.raises(BadSettings) as fault:
        read_goals(home)
    assert hint in str(fault.value) and "servicemeter.toml" in str(fault.value)


def test_targets_at_the_ends_of_what_a_figure_can_be(tmp_path: Path) -> None:
    home = home_with(
        tmp_path,
        """
        [targets]
        csat = "at least 100 %"
        reopen_rate = "at most 0 %"
        nps = "at least 0"
        contact_rate = "at most 120 per 100"
        average_speed_of_answer = "at most 0.5 s"
        """,
    )
    assert [goal.target.value for goal in read_goals(home)] == [1, 0, 0, 1.2, 0.5]


def test_the_scorecard_is_judged_by_the_organisation_s_own_targets(tmp_path: Path) -> None:
    home = home_with(tmp_path, '[targets]\ntickets_created = ["at most 1", { goal = "at most 9", month = "2026-01" }]\n')
    with Desk(home) as desk:
        desk.load(tickets=[{"ticket_id": str(i), "created_at": f"2026-0{i}-05T09:00:00+00:00"} for i in (1, 1, 2, 3)], tz="UTC")
        desk.load(tickets=[{"ticket_id": "4", "created_at": "2026-02-06T09:00:00+00:00"}], tz="UTC")
        outcomes = []
        for month in (1, 2, 3):
            card = desk.scorecard(since=date(2026, month, 1), until=date(2026, month + 1, 1), metrics=["tickets_created"])
            [[found]] = [family.cards for family in card.families]
            assert found.target is not None
            outcomes.append((found.now["value"], found.target.value, found.outcome))
            assert card.to_dict()["families"][0]["cards"][0]["target"]["at"] == "<="
    assert outcomes == [(1, 9, "met"), (2, 1, "missed"), (1, 1, "open")]
