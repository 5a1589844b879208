"""Tables handed over in Python as a delivery: Arrow, pandas, Polars, lists of dicts, or paths of Parquet files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from servicemeter.ground.clock import instant
from servicemeter.ground.errors import BadFile, BadQuestion, BadRows, UnknownName
from servicemeter.ground.instants import SkippedHour, to_utc, zone_named
from servicemeter.ground.libraries import when_used
from servicemeter.model.rows import Batch, ParquetBatch, arrow_type
from servicemeter.model.tables import TABLES, Table

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.compute as pc
else:
    pa, pc = when_used("pyarrow"), when_used("pyarrow.compute")

__all__ = ["FramesDelivery", "as_utc"]


class FramesDelivery:
    """Canonical tables by name, from memory.

    Instants are aware, or texts with an offset; those without are read by the clock of `naive_tz`. Where that is None, naive
    datetimes are UTC and such texts are refused.
    """

    def __init__(self, source: str, tz: str | None, tables: Mapping[str, Any], *, naive_tz: str | None = None) -> None:
        self.source = source
        self.tz = tz
        self._clock = None if naive_tz is None else _zone(naive_tz)
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
                yield ParquetBatch(name, _parquet(str(given)))
                continue
            rows = _as_arrow(name, given)
            if rows.num_columns:
                yield Batch(name, _typed(TABLES[name], rows, self._clock))


def as_utc(rows: pa.Table) -> pa.Table:
    """Typed rows whose instants say that they are UTC, so that nobody reads them by another clock."""
    said = [pa.field(f.name, pa.timestamp("us", "UTC") if pa.types.is_timestamp(f.type) else f.type) for f in rows.schema]
    return rows.cast(pa.schema(said))


def _zone(name: str) -> ZoneInfo:
    found = zone_named(name)
    if found is None:
        raise BadQuestion(f"tz: there is no time zone {name!r}; write a name such as Europe/Amsterdam.")
    return found


def _parquet(path: str) -> str:
    """The path of a Parquet file, or a pattern of several. Raises `BadFile`."""
    if set(path) & set("*?["):
        return path
    if not Path(path).is_file():
        what = "this is a folder; give its files, such as FOLDER/*.parquet" if Path(path).is_dir() else "there is no such file"
        raise BadFile(f"{path}: {what}.")
    with Path(path).open("rb") as file:
        if file.read(4) != b"PAR1":
            raise BadFile(f"{path}: this is no Parquet file. Take others by `servicemeter import`, or read them into a frame.")
    return path


def _as_arrow(name: str, given: Any) -> pa.Table:
    """Whatever frame was given as an Arrow table."""
    if isinstance(given, pa.Table):
        return given
    if isinstance(given, list) and all(isinstance(row, Mapping) for row in given):
        names: list[str] = []
        for row in given:
            names += [n for n in row if n not in names]
        return pa.table({n: [row.get(n) for row in given] for n in names})
    if hasattr(given, "to_arrow"):
        return given.to_arrow()
    if hasattr(given, "__arrow_c_stream__"):
        return pa.table(given)
    if hasattr(given, "columns"):
        return pa.Table.from_pandas(given, preserve_index=False)
    raise BadRows(
        f"{name} cannot be {type(given).__name__}: give an Arrow table, a pandas or Polars frame, a list of dicts, or the path "
        "of a Parquet file. Nothing was taken."
    )


def _typed(table: Table, rows: pa.Table, clock: ZoneInfo | None) -> pa.Table:
    """The rows with the types of the canonical table; a cell that does not fit raises `BadRows` naming it."""
    known = {c.name: c for c in table.all_columns}
    columns = {}
    for name in rows.column_names:
        if name not in known:
            raise UnknownName(f"column of {table.name}", name, known)
        wanted = arrow_type(known[name])
        if known[name].kind == "ts":
            columns[name] = _instants(f"{table.name}.{name}", rows.column(name), wanted, clock)
        else:
            columns[name] = _cast(f"{table.name}.{name}", rows.column(name), wanted)
    made = table.made_key
    if made and made not in columns:
        columns[made] = pa.array([f"{table.name}-{i:09d}" for i in range(rows.num_rows)])
    return pa.table(columns)


def _instants(where: str, values: pa.ChunkedArray, wanted: pa.DataType, clock: ZoneInfo | None) -> pa.ChunkedArray:
    """Instants as naive UTC."""
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        return _by_value(where, values, wanted, lambda text: _read(text, clock))
    if not pa.types.is_timestamp(values.type):
        return _cast(where, values, wanted)
    if values.type.tz:
        values = values.cast(pa.timestamp(values.type.unit, "UTC")).cast(pa.timestamp(values.type.unit))
    elif clock is not None:
        return _by_value(where, values.cast(wanted, safe=False), wanted, lambda local: _by_clock(local, clock))
    return values.cast(wanted, safe=False)


def _by_value(where: str, values: pa.ChunkedArray, wanted: pa.DataType, read: Callable[[Any], datetime]) -> pa.ChunkedArray:
    """Every different value read once. What cannot be read raises `BadRows`, naming the first row that has it."""
    coded = values.combine_chunks().dictionary_encode()
    made = []
    for place, value in enumerate(coded.dictionary.to_pylist()):
        try:
            made.append(read(value).replace(tzinfo=None))
        except BadQuestion as error:
            row = pc.index(coded.indices, place).as_py() + 1
            raise BadRows(f"{where}, row {row}: {error} Nothing was taken.") from error
    return pa.chunked_array([pa.array(made, wanted).take(coded.indices)])


def _read(text: str, clock: ZoneInfo | None) -> datetime:
    """The instant that a text says, by a clock where it has no offset."""
    if clock is not None:
        with suppress(ValueError):
            said = datetime.fromisoformat(text.strip())
            if said.tzinfo is None:
                return _by_clock(said, clock)
    return instant(text).astimezone(UTC)


def _by_clock(local: datetime, clock: ZoneInfo) -> datetime:
    """The instant at which a clock showed a local time; the first one, where it showed it twice."""
    try:
        return to_utc(local, clock) + timedelta(microseconds=local.microsecond)
    except SkippedHour:
        raise BadQuestion(f"{local} was shown by no clock in {clock}: summer time began in that hour.") from None


def _cast(where: str, values: pa.ChunkedArray, wanted: pa.DataType) -> pa.ChunkedArray:
    try:
        return values.cast(wanted)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise BadRows(f"{where} must be {wanted}, not {values.type}: {error}. Nothing was taken.") from error
