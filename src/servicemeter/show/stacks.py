"""Parts of a whole over time and side by side: how customers sound, in three shares with direct labels."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape

from servicemeter.model.answer import Row
from servicemeter.show.axes import Axis
from servicemeter.show.charts import svg
from servicemeter.show.dates import period_label
from servicemeter.show.numbers import percent
from servicemeter.show.phrases import phrase, say
from servicemeter.show.words import n_words

__all__ = ["SOUNDS", "shares_words", "stack_chart", "stack_mark"]

SOUNDS = {"negative": phrase("negative"), "neutral": phrase("neutral"), "positive": phrase("positive")}
"""The parts in the order in which they are stacked, from below."""
_CLASSES = {"negative": "bad", "neutral": "middling", "positive": "good"}
_LABELS = {"negative": "bad-label", "neutral": "tick", "positive": "good-label"}
_LEFT, _RIGHT, _TOP, _BELOW = 52, 116, 14, 28
_MOST_WIDTH = 46


def stack_chart(rows: Sequence[Row], grain: str, size: tuple[int, int], language: str = "en") -> str:
    """A column a period, from the first one with scores on; the last one says which part is which. An unfinished one is faded."""
    width, height = size
    first = next((i for i, row in enumerate(rows) if row.get("positive") is not None), 0)
    rows = rows[first:]
    label = say(language, "How customers sound, over time")
    up = Axis(0, 1, height - _BELOW, _TOP)
    step = (width - _LEFT - _RIGHT) / max(len(rows), 1)
    out = "".join(_tick(share, up, width, language) for share in (0, 0.25, 0.5, 0.75, 1))
    every = max(1, -(-74 // int(max(step, 1))))
    for i, row in enumerate(rows):
        x = _LEFT + step * (i + 0.5)
        out += _column(row, x, min(step * 0.72, _MOST_WIDTH), up, grain, language)
        if (len(rows) - 1 - i) % every == 0:
            out += f'<text class="tick x" x="{x:.1f}" y="{height - 8}">{escape(_period(row, grain, language, False))}</text>'
    shown = [row for row in rows if row.get("positive") is not None]
    return svg("trend", width, height, label, out + (_names(shown[-1], up, width, language) if shown else ""))


def _tick(share: float, up: Axis, width: int, language: str) -> str:
    y = up.at(share)
    line = f'<line class="grid" x1="{_LEFT}" x2="{width - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
    return line + f'<text class="tick y" x="{_LEFT - 8}" y="{y + 4:.1f}">{percent(share, 0, language=language)}</text>'


def _column(row: Row, x: float, wide: float, up: Axis, grain: str, language: str) -> str:
    if row.get("positive") is None:
        return ""
    title = " · ".join((_period(row, grain, language, True), shares_words(row, language), n_words(row, language)))
    out, low = "", 0.0
    for part in SOUNDS:
        high = low + row[part]
        y, tall = up.at(high), up.at(low) - up.at(high)
        box = f'x="{x - wide / 2:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{max(tall - 1, 0):.1f}"'
        out += f'<rect class="{_CLASSES[part]}" {box}/>'
        low = high
    faded = ' class="faded"' if row.get("period_status") == "in_progress" or row.get("low_sample") else ""
    return f"<g{faded}><title>{escape(title)}</title>{out}</g>"


def _names(row: Row, up: Axis, width: int, language: str) -> str:
    """What each part is, at the height at which it lies in the last column, moved apart where two are thin."""
    out, low, before = "", 0.0, up.start + 20
    for part, text in SOUNDS.items():
        middle = up.at(low + row[part] / 2) + 4
        before = min(middle, before - 16)
        words = f"{say(language, text)} {percent(row[part], 0, language=language)}"
        out += f'<text class="{_LABELS[part]}" x="{width - _RIGHT + 8}" y="{before:.1f}">{escape(words)}</text>'
        low += row[part]
    return out


def _period(row: Row, grain: str, language: str, with_year: bool) -> str:
    on = date.fromisoformat(str(row["period_start"])[:10])
    return period_label(on, "day" if grain == "week" and not with_year else grain, language=language, with_year=with_year)


def shares_words(row: Row, language: str = "en") -> str:
    """The three shares in words, the positive one first."""
    parts = reversed(SOUNDS.items())
    return ", ".join(f"{say(language, text)} {percent(row[part], 0, language=language)}" for part, text in parts)


def stack_mark(row: Row) -> str:
    """The three shares of one row as a bar, for a table that has them as figures too."""
    if row.get("positive") is None:
        return ""
    out, low = "", 0.0
    for part in SOUNDS:
        out += f'<rect class="{_CLASSES[part]}" x="{low * 160:.1f}" y="3" width="{max(row[part] * 160 - 1, 0):.1f}" height="14"/>'
        low += row[part]
    return f'<svg class="dots" viewBox="0 0 160 20" aria-hidden="true">{out}</svg>'
