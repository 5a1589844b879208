"""A calendar strip: how many rows a source has of each day, weeks beside each other, days that lack rows standing out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape

from servicemeter.show.charts import svg
from servicemeter.show.dates import day, month_name, weekday_names
from servicemeter.show.phrases import counted, say
from servicemeter.show.theme import HEAT_STEPS

__all__ = ["Strip", "strip_chart"]

_LEFT, _TOP, _STEP = 84, 20, 13.0
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Strip:
    """The days of one source from `first_on` on; those of `missing` usually have rows and have none."""

    source: str
    first_on: date
    row_counts: Sequence[int]
    missing: frozenset[date]

    @property
    def days(self) -> list[tuple[date, int]]:
        """Each day with its rows."""
        return [(self.first_on + timedelta(days=n), count) for n, count in enumerate(self.row_counts)]

    def recent(self, weeks: int) -> Strip:
        """The same with its last weeks alone, whole ones (Monday first) and the one it ends in."""
        last = self.first_on + timedelta(days=len(self.row_counts) - 1)
        first = max(self.first_on, last - timedelta(days=last.weekday() + 7 * (weeks - 1)))
        return Strip(self.source, first, self.row_counts[(first - self.first_on).days :], self.missing)

    def words(self, language: str) -> str:
        """What the strip shows, in a sentence."""
        last = self.first_on + timedelta(days=len(self.row_counts) - 1)
        return counted(
            language,
            len(self.row_counts),
            "{first} to {last}: {part} of {n} day has rows",
            "{first} to {last}: {part} of {n} days have rows",
            first=day(self.first_on, language=language),
            last=day(last, language=language),
            part=sum(count > 0 for count in self.row_counts),
        )


def strip_chart(strip: Strip, language: str = "en") -> str:
    """The strip as a picture: a column a week, Monday on top. The colour is the day's share of the fullest day's rows."""
    monday = strip.first_on - strip.first_on.weekday() * _DAY
    most = max(strip.row_counts, default=0)
    parts = [
        f'<text class="tick" x="0" y="{_TOP + row * _STEP + 10:.1f}">{escape(name)}</text>'
        for row, name in enumerate(weekday_names(language))
        if row % 2 == 0
    ]
    weeks = 0
    for on, count in strip.days:
        weeks = (on - monday).days // 7
        x, y = _LEFT + weeks * _STEP, _TOP + on.weekday() * _STEP
        if on.day == 1:
            parts.append(f'<text class="tick" x="{x:.1f}" y="12">{escape(month_name(on, language=language))}</text>')
        box = f'x="{x:.1f}" y="{y:.1f}" width="{_STEP - 2:g}" height="{_STEP - 2:g}" rx="2"'
        says = escape(_said(on, count, strip, language))
        parts.append(f'<rect class="{_look(on, count, most, strip)}" {box}><title>{says}</title></rect>')
    width = _LEFT + (weeks + 1) * _STEP + 24
    return svg("strip", width, _TOP + 7 * _STEP + 2, f"{strip.source}: {strip.words(language)}", "".join(parts), is_sized=True)


def _look(on: date, count: int, most: int, strip: Strip) -> str:
    if on in strip.missing:
        return "gap"
    return "empty" if not count else f"heat{min(count * HEAT_STEPS // most, HEAT_STEPS - 1)}"


def _said(on: date, count: int, strip: Strip, language: str) -> str:
    rows = counted(language, count, "{n} row", "{n} rows")
    usual = say(language, "usually some") if on in strip.missing else ""
    return f"{day(on, language=language)}: {rows}" + (f" ({usual})" if usual else "")
