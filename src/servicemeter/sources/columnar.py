"""Parquet as a raw table, batch by batch; nested columns become columns named with dots."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from servicemeter.ground.errors import BadFile, EmptyFile
from servicemeter.ground.libraries import when_used
from servicemeter.sources.table import Cell, RawBatch

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq
else:
    pa = when_used("pyarrow")
    pc = when_used("pyarrow.compute")
    pq = when_used("pyarrow.parquet")

__all__ = ["ParquetTable", "open_parquet"]

_BATCH_ROWS = 20_000


def open_parquet(path: Path) -> Any:
    """Open a Parquet file; `BadFile` when it is damaged or has no rows."""
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise BadFile(f"{path}: the Parquet file is damaged ({error}). Export it again.") from error
    if file.metadata.num_rows == 0:
        raise EmptyFile(f"{path}: the file has a header but no rows.")
    return file


class ParquetTable:
    """A Parquet file whose columns are not those of a canonical table, or not of the right types."""

    def __init__(self, path: Path) -> None:
        self.path, self.size = path, path.stat().st_size
        self.remarks: list[str] = []
        self._file = open_parquet(path)
        self.names = tuple(_flat(self._file.schema_arrow.empty_table()).column_names)

    def batches(self, report: Callable[[int], None] | None = None) -> Iterator[RawBatch]:
        """Give the rows in batches, with the types they have in the file; instants in whole microseconds."""
        number, total = 0, self._file.metadata.num_rows
        for batch in self._file.iter_batches(_BATCH_ROWS):
            table = _flat(pa.Table.from_batches([batch]))
            columns = {name: _cells(table.column(name)) for name in table.column_names}
            yield RawBatch(range(number + 1, number + 1 + table.num_rows), columns)
            number += table.num_rows
            if report:
                report(self.size * number // total)


def _flat(table: Any) -> Any:
    while any(pa.types.is_struct(column.type) for column in table.schema):
        table = table.flatten()
    return table


def _cells(column: Any) -> list[Cell]:
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us", tz=column.type.tz), safe=False)
    if pa.types.is_duration(column.type):
        column = pc.cast(column, pa.duration("us"), safe=False)
    return [_cell(value) for value in column.to_pylist()]


def _cell(value: Any) -> Cell:
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return value  # type: ignore[no-any-return]
