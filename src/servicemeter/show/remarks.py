"""The one line below a card: what stands beside the value so that it cannot mislead (the companions of METRICS.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from servicemeter.model.answer import Row
from servicemeter.model.metric import Metric
from servicemeter.show.durations import duration
from servicemeter.show.numbers import money, number, percent
from servicemeter.show.phrases import counted, say
from servicemeter.show.words import shown_value

__all__ = ["remark", "remarks"]

_Saying = Callable[[Row, str], str]


def _count(field: str, one: str, many: str) -> _Saying:
    def say_it(row: Row, language: str) -> str:
        n = row.get(field)
        return counted(language, n, one, many) if n else ""

    return say_it


def _seconds(field: str, text: str) -> _Saying:
    def say_it(row: Row, language: str) -> str:
        value = row.get(field)
        return "" if value is None else say(language, text, value=duration(value, language=language))

    return say_it


def _share(field: str, text: str) -> _Saying:
    def say_it(row: Row, language: str) -> str:
        value = row.get(field)
        return "" if value is None else say(language, text, value=percent(value, 0, language=language))

    return say_it


def _number(field: str, text: str, digits: int = 1) -> _Saying:
    def say_it(row: Row, language: str) -> str:
        value = row.get(field)
        return "" if value is None else say(language, text, value=number(value, digits, language=language))

    return say_it


def _money(field: str, text: str) -> _Saying:
    def say_it(row: Row, language: str) -> str:
        value = row.get(field)
        return "" if value is None else say(language, text, value=money(value, row.get("currency"), language=language))

    return say_it


def _covered(row: Row, language: str) -> str:
    """How many tickets anybody judged: their sentiment, or whether they are complaints."""
    is_sentiment = row.get("negative") is not None
    return _share("coverage", "{value} of tickets scored" if is_sentiment else "{value} of tickets judged")(row, language)


_MEAN = _seconds("mean", "mean {value}")
_P90 = _seconds("p90", "p90 {value}")
_IMMATURE = _count("n_immature", "{n} not yet known", "{n} not yet known")

# In this order; the first that says something is the remark, a tuple says its parts together.
_SAYINGS: tuple[tuple[_Saying, ...], ...] = (
    (_count("n_unanswered_open", "{n} still waits for a first answer", "{n} still wait for a first answer"),),
    (_count("n_in_queue", "{n} in the queue now", "{n} in the queue now"),),
    (_count("n_unassigned", "{n} unassigned", "{n} unassigned"),
     _count("n_unanswered", "{n} unanswered", "{n} unanswered")),
    (_count("replies_0", "{n} without a reply", "{n} without a reply"), _count("replies_1", "{n} with one", "{n} with one")),
    (_number("created", "{value} new", 0), _number("solved", "{value} solved", 0),
     _number("reopened", "{value} reopened", 0)),
    (_count("breached", "{n} too late", "{n} too late"), _count("running", "{n} still running", "{n} still running")),
    (_count("paused_over_threshold", "{n} more on pause", "{n} more on pause"),),
    (_share("promoters", "promoters {value}"), _share("detractors", "detractors {value}")),
    (_share("negative", "negative {value}"), _covered),
    (_number("csat_mean", "mean score {value}"),),
    (_share("easy_share", "{value} found it easy"),),
    (_count("n_short_abandoned", "{n} gave up within 5 s", "{n} gave up within 5 s"),),
    (_seconds("longest_wait", "longest wait {value}"),),
    (_share("utilisation", "utilisation {value}"),),
    (_money("revenue_minor", "{value} in orders"),),
    (_money("cost_minor", "{value} in all"),),
    (_IMMATURE,),
    (_count("n_turns_closed_unanswered", "{n} closed unanswered", "{n} closed unanswered"),),
    (_MEAN, _P90),
    (_number("transfers_per_ticket", "{value} transfers a ticket", 2),),
    (_count("reopen_events", "{n} reopening in all", "{n} reopenings in all"),),
)  # fmt: skip


def remark(metric: Metric, row: Row, beside: Mapping[str, Row] | None = None, language: str = "en") -> str:
    """One line from the companions of a row; `beside` gives the rows of the other metrics of the page by name.

    A survey score always shows how many answered, a duration its mean and 90th percentile, a share its count.
    """
    if shown_value(metric, row) is None:
        return _IMMATURE(row, language)
    first = next(iter(_said(metric, row, language)), "")
    if "survey_answers" in metric.needs:
        return " · ".join(t for t in (first, _answered(beside, language)) if t)
    return first or _of_all(metric, row, language)


def remarks(metric: Metric, row: Row, beside: Mapping[str, Row] | None = None, language: str = "en") -> list[str]:
    """Everything that stands beside the value, a line each, the most telling first."""
    if shown_value(metric, row) is None:
        lines = [_IMMATURE(row, language)]
    else:
        asked = _answered(beside, language) if "survey_answers" in metric.needs else ""
        lines = [*_said(metric, row, language), asked, _of_all(metric, row, language)]
    return [line for line in lines if line]


def _answered(beside: Mapping[str, Row] | None, language: str) -> str:
    share = (beside or {}).get("survey_response_rate", {}).get("value")
    return "" if share is None else say(language, "{value} of all surveys answered", value=percent(share, 0, language=language))


def _said(metric: Metric, row: Row, language: str) -> list[str]:
    lines = []
    for parts in _SAYINGS:
        if _MEAN in parts and metric.unit != "seconds":
            continue
        texts = [text for text in (part(row, language) for part in parts) if text]
        if texts:
            lines.append(" · ".join(texts))
    return lines


def _of_all(metric: Metric, row: Row, language: str) -> str:
    part, n = row.get("numerator"), row.get("n")
    if metric.unit != "fraction" or part is None or n is None:
        return ""
    return say(language, "{part} of {n}", part=number(part, language=language), n=number(n, language=language))
