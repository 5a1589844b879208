"""An answer as a picture, for a notebook or a file: over time, by a dimension, or one figure with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from servicemeter.ground.errors import BadQuestion
from servicemeter.metrics.catalog import find_metric
from servicemeter.model.answer import Answer, Row
from servicemeter.model.metric import Metric
from servicemeter.show.charts import svg, trend_chart
from servicemeter.show.dates import moment, span
from servicemeter.show.dimensions import dimension_value
from servicemeter.show.dots import DotLine, dot_chart
from servicemeter.show.files import png_bytes
from servicemeter.show.retelling import retold_notes
from servicemeter.show.sentences import data_status
from servicemeter.show.theme import poster
from servicemeter.show.words import shown_value, unit_words, value_words

__all__ = ["Chart", "chart_of"]

_WIDTH, _HEIGHT = 760, 260
_HEADING = 30


@dataclass(frozen=True)
class Chart:
    """A picture as SVG with its own colours; a notebook shows it."""

    svg: str

    def _repr_html_(self) -> str:
        return self.svg

    def save(self, path: str | Path) -> None:
        """Write it as `.svg` or `.png`, by the end of the name; `BadQuestion` for another."""
        form = Path(path).suffix.lower()
        if form == ".svg":
            Path(path).write_text(self.svg, encoding="utf-8")
        elif form == ".png":
            Path(path).write_bytes(png_bytes(self.svg))
        else:
            raise BadQuestion(f"A chart cannot be written as {Path(path).name}. Give it a name that ends in .svg or .png.")


def chart_of(answer: Answer, language: str = "en", theme: str = "light") -> Chart:
    """The picture of an answer: a line over time for each group, or else a dot for each row with its interval."""
    metric = find_metric(answer.metric)
    named = _dimensions(answer)
    groups = [(_name(row, named, language), row) for row in answer.rows]
    drawn = _over_time(answer, metric, groups, language) if answer.question.grain else _beside(metric, groups, language)
    foot = [f"servicemeter · {data_status(answer.as_of, answer.report_tz, answer.lagging_sources, language)}"]
    notes = retold_notes(language, answer.notes)
    subtitle = " · ".join(part for part in (_when(answer, language), unit_words(metric, language)) if part)
    return Chart(poster(drawn, metric.label(language), subtitle, [*foot, *([notes] if notes else [])], theme))


def _dimensions(answer: Answer) -> list[str]:
    """What the rows are split by: that stands before their value."""
    names = list(answer.rows[0]) if answer.rows else []
    return [name for name in names[: names.index("value")] if name not in ("period_start", "at")] if "value" in names else []


def _name(row: Row, named: Sequence[str], language: str) -> str:
    return ", ".join(dimension_value(name, row[name], language) for name in named if name in row)


def _when(answer: Answer, language: str) -> str:
    question = answer.question
    if question.moment is not None:
        return moment(question.moment, answer.report_tz, language=language, with_year=True)
    return span(question.since, question.until, language=language) if question.since and question.until else ""


def _over_time(answer: Answer, metric: Metric, groups: Sequence[tuple[str, Row]], language: str) -> str:
    """A line for each group, one under the other; a period in which a group has no row is a gap."""
    starts = list(dict.fromkeys(str(row["period_start"]) for _, row in groups))
    found: dict[str, dict[str, Row]] = {}
    for name, row in groups:
        found.setdefault(name, {})[str(row["period_start"])] = row
    lines = []
    for name, by_start in found.items():
        rows = [by_start.get(start, {"period_start": start, "value": None}) for start in starts]
        lines.append((name, trend_chart(rows, metric, grain=answer.question.grain or "", language=language)))
    return _stacked(lines) if len(lines) != 1 or lines[0][0] else lines[0][1]


def _stacked(lines: Sequence[tuple[str, str]]) -> str:
    """Pictures one under the other, each below its name, as one picture."""
    inside = ""
    for place, (name, picture) in enumerate(lines):
        top = place * (_HEIGHT + _HEADING)
        inside += f'<text class="label strong" x="0" y="{top + 20}">{escape(name)}</text>'
        inside += f'<g transform="translate(0 {top + _HEADING})">{picture.partition(">")[2].removesuffix("</svg>")}</g>'
    return svg("trend", _WIDTH, len(lines) * (_HEIGHT + _HEADING), "", inside)


def _beside(metric: Metric, groups: Sequence[tuple[str, Row]], language: str) -> str:
    """A dot for each row on a common scale, the highest first; rows without a value come last."""
    shown = [(name or metric.label(language), row) for name, row in groups]
    shown.sort(key=lambda one: (shown_value(metric, one[1]) is None, -(shown_value(metric, one[1]) or 0)))
    known = [row for _, row in shown if shown_value(metric, row) is not None]
    values = [float(row[field]) for row in known for field in ("value", "ci_low", "ci_high") if row.get(field) is not None]
    edges = (min(0.0, *values), max(values)) if values and max(values) > min(0.0, *values) else None
    dots = [DotLine(name, value_words(metric, row, language), row) for name, row in shown]
    return dot_chart(dots, edges, None, _WIDTH)
