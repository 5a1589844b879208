"""Pictures as inline SVG that carry classes only, so that a page's style sheet and its security policy both hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from html import escape

from servicemeter.ground.clock import period_end
from servicemeter.model.answer import Row
from servicemeter.model.metric import Metric
from servicemeter.model.target import Note, Target
from servicemeter.show.axes import Axis, axis_for
from servicemeter.show.changes import aim_words
from servicemeter.show.dates import period_label
from servicemeter.show.numbers import money, number
from servicemeter.show.phrases import say
from servicemeter.show.words import figure, n_words, shown_value, value_words

__all__ = ["dot_mark", "flags", "hatch", "sparkline", "svg", "trend_chart"]

_SPARK_WIDTH, _SPARK_HEIGHT, _PAD = 150, 34, 4
_FLAG_LETTERS, _FLAG_LINES = 28, 3
_Point = tuple[int, Row]


def sparkline(rows: Sequence[Row], label: str = "", metric: Metric | None = None) -> str:
    """A line without axes: interval band, dot on the last value, a dashed and hatched end when it is unfinished.

    Periods without a value are gaps. One value alone is a dot; no value at all is an empty picture that says so.
    """
    shown = [(i, row) for i, row in enumerate(rows) if _value(row, metric) is not None]
    if not shown:
        return svg("spark", _SPARK_WIDTH, _SPARK_HEIGHT, label or "no values", "")
    across = Axis(0, max(len(rows) - 1, 1), _PAD, _SPARK_WIDTH - _PAD - 4)
    if len(rows) == 1:
        across = Axis(0, 0, _PAD, _SPARK_WIDTH - _PAD)
    edges = _edges(shown)
    up = Axis(min(edges), max(edges), _SPARK_HEIGHT - _PAD, _PAD)
    last, row = shown[-1]
    hatched = ""
    if len(rows) > 1 and shown[-1][0] == len(rows) - 1 and _is_unfinished(rows[-1]):
        hatched = hatch(across.at(len(rows) - 1.7), across.at(len(rows) - 1) + 4, 1, _SPARK_HEIGHT - 1, 4)
    dot = f'<circle class="dot" cx="{across.at(last):.1f}" cy="{up.at(row["value"]):.1f}" r="2.6"/>'
    return svg("spark", _SPARK_WIDTH, _SPARK_HEIGHT, label, hatched + _series(shown, across, up) + dot)


def _value(row: Row, metric: Metric | None) -> float | None:
    value: float | None = row.get("value") if metric is None else shown_value(metric, row)
    return value


def _edges(shown: list[_Point]) -> list[float]:
    fields = [row.get(f) for _, row in shown for f in ("value", "ci_low", "ci_high")]
    return [float(v) for v in fields if v is not None]


def svg(css_class: str, width: float, height: float, label: str, inside: str, *, is_sized: bool = False) -> str:
    """A picture that carries classes only; its label is what a screen reader says of it. `is_sized` keeps it as it was drawn."""
    size = f' width="{width:g}" height="{height:g}"' if is_sized else ""
    head = f'<svg class="{css_class}" viewBox="0 0 {width:g} {height:g}"{size} role="img" aria-label="{escape(label)}">'
    return f"{head}{inside}</svg>"


def _runs(shown: list[_Point]) -> Iterator[list[_Point]]:
    """Neighbouring periods that all have a value."""
    run: list[_Point] = []
    for point in shown:
        if run and point[0] != run[-1][0] + 1:
            yield run
            run = []
        run.append(point)
    if run:
        yield run


def _is_unfinished(row: Row) -> bool:
    return row.get("period_status") == "in_progress"


def _series(shown: list[_Point], across: Axis, up: Axis) -> str:
    """Band and line of every run; a run of one is a small dot; steps from or to a period that is not whole are dashed."""
    bands, lines = "", ""
    for run in _runs(shown):
        bands += _band(run, across, up)
        at = [f"{across.at(i):.1f},{up.at(row['value']):.1f}" for i, row in run]
        if len(run) == 1:
            x, y = at[0].split(",")
            lines += f'<circle class="alone" cx="{x}" cy="{y}" r="1.6"/>'
            continue
        first = 1 if _is_begun_late(run[0][1]) else 0
        last = len(at) - 1 if _is_unfinished(run[-1][1]) else len(at)
        lines += _line("sofar", at[: first + 1]) + _line("line", at[first:last]) + _line("sofar", at[max(last - 1, first) :])
    return bands + lines


def _is_begun_late(row: Row) -> bool:
    return row.get("period_status") == "partial_coverage"


def _line(css_class: str, at: list[str]) -> str:
    return f'<polyline class="{css_class}" points="{" ".join(at)}"/>' if len(at) > 1 else ""


def _band(run: list[_Point], across: Axis, up: Axis) -> str:
    held = [(i, r) for i, r in run if r.get("ci_low") is not None and r.get("ci_high") is not None]
    out = ""
    for part in _runs(held):
        if len(part) > 1:
            top = [f"{across.at(i):.1f},{up.at(r['ci_high']):.1f}" for i, r in part]
            low = [f"{across.at(i):.1f},{up.at(r['ci_low']):.1f}" for i, r in reversed(part)]
            out += f'<polygon class="band" points="{" ".join(top + low)}"/>'
    return out


def trend_chart(
    rows: Sequence[Row],
    metric: Metric,
    *,
    grain: str = "week",
    language: str = "en",
    target: Target | None = None,
    size: tuple[int, int] = (760, 260),
    notes: Sequence[Note] = (),
) -> str:
    """A line over time with axis, interval band, target and hatched unfinished period; every point tells its figures.

    The picture's label is its title; the numbers stand in a table beside it, which is the page's.
    """
    shown = [(i, row) for i, row in enumerate(rows) if _value(row, metric) is not None]
    title = say(language, "{label} over time", label=metric.label(language))
    if not shown:
        return svg("trend", *size, title, "")
    width, height = size
    currency = shown[0][1].get("currency")
    edges = _edges(shown) + ([target.value] if target else [])
    bounds = (0.0, 1.0) if metric.unit == "fraction" and metric.name != "sentiment" and max(edges) <= 1 else None
    up = axis_for(edges, height - 28, 14, unit=metric.unit, bounds=bounds)
    across = Axis(0, max(len(rows) - 1, 1), 62, width - 18)
    if len(rows) == 1:
        across = Axis(0, 0, 62, width - 18)
    inside = "".join([
        _grid(up, metric, width, language, currency),
        _unfinished(rows, across, height, language),
        _dates(rows, across, height, grain, language, width),
        _aim(target, metric, up, width, language, currency),
        flags(notes, rows, across, (14, height - 28), grain),
        _series(shown, across, up),
        _points(shown, across, up, metric, grain, language),
    ])  # fmt: skip
    return svg("trend", width, height, title, inside)


def _grid(up: Axis, metric: Metric, width: int, language: str, currency: str | None) -> str:
    digits = _tick_digits(up)
    out = ""
    for tick in up.ticks:
        y = up.at(tick)
        text = " ".join(f"{a} {b}".strip() for a, b in figure(metric, tick, digits, language=language))
        if metric.unit == "money":
            text = money(tick, currency, language=language, has_symbol=False)
        elif metric.unit in ("count", "score", "replies", "touches"):
            text = number(tick, digits, language=language)
        out += f'<line class="grid" x1="62" x2="{width - 18}" y1="{y:.1f}" y2="{y:.1f}"/>'
        out += f'<text class="tick y" x="54" y="{y + 4:.1f}">{escape(text)}</text>'
    return out


def _tick_digits(up: Axis) -> int:
    if len(up.ticks) < 2:
        return 1
    step = up.ticks[1] - up.ticks[0]
    if up.high <= 1:
        step *= 100
    return 0 if abs(step - round(step)) < 1e-6 else 1


def _dates(rows: Sequence[Row], across: Axis, height: int, grain: str, language: str, width: int) -> str:
    """Labels of as many periods as fit, counted back from the last."""
    step = max(1, -(-len(rows) * 74 // (width - 80)))
    out = ""
    for i in range(len(rows) - 1, -1, -step):
        text = _short_period(rows[i].get("period_start"), grain, language)
        anchor = " end" if i == len(rows) - 1 and len(rows) > 1 else ""
        x = across.at(i) + (12 if anchor else 0)
        out += f'<text class="tick x{anchor}" x="{x:.1f}" y="{height - 8}">{escape(text)}</text>'
    return out


def _short_period(start: object, grain: str, language: str) -> str:
    on = _as_date(start)
    if on is None:
        return ""
    label_grain = "day" if grain == "week" else grain
    return period_label(on, label_grain, language=language, with_year=False)


def _as_date(start: object) -> date | None:
    if isinstance(start, date):
        return start
    return date.fromisoformat(start[:10]) if isinstance(start, str) else None


def _unfinished(rows: Sequence[Row], across: Axis, height: int, language: str) -> str:
    if len(rows) < 2 or not _is_unfinished(rows[-1]):
        return ""
    left = (across.at(len(rows) - 2) + across.at(len(rows) - 1)) / 2
    right = across.at(len(rows) - 1) + 12
    note = f'<text class="note" x="{right - 2:.1f}" y="11">{escape(say(language, "so far"))}</text>'
    return hatch(left, right, 14, height - 28, 7) + note


def flags(notes: Sequence[Note], rows: Sequence[Row], across: Axis, span: tuple[float, float], grain: str) -> str:
    """A small flag on the day of each note that lies within the periods drawn, with its text where there is room for it."""
    placed = [(x, note) for note in notes if (x := _day_at(note.happened_on, rows, across, grain)) is not None]
    out, ends = "", [-1.0] * _FLAG_LINES
    for x, note in placed:
        words = note.text if len(note.text) <= _FLAG_LETTERS else note.text[: _FLAG_LETTERS - 1].rstrip() + "…"
        wide = 7.0 * len(words) + 14
        is_left = x + wide > across.end + 14
        start = x - wide if is_left else x
        line = next((i for i, end in enumerate(ends) if end < start), None)
        y = span[0] + 8 + 15 * (line or 0)
        out += f"<g><title>{escape(f'{note.happened_on.isoformat()}: {note.text}')}</title>"
        out += f'<line class="flag-line" x1="{x:.1f}" x2="{x:.1f}" y1="{y - 8:.1f}" y2="{span[1]}"/>'
        out += f'<path class="flag" d="M{x:.1f} {y - 8:.1f}l{-9 if is_left else 9} 4l{9 if is_left else -9} 4z"/>'
        if line is not None:
            ends[line] = max(ends[line], x + (4 if is_left else wide))
            anchor, at = (" end", x - 12) if is_left else ("", x + 12)
            out += f'<text class="flag-label{anchor}" x="{at:.1f}" y="{y:.1f}">{escape(words)}</text>'
        out += "</g>"
    return out


def _day_at(on: date, rows: Sequence[Row], across: Axis, grain: str) -> float | None:
    """Where a day lies: a point stands for its whole period, whose days lie from half a step before it to half a step after."""
    for i, row in enumerate(rows):
        start = _as_date(row.get("period_start"))
        if start is not None and start <= on < (ends := period_end(start, grain)):
            place = i - 0.5 + (on - start).days / (ends - start).days
            return across.at(min(max(place, 0.0), len(rows) - 1.0))
    return None


def hatch(left: float, right: float, top: float, bottom: float, step: float) -> str:
    """Slanted lines over a rectangle, cut off at its edges."""
    path, c = "", left + top + step
    while c < right + bottom:
        x0, x1 = max(left, c - bottom), min(right, c - top)
        path += f"M{x0:.1f} {c - x0:.1f}L{x1:.1f} {c - x1:.1f}"
        c += step
    return f'<path class="hatch" d="{path}"/>'


def _aim(aim: Target | None, metric: Metric, up: Axis, width: int, language: str, currency: str | None) -> str:
    if aim is None:
        return ""
    y = up.at(aim.value)
    text = say(language, "target {value}", value=aim_words(metric, aim, language, currency))
    line = f'<line class="aim" x1="62" x2="{width - 18}" y1="{y:.1f}" y2="{y:.1f}"/>'
    return f'{line}<text class="aim-label" x="66" y="{y - 5:.1f}">{escape(text)}</text>'


def _points(shown: list[_Point], across: Axis, up: Axis, metric: Metric, grain: str, language: str) -> str:
    out = ""
    for i, row in shown:
        on = _as_date(row.get("period_start"))
        name = period_label(on, grain, language=language) if on else ""
        text = " · ".join(t for t in (name, value_words(metric, row, language), n_words(row, language)) if t)
        css_class = "dot" if i == shown[-1][0] else "point"
        out += f'<circle class="{css_class}" cx="{across.at(i):.1f}" cy="{up.at(row["value"]):.1f}" r="3.4">'
        out += f"<title>{escape(text)}</title></circle>"
    return out


def dot_mark(row: Row, low: float, high: float, total: float | None = None) -> str:
    """One row of a dot plot: the value with its interval between `low` and `high`, the total as a reference line."""
    value = row.get("value")
    if value is None or high <= low:
        return ""
    across = Axis(low, high, 4, 156)
    parts = (
        f'<line class="ref" x1="{across.at(total):.1f}" x2="{across.at(total):.1f}" y1="0" y2="20"/>' if total is not None else ""
    )
    if row.get("ci_low") is not None and row.get("ci_high") is not None:
        a, b = across.at(max(row["ci_low"], low)), across.at(min(row["ci_high"], high))
        parts += f'<line class="whisker" x1="{a:.1f}" x2="{b:.1f}" y1="10" y2="10"/>'
    parts += f'<circle class="dot" cx="{across.at(value):.1f}" cy="10" r="3.6"/>'
    return f'<svg class="dots" viewBox="0 0 160 20" aria-hidden="true">{parts}</svg>'
