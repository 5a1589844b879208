"""Any dlt source as the shelf of a warehouse: run by dlt into a database of its own, then read like any other tables.

That database stays in the data folder (`dlt/<source>/`) with dlt's own state, so that an incremental source brings only what is
new, and everything it ever brought can be read again: a run that is killed before the book has the rows loses nothing.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from servicemeter.ground.errors import BadFile, BadSettings
from servicemeter.sources.shelves import Found
from servicemeter.sources.table import Cell, RawBatch
from servicemeter.sources.warehouse import RawDeclared, Warehouse

__all__ = ["DltSource", "is_dlt", "whole"]

_MARK = "dlt:"
_DATASET = "pulled"
_BATCH_ROWS = 20_000


def is_dlt(path: Path | str) -> bool:
    """Whether this names a dlt source: `dlt:module:callable`, or `dlt:file.py:callable`."""
    return str(path).startswith(_MARK)


def whole(place: str) -> str:
    """The same with the whole path of its file.

    >>> whole("dlt:shop.sources:orders")
    'dlt:shop.sources:orders'
    """
    module, called = _parts(place)
    return f"{_MARK}{Path(module).absolute()}:{called}" if module.endswith(".py") else place


class DltSource:
    """The tables that a dlt source makes, kept in the data folder `folder`."""

    is_typed = True

    def __init__(self, place: str, folder: Path | None) -> None:
        self._module, self._called = _parts(place)
        self.label = place
        name = re.sub(r"\W+", "_", f"{Path(self._module).stem}_{self._called}").strip("_").lower()
        self._name = f"{name}_{hashlib.sha256(place.encode()).hexdigest()[:8]}"
        self._folder = folder / "dlt" / self._name if folder else None
        self._is_pulled = False

    @contextmanager
    def open(self, warehouse: Warehouse) -> Iterator[Found]:
        """Pull, the first time; then find the declared tables."""
        if self._folder is None:
            raise BadSettings("What dlt pulls is kept in the data folder, and this desk has none. Open one with a folder.")
        database = str(self._folder / "tables.duckdb")
        if not self._is_pulled:
            self._pull(self._folder, database)
            self._is_pulled = True
        connection = duckdb.connect(database, read_only=True)
        try:
            yield _found(connection, warehouse)
        finally:
            connection.close()

    def _pull(self, folder: Path, database: str) -> None:
        """Run the source, with dlt telling nobody about it."""
        os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
        try:
            import dlt
        except ImportError:
            raise BadSettings("A dlt source needs dlt: pip install 'servicemeter[dlt]'") from None
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = _source(self._module, self._called)
        connection = duckdb.connect(database)
        try:
            pipeline = dlt.pipeline(
                self._name,
                pipelines_dir=str(folder / "state"),
                destination=dlt.destinations.duckdb(connection),
                dataset_name=_DATASET,
            )
            pipeline.run(made())
        except Exception as error:  # whatever a source of somebody's own may raise
            raise BadFile(f"{self.label}: dlt could not pull it: {_said(error)}") from error
        finally:
            connection.close()


class _Table:
    """One table that dlt made, with its types; columns of dlt's own are left out."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, name: str, names: tuple[str, ...]) -> None:
        self.path, self.names = Path(name), names
        self.remarks: list[str] = []
        self._connection = connection
        self.size = int(_asked(connection, f"select count(*) from {_DATASET}.{_quoted(name)}")[0][0])

    def batches(self, report: Callable[[int], None] | None = None) -> Iterator[RawBatch]:
        """Give the rows in batches."""
        columns = ", ".join(map(_quoted, self.names))
        reading = self._connection.cursor()
        reading.execute("set TimeZone = 'UTC'")
        reading.execute(f"select {columns} from {_DATASET}.{_quoted(self.path.name)}")
        number = 0
        while rows := reading.fetchmany(_BATCH_ROWS):
            cells = zip(*rows, strict=True)
            read = {name: [_cell(value) for value in column] for name, column in zip(self.names, cells, strict=True)}
            yield RawBatch(range(number + 1, number + 1 + len(rows)), read)
            number += len(rows)
            if report:
                report(number)


def _found(connection: duckdb.DuckDBPyConnection, warehouse: Warehouse) -> Found:
    found = Found()
    columns: dict[str, list[str]] = {}
    for table, column in _asked(connection, _COLUMNS):
        columns.setdefault(table, []).append(column)
    for table, names in columns.items():
        declared = warehouse.table_of(table)
        if declared is not None:
            found.tables[declared.table.name] = _Table(connection, table, _read_of(declared, names))
        elif not table.startswith("_dlt_"):
            found.remarks.append(f"{table}: left out, {Path(warehouse.path).name} reads no table of this name.")
    return found


_COLUMNS = f"""
    select table_name, column_name from information_schema.columns
    where table_schema = '{_DATASET}' order by table_name, ordinal_position
"""


def _parts(place: str) -> tuple[str, str]:
    """Module (or file) and callable of `dlt:module:callable`; `BadSettings` where it is no such thing."""
    module, colon, called = place.removeprefix(_MARK).rpartition(":")
    if not colon or not module or not called.isidentifier():
        raise BadSettings(f"{place!r} names no dlt source. Write dlt:module:callable, or dlt:file.py:callable.")
    return module, called


def _source(module: str, called: str) -> Callable[[], Any]:
    """The callable that gives the source (or resource)."""
    try:
        held = _file(Path(module)) if module.endswith(".py") else importlib.import_module(module)
    except (ImportError, OSError, SyntaxError) as error:
        raise BadFile(f"{module}: it cannot be loaded: {_said(error)}") from error
    found = getattr(held, called, None)
    if not callable(found):
        raise BadFile(f"{module} has nothing to call under the name {called!r}.")
    return found  # type: ignore[no-any-return]


def _file(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"servicemeter_dlt_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _asked(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return list(connection.execute(sql).fetchall())


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _read_of(declared: RawDeclared, names: list[str]) -> tuple[str, ...]:
    wanted = {column.name for column in declared.table.columns}
    return tuple(name for name in names if name in wanted)


def _cell(value: Any) -> Cell:
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).decode("utf-8", errors="replace")
    return value  # type: ignore[no-any-return]


def _said(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
