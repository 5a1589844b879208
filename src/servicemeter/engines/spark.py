"""Spark, through Spark Connect: one machine or a cluster, by the thin client alone.

Spark has no temporary tables and no transactions: scaffolds stand in a schema of ours and are dropped after use.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import Any

import pyarrow as pa

from servicemeter.engines.dialect import WITH_BACKSLASHES, Dialect, holdable
from servicemeter.engines.engine import Read
from servicemeter.model.tables import Kind

__all__ = ["Spark"]

_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    "spark.sql.cteRecursionRowLimit": "-1",
}


class _Dialect(Dialect):
    name = "spark"
    types: Mapping[Kind, str] = {**Dialect.types, "id": "string", "word": "string", "text": "string", "ts": "timestamp_ntz"}

    literals = WITH_BACKSLASHES

    def __init__(self, database: str) -> None:
        self.database = database
        self.temporary = self.schema("work")

    def schema(self, name: str) -> str:
        return f"{self.database}_{name}"

    def spelled(self, sql: str) -> str:
        return _with_windows_written_out(sql.replace("as varchar)", "as string)"))

    def text(self, value: str) -> str:
        return "'" + holdable(value).replace("\\", "\\\\").replace("'", "\\'") + "'"

    def literal(self, value: Any) -> str:
        if isinstance(value, datetime):
            return f"timestamp_ntz '{value:%Y-%m-%d %H:%M:%S.%f}'"
        return super().literal(value)

    def epoch(self, timestamp: str) -> str:
        return f"unix_seconds(cast({timestamp} as timestamp_ltz))"

    def timestamp(self, epoch_s: str) -> str:
        return f"cast(timestamp_seconds({epoch_s}) as timestamp_ntz)"

    def whole(self, numerator: str, denominator: str) -> str:
        return f"(({numerator}) div ({denominator}))"

    def numbered(self, order: Sequence[str]) -> str:
        return f"row_number() over (order by {', '.join(order)})"

    def first_by(self, value: str, order: Sequence[str], where: str = "") -> str:
        return f"min_by({value}, struct({', '.join(order)})){_only(where)}"

    def last_by(self, value: str, order: Sequence[str], where: str = "") -> str:
        return f"max_by({value}, struct({', '.join(order)})){_only(where)}"

    def last_known(self, value: str, window: str) -> str:
        return f"last_value({value}) ignore nulls over ({window} rows between unbounded preceding and current row)"

    def last_known_before(self, value: str, window: str) -> str:
        return f"last_value({value}) ignore nulls over ({window} rows between unbounded preceding and 1 preceding)"

    def row_hash(self, columns: Sequence[str]) -> str:
        said = ", ".join(f"coalesce(cast({column} as string), '~')" for column in columns)
        return f"xxhash64(concat_ws(chr(31), {said}))"

    def tie(self, column: str) -> str:
        return f"cast(conv(substr(md5({column}), 1, 7), 16, 10) as bigint)"


def _only(where: str) -> str:
    return f" filter (where {where})" if where else ""


_WINDOW = re.compile(r"\b(\w+) as \((partition by (?:[^()]|\([^()]*\))*)\)")
_FRAMED = re.compile(r"over \((\w+) (?=rows |range )")


def _with_windows_written_out(sql: str) -> str:
    """Write a named window out where a frame is added to it, which Spark does not read.

    >>> _with_windows_written_out("select sum(a) over (w rows 1 preceding) from t window w as (partition by b order by c)")
    'select sum(a) over (partition by b order by c rows 1 preceding) from t window w as (partition by b order by c)'
    """
    windows = list(_WINDOW.finditer(sql))

    def written(use: re.Match[str]) -> str:
        own = next((w[2] for w in windows if w[1] == use[1] and w.start() > use.start()), use[1])
        return f"over ({own} "

    return _FRAMED.sub(written, sql)


class Spark:
    """A session on a Spark Connect server, `sc://host:15002/;database=name`; ours are schemas that begin with the name."""

    is_near = False

    def __init__(self, address: str) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of versions of pandas, which we do not use
            from pyspark.sql.connect.session import SparkSession

        found = re.search(r";database=(\w+)", address)
        self._session = SparkSession.builder.remote(address.replace(found[0], "") if found else address).create()
        for name, value in _SETTINGS.items():
            self._session.conf.set(name, value)
        self.dialect = _Dialect(found[1] if found else "servicemeter")
        self._empty: dict[str, Mapping[str, Kind]] = {}
        self._scaffolds: set[str] = set()
        self.drop_schema(self.dialect.temporary)
        for schema in (self.dialect.database, self.dialect.temporary):
            self.make_schema(schema)
        self.run(f"use {self.dialect.database}")

    def run(self, sql: str) -> None:
        self._session.sql(self.dialect.said(sql)).collect()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.table(sql)[1]

    def table(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        found = self.arrow(sql)
        return found.column_names, list(zip(*(column.to_pylist() for column in found.columns), strict=True))

    def each(self, readings: Sequence[tuple[str, Read]]) -> list[Any]:
        return [read(self, sql) for sql, read in readings]

    def arrow(self, sql: str) -> pa.Table:
        return self._session.sql(self.dialect.said(sql)).toArrow()

    def make_schema(self, name: str) -> None:
        self.run(f"create schema if not exists {name}")

    def drop_schema(self, name: str) -> None:
        self._empty = {table: columns for table, columns in self._empty.items() if not table.startswith(f"{name}.")}
        self.run(f"drop schema if exists {name} cascade")

    def make_table(self, name: str, columns: Mapping[str, Kind]) -> None:
        if self._empty.get(name) == columns:
            return
        typed = ", ".join(f"{self.dialect.name_of(column)} {self.dialect.types[kind]}" for column, kind in columns.items())
        self.drop_table(name)
        self.run(f"create table {name} ({typed}) using parquet")
        self._empty[name] = columns

    def keep_rows(self, name: str, query: str) -> None:
        self.drop_table(name)
        self.run(f"create table {name} using parquet as {query}")
        if name.startswith(f"{self.dialect.temporary}."):
            self._scaffolds.add(name)

    def keep_none(self, name: str, query: str) -> None:
        self.keep_rows(name, query)

    def has_table(self, name: str) -> bool:
        return bool(self._session.catalog.tableExists(name))

    def drop_table(self, name: str) -> None:
        self._empty.pop(name, None)
        if name.startswith(f"{self.dialect.temporary}."):
            if name not in self._scaffolds:
                return
            self._scaffolds.remove(name)
        self.run(f"drop table if exists {name}")

    def stage(self, name: str, rows: pa.Table) -> None:
        self._empty.pop(name, None)
        names = ", ".join(self.dialect.name_of(column) for column in rows.column_names)
        self._session.createDataFrame(rows).createOrReplaceTempView("staged_rows")
        self.run(f"insert into {name} ({names}) select {names} from staged_rows")

    def scratch(self, name: str) -> str:
        place = self.dialect.schema(name)
        self.drop_schema(place)
        self.make_schema(place)
        return place

    def lend(self, table: str, name: str) -> None:
        self.run(f"create view {name} as select * from {table}")

    def as_written(self) -> nullcontext[None]:
        return nullcontext()

    def transaction(self) -> nullcontext[None]:
        return nullcontext()

    def close(self) -> None:
        self._session.stop()
