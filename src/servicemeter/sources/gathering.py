"""Rows as connectors give them, gathered into typed batches; a row of which a cell cannot be read is kept aside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from servicemeter.ground.clock import instant
from servicemeter.ground.errors import ServicemeterError, UnknownName
from servicemeter.model.rows import Batch, KeptAside, arrow_type
from servicemeter.model.tables import TABLES, Column, Table
from servicemeter.sources.source import Row

__all__ = ["gather"]


def gather(rows: Iterable[Row | KeptAside], label: str) -> Iterator[Batch | KeptAside]:
    """The rows of some pages, a batch a table, the tables in the order of the model. `label` names where they came from."""
    by_table: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if isinstance(row, KeptAside):
            yield row
        else:
            by_table.setdefault(row[0], []).append(row[1])
    for name in by_table:
        if name not in TABLES:
            raise UnknownName("canonical table", name, TABLES)
    for name, table in TABLES.items():
        if name in by_table:
            yield from _typed(table, by_table[name], label)


def _typed(table: Table, rows: list[dict[str, Any]], label: str) -> Iterator[Batch | KeptAside]:
    """The rows as columns; where a column does not become its type at once, row by row."""
    names = list(dict.fromkeys(name for shape in dict.fromkeys(map(tuple, rows)) for name in shape))
    known = {column.name: column for column in table.all_columns}
    for name in names:
        if name not in known:
            raise UnknownName(f"column of {table.name}", name, known)
    columns: dict[str, pa.Array] = {}
    faults: dict[int, tuple[str, str]] = {}
    for name in names:
        cells = [row.get(name) for row in rows]
        columns[name] = _column(known[name], cells, faults)
    for place, (name, reason) in sorted(faults.items()):
        yield KeptAside(label, place + 1, table.name, name, str(rows[place].get(name)), reason, rows[place])
    made = pa.table(columns)
    if faults:
        made = made.take(pa.array([place for place in range(len(rows)) if place not in faults], pa.int64()))
    if made.num_rows:
        yield Batch(table.name, made)


def _column(column: Column, cells: list[Any], faults: dict[int, tuple[str, str]]) -> pa.Array:
    """The cells in the type of their column, quickly where they are all alike."""
    wanted = arrow_type(column)
    try:
        return _at_once(column, cells, wanted)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        read: list[Any] = []
        for place, cell in enumerate(cells):
            try:
                read.append(_cell(column, cell))
            except (ServicemeterError, ValueError, TypeError, OverflowError):
                read.append(None)
                faults.setdefault(place, (column.name, f"{column.name} cannot be read as {_KINDS.get(column.kind, column.kind)}"))
        return pa.array(read, wanted)


_KINDS = {"ts": "an instant", "date": "a date", "s": "seconds", "int": "a whole number", "minor": "an amount", "num": "a number"}


def _at_once(column: Column, cells: list[Any], wanted: pa.DataType) -> pa.Array:
    if column.kind == "ts":
        return pa.array(cells, pa.string()).cast(pa.timestamp("us", "UTC")).cast(wanted)  # refuses texts without an offset
    if wanted == pa.string():
        first = next((cell for cell in cells if cell is not None), "")
        if isinstance(first, bool):
            raise TypeError("truths are written out one by one")
        return pa.array(cells, pa.int64() if isinstance(first, int) else wanted).cast(wanted)
    return pa.array(cells, wanted)


def _cell(column: Column, cell: Any) -> Any:
    """One cell as its column has it; raises where it cannot be."""
    if cell is None:
        return None
    if column.kind == "ts":
        at = cell if isinstance(cell, datetime) else instant(str(cell))
        return at.astimezone(UTC).replace(tzinfo=None)
    wanted = arrow_type(column)
    if wanted == pa.string():
        if isinstance(cell, bool | dict | list):
            return str(cell).lower() if isinstance(cell, bool) else _refuse(cell)
        return str(cell)
    return pa.scalar(cell, wanted).as_py()


def _refuse(cell: Any) -> Any:
    raise TypeError(type(cell).__name__)
