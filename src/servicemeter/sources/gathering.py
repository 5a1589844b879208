"""Rows as connectors give them, gathered into typed batches; a row of which a cell cannot be read is kept aside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from servicemeter.ground.clock import instant
from servicemeter.ground.errors import ServicemeterError, UnknownName
from servicemeter.ground.phrases import phrase
from servicemeter.model.rows import Batch, KeptAside, arrow_type
from servicemeter.model.tables import TABLES, Column, Table
from servicemeter.sources.source import Row

__all__ = ["gather", "join_batches"]


def gather(rows: Iterable[Row | KeptAside], label: str) -> Iterator[Batch | KeptAside]:
    """The rows of a page, a batch for each table and set of columns. `label` names where they came from."""
    alike: dict[tuple[str, tuple[str, ...]], list[dict[str, Any]]] = {}
    for row in rows:
        if isinstance(row, KeptAside):
            yield row
        else:
            alike.setdefault((row[0], tuple(row[1])), []).append(row[1])
    for (table, names), some in alike.items():
        if table not in TABLES:
            raise UnknownName("canonical table", table, TABLES)
        yield from _typed(TABLES[table], names, some, label)


def join_batches(items: Iterable[Batch | KeptAside]) -> list[Batch | KeptAside]:
    """The same with one batch a table, in the order of the model; what is kept aside comes first."""
    given = list(items)
    by_table: dict[str, list[pa.Table]] = {}
    for item in given:
        if isinstance(item, Batch):
            by_table.setdefault(item.table, []).append(item.rows)
    joined = [Batch(name, pa.concat_tables(by_table[name], promote_options="default")) for name in TABLES if name in by_table]
    return [*(item for item in given if isinstance(item, KeptAside)), *joined]


def _typed(table: Table, names: tuple[str, ...], rows: list[dict[str, Any]], label: str) -> Iterator[Batch | KeptAside]:
    """Rows of the same columns as a batch; where a column does not become its type at once, cell by cell."""
    known = {column.name: column for column in table.all_columns}
    for name in names:
        if name not in known:
            raise UnknownName(f"column of {table.name}", name, known)
    faults: dict[int, tuple[str, str]] = {}
    cells = zip(*(row.values() for row in rows), strict=True)
    made = pa.table({name: _column(known[name], column, faults) for name, column in zip(names, cells, strict=True)})
    for place, (name, reason) in sorted(faults.items()):
        yield KeptAside(label, place + 1, table.name, name, str(rows[place].get(name)), reason, rows[place])
    if faults:
        made = made.take(pa.array([place for place in range(len(rows)) if place not in faults], pa.int64()))
    if made.num_rows:
        yield Batch(table.name, made)


def _column(column: Column, cells: Sequence[Any], faults: dict[int, tuple[str, str]]) -> pa.Array:
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
                reason = phrase(f"{column.name} cannot be read as {phrase(_KINDS.get(column.kind, column.kind))}")
                faults.setdefault(place, (column.name, reason))
        return pa.array(read, wanted)


_KINDS = {
    "ts": phrase("an instant"),
    "date": phrase("a date"),
    "s": phrase("seconds"),
    "int": phrase("a whole number"),
    "minor": phrase("an amount"),
    "num": phrase("a number"),
    "bool": phrase("bool"),
}


def _at_once(column: Column, cells: Sequence[Any], wanted: pa.DataType) -> pa.Array:
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
