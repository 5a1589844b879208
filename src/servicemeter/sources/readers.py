"""Reading one cell as a value of a canonical column, by a style decided for the whole column."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from servicemeter.ground.instants import SkippedHour, believable, to_utc
from servicemeter.ground.phrases import phrase
from servicemeter.model.tables import Column
from servicemeter.sources.dates import SPOKEN_STYLES, readings, with_format
from servicemeter.sources.decimals import numbers
from servicemeter.sources.options import Reading
from servicemeter.sources.table import Cell, text_of

__all__ = ["CLOCK_UNITS", "UNITS", "Memory", "Reader", "Unreadable", "clock_seconds"]

UNITS: dict[str, Decimal] = {
    "milliseconds": Decimal("0.001"),
    "seconds": Decimal(1),
    "minutes": Decimal(60),
    "hours": Decimal(3600),
    "days": Decimal(86400),
}
CLOCK_UNITS = ("h:m", "m:s")
_TRUE = frozenset(["true", "yes", "y", "t", "ja", "j", "da", "d", "1", "waar", "adevărat", "adevarat", "on"])
_FALSE = frozenset(["false", "no", "n", "f", "nee", "nu", "0", "onwaar", "fals", "off"])
_CLOCK = re.compile(r"(\d+):(\d{1,2})(?::(\d{1,2}))?(?:[.,]\d+)?$")
_MEMORY = 50_000
_MOST = 1 << 62
_DUST = 6
"""Decimals of a second beyond which a number is inexact: 39 s of a sheet are 0.00045138888888888887 days."""


class Unreadable(ValueError):
    """A cell that cannot be taken; the text is the reason."""


@dataclass
class Memory:
    """Instants read lately, shared by the readers of one column: the same text is often read for several columns."""

    locals: dict[Cell, datetime | None] = field(default_factory=dict)
    settled: dict[datetime, datetime] = field(default_factory=dict)


class Reader:
    """Reads the cells of one column. `style` is the decided date style or decimal mark; instants come out naive UTC.

    `unbounded` columns hold instants that may lie in the future (validity of settings).
    """

    def __init__(
        self,
        column: Column,
        style: str,
        reading: Reading,
        zone: ZoneInfo | None,
        now: datetime,
        *,
        unbounded: bool = False,
        memory: Memory | None = None,
    ) -> None:
        self.column, self.style, self.reading = column, style, reading
        self._zone, self._now, self._unbounded = zone, now, unbounded
        self._empty = frozenset(reading.empty or ())
        self._read = getattr(self, f"_{column.kind}")
        self._known: dict[Cell, Any] = {}
        self._memory = memory or Memory()

    def read(self, cell: Cell) -> Any:
        """The value of a cell, None when it is empty; raises `Unreadable`."""
        if cell is None or cell == "":
            return None
        if isinstance(cell, (bool, float, Decimal)):
            return self._fresh(cell)
        if cell not in self._known:
            _keep_small(self._known)
            self._known[cell] = self._fresh(cell)
        return self._known[cell]

    def local(self, cell: Cell) -> datetime | None:
        """The instant of a cell as written: local unless it has an offset."""
        known = self._memory.locals
        if cell not in known:
            _keep_small(known)
            known[cell] = self._written(cell)
        return known[cell]

    def settle(self, local: datetime) -> datetime:
        """The naive UTC instant of a local one; raises `Unreadable` for skipped hours and unbelievable years."""
        known = self._memory.settled
        if local not in known:
            _keep_small(known)
            known[local] = self._in_utc(local)
        return known[local]

    def _written(self, cell: Cell) -> datetime | None:
        text = cell.strip() if isinstance(cell, str) else cell
        if text is None or text == "" or text_of(text) in self._empty:
            return None
        if self.reading.format is not None:
            found = with_format(text, self.reading.format)
            if found is None:
                raise Unreadable(phrase(f"this does not fit the format {self.reading.format}"))
            return found
        made = readings(text, self._now, epoch=self.reading.epoch or "1900")
        if self.style in made:
            return made[self.style]
        if "typed" in made:
            return made["typed"]
        style = SPOKEN_STYLES[self.style]
        raise Unreadable(phrase(f"this is no date; the other values of the column are read as {phrase(style)}"))

    def _in_utc(self, local: datetime) -> datetime:
        if local.tzinfo is None and self._zone is None:
            raise Unreadable(phrase("the time zone is not known; give --tz or time_zone in the mapping"))
        try:
            instant = to_utc(local, self._zone or ZoneInfo("UTC"), self.reading.fold or "first")
        except SkippedHour:
            raise Unreadable(phrase(f"no clock in {self._zone} showed this time: summer time began in that hour")) from None
        except OverflowError:
            raise Unreadable(phrase("the year is out of range")) from None
        reason = None if self._unbounded else believable(instant, self._now)
        if reason:
            raise Unreadable(reason)
        return instant.replace(tzinfo=None)

    def _fresh(self, cell: Cell) -> Any:
        text = text_of(cell).strip()
        if text == "" or text in self._empty:
            return None
        return self._read(cell)

    def _id(self, cell: Cell) -> str:
        return text_of(cell).strip()

    def _text(self, cell: Cell) -> str:
        return text_of(cell)

    def _word(self, cell: Cell) -> str:
        text = text_of(cell).strip()
        for word in self.column.words:
            if word == text.casefold():
                return word
        raise Unreadable(phrase(f"{self.column.name} is one of {', '.join(self.column.words)}; translate it with values = {{…}}"))

    def _ts(self, cell: Cell) -> datetime | None:
        local = self.local(cell)
        return None if local is None else self.settle(local)

    def _date(self, cell: Cell) -> date | None:
        local = self.local(cell)
        return None if local is None else local.date()

    def _bool(self, cell: Cell) -> bool:
        if isinstance(cell, bool):
            return cell
        text = text_of(cell).strip()
        if text in (self.reading.true or ()):
            return True
        if text in (self.reading.false or ()):
            return False
        if self.reading.true is None and text.casefold() in _TRUE:
            return True
        if self.reading.false is None and text.casefold() in _FALSE:
            return False
        raise Unreadable(phrase('this is neither true nor false; say which words are: true = ["…"], false = ["…"]'))

    def number(self, cell: Cell) -> Decimal:
        """The number of a cell; raises `Unreadable`."""
        made = numbers(cell)
        if self.style in made:
            return made[self.style]
        raise Unreadable(phrase(f"this is no number (decimal mark {self.style!r})"))

    def _num(self, cell: Cell) -> float:
        return float(self.number(cell))

    def _int(self, cell: Cell) -> int:
        number = self.number(cell)
        if number != number.to_integral_value():
            raise Unreadable(phrase("a whole number is wanted"))
        return _counted(number)

    def _s(self, cell: Cell) -> int:
        unit = self.reading.unit or "seconds"
        seconds = clock_seconds(cell, unit)
        if seconds is None:
            seconds = round(self.number(cell) * UNITS.get(unit, Decimal(1)), _DUST)
        if seconds < 0:
            raise Unreadable(phrase("a time span cannot be negative"))
        return _counted(seconds.to_integral_value(ROUND_FLOOR))

    def _minor(self, cell: Cell) -> int:
        if self.reading.unit != "major":
            return self._int(cell)
        scale = 2 if self.reading.decimals is None else self.reading.decimals
        return _counted(self.number(cell).scaleb(scale).to_integral_value(ROUND_HALF_UP))


def _keep_small(known: dict[Any, Any]) -> None:
    if len(known) >= _MEMORY:
        known.clear()


def _counted(number: Decimal) -> int:
    if abs(number) >= _MOST:
        raise Unreadable(phrase("the number is too large to be one"))
    return int(number)


def clock_seconds(cell: Cell, unit: str) -> Decimal | None:
    """Seconds of `h:mm:ss`, or of `m:ss` and `h:mm` when the unit says which; None for anything else.

    A clock time of a spreadsheet is one: sheets keep a span of less than a day as such.

    >>> clock_seconds("1:02:03", "seconds"), clock_seconds("1:30", "m:s")
    (Decimal('3723'), Decimal('90'))
    """
    text = cell.isoformat() if isinstance(cell, time) else cell
    found = _CLOCK.match(text.strip()) if isinstance(text, str) else None
    if found is None or (found[3] is None and unit not in CLOCK_UNITS):
        return None
    first, second, third = int(found[1]), int(found[2]), int(found[3] or 0)
    if found[3] is None and unit == "m:s":
        return Decimal(first * 60 + second)
    return Decimal(first * 3600 + second * 60 + third)
