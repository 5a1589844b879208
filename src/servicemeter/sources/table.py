"""What every file is read as: a header and batches of untyped cells, column by column, with their row numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from servicemeter.ground.phrases import phrase

__all__ = ["ROWS_LOOKED_AT", "Cell", "Progress", "Ragged", "RawBatch", "RawTable", "header_below", "header_names", "text_of"]

Cell = str | int | float | bool | Decimal | datetime | date | time | None
Progress = Callable[[int, int], None]
ROWS_LOOKED_AT = 20
"""How many of the first rows say whether the header is among them."""
_WIDE = 3


@dataclass(frozen=True)
class Ragged:
    """A row that does not fit the header or cannot be read at all, with its number."""

    number: int
    reason: str
    row: dict[str, Any]


@dataclass(frozen=True)
class RawBatch:
    """Some rows: `columns` are their cells, `numbers` tell where they stand: as a spreadsheet shows it (the header is row 1, a
    blank line has a number too); of JSON lines and Parquet, which no spreadsheet shows, their place from 1. `marks` are those
    of rows among them that were kept aside before.
    """

    numbers: Sequence[int]
    columns: dict[str, list[Cell]]
    ragged: tuple[Ragged, ...] = ()
    marks: frozenset[str] = frozenset()


class RawTable(Protocol):
    """A file read as a table. `batches` may be called again and starts anew; it never holds the whole file.

    `remarks` say what was assumed in reading (an encoding that had to be guessed, columns renamed). `report` is
    called with the bytes read so far in a pass.
    """

    path: Path
    names: tuple[str, ...]
    size: int
    remarks: list[str]

    def batches(self, report: Callable[[int], None] | None = None) -> Iterator[RawBatch]: ...


def header_below(found: Iterable[tuple[int, Sequence[Cell]]]) -> tuple[int, list[str]]:
    """How many rows stand above the header where the row read as such is a title: rows with more cells than it has names follow.
    With what is to be said of it.

    `found` are the first ones with their numbers, that of the header before the others.
    """
    filled = [(number, sum(bool(text_of(cell).strip()) for cell in cells)) for number, cells in found]
    first, names = filled[0] if filled else (0, 0)
    wide = next((number for number, cells in filled if cells >= max(_WIDE, 2 * names)), None)
    if wide is None:
        return 0, []
    rows = wide - 1
    return rows, [
        phrase(
            f"Row {first} was read as the header, and row {wide} has more cells than it has names. Is that "
            f"the header? Then give the option skip_rows={rows}."
        )
    ]


def header_names(cells: Sequence[Cell], remarks: list[str]) -> tuple[str, ...]:
    """Make column names of a header row: trimmed, none empty, none twice; what had to be changed is remarked."""
    names: list[str] = []
    for place, cell in enumerate(cells, start=1):
        wanted = text_of(cell).strip() or f"column {place}"
        name, count = wanted, 1
        while name in names:
            count += 1
            name = f"{wanted} ({count})"
        if name != text_of(cell).strip():
            remarks.append(phrase(f"Column {place} of the header is called {name!r} here."))
        names.append(name)
    return tuple(names)


def text_of(cell: Cell) -> str:
    """The text of a cell as a person would write it: whole numbers without a point, truths as true and false.

    >>> text_of(45385.0), text_of(True), text_of(None)
    ('45385', 'true', '')
    """
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return str(cell)
