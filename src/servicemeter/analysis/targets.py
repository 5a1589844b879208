"""Verdicts: which target holds for a figure, and whether it was met, missed, or cannot be told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from servicemeter.model.answer import Row
from servicemeter.model.metric import Metric
from servicemeter.model.question import Filter
from servicemeter.model.target import Goal, Outcome, Target

__all__ = ["choose", "judge"]

_TOTALS = ("count", "money")


def judge(metric: Metric, row: Row, target: Target | None) -> Outcome | None:
    """Say whether a target was met, missed, or is too close to call: then it lies inside the interval.

    Without an interval the value decides, unless the sample is low. A total whose period still runs is decided only when
    it can no longer change sides; until then it is `open`. None without a target or a value.
    """
    value = row.get("value")
    if target is None or value is None:
        return None
    low, high = row.get("ci_low"), row.get("ci_high")
    if low is None or high is None:
        if row.get("low_sample"):
            return "close"
        low = high = value
    return _unfinished(row, target) if _still_adds_up(metric, row) else _side(low, high, target)


def _side(low: float, high: float, target: Target) -> Outcome:
    if target.at == "<=":
        return "met" if high <= target.value else "missed" if low > target.value else "close"
    return "met" if low >= target.value else "missed" if high < target.value else "close"


def _still_adds_up(metric: Metric, row: Row) -> bool:
    """Whether the figure is a total over a period that is not over."""
    return metric.unit in _TOTALS and not metric.at_moment and row.get("period_status") == "in_progress"


def _unfinished(row: Row, target: Target) -> Outcome:
    """The outcome of a total that can only grow and has reached the target; `open` for all others."""
    value = row["value"]
    only_grows = value >= 0 and value in (row.get("n"), row.get("numerator"))
    if only_grows and target.at == "<=" and value > target.value:
        return "missed"
    return "met" if only_grows and target.at == ">=" and value >= target.value else "open"


def choose(metric: Metric, goals: Iterable[Goal], since: date, until: date, where: Sequence[Filter] = ()) -> Target | None:
    """The target that holds for the days [since, until) under conditions: the organisation's most particular one, else the
    starting target of the metric.

    A goal of a month holds for days within it, a goal of a channel where that channel alone is asked for; a goal of a channel
    goes before one of a month. Of equally particular ones the last written holds.
    """
    channel = _channel(where)
    best: Goal | None = None
    for goal in goals:
        if goal.metric == metric.name and _holds(goal, since, until, channel) and (best is None or _rank(goal) >= _rank(best)):
            best = goal
    return best.target if best else metric.target


def _rank(goal: Goal) -> tuple[bool, bool]:
    return goal.channel is not None, goal.month is not None


def _holds(goal: Goal, since: date, until: date, channel: str | None) -> bool:
    if goal.channel is not None and goal.channel != channel:
        return False
    return goal.month is None or goal.month <= since < until <= _next_month(goal.month)


def _next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _channel(where: Sequence[Filter]) -> str | None:
    """The one channel that the conditions leave, or None."""
    asked = [f.values for f in where if f.dimension == "channel" and not f.negated]
    return asked[0][0] if len(asked) == 1 and len(asked[0]) == 1 else None
