"""Where it comes from: the metric by any of its dimensions, sorted, with intervals; at most twelve parts, then the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from servicemeter.ground.errors import BadQuestion, UnknownName
from servicemeter.model.answer import Answer, Row
from servicemeter.model.metric import Metric
from servicemeter.model.question import FIRST_SPLIT, Filter
from servicemeter.show.charts import dot_mark
from servicemeter.show.dimensions import dimension_name, dimension_value
from servicemeter.show.dots import DotLine, dot_chart
from servicemeter.show.phrases import counted, phrase, say
from servicemeter.show.words import is_of_share, shown_value, unit_words
from servicemeter.web.address import FILTERS
from servicemeter.web.lines import Line, line_of
from servicemeter.web.panels import Panel
from servicemeter.web.subject import Subject

__all__ = ["IS_LATE", "MOST", "PLACE", "TITLE", "build"]

PLACE = 20
TITLE = phrase("By channel, team and more")
IS_LATE = False
MOST = 12
_EVERYWHERE = (
    "channel", "channel_class", "team", "agent", "reason", "priority", "brand", "language", "customer_segment", "source",
    "weekday", "hour_of_day",
)  # fmt: skip
_SORTS = {
    "-value": phrase("largest first"),
    "value": phrase("smallest first"),
    "-n": phrase("most cases first"),
    "name": phrase("by name"),
}
_IN_ORDER = ("weekday", "hour_of_day", "age_group")
_BUCKETS = {"agent": "(unassigned)", "team": "(unknown)"}
_ASKED_OF_NOBODY = phrase(
    "An answer is put with whoever had the request when it was last solved before the question was sent, or handled the call or "
    "chat. Under {bucket}: the request was not solved by then, or the source names nobody."
)


def build(subject: Subject) -> Panel | None:
    """The metric by the dimension of the address (`by`), or by its own, or by channel."""
    metric, language = subject.metric, subject.language
    hidden = ("agent",) if subject.seen.desk.hides_individuals else ()
    choices = [d for d in (*_EVERYWHERE, *metric.dimensions) if d not in (*metric.invalid, *hidden)]
    by = subject.seen.address.own.get("by", subject.nature or FIRST_SPLIT)
    if by not in (*choices, *hidden):  # the desk says itself why it hides
        raise UnknownName(f"dimension of {metric.name}", by, choices)
    answer = _ask(subject, by)
    rows = _sorted(answer.rows, by, metric, _sort(subject, by))
    rows, others = _cut(subject, rows, by)
    shown = [*rows, *others]
    drawn = [_on_scale(metric, row) for row in shown]
    edges = _edges(metric, drawn)
    total = subject.card.now.get("value") if subject.card and metric.unit != "count" else None
    lines = [_line(subject, row, by, edges, total) for row in shown]

    def draw(size: tuple[int, int]) -> str:
        dots = [DotLine(line.name, line.value, row) for line, row in zip(lines, drawn, strict=True)]
        return dot_chart(dots, edges, total, size[0])

    name = dimension_name(by, language)
    return Panel(
        "split",
        say(language, "By {dimension}", dimension=name),
        f"{say(language, _SORTS[_sort(subject, by)])} · {unit_words(metric, language)}",
        [{"metric": metric.name, **row} for row in shown],
        [answer],
        draw if edges else None,
        {
            "lines": lines,
            "by": by,
            "choices": {d: dimension_name(d, language) for d in dict.fromkeys(choices)},
            "sort": _sort(subject, by),
            "sorts": {key: say(language, text) for key, text in _SORTS.items()},
            "has_marks": edges is not None,
            "of_nobody": _of_nobody(metric, by, answer.rows, language),
        },
    )


def _ask(subject: Subject, by: str) -> Answer:
    return subject.measure(by=() if by == subject.nature else (by,))


def _of_nobody(metric: Metric, by: str, rows: Sequence[Row], language: str) -> str:
    """Why answers to surveys are nobody's, where some are."""
    is_asked = not {"survey_answers", "survey_invitations"}.isdisjoint(metric.needs)
    bucket = _BUCKETS.get(by) if is_asked else None
    if bucket is None or all(row.get(by) != bucket for row in rows):
        return ""
    return say(language, _ASKED_OF_NOBODY, bucket=dimension_value(by, bucket, language))


def _sort(subject: Subject, by: str) -> str:
    sort = subject.seen.address.own.get("sort", "name" if by in _IN_ORDER else "-value")
    if sort not in _SORTS:
        raise UnknownName("order", sort, _SORTS)
    return sort


def _sorted(rows: Sequence[Row], by: str, metric: Metric, sort: str) -> list[Row]:
    """Rows in order, those without a value last and small samples before them: a league table is no place for luck."""
    key, sign = sort.removeprefix("-"), -1 if sort.startswith("-") else 1
    if key == "name":
        return sorted(rows, key=lambda row: (str(row.get(by)).startswith("("), _natural(row.get(by))))

    def place(row: Row) -> tuple[bool, bool, float]:
        is_low = bool(row.get("low_sample")) and key == "value" and metric.unit != "count"
        return shown_value(metric, row) is None, is_low, sign * float(row.get(key) or 0)

    return sorted(rows, key=place)


def _natural(value: object) -> tuple[int, str]:
    text = str(value)
    return (int(text), "") if text.isdigit() else (10**9, text)


def _cut(subject: Subject, rows: list[Row], by: str) -> tuple[list[Row], list[Row]]:
    """The first twelve, and one row for all others together: measured anew, because averages cannot be averaged."""
    if len(rows) <= MOST + 1 or by in _IN_ORDER:
        return rows, []
    kept = rows[:MOST]
    said = tuple(str(row[by]) for row in kept)
    where = (*subject.seen.address.where, Filter(by, said, negated=True))
    name = counted(subject.language, len(rows) - MOST, "{n} other", "{n} others")
    try:
        others = subject.seen.desk.measure(replace(subject.question(), where=where)).rows
    except BadQuestion:
        return rows, []
    return kept, [{by: name, **{k: v for k, v in row.items() if k != by}} for row in others[:1]]


def _line(subject: Subject, row: Row, by: str, edges: tuple[float, float] | None, total: float | None) -> Line:
    metric, value = subject.metric, row.get(by)
    mark = dot_mark(_on_scale(metric, row), *edges, total) if edges and shown_value(metric, row) is not None else ""
    can_filter = by in FILTERS and value is not None and not str(value).startswith("(") and "period_status" in row
    href = subject.seen.address.here(**{by: str(value), "by": None}) if can_filter else ""
    name = dimension_value(by, value, subject.language) if by in row else "–"  # one row that says why there are no groups
    return line_of(metric, row, name, subject.language, mark=mark, href=href)


def _on_scale(metric: Metric, row: Row) -> Row:
    """The row as it is drawn: without an interval that is of another scale than the value."""
    return {**row, "ci_low": None, "ci_high": None} if is_of_share(metric, row) else row


def _edges(metric: Metric, rows: list[Row]) -> tuple[float, float] | None:
    """The common scale of the dots: from 0, or from the lowest negative bound, to the highest bound."""
    shown = [row for row in rows if shown_value(metric, row) is not None]
    values = [float(row[f]) for row in shown for f in ("value", "ci_low", "ci_high") if row.get(f) is not None]
    if not values or max(values) <= min(0.0, *values):
        return None
    return min(0.0, *values), max(values)
