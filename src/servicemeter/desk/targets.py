"""The organisation's targets, as the settings of a data folder write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, Literal

from servicemeter.ground.errors import BadSettings, UnknownMetric, UnknownName
from servicemeter.ground.settings import Home
from servicemeter.metrics.catalog import find_metric
from servicemeter.model.metric import Metric
from servicemeter.model.target import Goal, Target

__all__ = ["read_goals"]

_WRITTEN = re.compile(r"(at most|at least)\s+([+-]?\d+(?:\.\d+)?)\s*(\S.*)?")
_SECONDS: dict[str, float] = {"s": 1, "min": 60, "h": 3600, "d": 86400}
_SCALES: dict[str, dict[str, float]] = {
    "seconds": _SECONDS,
    "fraction": {"%": 0.01},
    "ratio": {"%": 0.01, "per 100": 0.01},
    "money": {"": 100},
}
_KEYS = ("goal", "channel", "month")


def read_goals(home: Home) -> list[Goal]:
    """The targets under `[targets]` in servicemeter.toml; `BadSettings` names the one that cannot be used.

    A metric has one target or a list of them: `csat = "at least 85 %"`, or
    `backlog = ["at most 150", { goal = "at most 40", channel = "chat", month = "2026-12" }]`.
    """
    return [goal for name, said in home.section("targets").items() for goal in _Entry(home, name).goals(said)]


class _Entry:
    """What the settings say of one metric, and how to complain about it."""

    def __init__(self, home: Home, name: str) -> None:
        self.home, self.name = home, name
        try:
            self.metric: Metric = find_metric(name)
        except UnknownMetric as fault:
            raise self._bad(str(fault)) from fault

    def _bad(self, why: str) -> BadSettings:
        return BadSettings(f"The target of {self.name} in {self.home.settings} cannot be used: {why}")

    def goals(self, said: object) -> Iterator[Goal]:
        """The targets of the metric, in the order they are written."""
        for one in said if isinstance(said, list) else [said]:
            parts = {"goal": one} if isinstance(one, str) else one
            if not isinstance(parts, dict) or not isinstance(parts.get("goal"), str):
                raise self._bad('write it as "at most 4 h", or as { goal = "at most 4 h", channel = "chat" }.')
            yield self._goal(parts)

    def _goal(self, parts: dict[str, Any]) -> Goal:
        for key in parts:
            if key not in _KEYS:
                raise self._bad(str(UnknownName("part of a target", key, _KEYS)))
        channel = parts.get("channel")
        if channel is not None and not isinstance(channel, str):
            raise self._bad(f"channel = {channel!r} is no name of a channel.")
        return Goal(self.name, self._target(parts["goal"]), channel, self._month(parts.get("month")))

    def _target(self, text: str) -> Target:
        found = _WRITTEN.fullmatch(text.strip())
        if found is None:
            raise self._bad(f'{text!r} is no target. Write "at most" or "at least", a number, and its unit.')
        at: Literal["<=", ">="] = "<=" if found[1] == "at most" else ">="
        return Target(at, self._scaled(float(found[2]), found[3] or ""))

    def _scaled(self, figure: float, unit: str) -> float:
        """The figure in the metric's own unit: seconds, shares of 1, minor units of money."""
        scales = _SCALES.get(self.metric.unit, {"": 1})
        if unit not in scales:
            known = " or ".join(repr(u) if u else "no unit" for u in scales)
            raise self._bad(f"{unit!r} is no unit of it; give {known}." if unit else f"its number needs a unit: {known}.")
        return round(figure * scales[unit], 9)

    def _month(self, said: object) -> date | None:
        if said is None:
            return None
        try:
            return date.fromisoformat(f"{said}-01")
        except ValueError:
            raise self._bad(f"month = {said!r} is no month. Write it as 2026-11.") from None
