"""PostgreSQL 14 or newer: the facts stand in schemas of the database that the address names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from decimal import Decimal
from typing import Any

import psycopg
import pyarrow as pa

from servicemeter.engines.dialect import Dialect
from servicemeter.engines.engine import Read
from servicemeter.model.tables import Kind

__all__ = ["PostgreSQL"]

_LAST_KNOWN = """
create or replace function pg_temp.later(anyelement, anyelement) returns anyelement
    language sql immutable strict parallel safe as 'select $2';
create or replace aggregate pg_temp.last_known(anyelement) (sfunc = pg_temp.later, stype = anyelement)
"""
"""The last value that is not null: a strict step function passes nulls over."""


class _Dialect(Dialect):
    name = "postgresql"
    temporary = "pg_temp"
    types: Mapping[Kind, str] = {
        **Dialect.types,
        "num": "double precision",
    }

    def spelled(self, sql: str) -> str:
        return sql.replace("as tinyint)", "as smallint)").replace("as double)", "as double precision)")

    def text(self, value: str) -> str:
        return super().text(_without_nul(value))

    def epoch(self, timestamp: str) -> str:
        return f"cast(extract(epoch from {timestamp}) as bigint)"

    def timestamp(self, epoch_s: str) -> str:
        return f"(to_timestamp({epoch_s}) at time zone 'UTC')"

    def whole(self, numerator: str, denominator: str) -> str:
        return f"(({numerator}) / ({denominator}))"

    def double(self, expression: str) -> str:
        return f"cast({expression} as double precision)"

    def first_by(self, value: str, order: Sequence[str], where: str = "") -> str:
        return _first(value, ", ".join(order), where)

    def last_by(self, value: str, order: Sequence[str], where: str = "") -> str:
        return _first(value, ", ".join(f"{column} desc" for column in order), where)

    def last_known(self, value: str, window: str) -> str:
        return f"pg_temp.last_known({value}) over ({window} rows between unbounded preceding and current row)"

    def last_known_before(self, value: str, window: str) -> str:
        return f"pg_temp.last_known({value}) over ({window} rows between unbounded preceding and 1 preceding)"

    def row_hash(self, columns: Sequence[str]) -> str:
        said = ", ".join(f"coalesce(cast({column} as text), '~')" for column in columns)
        return f"hashtextextended(concat_ws(chr(31), {said}), 0)"

    def tie(self, column: str) -> str:
        return f"cast(cast('x' || substr(md5({column}), 1, 7) as bit(28)) as bigint)"


def _without_nul(text: str) -> str:
    """A text as PostgreSQL can hold it, in rows and beside them."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _first(value: str, order: str, where: str) -> str:
    only = f" filter (where {where})" if where else ""
    return f"(array_agg({value} order by {order}){only})[1]"


class PostgreSQL:
    """A connection to a PostgreSQL database, `postgresql://user:password@host:port/database`.

    Ours are the canonical tables (in the first schema of its search path) and the schemas `facts`, `past` and `meta`; give it
    a database of its own.
    """

    is_near = False

    def __init__(self, address: str) -> None:
        self.dialect = _Dialect()
        self._connection = psycopg.connect(address, autocommit=True)
        self.run("set time zone 'UTC'; set client_min_messages = warning; set standard_conforming_strings = on")
        self.run(_LAST_KNOWN)

    def run(self, sql: str) -> None:
        self._connection.execute(self._said(sql))

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self._found(sql)[1]

    def table(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        return self._found(sql)

    def each(self, readings: Sequence[tuple[str, Read]]) -> list[Any]:
        return [read(self, sql) for sql, read in readings]

    def arrow(self, sql: str) -> pa.Table:
        names, rows = self._found(sql)
        return pa.table({name: pa.array([row[i] for row in rows]) for i, name in enumerate(names)})

    def make_schema(self, name: str) -> None:
        self.run(f"create schema if not exists {name}")

    def drop_schema(self, name: str) -> None:
        self.run(f"drop schema if exists {name} cascade")

    def make_table(self, name: str, columns: Mapping[str, Kind]) -> None:
        typed = ", ".join(f"{self.dialect.name_of(column)} {self._type(kind)}" for column, kind in columns.items())
        self.run(f"drop table if exists {name} cascade; create table {name} ({typed})")

    def keep_rows(self, name: str, query: str) -> None:
        self.run(f"drop table if exists {name} cascade; create table {name} as {query}")
        self.run(f"analyze {name}")

    def keep_none(self, name: str, query: str) -> None:
        self.keep_rows(name, query)

    def has_table(self, name: str) -> bool:
        schema, _, table = name.rpartition(".")
        found = f"select 1 from information_schema.tables where table_schema = {self.dialect.text(schema)}"
        return bool(self.rows(f"{found} and table_name = {self.dialect.text(table)}"))

    def drop_table(self, name: str) -> None:
        self.run(f"drop table if exists {name} cascade")

    def stage(self, name: str, rows: pa.Table) -> None:
        columns = ", ".join(self.dialect.name_of(column) for column in rows.column_names)
        with self._connection.cursor() as cursor, cursor.copy(f"copy {name} ({columns}) from stdin") as copy:
            for batch in rows.to_batches(max_chunksize=10_000):
                for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    copy.write_row([_without_nul(cell) if isinstance(cell, str) else cell for cell in row])
        self.run(f"analyze {name}")

    def scratch(self, name: str) -> str:
        self.drop_schema(name)
        self.make_schema(name)
        return name

    def lend(self, table: str, name: str) -> None:
        self.run(f"create view {name} as select * from {table}")

    def as_written(self) -> nullcontext[None]:
        return nullcontext()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self._connection.transaction():
            yield

    def close(self) -> None:
        self._connection.close()

    def _found(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        found = self._connection.execute(self._said(sql))
        names = [column.name for column in found.description or ()]
        return names, [tuple(map(_number, row)) for row in found.fetchall()]

    def _type(self, kind: Kind) -> str:
        own = self.dialect.types[kind]
        return f'{own} collate "C"' if own == "varchar" else own

    def _said(self, sql: str) -> bytes:
        return self.dialect.said(sql).encode()


def _number(value: Any) -> Any:
    """Sums of whole numbers come as `numeric`: whole ones stay whole, others become floats as on every engine."""
    if not isinstance(value, Decimal):
        return value
    return int(value) if value.as_tuple().exponent == 0 else float(value)
