"""Answers and scorecards as tables of text for the terminal, and as CSV that a spreadsheet cannot run."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from servicemeter.model.answer import Answer, Row
from servicemeter.model.metric import Metric
from servicemeter.model.scorecard import Card, Scorecard
from servicemeter.show.changes import compare, target_words
from servicemeter.show.dates import period_label
from servicemeter.show.numbers import number
from servicemeter.show.phrases import phrase, say
from servicemeter.show.words import family_title, interval_words, null_words, share_words, value_words

__all__ = ["Column", "Table", "answer_table", "csv_text", "dimensions", "field_names", "guarded", "rows_csv", "scorecard_table"]

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class Column:
    """A column's heading, and the side on which its text stands."""

    title: str
    align: Literal["left", "right"] = "left"


@dataclass(frozen=True)
class Table:
    """Rows of text under columns, all rows as long as the columns."""

    columns: list[Column]
    rows: list[list[str]]


def scorecard_table(scorecard: Scorecard, metrics: Mapping[str, Metric], language: str = "en") -> Table:
    """One row a card: family (on its first row), name, value, interval, n, change, target."""
    columns = [
        Column(""),
        Column(say(language, "metric")),
        Column(say(language, "value"), "right"),
        Column(say(language, "95 % interval"), "right"),
        Column("n", "right"),
        Column(say(language, "change")),
        Column(say(language, "target")),
    ]
    rows = []
    for family in scorecard.families:
        title = family_title(family.name, language)
        for position, card in enumerate(family.cards):
            rows.append([title if position == 0 else "", *_card_cells(card, metrics[card.metric], language)])
    return Table(columns, rows)


def _card_cells(card: Card, metric: Metric, language: str) -> list[str]:
    change = compare(metric, card.now, card.before, language)
    words = ", ".join(w for w in (change.words, change.verdict) if w) if change else ""
    changed = f"{change.arrow} {words}" if change else null_words(metric, card.now, language)
    return [metric.label(language), *_figures(metric, card.now, language), changed, target_words(metric, card, language)]


def _figures(metric: Metric, row: Row, language: str) -> list[str]:
    n = row.get("n")
    return [
        value_words(metric, row, language),
        interval_words(metric, row, language),
        "" if n is None else number(n, language=language),
    ]


def answer_table(answer: Answer, metric: Metric, language: str = "en") -> Table:
    """One row a group and period: the period, the dimensions, value, interval, n, and why a value is missing."""
    grain, by = answer.question.grain, dimensions(answer)
    head = [Column(say(language, "period"))] if grain else []
    columns = [*head, *(Column(d) for d in by), Column(say(language, "value"), "right"),
               Column(say(language, "95 % interval"), "right"), Column("n", "right"), Column("")]  # fmt: skip
    rows = []
    for row in answer.rows:
        period = [_period(row.get("period_start"), grain, language)] if grain else []
        notes = null_words(metric, row, language) or _state(metric, row, language)
        rows.append([*period, *(str(row.get(d, "")) for d in by), *_figures(metric, row, language), notes])
    return Table(columns, rows)


def dimensions(answer: Answer) -> list[str]:
    """The dimensions of an answer's rows: those asked for, and those a metric always has (`channel`, `reason`, …)."""
    implied = ("channel", "reason", "intent")
    found = [d for d in implied if d not in answer.question.by and any(d in row for row in answer.rows)]
    return [*answer.question.by, *found]


def _period(start: object, grain: str, language: str) -> str:
    on = start if isinstance(start, date) else date.fromisoformat(str(start)[:10])
    return period_label(on, grain, language=language)


_STATES = {"in_progress": phrase("so far"), "partial_coverage": phrase("data begins inside this period")}


def _state(metric: Metric, row: Row, language: str) -> str:
    """What to know of a value: which share it is, that its period is not whole, or that it rests on few cases."""
    state = _STATES.get(str(row.get("period_status")), "")
    few = say(language, "few cases") if row.get("low_sample") else ""
    return " · ".join(text for text in (share_words(metric, row, language), say(language, state) if state else "", few) if text)


def guarded(text: str) -> str:
    """A text that a spreadsheet will not run as a formula: dangerous first characters get an apostrophe in front.

    >>> guarded("=1+1"), guarded("email"), guarded(" =1")
    ("'=1+1", 'email', "' =1")
    """
    return "'" + text if text.lstrip(" ").startswith(_DANGEROUS) else text


def csv_text(*answers: Answer) -> str:
    """The rows of answers as CSV (RFC 4180): exact values, seconds and shares unrounded, instants ISO 8601.

    Several answers stand below each other under the fields of all. Numbers stay numbers, also negative ones; only text
    is guarded against being run as a formula.
    """
    rows = [{"metric": answer.metric, **row} for answer in answers for row in answer.rows]
    return rows_csv(rows, ["metric"])


def rows_csv(rows: Sequence[Row], first: Sequence[str] = ()) -> str:
    """Rows as CSV, under the fields that any of them has; `first` are columns also without rows."""
    names = field_names(rows) or list(first)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([guarded(name) for name in names])
    for row in rows:
        writer.writerow([_cell(row.get(name)) for name in names])
    return out.getvalue()


def field_names(rows: Sequence[Row]) -> list[str]:
    """The fields that any of the rows has, in the order they first appear."""
    names: dict[str, None] = {}
    for row in rows:
        names.update(dict.fromkeys(row))
    return list(names)


def _cell(value: object) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return guarded(str(value))
