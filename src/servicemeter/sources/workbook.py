"""Spreadsheets: the first sheet or a named one, with the types the cells have there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from servicemeter.ground.errors import BadFile, EmptyFile
from servicemeter.ground.phrases import phrase
from servicemeter.sources.options import FileOptions
from servicemeter.sources.table import ROWS_LOOKED_AT, Cell, Ragged, RawBatch, header_below, header_names, text_of

__all__ = ["WorkbookTable", "names_of_sheets"]

_BATCH_ROWS = 10_000
_MOST_CELLS = 100_000_000


class WorkbookTable:
    """One sheet of a workbook (XLSX, XLS, ODS). Rows without any cell are no rows."""

    def __init__(self, path: Path, options: FileOptions) -> None:
        self.path, self.size = path, path.stat().st_size
        self.remarks: list[str] = []
        self._sheet = self._open(options.sheet)
        self._skip = options.skip_rows
        self._has_header = options.header is None
        header: Sequence[Cell] | None = options.header or next((row for _, row in self._filled_rows()), None)
        if header is None:
            raise BadFile(f"{path}: the sheet {self._sheet.name!r} is empty. Another: the option sheet=…")
        self.names = header_names(_trimmed(header), self.remarks)
        self.rows_above, said = header_below(islice(self._filled_rows(), ROWS_LOOKED_AT)) if self._has_header else (0, [])
        self.remarks += said
        if next(self._data_rows(), None) is None:
            raise EmptyFile(f"{path}: the sheet {self._sheet.name!r} has a header but no rows.")

    def batches(self, report: Callable[[int], None] | None = None) -> Iterator[RawBatch]:
        """Give the rows in batches; rows with cells to the right of the header come as ragged."""
        rows = self._data_rows()
        while chunk := list(islice(rows, _BATCH_ROWS)):
            fitting = [(number, row) for number, row in chunk if not _beyond(row, len(self.names))]
            columns = {name: [_cell(row, place) for _, row in fitting] for place, name in enumerate(self.names)}
            ragged = tuple(self._ragged(number, row) for number, row in chunk if _beyond(row, len(self.names)))
            yield RawBatch([number for number, _ in fitting], columns, ragged)
        if report:
            report(self.size)

    def _ragged(self, number: int, row: list[Any]) -> Ragged:
        extra = _beyond(row, len(self.names))
        cells = {name: text_of(_cell(row, place)) for place, name in enumerate(self.names)}
        return Ragged(number, phrase(f"the row has {len(extra):,} cells to the right of the header"), {**cells, "": extra})

    def _open(self, name: str | None) -> CalamineSheet:
        try:
            book = CalamineWorkbook.from_path(str(self.path))
            names = book.sheet_names
            self.remarks.extend(_said_of_sheets(names, name))
            if name is not None and name not in names:
                raise BadFile(f"{self.path}: there is no sheet {name!r}; the sheets are {', '.join(names)}.")
            sheet = book.get_sheet_by_name(name or names[0])
        except (CalamineError, OSError, IndexError) as error:
            raise BadFile(f"{self.path}: this is not a spreadsheet that can be read ({error}).") from error
        if sheet.height * sheet.width > _MOST_CELLS:
            raise BadFile(f"{self.path}: the sheet has {sheet.height} × {sheet.width:,} cells; export it as CSV.")
        return sheet

    def _filled_rows(self) -> Iterator[tuple[int, list[Any]]]:
        """The rows with a cell in them, with the numbers that the sheet shows."""
        rows = islice(enumerate(self._sheet.iter_rows(), start=1), self._skip, None)
        return ((number, row) for number, row in rows if any(cell != "" for cell in row))

    def _data_rows(self) -> Iterator[tuple[int, list[Any]]]:
        return islice(self._filled_rows(), 1 if self._has_header else 0, None)


def names_of_sheets(path: Path) -> list[str]:
    """The sheets of a workbook, in their order. Raises `BadFile`."""
    try:
        return list(CalamineWorkbook.from_path(str(path)).sheet_names)
    except (CalamineError, OSError) as error:
        raise BadFile(f"{path}: this is not a spreadsheet that can be read ({error}).") from error


def _said_of_sheets(names: Sequence[str], sheet: str | None) -> list[str]:
    """Which sheet is read and which others there are, where there are several; `sheet` is the one that was asked for."""
    others = ", ".join(repr(name) for name in names if name != (sheet or names[0]))
    if not others:
        return []
    if sheet is None:
        return [phrase(f"Read the first sheet, {names[0]!r}. Others, by the option sheet=…: {others}.")]
    return [phrase(f"Read the sheet {sheet!r}. Others, by the option sheet=…: {others}.")]


def _trimmed(header: Sequence[Cell]) -> Sequence[Cell]:
    """The header without the empty cells at its right end."""
    last = max((place for place, cell in enumerate(header) if cell not in ("", None)), default=-1)
    return header[: last + 1]


def _cell(row: list[Any], place: int) -> Cell:
    found = row[place] if place < len(row) else ""
    if isinstance(found, timedelta):
        return found.total_seconds()
    return None if found == "" else found


def _beyond(row: list[Any], width: int) -> list[str]:
    return [str(cell) for cell in row[width:] if cell != ""]
