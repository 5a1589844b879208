"""A value against an earlier one, and its target in words: what can be said, and what is too close to call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Literal

from servicemeter.model.answer import Row
from servicemeter.model.metric import Metric
from servicemeter.model.scorecard import Card, Scorecard
from servicemeter.model.target import Outcome, Target
from servicemeter.show.durations import duration
from servicemeter.show.numbers import money, number, percent, rounded
from servicemeter.show.phrases import counted, phrase, say
from servicemeter.show.words import SIGNED, digits_of, shown_value

__all__ = ["Change", "Standing", "aim_words", "compare", "is_compared", "shown_outcome", "target_words"]

Standing = Literal["better", "worse", "same", "moved"]

_Z = 1.959963984540054
_STANDINGS = {"better": phrase("better"), "worse": phrase("worse")}
_PACE = ("response", "resolution", "turnaround", "answer")


@dataclass(frozen=True)
class Change:
    """A difference in words. `standing` is `moved` where no direction is good or no interval says how sure it is.

    `difference` is now − before in the metric's unit; `is_up` says which way the number went. `comparative` says the same so
    that `than before` can follow it: `1.4 points higher`.
    """

    standing: Standing
    difference: float
    words: str
    verdict: str = ""
    comparative: str = ""

    @property
    def is_up(self) -> bool:
        return self.difference > 0

    @property
    def arrow(self) -> str:
        """The way the number went, or a dot where nothing can be said."""
        if self.standing == "same":
            return "●"
        return "▲" if self.is_up else "▼"


def compare(metric: Metric, now: Row, before: Row | None, language: str = "en") -> Change | None:
    """What changed since the earlier row, or None where there is nothing to compare.

    A change is clear when 0 lies outside the interval of the difference, made from both intervals by Newcombe's
    hybrid rule; a count, which has no interval, when it moved by more than Poisson noise. Fewer than `min_n` cases on
    either side are too few.
    """
    value = shown_value(metric, now)
    earlier = shown_value(metric, before) if before is not None else None
    if before is None or value is None or earlier is None or now.get("scale") != before.get("scale"):
        return None
    difference = value - earlier
    if _is_too_small(metric, now) or _is_too_small(metric, before):
        return Change("same", difference, say(language, "too few to compare"))
    clear = _is_clear(metric, now, before)
    words = _difference_words(metric, now, difference, earlier, language)
    if clear is False or not words:
        return Change("same", difference, say(language, "no clear change"))
    than = _comparative(metric, words, difference, language)
    good = now.get("better") or metric.better
    if clear is None or good == "neither":
        return Change("moved", difference, words, comparative=than)
    standing: Standing = "better" if (difference > 0) == (good == "higher") else "worse"
    said = "" if metric.unit == "seconds" and _pace(metric) else say(language, _STANDINGS[standing])
    return Change(standing, difference, words, said, than)


def is_compared(scorecard: Scorecard, metrics: Mapping[str, Metric]) -> bool | None:
    """Whether any card shows a change against the span before; None without cards."""
    cards = [card for family in scorecard.families for card in family.cards]
    return None if not cards else any(compare(metrics[card.metric], card.now, card.before) for card in cards)


def _comparative(metric: Metric, words: str, difference: float, language: str) -> str:
    if metric.unit in ("seconds", "count"):
        return words
    size = words.lstrip("+\N{MINUS SIGN}")
    return say(language, "{size} higher" if difference > 0 else "{size} lower", size=size)


def _is_too_small(metric: Metric, row: Row) -> bool:
    return metric.unit != "count" and bool(row.get("low_sample"))


def _is_clear(metric: Metric, now: Row, before: Row) -> bool | None:
    """Whether two values differ beyond doubt; None where neither an interval nor a count can tell."""
    a, b = float(now["value"]), float(before["value"])
    if metric.unit == "count" and now.get("ci_low") is None:
        events = (now["n"] + before["n"]) if metric.name in SIGNED else abs(a) + abs(b)  # a net change is made of all its events
        return a != b and abs(a - b) > _Z * sqrt(max(events, 1))
    bounds = [row.get(side) for row in (now, before) for side in ("ci_low", "ci_high")]
    if any(bound is None for bound in bounds):
        return None if a != b else False
    low_a, high_a, low_b, high_b = (float(bound) for bound in bounds if bound is not None)
    down = sqrt((a - low_a) ** 2 + (high_b - b) ** 2)
    up = sqrt((high_a - a) ** 2 + (b - low_b) ** 2)
    return a - b - down > 0 or a - b + up < 0


def _pace(metric: Metric) -> bool:
    return any(word in metric.name for word in _PACE) and "wait" not in metric.name


def _difference_words(metric: Metric, now: Row, difference: float, earlier: float, language: str) -> str:
    """The size of a difference; empty where it rounds to nothing."""
    if metric.unit == "seconds":
        return _seconds_words(metric, difference, language)
    if metric.unit == "count":
        return _count_words(difference, None if metric.name in SIGNED else earlier, language)
    if metric.unit == "fraction":
        return _points_words(difference * 100, digits_of(metric, now), language)
    if metric.unit == "money":
        return money(difference, now.get("currency"), language=language, signed=True) if rounded(difference) else ""
    size = difference * 100 if metric.unit == "ratio" else difference
    digits = digits_of(metric, now)
    if not rounded(size, digits):
        return ""
    text = number(size, digits, language=language, signed=True)
    return say(language, "{size} per 100", size=text) if metric.unit == "ratio" else text


def _seconds_words(metric: Metric, difference: float, language: str) -> str:
    if not rounded(difference):
        return ""
    size = duration(abs(difference), language=language)
    if _pace(metric):
        return say(language, "{size} slower" if difference > 0 else "{size} faster", size=size)
    return say(language, "{size} longer" if difference > 0 else "{size} shorter", size=size)


def _count_words(difference: float, earlier: float | None, language: str) -> str:
    if not rounded(difference):
        return ""
    size = number(abs(difference), language=language)
    words = say(language, "{size} more" if difference > 0 else "{size} fewer", size=size)
    if earlier is None or earlier <= 0 or earlier + difference < 0:  # a share of what may be below nothing says nothing
        return words
    share = percent(abs(difference) / earlier, 0, language=language)
    return f"{words} ({'+' if difference > 0 else '−'}{share})"


def _points_words(points: float, digits: int, language: str) -> str:
    size = rounded(points, digits)
    if not size:
        return ""
    text = number(points, digits, language=language, signed=True)
    return counted(language, abs(float(size)), "{size} point", "{size} points", digits, size=text)


_OUTCOMES: dict[Outcome, str] = {
    "met": phrase("met"),
    "missed": phrase("missed"),
    "close": phrase("too close to call"),
    "open": phrase("not over yet"),
}


def target_words(metric: Metric, card: Card, language: str = "en") -> str:
    """The target of a card and what came of it: `target 4 h · met`; empty where there is none.

    A value that is not shown is not judged either.
    """
    if card.target is None:
        return ""
    text = say(language, "target {value}", value=aim_words(metric, card.target, language, card.now.get("currency")))
    outcome = shown_outcome(metric, card)
    return f"{text} · {say(language, _OUTCOMES[outcome])}" if outcome else text


def shown_outcome(metric: Metric, card: Card) -> Outcome | None:
    """What came of the card's target, where its value is one that people may see."""
    return card.outcome if shown_value(metric, card.now) is not None else None


def aim_words(metric: Metric, target: Target, language: str = "en", currency: str | None = None) -> str:
    """The value of a target in the metric's unit: `4 h`, `80 %`, `5 per 100`."""
    value = target.value
    if metric.unit == "seconds":
        return duration(value, language=language)
    if metric.unit == "money":
        return money(value, currency, language=language)
    scaled = value * 100 if metric.unit in ("fraction", "ratio") else value
    digits = 0 if abs(scaled - round(scaled)) < 1e-9 else 1
    text = number(scaled, digits, language=language)
    suffix = {"fraction": " %", "ratio": " " + say(language, "per 100")}.get(metric.unit, "")
    return text + suffix
