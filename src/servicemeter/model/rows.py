"""Canonical rows on their way into the book: typed batches, and what was kept aside.

A source gives a `Delivery`: where it comes from, what it can supply, and a stream of batches (Arrow tables of one
canonical table, or the name of a Parquet file that already has that shape) and of rows that could not be taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from servicemeter.ground.libraries import when_used
from servicemeter.model.tables import TABLES, Column

if TYPE_CHECKING:
    import pyarrow as pa
else:
    pa = when_used("pyarrow")

__all__ = ["Batch", "Delivery", "KeptAside", "ParquetBatch", "arrow_schema", "arrow_type"]


@cache
def _arrow_types() -> dict[str, pa.DataType]:
    return {
        "id": pa.string(),
        "word": pa.string(),
        "text": pa.string(),
        "ts": pa.timestamp("us"),
        "date": pa.date32(),
        "s": pa.int64(),
        "int": pa.int64(),
        "minor": pa.int64(),
        "num": pa.float64(),
        "bool": pa.bool_(),
    }


def arrow_type(column: Column) -> pa.DataType:
    """The Arrow type of a canonical column; instants are naive UTC."""
    return _arrow_types()[column.kind]


def arrow_schema(table: str, columns: list[str] | None = None) -> pa.Schema:
    """The Arrow schema of a canonical table, all columns or the named ones, in the order declared."""
    declared = TABLES[table].all_columns
    return pa.schema([(c.name, arrow_type(c)) for c in declared if columns is None or c.name in columns])


@dataclass(frozen=True)
class Batch:
    """Some rows of one canonical table. Columns may be left out (null); types are those of `arrow_schema`."""

    table: str
    rows: pa.Table


@dataclass(frozen=True)
class ParquetBatch:
    """A Parquet file whose columns are those of a canonical table; the engine reads it without passing through Python."""

    table: str
    path: str


@dataclass(frozen=True)
class KeptAside:
    """A row that could not be taken: where it stands, what was wrong, and the row itself for a later attempt.

    `row_number` is the row as a spreadsheet shows it (the header is row 1); of what no spreadsheet shows, its place from 1.
    `column` and `value` name the cell at fault, `file_column` what the file itself calls that column, so that somebody can open
    it and mend it; empty where there is no file, or no such column in it.
    """

    file: str
    row_number: int
    table: str
    column: str
    value: str
    reason: str
    row: dict[str, Any] = field(default_factory=dict)
    file_column: str = ""


class Delivery(Protocol):
    """What one import or pull brings: the source's name, its zone, what it can supply, and its rows.

    `capabilities` are names of METRICS.md section 7 (None = derived from the tables that come). `loaded_from` and
    `loaded_through` are aware instants or None (= local midnight of the first day to one second after the last
    instant, worked out by the book). `progress` is called by whoever consumes the stream.
    """

    source: str
    tz: str | None
    capabilities: tuple[str, ...] | None
    loaded_from: datetime | None
    loaded_through: datetime | None

    def __iter__(self) -> Iterator[Batch | ParquetBatch | KeptAside]: ...
