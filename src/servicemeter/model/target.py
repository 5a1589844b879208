"""Targets: what a metric shall reach, where and when it holds, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

__all__ = ["Goal", "Outcome", "Target"]

Outcome = Literal["met", "missed", "close", "open"]
"""What became of a target: met, missed, too close to call at this n, or still open because the period is not over."""


@dataclass(frozen=True)
class Target:
    """A value to reach, in the metric's unit. `at` is `<=` or `>=`; `source` says who set it (empty: the organisation)."""

    at: Literal["<=", ">="]
    value: float
    source: str = ""


@dataclass(frozen=True)
class Goal:
    """A target the organisation set for a metric: everywhere and always, or for one channel, or for one month (its first day)."""

    metric: str
    target: Target
    channel: str | None = None
    month: date | None = None
