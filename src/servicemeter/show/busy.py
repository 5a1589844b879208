"""When it is busy: the hours of the week as a map, the hours of a day as lines, and the busiest one in words."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from servicemeter.model.answer import Row
from servicemeter.show.axes import Axis, axis_for
from servicemeter.show.charts import svg
from servicemeter.show.dates import weekday_names
from servicemeter.show.heat import Cell
from servicemeter.show.numbers import interval, number
from servicemeter.show.phrases import counted, say
from servicemeter.show.theme import HEAT_STEPS

__all__ = ["busiest", "busy_cells", "hours_chart", "per_hour_words"]

_LEFT, _TOP, _BELOW = 44, 12, 28
_AT_LEAST = 4  # hours of the week that a figure must rest on before it is called the busiest


def per_hour_words(cell: Row, field: str, language: str) -> str:
    """What one hour has: arrivals with their interval, or people kept busy."""
    value = cell.get(field)
    if value is None:
        return "–"
    if field == "load" or cell.get("ci_low") is None:
        return number(value, 1, language=language)
    low, high = (number(cell[end], 1, language=language) for end in ("ci_low", "ci_high"))
    return f"{number(value, 1, language=language)} ({interval(low, high)})"


def busy_cells(cells: Sequence[Row], field: str, language: str = "en") -> list[list[Cell]]:
    """Seven days of twenty-four hours on one scale from nothing to the greatest; an hour that the span does not have is empty."""
    found = {(int(cell["weekday"]), int(cell["hour_of_day"])): cell for cell in cells}
    most = max((cell[field] for cell in cells if cell[field] is not None), default=0.0)
    return [[_cell(found.get((day, hour)), day, hour, most, field, language) for hour in range(24)] for day in range(1, 8)]


def _cell(cell: Row | None, day: int, hour: int, most: float, field: str, language: str) -> Cell:
    when = f"{weekday_names(language)[day - 1]} {hour}:00"
    if cell is None or cell[field] is None:
        return Cell(day, hour, None, f"{when}: –", False)
    words = per_hour_words(cell, field, language)
    if field == "per_hour":
        said = say(language, "{when}: {n} arrivals an hour", when=when, n=words)
    else:
        said = say(language, "{when}: work for {n} people", when=when, n=words)
    said += " · " + counted(language, round(cell["hours"]), "over {n} such hour", "over {n} such hours")
    share = cell[field] / most if most else 0.0
    return Cell(day, hour, None if not cell[field] else min(int(share * HEAT_STEPS), HEAT_STEPS - 1), said, False)


def busiest(cells: Sequence[Row], field: str, language: str = "en") -> str:
    """The busiest hour of the week in words; empty when nothing came, or too few such hours went by to tell."""
    known = [cell for cell in cells if cell[field] and cell["hours"] >= _AT_LEAST]
    if not known:
        return ""
    top = max(known, key=lambda cell: (cell[field], -cell["weekday"], -cell["hour_of_day"]))
    values = {
        "day": weekday_names(language)[top["weekday"] - 1],
        "hour": f"{top['hour_of_day']}:00",
        "n": number(top[field], 1, language=language),
    }
    if field == "load":
        said = say(language, "{day} at {hour} brings the most work: it keeps {n} people busy", **values)
    else:
        said = say(language, "{day} at {hour} is the busiest: {n} arrivals an hour", **values)
    return said[:1].upper() + said[1:]


def hours_chart(lines: Sequence[tuple[str, Sequence[Row]]], field: str, size: tuple[int, int], language: str = "en") -> str:
    """The hours of a day from left to right, a line for each channel and a strong one for all, named at their highest."""
    width, height = size
    values = [float(cell[field]) for _, cells in lines for cell in cells if cell[field] is not None]
    up = axis_for([0.0, *values], height - _BELOW, _TOP, unit="count")
    across = Axis(0, 24, _LEFT, width - 12)
    title = say(language, "By hour of the day")
    drawn = "".join(
        _line(name, cells, field, across, up, is_all=place == len(lines) - 1) for place, (name, cells) in enumerate(lines)
    )
    return svg(
        "hours-line", width, height, title, _grid(across, up, width, height, language) + drawn + _names(lines, field, across, up)
    )


def _grid(across: Axis, up: Axis, width: int, height: int, language: str) -> str:
    out = ""
    step = up.ticks[1] - up.ticks[0] if len(up.ticks) > 1 else 1.0
    for tick in up.ticks:
        y = up.at(tick)
        text = number(tick, 0 if step >= 1 else 1, language=language)
        out += f'<line class="grid" x1="{_LEFT}" x2="{width - 12}" y1="{y:.1f}" y2="{y:.1f}"/>'
        out += f'<text class="tick y" x="{_LEFT - 8}" y="{y + 4:.1f}">{text}</text>'
    for hour in range(0, 24, 3 if width > 500 else 6):
        out += f'<text class="tick x" x="{max(across.at(hour), _LEFT + 12):.1f}" y="{height - 8}">{hour}:00</text>'
    return out


def _line(name: str, cells: Sequence[Row], field: str, across: Axis, up: Axis, *, is_all: bool) -> str:
    """Each hour as a level step, so that an hour is seen as one."""
    points: list[str] = []
    for cell in cells:
        if cell[field] is not None:
            y = up.at(float(cell[field]))
            points += [f"{across.at(cell['hour_of_day']):.1f},{y:.1f}", f"{across.at(cell['hour_of_day'] + 1):.1f},{y:.1f}"]
    css = "line" if is_all else "part-line"
    return f'<polyline class="{css}" points="{" ".join(points)}"><title>{escape(name)}</title></polyline>' if points else ""


def _names(lines: Sequence[tuple[str, Sequence[Row]]], field: str, across: Axis, up: Axis) -> str:
    """Each line's name at its highest hour, moved up where another stands."""
    out = ""
    taken: list[tuple[float, float]] = []
    for place, (name, cells) in reversed(list(enumerate(lines))):
        known = [cell for cell in cells if cell[field] is not None]
        if not known:
            continue
        top = max(known, key=lambda cell: (cell[field], -cell["hour_of_day"]))
        x, y = across.at(top["hour_of_day"] + 0.5), up.at(float(top[field])) - 5
        while any(abs(x - ox) < 70 and abs(y - oy) < 13 for ox, oy in taken):
            x += 72
        taken.append((x, y))
        css = "label strong" if place == len(lines) - 1 else "tick"
        out += f'<text class="{css} x" x="{min(x, across.end - 24):.1f}" y="{max(y, 11.0):.1f}">{escape(name)}</text>'
    return out
