"""Verdicts: worked by hand, and the laws that hold for every figure and target."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_desk import METRICS
from servicemeter.analysis.targets import choose, judge
from servicemeter.model.metric import Metric
from servicemeter.model.question import Filter
from servicemeter.model.target import Goal, Target

BY_NAME: dict[str, Metric] = {metric.name: metric for metric in METRICS}
NOVEMBER = (date(2026, 11, 1), date(2026, 12, 1))
CHAT = (Filter("channel", ("chat",)),)


def figure(value: float | None, low: float | None = None, high: float | None = None, **more: Any) -> dict[str, Any]:
    return {"value": value, "n": 900, "ci_low": low, "ci_high": high, "low_sample": False, "period_status": "complete", **more}


@pytest.mark.parametrize(
    ("name", "target", "row", "outcome"),
    [
        ("first_response_time", Target("<=", 14400), figure(7800, 7440, 8220), "met"),
        ("first_response_time", Target("<=", 8220), figure(7800, 7440, 8220), "met"),
        ("first_response_time", Target("<=", 8000), figure(7800, 7440, 8220), "close"),
        ("first_response_time", Target("<=", 7000), figure(7800, 7440, 8220), "missed"),
        ("csat", Target(">=", 0.7), figure(0.714, 0.699, 0.728), "close"),
        ("csat", Target(">=", 0.69), figure(0.714, 0.699, 0.728), "met"),
        ("csat", Target(">=", 0.73), figure(0.714, 0.699, 0.728), "missed"),
        ("average_handle_time", Target("<=", 300), figure(250.0), "met"),
        ("average_handle_time", Target("<=", 300), figure(25.0, low_sample=True), "close"),
        ("csat", Target(">=", 0.7), figure(None), None),
        ("csat", None, figure(0.9), None),
        # A total of a period that runs on can still change sides, unless it has crossed the line for good.
        ("tickets_created", Target("<=", 100), figure(120, n=120, period_status="in_progress"), "missed"),
        ("tickets_created", Target("<=", 100), figure(80, n=80, period_status="in_progress"), "open"),
        ("tickets_created", Target(">=", 100), figure(80, n=80, period_status="in_progress"), "open"),
        ("tickets_created", Target(">=", 100), figure(120, n=120, period_status="in_progress"), "met"),
        ("tickets_created", Target(">=", 100), figure(80, n=80), "missed"),
        ("tickets_created", Target("<=", 0), figure(-17, n=400, period_status="in_progress"), "open"),
        # What is counted at a moment is known at that moment.
        ("backlog", Target("<=", 150), figure(138, n=138, period_status="in_progress"), "met"),
    ],
)
def test_verdicts(name: str, target: Target | None, row: dict[str, Any], outcome: str | None) -> None:
    assert judge(BY_NAME[name], row, target) == outcome


_NUMBERS = st.integers(-1000, 1000)
_ROWS = st.tuples(_NUMBERS, st.integers(0, 50), st.integers(0, 50)).map(lambda t: figure(t[0], t[0] - t[1], t[0] + t[2]))


@given(_ROWS, _NUMBERS)
def test_a_value_on_the_wrong_side_is_never_met_and_one_on_the_right_side_never_missed(row: dict[str, Any], aim: int) -> None:
    for target, is_reached in ((Target("<=", aim), row["value"] <= aim), (Target(">=", aim), row["value"] >= aim)):
        assert judge(BY_NAME["nps"], row, target) != ("missed" if is_reached else "met")


@given(_ROWS, _NUMBERS)
def test_at_most_and_at_least_are_mirror_images(row: dict[str, Any], aim: int) -> None:
    mirrored = {**row, "value": -row["value"], "ci_low": -row["ci_high"], "ci_high": -row["ci_low"]}
    assert judge(BY_NAME["nps"], row, Target("<=", aim)) == judge(BY_NAME["nps"], mirrored, Target(">=", -aim))


@given(_ROWS, _NUMBERS, st.integers(0, 100))
def test_an_easier_target_is_never_judged_worse(row: dict[str, Any], aim: int, easier: int) -> None:
    order = ["missed", "close", "met"]
    hard, easy = (str(judge(BY_NAME["nps"], row, Target("<=", value))) for value in (aim, aim + easier))
    assert order.index(easy) >= order.index(hard)


@given(_ROWS, _NUMBERS, st.integers(1, 100))
def test_knowing_less_never_makes_a_verdict_firmer(row: dict[str, Any], aim: int, wider: int) -> None:
    sure = judge(BY_NAME["nps"], row, Target(">=", aim))
    vague = judge(BY_NAME["nps"], {**row, "ci_low": row["ci_low"] - wider, "ci_high": row["ci_high"] + wider}, Target(">=", aim))
    assert vague in (sure, "close")


def test_the_most_particular_target_holds() -> None:
    csat = BY_NAME["csat"]
    own, chat, month = (Target(">=", v) for v in (0.8, 0.7, 0.9))
    goals = [
        Goal("csat", chat, channel="chat"),
        Goal("csat", own),
        Goal("csat", month, month=date(2026, 11, 1)),
        Goal("nps", Target(">=", 30)),
    ]
    assert choose(csat, goals, *NOVEMBER) == month
    assert choose(csat, goals, date(2026, 11, 8), date(2026, 11, 15)) == month
    assert choose(csat, goals, date(2026, 10, 1), date(2026, 12, 1)) == own, "a month's target says nothing of two months"
    assert choose(csat, goals, date(2026, 10, 1), date(2026, 11, 1)) == own
    assert choose(csat, goals, *NOVEMBER, CHAT) == chat
    assert choose(csat, goals, *NOVEMBER, (Filter("channel", ("chat",), negated=True),)) == month
    assert choose(csat, goals, *NOVEMBER, (Filter("channel", ("chat", "email")),)) == month
    assert choose(csat, [], *NOVEMBER) == csat.target
    assert choose(csat, [Goal("csat", own), Goal("csat", chat)], *NOVEMBER) == chat, "of equal ones the last written holds"
    assert choose(replace(csat, target=None), [], *NOVEMBER) is None
    assert choose(csat, [Goal("csat", month, month=date(2026, 12, 1))], date(2026, 12, 1), date(2027, 1, 1)) == month
