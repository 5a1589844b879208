"""Files that have the shape of a canonical table already: which one, and whether the engine may read them directly."""

from __future__ import annotations

import difflib
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from servicemeter.ground.errors import BadFile
from servicemeter.ground.libraries import when_used
from servicemeter.ground.phrases import either, phrase
from servicemeter.model.rows import arrow_type
from servicemeter.model.tables import TABLES, Column, Table
from servicemeter.sources.columnar import open_parquet
from servicemeter.sources.deciding import is_unbounded
from servicemeter.sources.rules import EVENT_RULES, wanted_columns

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.compute as pc
else:
    pa = when_used("pyarrow")
    pc = when_used("pyarrow.compute")

__all__ = ["canonical_table", "is_ready"]


def canonical_table(path: Path, names: tuple[str, ...]) -> Table | None:
    """The canonical table a file holds: the one it is named after if its columns fit, else the one they fit.

    A file named after a table that has its key but also a column the table does not know raises `BadFile`.
    """
    given = set(names)
    named = TABLES.get(path.name.split(".")[0])
    if named is None or not named.key:
        return _fitting(given)
    known = {column.name for column in named.all_columns}
    if not wanted_columns(named, given) <= given:
        return _fitting(given)
    strange = sorted(given - known)
    if strange:
        near = difflib.get_close_matches(strange[0], known - given, n=1, cutoff=0.5)
        columns = ", ".join(column.name for column in named.columns)
        hint = phrase(f"Did you mean {either(near[:1])}?" if near else f"Its columns: {columns}.")
        raise BadFile(f"{path}: {named.name} has no column {strange[0]!r}. {phrase(hint)} Or give a mapping: --map FILE.")
    return named


def _fitting(given: set[str]) -> Table | None:
    """The table that knows every column and whose needed ones are all there; of several the one that needs most."""
    fitting = [
        (len(wanted), table.name)
        for table in TABLES.values()
        if table.key and (wanted := wanted_columns(table, given)) <= given <= {column.name for column in table.all_columns}
    ]
    return TABLES[max(fitting)[1]] if fitting else None


def is_ready(path: Path, table: Table, now: datetime) -> bool:
    """Whether a Parquet file has exactly the types and only believable values of its table.

    What is not ready is not lost: it is read row by row, and the rows at fault are kept aside.
    """
    file = open_parquet(path)
    schema = file.schema_arrow
    if table.made_key is not None and table.made_key not in schema.names:
        return False
    columns = [table.column(name) for name in schema.names]
    if any(schema.field(column.name).type != arrow_type(column) for column in columns):
        return False
    wanted = wanted_columns(table, set(schema.names)) | ({table.made_key} if table.made_key else set())
    return all(_group_fits(file.read_row_group(place), table, columns, wanted, now) for place in range(file.num_row_groups))


def _group_fits(rows: Any, table: Table, columns: list[Column], wanted: set[str], now: datetime) -> bool:
    cells = {column.name: rows.column(column.name) for column in columns}
    if any(cells[name].null_count for name in wanted):
        return False
    free = [column for column in columns if is_unbounded(table.name, column)]
    return all(_fits(cells[column.name], column, now, column in free) for column in columns) and (
        table.name != "ticket_events" or _events_fit(rows)
    )


def _fits(cells: Any, column: Column, now: datetime, free: bool) -> bool:
    if column.kind == "word":
        return _all(pc.is_in(cells, value_set=pa.array([*column.words, None], pa.string())))
    if column.kind == "id":
        return _all(pc.and_(pc.equal(pc.utf8_trim_whitespace(cells), cells), pc.not_equal(cells, "")))
    if column.kind == "s":
        return _all(pc.greater_equal(cells, 0))
    if column.kind != "ts":
        return True
    if not _all(pc.equal(pc.floor_temporal(cells, unit="second"), cells)):
        return False
    last = (now + timedelta(days=1)).replace(tzinfo=None)
    first = pa.scalar(datetime(1970, 1, 1), pa.timestamp("us"))  # noqa: DTZ001
    after = pc.greater_equal(cells, first)
    return free or _all(pc.and_(after, pc.less_equal(cells, pa.scalar(last, pa.timestamp("us")))))


def _events_fit(rows: Any) -> bool:
    fields, values = rows.column("field"), rows.column("value")
    for names, words in EVENT_RULES:
        ruled = pc.is_in(fields, value_set=pa.array(names))
        if not _all(pc.or_(pc.invert(ruled), pc.is_in(values, value_set=pa.array(words)))):
            return False
    return True


def _all(truths: Any) -> bool:
    return bool(pc.all(truths).as_py() in (True, None))
