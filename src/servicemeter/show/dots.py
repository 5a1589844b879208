"""A dot plot: parts of a metric under each other, each with its interval, the total as a reference line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from servicemeter.model.answer import Row
from servicemeter.show.axes import Axis
from servicemeter.show.charts import svg

__all__ = ["DotLine", "dot_chart"]

_HEIGHT, _NAMES, _VALUES = 26, 170, 110


@dataclass(frozen=True)
class DotLine:
    """One part: its name, its value in words, and its row."""

    name: str
    value: str
    row: Row


def dot_chart(lines: Sequence[DotLine], edges: tuple[float, float] | None, total: float | None, width: int) -> str:
    """The plot in the order given; parts with few cases are faded, parts without a value have no dot."""
    low, high = edges or (0.0, 1.0)
    across = Axis(low, high, _NAMES + 10, width - _VALUES - 10)
    height = _HEIGHT * max(len(lines), 1) + 8
    inside = ""
    if total is not None and low <= total <= high:
        x = across.at(total)
        inside += f'<line class="ref" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{height}"/>'
    for place, line in enumerate(lines):
        inside += _line(line, across, place * _HEIGHT + _HEIGHT / 2 + 4, width)
    return svg("dotplot", width, height, "", inside)


def _line(line: DotLine, across: Axis, y: float, width: int) -> str:
    row = line.row
    css_class = ' class="faded"' if row.get("low_sample") else ""
    out = f'<text class="label" x="{0}" y="{y + 4:.1f}">{escape(line.name)}</text>'
    out += f'<text class="label strong end" x="{width}" y="{y + 4:.1f}">{escape(line.value)}</text>'
    value = row.get("value")
    if value is None or not across.low <= value <= across.high:
        return f"<g{css_class}>{out}</g>"
    if row.get("ci_low") is not None and row.get("ci_high") is not None:
        a, b = across.at(max(row["ci_low"], across.low)), across.at(min(row["ci_high"], across.high))
        out += f'<line class="whisker" x1="{a:.1f}" x2="{b:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'
    return f'<g{css_class}>{out}<circle class="dot" cx="{across.at(value):.1f}" cy="{y:.1f}" r="3.6"/></g>'
