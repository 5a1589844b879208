"""Promises of answers and solutions (SLA policies) that an organisation sets itself: what is held, and what is wished."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

__all__ = [
    "OUTCOMES",
    "PAUSES",
    "PROMISED",
    "UNPAUSED_OUTCOMES",
    "PromiseHeld",
    "PromiseKey",
    "PromiseWish",
    "PromisesHeld",
    "Unjudged",
]

PROMISED = ("first_response", "next_response", "resolution")
"""What can be promised."""
PAUSES = ("none", "pending", "on_hold", "pending+on_hold")
"""The states in which a clock may stand still."""

OUTCOMES = {metric: f"{metric}_outcomes" for metric in PROMISED}
"""By what is promised: the name of a source's telling how such promises ended."""
UNPAUSED_OUTCOMES = {metric: f"unpaused_{metric}_outcomes" for metric in PROMISED}
"""The same with clocks that never stand still."""

PromiseKey = tuple[str, str, str | None]
"""Its name, its metric and its priority (None: all that have no promise of their own)."""


@dataclass(frozen=True)
class PromiseHeld:
    """A promise as it stands; `since` and `until` are local days, the last one exclusive; `state` is holds, to_come or over."""

    policy_id: str
    metric: str
    priority: str | None
    rank: int | None
    target_s: int
    clock: str
    calendar_id: str | None
    pauses: str | None
    channel: str | None
    brand: str | None
    segment: str | None
    reason: str | None
    since: date | None
    until: date | None
    state: str
    source: str
    is_ours: bool

    @property
    def key(self) -> PromiseKey:
        """What tells it from the others."""
        return self.policy_id, self.metric, self.priority


@dataclass(frozen=True)
class Unjudged:
    """A promise of which nobody can say whether it was kept on the tickets of a source.

    `lacks` is what the source would have to supply (capabilities, alternatives joined by `|`); `policy_no` counts the promises in
    the order in which they are tried.
    """

    source: str
    policy_no: int
    policy_id: str
    metric: str
    lacks: str


@dataclass(frozen=True)
class PromisesHeld:
    """All promises in the order in which they are tried; `mark` is that of the rows now, `notes` say which of them cannot be
    judged of which source, and why."""

    promises: list[PromiseHeld]
    report_tz: str
    mark: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class PromiseWish:
    """A promise to make, or one that is to end.

    With `instead_of` that one ends on the day on which this begins, and this takes its name (with a number) where it has none
    of its own. With `ends` nothing is made: it ends on `since`. `since` None is all times; `rank` None is
    that of the one before, else the last.
    """

    metric: str = "first_response"
    within_s: int = 0
    policy_id: str = ""
    clock: str = "calendar"
    calendar_id: str | None = None
    priority: str | None = None
    rank: int | None = None
    pauses: str | None = None
    channel: str | None = None
    brand: str | None = None
    segment: str | None = None
    reason: str | None = None
    since: date | None = None
    instead_of: PromiseKey | None = None
    ends: PromiseKey | None = None
