"""The SQL primitives that differ between engines; everything else is written once, in plain SQL.

Instants in facts are integer epoch seconds (UTC), so that arithmetic is the same everywhere and no engine's zone
functions are used. A new engine overrides what it spells differently and must pass every conformance case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from servicemeter.model.tables import Kind

__all__ = ["WITH_BACKSLASHES", "Dialect", "holdable", "kind_of"]

WITH_BACKSLASHES = re.compile(r"""'[^'\\]*(?:(?:''|\\.)[^'\\]*)*'|"[^"]*"|--[^\n]*""", re.DOTALL)
"""The text literals of engines for which a backslash escapes what follows it."""
_HALVES = re.compile("[\ud800-\udfff]")
_ASIDE = "\N{SYMBOL FOR SUBSTITUTE}"
_PUT_ASIDE = re.compile(f"'{_ASIDE}(\\d+)'")


class Dialect:
    """The primitives as DuckDB spells them."""

    name = "duckdb"
    temporary = "temp"
    """The schema of temporary tables."""
    types: Mapping[Kind, str] = {
        "id": "varchar",
        "word": "varchar",
        "text": "varchar",
        "ts": "timestamp",
        "date": "date",
        "s": "bigint",
        "int": "bigint",
        "minor": "bigint",
        "num": "double",
        "bool": "boolean",
    }
    """The SQL type of each kind of column."""
    literals = re.compile(r"""'[^']*(?:''[^']*)*'|"[^"]*"|--[^\n]*""")
    """Text literals; and names and remarks, in which a quotation mark begins none."""

    def schema(self, name: str) -> str:
        """Where the tables of one of our schemas (`facts`, `past`, `meta`) stand."""
        return name

    def said(self, sql: str) -> str:
        """A whole statement as the engine is told it: in its own words, with all text literals as they are.

        What a literal says may look like anything; it is put aside so that no word of it is taken for one of the statement.
        """
        texts: list[str] = []

        def put_aside(found: re.Match[str]) -> str:
            if not found[0].startswith("'"):
                return found[0]
            texts.append(found[0])
            return f"'{_ASIDE}{len(texts) - 1}'"

        spelled = self.spelled(self.literals.sub(put_aside, sql))
        return _PUT_ASIDE.sub(lambda found: texts[int(found[1])], spelled)

    def spelled(self, sql: str) -> str:
        """A statement, whose literals are put aside, with the words that an engine has others for; ours are DuckDB's."""
        return sql

    def name_of(self, identifier: str) -> str:
        """An identifier, quoted."""
        return '"' + identifier.replace('"', '""') + '"'

    def text(self, value: str) -> str:
        """A text literal; halves of a pair of surrogates, which no row can have, are U+FFFD."""
        return "'" + holdable(value).replace("'", "''") + "'"

    def literal(self, value: Any) -> str:
        """A literal of any plain value."""
        if value is None:
            return "null"
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int | float):
            return repr(value)
        if isinstance(value, datetime):
            return f"timestamp '{value:%Y-%m-%d %H:%M:%S.%f}'"
        if isinstance(value, date):
            return f"date '{value.isoformat()}'"
        return self.text(str(value))

    def epoch(self, timestamp: str) -> str:
        """Epoch seconds of a UTC timestamp with whole seconds."""
        return f"(epoch_us({timestamp}) // 1000000)"

    def timestamp(self, epoch_s: str) -> str:
        """A UTC timestamp from epoch seconds."""
        return f"make_timestamp(cast({epoch_s} as bigint) * 1000000)"

    def year(self, epoch_s: str) -> str:
        """The year (UTC) of an instant in epoch seconds."""
        return f"extract(year from {self.timestamp(epoch_s)})"

    def whole(self, numerator: str, denominator: str) -> str:
        """Integer division of non-negative numbers."""
        return f"(({numerator}) // ({denominator}))"

    def constant(self, number: int) -> str:
        """A whole number of 64 bits."""
        return str(number)

    def numbered(self, order: Sequence[str]) -> str:
        """Window: numbers from 1 for rows that these columns tell apart, the same each time the statement reads them."""
        return "row_number() over ()"

    def part(self, text: str, separator: str, place: int) -> str:
        """The part of a text at a place (from 1) between separators."""
        return f"split_part({text}, {separator}, {place})"

    def decimal(self, number: str, digits: int, scale: int) -> str:
        """A decimal number of so many digits, `scale` of them after the point, rounded from a double."""
        return f"cast({number} as decimal({digits}, {scale}))"

    def rounded(self, decimal: str) -> str:
        """A decimal number without its fraction, rounded half away from zero."""
        return f"round({decimal})"

    def double(self, expression: str) -> str:
        """A double-precision number."""
        return f"cast({expression} as double)"

    def first_by(self, value: str, order: Sequence[str], where: str = "") -> str:
        """Aggregate: the value (null or not) of the row that comes first by the columns of `order`."""
        return f"arg_min_null({value}, {_together(order)}){_only(where)}"

    def last_by(self, value: str, order: Sequence[str], where: str = "") -> str:
        """Aggregate: the value (null or not) of the row that comes last by the columns of `order`."""
        return f"arg_max_null({value}, {_together(order)}){_only(where)}"

    def last_known(self, value: str, window: str) -> str:
        """Window: the last value that is not null up to the current row of an (ordered) window."""
        return f"last_value({value} ignore nulls) over ({window} rows between unbounded preceding and current row)"

    def last_known_before(self, value: str, window: str) -> str:
        """Window: the last value that is not null before the current row of an (ordered) window."""
        return f"last_value({value} ignore nulls) over ({window} rows between unbounded preceding and 1 preceding)"

    def row_hash(self, columns: Sequence[str]) -> str:
        """A 64-bit hash of columns, for finding likely repeats only: equal rows hash alike, nothing else is promised."""
        return f"hash({', '.join(columns)})"

    def tie(self, column: str) -> str:
        """A whole number below 2^28 made from a text, the same on every engine, to put equal instants into one fixed order."""
        return f"cast('0x' || substr(md5({column}), 1, 7) as bigint)"

    def digest(self, columns: Sequence[str]) -> str:
        """A text that is the same for equal rows on every engine, to break ties the same way everywhere."""
        return "md5(concat_ws('|', " + ", ".join(f"coalesce(cast({c} as varchar), '~')" for c in columns) + "))"

    def values(self, rows: Iterable[Sequence[Any]], columns: Sequence[str]) -> str:
        """A relation of literals, to stand in a FROM. Without rows the names of the columns say what they would hold."""
        lines = [", ".join(self.literal(v) for v in row) for row in rows]
        if not lines:
            named = ", ".join(f"cast(null as {self.types[kind_of(c)]}) as {c}" for c in columns)
            return f"(select {named} from (select 1 as one) as nothing where false)"
        names = ", ".join(columns)
        body = ", ".join(f"({line})" for line in lines)
        return f"(select * from (values {body}) as literal_rows({names}))"


def holdable(value: str) -> str:
    """A text as rows can have it."""
    return value if value.isascii() else _HALVES.sub("\N{REPLACEMENT CHARACTER}", value)


def kind_of(column: str) -> Kind:
    """What a column holds, by its name: truths begin with `is_` or `has_`; numbers, instants and seconds end so."""
    if column.startswith(("is_", "has_")):
        return "bool"
    return "int" if column.endswith(("_no", "_at", "_s")) else "text"


def _together(order: Sequence[str]) -> str:
    return order[0] if len(order) == 1 else f"row({', '.join(order)})"


def _only(where: str) -> str:
    return f" filter (where {where})" if where else ""
