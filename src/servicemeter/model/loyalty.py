"""What two pages show: who stays and what contact is followed by; how customers sound, and by which words."""

from __future__ import annotations

from dataclasses import dataclass, field

from servicemeter.model.answer import Answer, Row
from servicemeter.model.scorecard import Scorecard

__all__ = ["BaseRate", "DecidingWord", "Feelings", "Loyalty"]


@dataclass(frozen=True)
class BaseRate:
    """How often customers order anyway: of those of the past year, the share that orders in any `window_days` days.

    `share` is pooled over `windows` windows laid end to end; None with a `reason` where it cannot be told.
    """

    share: float | None
    window_days: int
    windows: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Loyalty:
    """Who stays (`scorecard`, with what follows a contact), how many bought in the span before and again in this one, and the
    base rate of ordering. `is_short`: over so short a span nearly everybody still counts as active."""

    scorecard: Scorecard
    again: Row
    base: BaseRate
    is_short: bool


@dataclass(frozen=True)
class DecidingWord:
    """A word that made messages sound one way: in how many of them, and what it weighed there on average (negative: bad)."""

    text: str
    messages: int
    weight: float


@dataclass(frozen=True)
class Feelings:
    """How customers sound: the figure over time (`scorecard`), by dimension, and the words that decided.

    The words are those of the last `words_of` messages of the span; `words_reason` says why there are none.
    """

    scorecard: Scorecard
    parts: dict[str, Answer] = field(default_factory=dict)
    words: list[DecidingWord] = field(default_factory=list)
    words_of: int = 0
    words_reason: str = ""
