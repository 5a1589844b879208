"""A row of an answer as a line of a table: its name, its figures in words, and what to know about it."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from servicemeter.model.answer import Row
from servicemeter.model.metric import Metric
from servicemeter.show.phrases import say
from servicemeter.show.words import interval_words, n_words, null_words, share_words, shown_value, value_words
from servicemeter.web.paper import picture

__all__ = ["Line", "line_of"]


@dataclass(frozen=True)
class Line:
    """One line; `href` leads to the page of that part alone where there is one."""

    name: str
    value: str
    interval: str
    n: str
    note: str
    mark: Markup
    is_low: bool
    href: str = ""


def line_of(
    metric: Metric, row: Row, name: str, language: str, *, mark: str = "", href: str = "", is_period: bool = False
) -> Line:
    """The texts of one row; of a row that is a period, also whether that runs on."""
    is_low = bool(row.get("low_sample")) and metric.unit != "count" and shown_value(metric, row) is not None
    so_far = is_period and row.get("period_status") == "in_progress"
    notes = [
        null_words(metric, row, language),
        share_words(metric, row, language),
        say(language, "so far") if so_far else "",
        say(language, "few cases") if is_low else "",
    ]
    return Line(
        name,
        value_words(metric, row, language),
        interval_words(metric, row, language),
        n_words(row, language).removeprefix("n "),
        ", ".join(text for text in notes if text),
        picture(mark),
        is_low,
        href,
    )
