"""Targets as they are written, in the settings of a data folder or on a page, and those that hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from servicemeter.ground.currencies import minor_digits
from servicemeter.ground.errors import BadSettings, UnknownMetric, UnknownName
from servicemeter.ground.phrases import phrase
from servicemeter.ground.settings import Home
from servicemeter.metrics.catalog import find_metric
from servicemeter.model.metric import Metric
from servicemeter.model.target import Goal, Target

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["goals_in", "goals_of", "read_goals", "units_of"]

_WRITTEN = re.compile(r"(at most|at least)\s+([+-]?\d+(?:\.\d+)?)\s*(\S.*)?")
_SECONDS: dict[str, float] = {"s": 1, "min": 60, "h": 3600, "d": 86400}
_SCALES: dict[str, dict[str, float]] = {
    "seconds": _SECONDS,
    "fraction": {"%": 0.01},
    "ratio": {"%": 0.01, "per 100": 0.01},
    "money": {"": 100},
}
_MOST = 1e12
_ABOVE_ZERO = frozenset({"seconds", "count", "replies", "touches", "money"})
_KEYS = ("goal", "channel", "month")


def read_goals(home: Home) -> list[Goal]:
    """The targets under `[targets]` in servicemeter.toml; `BadSettings` names the one that cannot be used.

    A metric has one target or a list of them: `csat = "at least 85 %"`, or
    `backlog = ["at most 150", { goal = "at most 40", channel = "chat", month = "2026-12" }]`.
    """
    where = f" in {home.settings}"
    return [goal for name, said in home.section("targets").items() for goal in goals_in(name, said, where)]


def goals_of(desk: Desk) -> list[Goal]:
    """Every target, those set on the page last: of equally particular ones the last holds, so the page goes before the file."""
    if desk.home is None:
        return []
    own = _of_the_page(desk) if desk.home.has_office() else []
    return [_in_minor_units(goal, desk) for goal in (*read_goals(desk.home), *own)]


def _of_the_page(desk: Desk) -> list[Goal]:
    from servicemeter.office.targets import list_targets  # the office is a large room; without one nobody enters it

    return list(list_targets(desk.office).values())


def _in_minor_units(goal: Goal, desk: Desk) -> Goal:
    """A target of money, which is kept in hundredths, in the minor units of the base currency, as its figure is."""
    if find_metric(goal.metric).unit != "money":
        return goal
    factor = 10.0 ** (minor_digits(desk.base_currency or "") - 2)
    return replace(goal, target=replace(goal.target, value=goal.target.value * factor))


def goals_in(metric: str, said: object, where: str = "") -> list[Goal]:
    """The targets said of a metric in the way of the file; `where` says in what. `BadSettings` for one that cannot be used."""
    return list(_Entry(where, metric).goals(said))


def units_of(metric: Metric) -> list[str]:
    """The units in which a target of a metric may be written; an empty one is none."""
    return list(_SCALES.get(metric.unit, {"": 1}))


class _Entry:
    """What is said of one metric, and how to complain about it; `where` says in what."""

    def __init__(self, where: str, name: str) -> None:
        self.where, self.name = where, name
        try:
            self.metric: Metric = find_metric(name)
        except UnknownMetric as fault:
            raise self._bad(str(fault)) from fault

    def _bad(self, why: str) -> BadSettings:
        return BadSettings(f"The target of {self.name}{self.where} cannot be used: {phrase(why)}")

    def goals(self, said: object) -> Iterator[Goal]:
        """The targets of the metric, in the order they are written."""
        for one in said if isinstance(said, list) else [said]:
            parts = {"goal": one} if isinstance(one, str) else one
            if not isinstance(parts, dict) or not isinstance(parts.get("goal"), str):
                raise self._bad(phrase('write it as "at most 4 h", or as { goal = "at most 4 h", channel = "chat" }.'))
            yield self._goal(parts)

    def _goal(self, parts: dict[str, Any]) -> Goal:
        for key in parts:
            if key not in _KEYS:
                raise self._bad(str(UnknownName("part of a target", key, _KEYS)))
        channel = parts.get("channel")
        if channel is not None and not isinstance(channel, str):
            raise self._bad(phrase(f"channel = {channel!r} is no name of a channel."))
        return Goal(self.name, self._target(parts["goal"]), channel, self._month(parts.get("month")))

    def _target(self, text: str) -> Target:
        found = _WRITTEN.fullmatch(text.strip())
        if found is None:
            raise self._bad(phrase(f'{text!r} is no target. Write "at most" or "at least", a number, and its unit.'))
        at: Literal["<=", ">="] = "<=" if found[1] == "at most" else ">="
        value = self._scaled(float(found[2]), found[3] or "")
        self._check(value)
        return Target(at, value)

    def _check(self, value: float) -> None:
        """Refuse what the figure can never be, and 0 where nobody could aim at it. Scores may be anything: NPS goes below 0."""
        if abs(value) > _MOST:
            raise self._bad(phrase("nothing that is measured is so large."))
        if self.metric.unit in _ABOVE_ZERO and value <= 0:
            raise self._bad(phrase("it must be greater than 0."))
        if self.metric.unit == "fraction" and not 0 <= value <= 1:
            raise self._bad(phrase("a share is from 0 to 100 %."))
        if self.metric.unit == "ratio" and value < 0:
            raise self._bad(phrase("it must not be below 0."))

    def _scaled(self, figure: float, unit: str) -> float:
        """The figure in the metric's own unit: seconds, shares of 1, hundredths of money."""
        scales = _SCALES.get(self.metric.unit, {"": 1})
        if unit not in scales:
            known = " or ".join(repr(u) if u else "no unit" for u in scales)
            raise self._bad(phrase(f"{unit!r} is no unit of it; give {known}." if unit else f"its number needs a unit: {known}."))
        return round(figure * scales[unit], 9)

    def _month(self, said: object) -> date | None:
        if said is None:
            return None
        try:
            return date.fromisoformat(f"{said}-01")
        except ValueError:
            raise self._bad(phrase(f"month = {said!r} is no month. Write it as 2026-11.")) from None
