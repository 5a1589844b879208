"""A schema of a PostgreSQL database as the shelf of a warehouse: read alone, in one snapshot, piece by piece."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

from servicemeter.ground.errors import BadDatabase
from servicemeter.sources.shelves import Found
from servicemeter.sources.table import Cell, RawBatch
from servicemeter.sources.warehouse import RawDeclared, Warehouse

if TYPE_CHECKING:
    import psycopg

__all__ = ["Postgres", "PostgresTable", "is_database", "without_password"]

_SCHEMES = ("postgresql://", "postgres://")
_BATCH_ROWS = 20_000


def is_database(path: Path | str) -> bool:
    """Whether what is to be imported is the address of a database and no path.

    >>> is_database("postgresql://localhost/desk"), is_database("export/tickets.csv")
    (True, False)
    """
    return str(path).startswith(_SCHEMES)


def without_password(address: str) -> str:
    """An address as it may be shown and noted: without a password, and without options.

    >>> without_password("postgresql://reader:secret@db.example.com:5432/desk?sslmode=require")
    'postgresql://reader@db.example.com:5432/desk'
    """
    parts = urlsplit(address)
    user, at, host = parts.netloc.rpartition("@")
    return urlunsplit((parts.scheme, user.split(":")[0] + at + host, parts.path, "", ""))


class Postgres:
    """The tables of one schema (None: the one the connection starts in). Nothing is ever written."""

    is_typed = True

    def __init__(self, address: str, schema: str | None = None) -> None:
        self._address, self._schema = address, schema
        self.label = without_password(address) + (f", schema {schema}" if schema else "")

    @contextmanager
    def open(self, warehouse: Warehouse) -> Iterator[Found]:
        """Find the declared tables, in one snapshot; `BadDatabase` when the database cannot be reached or read."""
        _check_installed()
        import psycopg

        try:
            with psycopg.connect(self._address) as connection:
                connection.read_only = True
                connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                yield self._found(connection, warehouse)
        except psycopg.Error as error:
            raise BadDatabase(f"{self.label}: the database cannot be read: {str(error).strip()}") from error

    def _found(self, connection: psycopg.Connection[Any], warehouse: Warehouse) -> Found:
        schema = self._schema or str(_asked(connection, "select current_schema()")[0][0])
        found = Found()
        columns: dict[str, list[str]] = {}
        for table, column in _asked(connection, _COLUMNS, schema):
            columns.setdefault(table, []).append(column)
        for table, names in columns.items():
            declared = warehouse.table_of(table)
            if declared is not None and declared.table.name in found.tables:
                raise BadDatabase(f"{self.label}: two tables hold {declared.table.name}; one is {schema}.{table}.")
            if declared is not None:
                found.tables[declared.table.name] = PostgresTable(connection, schema, table, _read_of(declared, names))
        if not found.tables:
            raise BadDatabase(self._nothing(connection, schema, warehouse))
        return found

    def _nothing(self, connection: psycopg.Connection[Any], schema: str, warehouse: Warehouse) -> str:
        other = {s for s, table in _asked(connection, _TABLES) if warehouse.table_of(table) is not None}
        hint = f"Schemas that have some: {', '.join(sorted(other))}. Give --schema NAME." if other else ""
        return f"{self.label}: the schema {schema} has none of the tables of {Path(warehouse.path).name}. {hint}".strip()


class PostgresTable:
    """One table as a raw table, with the types of the database; only the columns named are read."""

    def __init__(self, connection: psycopg.Connection[Any], schema: str, table: str, names: tuple[str, ...]) -> None:
        self.path, self.names = Path(f"{schema}.{table}"), names
        self.remarks: list[str] = []
        self._connection, self._place = connection, (schema, table)
        [(self.size,)] = _asked(connection, "select pg_table_size(format('%%I.%%I', %s::text, %s::text)::regclass)", *self._place)

    def batches(self, report: Callable[[int], None] | None = None) -> Iterator[RawBatch]:
        """Give the rows in batches; the database keeps them until they are fetched."""
        from psycopg import sql

        columns = sql.SQL(", ").join(map(sql.Identifier, self.names))
        asked = sql.SQL("select {} from {}").format(columns, sql.Identifier(*self._place))
        number = 0
        with self._connection.cursor(name="servicemeter_reading") as cursor:
            cursor.execute(asked)
            while rows := cursor.fetchmany(_BATCH_ROWS):
                cells = zip(*rows, strict=True)
                columns_read = {name: [_cell(value) for value in read] for name, read in zip(self.names, cells, strict=True)}
                yield RawBatch(range(number + 1, number + 1 + len(rows)), columns_read)
                number += len(rows)
        if report:
            report(self.size)


_COLUMNS = """
    select table_name, column_name from information_schema.columns
    where table_schema = %s order by table_name, ordinal_position
"""
_TABLES = "select table_schema, table_name from information_schema.tables"


def _check_installed() -> None:
    """Check that psycopg is installed; `BadDatabase` says how to get it."""
    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise BadDatabase("Reading from PostgreSQL needs psycopg: pip install 'servicemeter[postgres]'") from None


def _asked(connection: psycopg.Connection[Any], query: str, *given: str) -> list[tuple[Any, ...]]:
    return list(connection.execute(query.encode(), given).fetchall())


def _read_of(declared: RawDeclared, names: list[str]) -> tuple[str, ...]:
    """The columns that are read, as the database calls them."""
    wanted = {column.name for column in declared.table.columns}
    return tuple(name for name in names if name in wanted)


def _cell(value: Any) -> Cell:
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).decode("utf-8", errors="replace")
    return value  # type: ignore[no-any-return]
