"""A funnel plot: every group at its number of cases, between the lines that luck alone reaches; never a ranking."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from servicemeter.model.comparison import Comparison, Group, Limits
from servicemeter.model.metric import Metric
from servicemeter.show.axes import Axis, axis_for
from servicemeter.show.charts import svg
from servicemeter.show.numbers import number, percent
from servicemeter.show.phrases import phrase, say
from servicemeter.show.words import n_words

__all__ = ["STANDINGS", "funnel_chart", "standing_words"]

STANDINGS = {
    "better": phrase("better than luck explains"),
    "worse": phrase("worse than luck explains"),
    "apart": phrase("different beyond luck"),
    "within": phrase("within what luck does"),
    "few": phrase("too few cases to say"),
    "none": phrase("too few cases to say"),
}
_LEFT, _RIGHT, _TOP, _BELOW = 52, 20, 14, 44
_SHIFTS = (4, -6, 14, -18, 26)
"""How far below its mark a name may stand, the best first."""
_LABELLED = 8


def standing_words(group: Group, language: str = "en") -> str:
    """Where a group stands, in words; far outside is said too."""
    words = say(language, STANDINGS[group.standing])
    return say(language, "{standing}, by far", standing=words) if group.is_far and group.stands_out else words


def funnel_chart(comparison: Comparison, metric: Metric, size: tuple[int, int], language: str = "en") -> str:
    """The plot; groups outside the limits are named beside their mark, the others tell their name when pointed at."""
    width, height = size
    shown = [group for group in comparison.groups if group.adjusted is not None]
    title = say(language, "{label} by number of cases", label=metric.label(language))
    if not shown or comparison.common is None:
        return svg("trend", width, height, title, "")
    across = axis_for([0.0, float(max(g.n for g in shown))], _LEFT, width - _RIGHT, unit="count", ticks=6 if width > 500 else 3)
    up = axis_for(_edges(comparison, shown), height - _BELOW, _TOP, unit="fraction", bounds=(0.0, 1.0))
    inside = "".join([
        _grid(across, up, width, height, language),
        _limits(comparison.lines, across, up),
        _common(comparison.common, up, width, language),
        *(_mark(group, across, up, language) for group in shown),
        _names(shown, comparison.common, across, up, width),
    ])  # fmt: skip
    return svg("trend", width, height, title, inside)


def _edges(comparison: Comparison, shown: Sequence[Group]) -> list[float]:
    """What the picture must hold: every group, and the inner limits at the fewest cases that a group has."""
    least = min(group.n for group in shown)
    near = [limit for line in comparison.lines if line.n >= least for limit in (line.low, line.high)]
    return [*(group.adjusted for group in shown if group.adjusted is not None), *near]


def _grid(across: Axis, up: Axis, width: int, height: int, language: str) -> str:
    out = ""
    for tick in up.ticks:
        y = up.at(tick)
        out += f'<line class="grid" x1="{_LEFT}" x2="{width - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        out += f'<text class="tick y" x="{_LEFT - 8}" y="{y + 4:.1f}">{percent(tick, 0, language=language)}</text>'
    for tick in across.ticks:
        out += f'<text class="tick x" x="{across.at(tick):.1f}" y="{up.start + 18:.1f}">{number(tick, language=language)}</text>'
    words = escape(say(language, "number of cases"))
    return out + f'<text class="tick end" x="{width - _RIGHT}" y="{height - 6}">{words}</text>'


def _limits(lines: Sequence[Limits], across: Axis, up: Axis) -> str:
    """Both pairs of limits, each cut off where the picture ends."""
    out = ""
    for css, field in (("far", "far_low"), ("far", "far_high"), ("limit", "low"), ("limit", "high")):
        points = [(across.at(line.n), getattr(line, field)) for line in lines if line.n <= across.high]
        inside = [(x, up.at(share)) for x, share in points if up.low <= share <= up.high]
        text = " ".join(f"{x:.1f},{y:.1f}" for x, y in inside)
        out += f'<polyline class="{css}" points="{text}"/>' if len(inside) > 1 else ""
    return out


def _common(share: float, up: Axis, width: int, language: str) -> str:
    y = up.at(share)
    words = escape(say(language, "all together {value}", value=percent(share, 1, language=language)))
    line = f'<line class="ref" x1="{_LEFT}" x2="{width - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
    return line + f'<text class="aim-label end" x="{width - _RIGHT}" y="{y - 5:.1f}">{words}</text>'


def _place(group: Group, across: Axis, up: Axis) -> tuple[float, float]:
    assert group.adjusted is not None
    return across.at(group.n), up.at(group.adjusted)


def _mark(group: Group, across: Axis, up: Axis, language: str) -> str:
    assert group.adjusted is not None
    x, y = _place(group, across, up)
    css = {"better": "good", "worse": "bad", "apart": "dot", "within": "peer"}.get(group.standing, "peer faded")
    said = (
        group.name,
        percent(group.adjusted, 1, language=language),
        n_words(group.row, language),
        standing_words(group, language),
    )
    title = escape(" · ".join(said))
    return f'<circle class="{css}" cx="{x:.1f}" cy="{y:.1f}" r="{5 if group.stands_out else 4}"><title>{title}</title></circle>'


def _names(shown: Sequence[Group], common: float, across: Axis, up: Axis, width: int) -> str:
    """The names of those outside, each where it covers least: the farthest first when there are many."""
    outside = sorted((g for g in shown if g.stands_out), key=lambda g: (not g.is_far, -g.n))[:_LABELLED]
    taken = [_box(x - 5, y + 4, 10) for x, y in (_place(group, across, up) for group in shown)]
    out = ""
    for group in sorted(outside, key=lambda g: _place(g, across, up)[1]):
        x, y = _place(group, across, up)
        arrow = "▲" if (group.adjusted or 0) > common else "▼"
        words = f"{arrow} {group.name}"
        wide = 7.2 * len(words)
        free = [_box(x + 9 if right else x - 9 - wide, y + dy, wide) for right in (True, False) for dy in _SHIFTS]
        fitting = [box for box in free if box[0] > _LEFT and box[2] < width] or free[:1]
        at = min(fitting, key=lambda box: sum(_overlap(box, other) for other in taken))
        taken.append(at)
        css = {"better": "good-label", "worse": "bad-label"}.get(group.standing, "label")
        out += f'<text class="{css}" x="{at[0]:.1f}" y="{at[3]:.1f}">{arrow} {escape(group.name)}</text>'
    return out


def _box(left: float, baseline: float, wide: float) -> tuple[float, float, float, float]:
    """What a text covers: left, top, right, baseline."""
    return left, baseline - 10, left + wide, baseline


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> float:
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return across * down if across > 0 and down > 0 else 0.0
