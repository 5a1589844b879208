"""Targets: what a metric shall reach, where and when it holds, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

__all__ = ["Aims", "Goal", "KeptGoal", "Note", "Outcome", "Target"]

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


@dataclass(frozen=True)
class KeptGoal:
    """A target with where it was set: in the settings file, or on the page (then it has a number).

    `is_overruled` says that another one holds in its place: the page goes before the file.
    """

    goal: Goal
    origin: Literal["file", "page"]
    target_id: int | None = None
    is_overruled: bool = False


@dataclass(frozen=True)
class Note:
    """What was changed on a day, about one metric or (None) about all."""

    note_id: int
    happened_on: date
    text: str
    metric: str | None = None


@dataclass(frozen=True)
class Aims:
    """What the organisation set itself, and what it noted on the way; `fault` says why the file's targets cannot be used."""

    goals: list[KeptGoal]
    notes: list[Note]
    fault: str = ""
