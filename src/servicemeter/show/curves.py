"""How long: the share of cases that are over within each time, on a scale that shows minutes and weeks alike."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import log

from servicemeter.model.curve import Curve
from servicemeter.show.axes import Axis
from servicemeter.show.charts import svg
from servicemeter.show.durations import duration
from servicemeter.show.numbers import percent
from servicemeter.show.phrases import say

__all__ = ["WITHIN", "curve_chart", "share_within"]

WITHIN = (60, 300, 900, 3600, 4 * 3600, 8 * 3600, 86400, 2 * 86400, 7 * 86400, 30 * 86400)
"""The times (seconds) that people ask about; also the ticks."""

_LEFT, _RIGHT, _TOP, _BELOW = 52, 24, 12, 28
_LEAST_S = 10


def share_within(curve: Curve, seconds: float) -> float:
    """The share of cases that were over within so many seconds: that of the last step up to there, 0 before the first."""
    return next((share for at, share in reversed(curve.steps) if at <= seconds), 0.0)


def curve_chart(curves: Sequence[tuple[str, Curve, str]], size: tuple[int, int], language: str = "en") -> str:
    """Curves, each with the class of its line and its label; the first also has its median and its p90 marked."""
    width, height = size
    last = max((curve.steps[-1][0] for _, curve, _ in curves if curve.steps), default=3600.0)
    across = Axis(log(_LEAST_S), log(max(last, 120.0)), _LEFT, width - _RIGHT)
    up = Axis(0, 1, height - _BELOW, _TOP)
    lines = "".join(_line(css, curve, across, up) for css, curve, _ in curves)
    marks = _marks(curves[0][1], across, up, language)
    return svg(
        "curve",
        width,
        height,
        say(language, "How long it takes"),
        _grid(across, up, width, language) + lines + marks + _labels(curves, width, up),
    )


def _x(across: Axis, seconds: float) -> float:
    return across.at(log(max(seconds, _LEAST_S)))


def _grid(across: Axis, up: Axis, width: int, language: str) -> str:
    out = ""
    for share in (0, 0.25, 0.5, 0.75, 1):
        y = up.at(share)
        out += f'<line class="grid" x1="{_LEFT}" x2="{width - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        out += f'<text class="tick y" x="{_LEFT - 8}" y="{y + 4:.1f}">{percent(share, 0, language=language)}</text>'
    before = -100.0
    for seconds in WITHIN:
        x = _x(across, seconds)
        if log(seconds) <= across.high and x - before > 52:
            before = x
            out += f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{up.end}" y2="{up.start}"/>'
            out += (
                f'<text class="tick x" x="{x:.1f}" y="{up.start + 20:.1f}">{escape(duration(seconds, language=language))}</text>'
            )
    return out


def _line(css_class: str, curve: Curve, across: Axis, up: Axis) -> str:
    """Straight between exact points; with cases still open a staircase, which is what such a curve is."""
    points = [(_LEFT * 1.0, up.at(0))]
    for at, share in curve.steps:
        x, y = _x(across, at), up.at(share)
        if curve.is_open:
            points.append((x, points[-1][1]))
        points.append((x, y))
    text = " ".join(f"{x:.1f},{y:.1f}" for x, y in _thinned(points))
    return f'<polyline class="{css_class}" points="{text}"/>'


def _thinned(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The points without those that lie less than half a pixel from the one before."""
    kept = points[:1]
    for point in points[1:]:
        if max(abs(point[0] - kept[-1][0]), abs(point[1] - kept[-1][1])) >= 0.5 or point is points[-1]:
            kept.append(point)
    return kept


def _marks(curve: Curve, across: Axis, up: Axis, language: str) -> str:
    out = ""
    for share, seconds, name in ((0.5, curve.median, "p50"), (0.9, curve.p90, "p90")):
        if seconds is not None:
            x, y = _x(across, seconds), up.at(share)
            out += f'<line class="aim" x1="{x:.1f}" x2="{x:.1f}" y1="{y:.1f}" y2="{up.start}"/>'
            out += f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="3.4"/>'
            words = f"{name} {duration(seconds, language=language)}"
            out += f'<text class="label strong end" x="{x - 8:.1f}" y="{y - 6:.1f}">{escape(words)}</text>'
    return out


def _labels(curves: Sequence[tuple[str, Curve, str]], width: int, up: Axis) -> str:
    if len(curves) < 2:
        return ""
    out = ""
    for place, (css, _, text) in enumerate(curves):
        label = "label-second" if css == "cohort" else "label"
        out += f'<text class="{label} end" x="{width - _RIGHT - 4}" y="{up.start - 26 + place * 16:.1f}">{escape(text)}</text>'
    return out
