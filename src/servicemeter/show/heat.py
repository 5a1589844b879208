"""When: a value for every hour of the week, as classes of one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from servicemeter.model.answer import Row
from servicemeter.model.metric import Metric
from servicemeter.show.charts import svg
from servicemeter.show.dates import weekday_names
from servicemeter.show.phrases import say
from servicemeter.show.theme import HEAT_STEPS
from servicemeter.show.words import n_words, shown_value, value_words

__all__ = ["Cell", "heat_cells", "heat_chart"]

_LEFT, _TOP = 96, 22


@dataclass(frozen=True)
class Cell:
    """One hour of the week: its place on the scale (None: nothing there, or too few to colour), and what it says."""

    weekday: int
    hour: int
    step: int | None
    words: str
    is_low: bool


def heat_cells(rows: Sequence[Row], metric: Metric, language: str = "en") -> list[list[Cell]]:
    """Seven days of twenty-four hours. The scale runs from the least to the greatest value of cells with enough cases."""
    found = {(int(row["weekday"]), int(row["hour_of_day"])): row for row in rows if _is_hour(row)}
    firm = [float(row["value"]) for row in found.values() if shown_value(metric, row) is not None and not _is_low(metric, row)]
    edges = (min(firm), max(firm)) if firm else (0.0, 0.0)
    return [[_cell(found.get((day, hour)), day, hour, edges, metric, language) for hour in range(24)] for day in range(1, 8)]


def _is_hour(row: Row) -> bool:
    return str(row.get("weekday")).isdigit() and str(row.get("hour_of_day")).isdigit()


def _is_low(metric: Metric, row: Row) -> bool:
    return bool(row.get("low_sample")) and metric.unit != "count"


def _cell(row: Row | None, day: int, hour: int, edges: tuple[float, float], metric: Metric, language: str) -> Cell:
    when = f"{weekday_names(language)[day - 1]} {hour}:00"
    value = shown_value(metric, row) if row is not None else None
    if row is None or value is None:
        return Cell(day, hour, None, f"{when}: –", False)
    words = f"{when}: {value_words(metric, row, language)}"
    if row.get("n") != value:
        words += f" · {n_words(row, language)}"
    low, high = edges
    share = (min(max(value, low), high) - low) / (high - low) if high > low else 0.5
    is_low = _is_low(metric, row)
    return Cell(day, hour, None if is_low else min(int(share * HEAT_STEPS), HEAT_STEPS - 1), words, is_low)


def heat_chart(cells: Sequence[Sequence[Cell]], width: int, language: str = "en") -> str:
    """The cells as a picture: days under each other, hours from left to right."""
    across = (width - _LEFT) / 24
    high = 26.0
    parts = []
    for hour in range(0, 24, 3):
        parts.append(f'<text class="tick" x="{_LEFT + hour * across:.1f}" y="14">{hour}:00</text>')
    for row, name in zip(cells, weekday_names(language), strict=True):
        y = _TOP + (row[0].weekday - 1) * high
        parts.append(f'<text class="tick" x="0" y="{y + 17:.1f}">{escape(name)}</text>')
        for cell in row:
            css_class = "empty" if cell.step is None else f"heat{cell.step}"
            x = _LEFT + cell.hour * across
            box = f'x="{x + 1:.1f}" y="{y + 1:.1f}" width="{across - 2:.1f}" height="{high - 2:.1f}" rx="3"'
            parts.append(f'<rect class="{css_class}" {box}><title>{escape(cell.words)}</title></rect>')
    return svg("heat", width, _TOP + 7 * high + 4, say(language, "By hour of the week"), "".join(parts))
