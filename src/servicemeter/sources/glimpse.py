"""The first rows of a file, column by column: what a mapping is guessed from, and what a form of its columns shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from servicemeter.sources.dates import readings
from servicemeter.sources.decimals import numbers
from servicemeter.sources.decisions import Family, Subject, Tally
from servicemeter.sources.files import open_table, rows_above
from servicemeter.sources.options import NO_READING, FileOptions, parse_options
from servicemeter.sources.readers import CLOCK_UNITS, clock_seconds
from servicemeter.sources.table import Cell, text_of

__all__ = ["Glimpse", "glimpse"]

_SAMPLE_BATCHES = 1
_JUDGED = 200
_CONTENDING = 2_000
_NUMERIC_STYLES = frozenset({"excel", "seconds", "milliseconds"})
_FIRST_DAY = date(2000, 1, 1)


@dataclass(frozen=True)
class Glimpse:
    """The columns of a file with the cells of its first rows that say something; `zone` and `file` are what the call said.

    `is_whole` says that there are no more rows.
    """

    file_name: str
    cells: dict[str, list[Cell]]
    now: datetime
    zone: str | None
    file: Mapping[str, Any]
    row_count: int
    is_whole: bool = True

    @cached_property
    def texts(self) -> dict[str, list[str]]:
        """The different values of each column, as they come."""
        return {name: list(dict.fromkeys(text_of(cell).strip() for cell in cells)) for name, cells in self.cells.items()}

    def are_dates(self, name: str) -> bool:
        """Whether a column holds dates; one that does not exist is in many a column."""
        if name not in self._dates:
            self._dates[name] = self._holds_dates(name)
        return self._dates[name]

    @cached_property
    def _dates(self) -> dict[str, bool]:
        return {}

    def _holds_dates(self, name: str) -> bool:
        some = self.cells[name][:_JUDGED]
        found = sum(bool(set(readings(cell, self.now)) - _NUMERIC_STYLES) for cell in some)
        return found > len(some) / 2 and found >= min(0.9 * len(some), len(some) - 1)

    def are_dates_as_numbers(self, name: str) -> bool:
        """Whether the numbers of a column, nearly all, are days of a workbook or seconds since 1970 of this century.

        It is for columns whose name says a date: an id or a span of time may be such a number too.
        """
        some = self.cells[name][:_JUDGED]
        found = Counter(style for cell in some for style, at in readings(cell, self.now).items() if self._is_recent(at))
        return any(found[style] and found[style] >= 0.9 * len(some) for style in _NUMERIC_STYLES)

    def _is_recent(self, at: datetime) -> bool:
        return _FIRST_DAY <= at.date() <= self.now.date() + timedelta(days=1)

    def are_numbers(self, name: str) -> bool:
        """Whether most values of a column are numbers."""
        some = self.cells[name][:_JUDGED]
        return sum(bool(numbers(cell)) for cell in some) > len(some) / 2

    def are_spans(self, name: str, unit: str | None) -> bool:
        """Whether nearly all values of a column are spans of time of which it is known in what they are counted: by its name
        (`unit`), or because they are hours, minutes and seconds."""
        some = self.cells[name][:_JUDGED]
        known = [
            clock_seconds(cell, unit or "seconds") is not None or bool(unit and unit not in CLOCK_UNITS and numbers(cell))
            for cell in some
        ]
        return bool(some) and sum(known) >= 0.9 * len(some)

    def has_any(self, name: str, family: Family) -> bool:
        """Whether anything of a column can be read as a date, or as a number; an empty column may."""
        some = self.cells[name][:_CONTENDING]
        return not some or any(readings(cell, self.now) if family == "date" else numbers(cell) for cell in some)

    def are_ids(self, name: str) -> bool:
        """Whether all values of a column differ, as those of an id do."""
        return bool(self.cells[name]) and len(self.texts[name]) == len(self.cells[name]) and not self.are_dates(name)

    def contenders(self, name: str, family: Family) -> tuple[str, ...]:
        """The orders of day and month, or the decimal marks, that a column's first values leave open."""
        tally = Tally(Subject(name, True, family), NO_READING, self.now)
        tally.add(self.cells[name][:_CONTENDING])
        return tally.contenders()


def glimpse(path: Path | str, *, now: datetime, options: Mapping[str, str] | None = None) -> Glimpse:
    """Read the first rows of a file, below a title that stands above its header; `file` then says so. Raises `BadFile`."""
    path, given = Path(path), parse_options(options or {})
    if above := rows_above(path, FileOptions(**given.file)):
        given.file["skip_rows"] = above
    raw = open_table(path, FileOptions(**given.file))
    cells: dict[str, list[Cell]] = {name: [] for name in raw.names}
    count = 0
    batches = iter(raw.batches())
    for batch in islice(batches, _SAMPLE_BATCHES):
        count += len(batch.numbers)
        for name, found in batch.columns.items():
            cells[name] += [cell for cell in found if text_of(cell).strip()]
    return Glimpse(path.name, cells, now, given.all_columns.time_zone, given.file, count, next(batches, None) is None)
