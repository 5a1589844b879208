"""Tables handed over in Python as a delivery: Arrow, pandas, Polars, lists of dicts, or paths of Parquet files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from servicemeter.ground.clock import instant
from servicemeter.ground.errors import BadRows, UnknownName
from servicemeter.ground.libraries import when_used
from servicemeter.model.rows import Batch, ParquetBatch, arrow_type
from servicemeter.model.tables import TABLES, Table

if TYPE_CHECKING:
    import pyarrow as pa
else:
    pa = when_used("pyarrow")

__all__ = ["FramesDelivery"]


class FramesDelivery:
    """Canonical tables by name, from memory. Instants may be aware datetimes, ISO texts with offset, or naive UTC."""

    def __init__(self, source: str, tz: str | None, tables: Mapping[str, Any]) -> None:
        self.source = source
        self.tz = tz
        self.capabilities: tuple[str, ...] | None = None
        self.loaded_from: datetime | None = None
        self.loaded_through: datetime | None = None
        self._tables = tables
        for name in tables:
            if name not in TABLES:
                raise UnknownName("canonical table", name, TABLES)

    def __iter__(self) -> Iterator[Batch | ParquetBatch]:
        for name, given in self._tables.items():
            if isinstance(given, str | Path):
                yield ParquetBatch(name, str(given))
            else:
                yield Batch(name, _typed(TABLES[name], _as_arrow(given)))


def _as_arrow(given: Any) -> pa.Table:
    """Whatever frame was given as an Arrow table."""
    if isinstance(given, pa.Table):
        return given
    if isinstance(given, list):
        names: list[str] = []
        for row in given:
            names += [n for n in row if n not in names]
        return pa.table({n: [row.get(n) for row in given] for n in names})
    if hasattr(given, "to_arrow"):
        return given.to_arrow()
    if hasattr(given, "__arrow_c_stream__"):
        return pa.table(given)
    return pa.Table.from_pandas(given, preserve_index=False)


def _typed(table: Table, rows: pa.Table) -> pa.Table:
    """The rows with the types of the canonical table; a cell that does not fit raises `BadRows` naming it."""
    known = {c.name: c for c in table.all_columns}
    columns = {}
    for name in rows.column_names:
        if name not in known:
            raise UnknownName(f"column of {table.name}", name, known)
        columns[name] = _cast(table.name, name, rows.column(name), known[name].kind, arrow_type(known[name]))
    made = table.made_key
    if made and made not in columns:
        columns[made] = pa.array([f"{table.name}-{i:09d}" for i in range(rows.num_rows)])
    return pa.table(columns)


def _cast(table: str, name: str, values: pa.ChunkedArray, kind: str, wanted: pa.DataType) -> pa.ChunkedArray:
    if kind == "ts":
        if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
            parsed = [None if v is None else instant(v).astimezone(UTC).replace(tzinfo=None) for v in values.to_pylist()]
            return pa.chunked_array([pa.array(parsed, wanted)])
        if pa.types.is_timestamp(values.type) and values.type.tz:
            values = values.cast(pa.timestamp(values.type.unit, "UTC")).cast(pa.timestamp(values.type.unit))
        return values.cast(wanted, safe=False)
    try:
        return values.cast(wanted)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise BadRows(f"{table}.{name} must be {wanted}, not {values.type}: {error}. Nothing was taken.") from error
