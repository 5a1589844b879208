"""What a row of a metric says: its value, interval, n, statement and remark, or in plain words why it has none."""

from __future__ import annotations

from servicemeter.model.answer import Row
from servicemeter.model.metric import Metric
from servicemeter.model.promises import OUTCOMES, UNPAUSED_OUTCOMES
from servicemeter.show.durations import compact_duration, duration_parts, exact_seconds
from servicemeter.show.numbers import interval, money, number, percent, rounded
from servicemeter.show.phrases import counted, phrase, say

__all__ = [
    "FAMILIES",
    "MIN_N_DISPLAY",
    "SIGNED",
    "digits_of",
    "exact_words",
    "family_title",
    "figure",
    "headline",
    "interval_words",
    "is_of_share",
    "n_words",
    "null_words",
    "share_words",
    "shown_value",
    "statistic_words",
    "trust_words",
    "unit_words",
    "value_words",
]

MIN_N_DISPLAY = 5
"""Below this many answers a survey score is worked out but only the count is shown (METRICS.md 1.7)."""

FAMILIES = {
    "volume": phrase("Volume"),
    "speed": phrase("Speed"),
    "resolution": phrase("Solving"),
    "calls": phrase("Calls and chats"),
    "voice": phrase("The customer's voice"),
    "sla": phrase("Agreements"),
    "loyalty": phrase("Loyalty and money"),
}

_UNITS = {
    "count": phrase("a number"),
    "fraction": phrase("a share, shown in %"),
    "seconds": phrase("a time, exact to the second"),
    "replies": phrase("replies"),
    "touches": phrase("touches"),
    "score": phrase("a score"),
    "ratio": phrase("a ratio, shown per 100"),
    "money": phrase("an amount in the base currency"),
}

_THINGS = {"replies": phrase("replies"), "touches": phrase("touches")}
_STATISTICS = {"median": phrase("median"), "mean": phrase("mean")}
SIGNED = frozenset({"nps", "sentiment", "backlog_flow"})
"""Metrics whose value may be below zero."""

_NULLS = {
    "empty": phrase("nothing to measure in this period"),
    "immature": phrase("too early to tell: the waiting time of these cases is not over"),
    "no_data": phrase("before the data begins"),
    "not_started": phrase("the data end before this period"),
    "not_measured": phrase("not measured: no source has what it needs"),
    "mixed_scales": phrase("answers on different scales cannot be put together"),
    "invalid_dimension": phrase("has no meaning for this split"),
}
_LACKING = {
    **dict.fromkeys(("survey_invitations", "invitations_sent"), phrase("not measured: no source says who was asked")),
    "first_contact": phrase("not measured: no source says when customers asked"),
    "repliers": phrase("not measured: no source says who replied"),
    "sla_policies": phrase("not measured: nothing is promised"),
    **dict.fromkeys(
        (*OUTCOMES.values(), *UNPAUSED_OUTCOMES.values()), phrase("not measured: no source tells how promises ended")
    ),
}
"""By a need that no source meets, or one of several that would do."""
_EMPTY = {
    "voice": phrase("no answers in this period"),
    "calls": phrase("no calls or chats in this period"),
    "speed": phrase("no tickets answered or solved in this period"),
    "resolution": phrase("no tickets solved in this period"),
    **dict.fromkeys(("resolution_rate", "automated_resolution_rate"), phrase("no tickets created in this period")),
    "tickets_closed_per_agent": phrase("no tickets solved by agents in this period"),
    "cost_per_resolution": phrase("no tickets solved in this period"),
    "sentiment": phrase("no messages scored in this period"),
    "survey_response_rate": phrase("no surveys sent in this period"),
    **dict.fromkeys(("complaint_ratio", "occupancy"), _NULLS["empty"]),
}
"""By a metric, else by its family."""


def family_title(family: str, language: str = "en") -> str:
    """The heading of a family of metrics."""
    return say(language, FAMILIES.get(family, family.replace("_", " ").capitalize()))


def null_words(metric: Metric, row: Row, language: str = "en") -> str:
    """Why there is no value, in plain words; empty where there is one."""
    if shown_value(metric, row) is not None:
        return ""
    if row.get("value") is not None:
        return counted(language, row.get("n") or 0, "{n} answer: too few to show", "{n} answers: too few to show")
    reason = str(row.get("null_reason") or "empty")
    if reason == "empty":
        return say(language, _EMPTY.get(metric.name) or _EMPTY.get(metric.family, _NULLS["empty"]))
    if reason == "not_measured":
        lacking = str(row.get("lacks", "")).split("|")
        return say(language, next((_LACKING[need] for need in lacking if need in _LACKING), _NULLS[reason]))
    return say(language, _NULLS.get(reason, reason.replace("_", " ")))


def shown_value(metric: Metric, row: Row) -> float | None:
    """The value people may see: None without one, and for a survey score with fewer than five answers."""
    value: float | None = row.get("value")
    few = (row.get("n") or 0) < MIN_N_DISPLAY
    if value is None or ("survey_answers" in metric.needs and few):
        return None
    return value


def digits_of(metric: Metric, row: Row) -> int:
    """How many decimals a value deserves: a percentage whose interval is five points wide or more gets none."""
    value = row.get("value")
    if metric.unit == "fraction":
        low, high = row.get("ci_low"), row.get("ci_high")
        wide = low is not None and high is not None and high - low >= 0.05
        hides = value is not None and rounded(value * 100) in (0, 100) and value not in (0, 1)
        return 0 if value in (0, 1) or (wide and not hides) else 1
    if metric.unit == "count":
        return 0 if value is None or float(value).is_integer() else 1
    if metric.unit == "score" and metric.name == "nps":
        return 0
    return 1


def figure(
    metric: Metric, value: float, digits: int = 1, *, language: str = "en", currency: str | None = None
) -> list[tuple[str, str]]:
    """A value of the metric as figures with their units: `[("2", "h"), ("10", "min")]`, `[("93.1", "%")]`."""
    signed = metric.name in SIGNED
    if metric.unit == "seconds":
        return duration_parts(value, language=language)
    if metric.unit == "fraction":
        text = percent(value, digits, language=language).removesuffix(" %")
        return [("+" + text if signed and rounded(value * 100, digits) > 0 else text, "%")]
    if metric.unit == "ratio":
        return [(number(value * 100, digits, language=language), say(language, "per 100"))]
    if metric.unit == "money":
        return [(money(value, currency, language=language, signed=signed), "")]
    unit = say(language, _THINGS[metric.unit]) if metric.unit in _THINGS else ""
    return [(number(value, digits, language=language, signed=signed), unit)]


def headline(metric: Metric, row: Row, language: str = "en") -> list[tuple[str, str]]:
    """The value as figures and units, or an en dash where there is nothing to show."""
    value = shown_value(metric, row)
    if value is None:
        return [("–", "")]
    return figure(metric, value, digits_of(metric, row), language=language, currency=row.get("currency"))


def value_words(metric: Metric, row: Row, language: str = "en") -> str:
    """The value in one piece of text: `2 h 10 min`, `93.1 %`, `+38`; an en dash where there is none."""
    return _joined(headline(metric, row, language))


def _joined(parts: list[tuple[str, str]]) -> str:
    return " ".join(f"{text} {unit}".strip() for text, unit in parts)


def exact_words(metric: Metric, row: Row, language: str = "en") -> str:
    """The exact value, for hovering: whole seconds, and shares to four decimals; empty without a value."""
    value = shown_value(metric, row)
    if value is None:
        return ""
    if metric.unit == "seconds":
        return exact_seconds(value, language=language)
    if metric.unit == "money":
        return money(value, row.get("currency"), language=language, more_digits=0 if float(value).is_integer() else 2)
    return number(value, 0 if float(value).is_integer() else 4, language=language)


def interval_words(metric: Metric, row: Row, language: str = "en") -> str:
    """The 95 % interval, without repeating the unit of a percentage: `69.9–72.8`; empty where there is none.

    That of a part's count is its share's: `40–54 %`.
    """
    low, high = row.get("ci_low"), row.get("ci_high")
    if low is None or high is None or shown_value(metric, row) is None:
        return ""
    if is_of_share(metric, row):
        digits = 0 if high - low >= 0.05 else 1
        return interval(*(percent(bound, digits, language=language).removesuffix(" %") for bound in (low, high))) + " %"
    if metric.unit == "seconds":
        return interval(compact_duration(low, language=language), compact_duration(high, language=language))
    digits = digits_of(metric, row)
    bounds = [_joined(figure(metric, bound, digits, language=language)) for bound in (low, high)]
    if metric.unit in ("fraction", "replies", "touches", "ratio"):
        bounds = [bound.split(" ")[0] for bound in bounds]
    return interval(*bounds)


def is_of_share(metric: Metric, row: Row) -> bool:
    """Whether the interval of a count is that of the share it has of the whole."""
    return metric.unit == "count" and row.get("share") is not None


def share_words(metric: Metric, row: Row, language: str = "en") -> str:
    """What share of the whole a part's count is: `47 % of all`; empty for other figures."""
    if not is_of_share(metric, row):
        return ""
    return say(language, "{share} of all", share=percent(row["share"], 0, language=language))


def n_words(row: Row, language: str = "en") -> str:
    """How many cases a value rests on: `n 4,812`."""
    n = row.get("n")
    return "" if n is None else f"n {number(n, language=language)}"


def statistic_words(metric: Metric, language: str = "en") -> str:
    """Which statistic the headline is, where it is not the value itself: median or mean."""
    if metric.unit in ("replies", "touches", "score") and metric.name not in SIGNED:
        return say(language, "mean")
    return say(language, _STATISTICS[metric.headline]) if metric.headline in _STATISTICS else ""


def unit_words(metric: Metric, language: str = "en") -> str:
    """What kind of figure a metric gives, and which statistic stands first."""
    unit = say(language, _UNITS[metric.unit])
    first = statistic_words(metric, language)
    return say(language, "{unit}: the {statistic}", unit=unit, statistic=first) if first else unit


def trust_words(metric: Metric, row: Row, language: str = "en") -> str:
    """The line under the value: statistic, interval and n: `median, 2 h 04 – 2 h 17 · n 4,812`."""
    if shown_value(metric, row) is None:
        return null_words(metric, row, language)
    what = ", ".join(t for t in (statistic_words(metric, language), interval_words(metric, row, language)) if t)
    n = "" if metric.unit == "count" and row.get("n") == row.get("value") else n_words(row, language)
    few = say(language, "few cases") if _is_low(metric, row) else ""
    return " · ".join(t for t in (what, n, few) if t)


def _is_low(metric: Metric, row: Row) -> bool:
    return bool(row.get("low_sample")) and metric.unit != "count"
