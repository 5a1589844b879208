"""ClickHouse: a server, or the embedded build (chDB) without one.

ClickHouse has no schemas inside a database: ours are databases of their own, `<database>_facts`, `<database>_past`, ….
Columns are made nullable everywhere, since by itself it puts 0 and '' where nothing is.
"""

from __future__ import annotations

import re
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa

from servicemeter.engines.dialect import WITH_BACKSLASHES, Dialect, kind_of
from servicemeter.engines.engine import Read
from servicemeter.model.tables import Kind

__all__ = ["ClickHouse", "EmbeddedClickHouse"]

_SETTINGS: dict[str, str | int] = {
    "join_use_nulls": 1,
    "cast_keep_nullable": 1,
    "aggregate_functions_null_for_empty": 1,
    "prefer_column_name_to_alias": 1,
    "union_default_mode": "DISTINCT",
    "session_timezone": "UTC",
    "max_query_size": 100_000_000,
    "max_ast_elements": 10_000_000,
    "max_expanded_ast_elements": 10_000_000,
    "output_format_arrow_string_as_string": 1,
}
_WIDER = re.compile(r"\bU?Int(16|32|64)\b")


class _Dialect(Dialect):
    name = "clickhouse"
    types: Mapping[Kind, str] = {
        "id": "Nullable(String)",
        "word": "Nullable(String)",
        "text": "Nullable(String)",
        "ts": "Nullable(DateTime64(6, 'UTC'))",
        "date": "Nullable(Date32)",
        "s": "Nullable(Int64)",
        "int": "Nullable(Int64)",
        "minor": "Nullable(Int64)",
        "num": "Nullable(Float64)",
        "bool": "Nullable(Bool)",
    }

    literals = WITH_BACKSLASHES

    def __init__(self, database: str) -> None:
        self.database = database
        self.temporary = self.schema("work")

    def schema(self, name: str) -> str:
        return f"{self.database}_{name}"

    def spelled(self, sql: str) -> str:
        return _with_column_names(
            _beside_nothing(sql).replace("chr(", "char(").replace("as timestamp)", "as DateTime64(6, 'UTC'))")
        )

    def name_of(self, identifier: str) -> str:
        return super().name_of(identifier.replace("\\", "\\\\"))

    def text(self, value: str) -> str:
        return super().text(value.replace("\\", "\\\\"))

    def literal(self, value: Any) -> str:
        if isinstance(value, datetime):
            return f"toDateTime64('{value:%Y-%m-%d %H:%M:%S.%f}', 6, 'UTC')"
        if isinstance(value, int) and abs(value) >= 2**31:
            return self.constant(value)
        return super().literal(value)

    def epoch(self, timestamp: str) -> str:
        return f"toUnixTimestamp64Second({timestamp})"

    def timestamp(self, epoch_s: str) -> str:
        return f"fromUnixTimestamp64Second(cast({epoch_s} as bigint), 'UTC')"

    def whole(self, numerator: str, denominator: str) -> str:
        return f"intDiv({numerator}, {denominator})"

    def decimal(self, number: str, digits: int, scale: int) -> str:
        return (
            f"cast(toString(round({number}, {scale})) as decimal({digits}, {scale}))"  # by itself it cuts off, and 0.29 is less
        )

    def constant(self, number: int) -> str:
        return f"toInt64({number})"

    def numbered(self, order: Sequence[str]) -> str:
        return f"toInt64(row_number() over (order by {', '.join(order)}))"

    def part(self, text: str, separator: str, place: int) -> str:
        return f"splitByString({separator}, assumeNotNull({text}))[{place}]"

    def first_by(self, value: str, order: Sequence[str], where: str = "") -> str:
        return f"argMin(tuple({value}), tuple({', '.join(order)})){_only(where)}.1"

    def last_by(self, value: str, order: Sequence[str], where: str = "") -> str:
        return f"argMax(tuple({value}), tuple({', '.join(order)})){_only(where)}.1"

    def last_known(self, value: str, window: str) -> str:
        return f"anyLast({value}) over ({window} rows between unbounded preceding and current row)"

    def last_known_before(self, value: str, window: str) -> str:
        return f"anyLast({value}) over ({window} rows between unbounded preceding and 1 preceding)"

    def row_hash(self, columns: Sequence[str]) -> str:
        said = ", ".join(f"coalesce(toString({column}), '~')" for column in columns)
        return f"reinterpretAsInt64(sipHash64({said}))"

    def tie(self, column: str) -> str:
        return f"toInt64(bitShiftRight(reinterpretAsUInt32(reverse(substring(MD5({column}), 1, 4))), 4))"

    def values(self, rows: Iterable[Sequence[Any]], columns: Sequence[str]) -> str:
        tuples = ", ".join(f"tuple({', '.join(self.literal(v) for v in row)})" for row in rows)
        if not tuples:
            return super().values((), columns)
        named = ", ".join(f"one.{i} as {name}" for i, name in enumerate(columns, start=1))
        return f"(select {named} from (select arrayJoin([{tuples}]) as one) as literal_rows)"


def _only(where: str) -> str:
    return f" filter (where {where})" if where else ""


_BESIDE = re.compile(r"\b(?:lag|lead)\(")


def _beside_nothing(sql: str) -> str:
    """Let `lag` and `lead` find nothing at the ends of a partition also where their argument cannot be null: else it is 0.

    >>> _beside_nothing("select lead(f(a, b), 2) over w, lag(c) over w")
    'select lead(toNullable(f(a, b)), 2) over w, lag(toNullable(c)) over w'
    """
    found = _BESIDE.search(sql)
    if found is None:
        return sql
    depth, end = 0, found.end()
    while depth or sql[end] not in ",)":
        depth += (sql[end] == "(") - (sql[end] == ")")
        end += 1
    return f"{sql[: found.end()]}toNullable({sql[found.end() : end]}){_beside_nothing(sql[end:])}"


_TOKEN = re.compile(r"""'(?:[^'\\]|''|\\.)*'|--[^\n]*|\s+|"[^"]*"|[a-z_]\w*\.[a-z_]\w*|\w+|.""", re.DOTALL | re.IGNORECASE)
_QUALIFIED = re.compile(r"[a-z_]\w*\.([a-z_]\w*)", re.IGNORECASE)


def _with_column_names(sql: str) -> str:
    """Write `a.x` in lists of columns as `a.x as x`: in a join of three ClickHouse would call the column `a.x`.

    >>> _with_column_names("select a.x, f(a.y, a.z) from t as a")
    'select a.x as x , f(a.y, a.z) from t as a'
    """
    said: list[str] = []
    columns: list[list[str] | None] = [None]  # of each open bracket: the words of the column that is being said
    before = ""
    for token in _TOKEN.findall(sql):
        word, column = token.lower(), columns[-1]
        if column is not None and word in (",", "from", ")"):
            if len(column) == 1 and (found := _QUALIFIED.fullmatch(column[0])):
                said.append(f" as {found[1]} ")
            columns[-1] = [] if word == "," else None
        elif column is not None and not token.isspace() and not token.startswith("--") and (column or word != "distinct"):
            column.append(token)
        if word == "select" and before not in ("all", "union"):
            columns[-1] = []
        elif word == "(":
            columns.append(None)
        elif word == ")":
            columns.pop()
        before = before if token.isspace() else word
        said.append(token)
    return "".join(said)


class _Speaking(ABC):
    """What the server and the embedded build have in common."""

    is_near = False

    def __init__(self, database: str) -> None:
        self.dialect = _Dialect(database)
        self.make_schema(self.dialect.temporary)

    @abstractmethod
    def run(self, sql: str) -> None: ...

    @abstractmethod
    def stage(self, name: str, rows: pa.Table) -> None: ...

    @abstractmethod
    def close(self) -> None: ...

    @abstractmethod
    def _found(self, sql: str) -> pa.Table: ...

    def arrow(self, sql: str) -> pa.Table:
        found = self._found(sql)
        for i, column in enumerate(found.schema):
            if pa.types.is_timestamp(column.type):
                found = found.set_column(i, column.name, found.column(i).cast(pa.timestamp("us")))
        return found

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.table(sql)[1]

    def table(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        found = self.arrow(sql)
        return found.column_names, list(zip(*(column.to_pylist() for column in found.columns), strict=True))

    def each(self, readings: Sequence[tuple[str, Read]]) -> list[Any]:
        return [read(self, sql) for sql, read in readings]

    def make_schema(self, name: str) -> None:
        self.run(f"create database if not exists {name}")

    def drop_schema(self, name: str) -> None:
        self.run(f"drop database if exists {name}")

    def make_table(self, name: str, columns: Mapping[str, Kind]) -> None:
        self._make({self.dialect.name_of(column): self.dialect.types[kind] for column, kind in columns.items()}, name)

    def keep_rows(self, name: str, query: str) -> None:
        described = self.rows(f"describe table ({query})")
        typed = {column.rpartition(".")[2]: kind for column, kind, *_ in described}
        self._make({self.dialect.name_of(column): self._kept_as(column, kind) for column, kind in typed.items()}, name)
        self.run(f"insert into {name} {query}")

    def keep_none(self, name: str, query: str) -> None:
        self.keep_rows(name, query)

    def has_table(self, name: str) -> bool:
        return bool(self.rows(f"exists table {name}")[0][0])

    def drop_table(self, name: str) -> None:
        self.run(f"drop table if exists {name}")

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

    def _kept_as(self, column: str, kind: str) -> str:
        """The type a column is kept in: nullable, and wide and signed enough that sums and differences hold."""
        if "Nothing" in kind:  # there is no row that would tell
            return self.dialect.types[kind_of(column)]
        return f"Nullable({_WIDER.sub('Int64', kind.removeprefix('Nullable(').removesuffix(')'))})"

    def _make(self, typed: Mapping[str, str], name: str) -> None:
        columns = ", ".join(f"{column} {kind}" for column, kind in typed.items())
        self.drop_table(name)
        self.run(f"create table {name} ({columns}) engine = MergeTree order by tuple()")


class EmbeddedClickHouse(_Speaking):
    """chDB: ClickHouse inside this process, its tables in a temporary folder. A process can have one at a time."""

    def __init__(self, address: str = "chdb:") -> None:
        from chdb.session import Session

        folder = address.partition(":")[2]
        self._session = Session(folder) if folder else Session()
        self._session.query("set " + ", ".join(f"{name} = {value!r}" for name, value in _SETTINGS.items()))
        super().__init__("default")

    def run(self, sql: str) -> None:
        self._session.query(self.dialect.said(sql))

    def stage(self, name: str, rows: pa.Table) -> None:
        names = ", ".join(self.dialect.name_of(column) for column in rows.column_names)
        with tempfile.NamedTemporaryFile(suffix=".arrow") as file:  # handed over in memory, it takes missing dates for dates
            with pa.ipc.new_file(file.name, rows.schema) as writer:
                writer.write_table(rows)
            self.run(f"insert into {name} ({names}) select {names} from file({self.dialect.text(file.name)}, 'Arrow')")

    def close(self) -> None:
        self._session.close()

    def _found(self, sql: str) -> pa.Table:
        found = self._session.query(self.dialect.said(sql), "Arrow")
        return pa.ipc.open_file(pa.py_buffer(found.bytes())).read_all()


class ClickHouse(_Speaking):
    """A ClickHouse server over HTTP, `clickhouse://user:password@host:8123/database`; the database is made if need be."""

    def __init__(self, address: str) -> None:
        import clickhouse_connect

        parts = urlsplit(address)
        database = parts.path.strip("/") or "servicemeter"
        access = {"host": parts.hostname or "localhost", "port": parts.port or 8123, "username": parts.username or "default",
                  "password": parts.password or ""}  # fmt: skip
        clickhouse_connect.get_client(**access).command(f"create database if not exists {database}")
        self._client = clickhouse_connect.get_client(**access, database=database, settings=_SETTINGS)
        super().__init__(database)

    def run(self, sql: str) -> None:
        self._client.command(self.dialect.said(sql))

    def stage(self, name: str, rows: pa.Table) -> None:
        self._client.insert_arrow(name, rows)

    def close(self) -> None:
        self._client.close()

    def _found(self, sql: str) -> pa.Table:
        return self._client.query_arrow(self.dialect.said(sql), use_strings=True)
