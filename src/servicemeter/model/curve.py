"""A curve: which share of the cases was over within which time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from servicemeter.model.question import Question

__all__ = ["Curve"]


@dataclass(frozen=True)
class Curve:
    """The share of cases that ended within so many seconds, in ascending order: `steps` are (seconds, share of 0 to 1).

    A share is exact at every step; between two steps it is at least that of the earlier one. `is_open` says that some
    cases still ran at `as_of` (`n_censored`) and that the shares are Kaplan-Meier's. `median` and `p90` (seconds) are None
    where the curve does not get that far.
    """

    question: Question
    steps: list[tuple[float, float]]
    n: int
    n_censored: int
    median: float | None
    p90: float | None
    is_open: bool
    data_version: int
    as_of: datetime
