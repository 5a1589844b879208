"""A warehouse: tables that a sync of another program leaves behind, and the queries that make canonical rows of them.

A warehouse is a folder: `tables.toml` declares the tables and columns that are read, each `<canonical table>.sql` (or
`<canonical table>.<what>.sql`) is one SELECT over them, `_<name>.sql` a view for the queries, `remarks.sql` gives what
there is to say of an import, and a `.csv` is a table that comes with the warehouse. The format is told in docs/warehouses.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from servicemeter.ground.errors import BadMapping
from servicemeter.model.tables import TABLES, Column, Table
from servicemeter.sources.mappingfile import Parser, read_toml

__all__ = ["Query", "RawDeclared", "Warehouse", "read_warehouse", "warehouses_in"]

_HEAD, _REMARKS = "tables.toml", "remarks.sql"
_KINDS = ("id", "text", "ts", "date", "int", "num", "bool")
_TOP = ("name", "about", "time_zone", "capabilities", "files", "tables")


@dataclass(frozen=True)
class RawDeclared:
    """A table of the warehouse as it is read: its columns, those that have to be there, and whether it has to be itself."""

    table: Table
    is_needed: bool

    @property
    def needs(self) -> list[str]:
        """The columns that have to be there, and whose cells may not be empty."""
        return [column.name for column in self.table.columns if column.required]


@dataclass(frozen=True)
class Query:
    """A SELECT whose rows are those of one canonical table; its columns are that table's, as many as it has."""

    table: Table
    path: Path
    sql: str


@dataclass(frozen=True)
class Warehouse:
    """A warehouse as declared. `file_names` are patterns such as `{table}_data`, without the file's ending."""

    path: str
    name: str
    tables: tuple[RawDeclared, ...]
    queries: tuple[Query, ...]
    views: tuple[tuple[str, str], ...]
    lookups: tuple[Path, ...]
    remarks: str | None = None
    about: str = ""
    time_zone: str | None = None
    capabilities: tuple[str, ...] | None = None
    file_names: tuple[str, ...] = ("{table}",)

    @property
    def fills(self) -> tuple[str, ...]:
        """The canonical tables that rows may come of."""
        return tuple(dict.fromkeys(query.table.name for query in self.queries))

    @property
    def needed(self) -> frozenset[str]:
        """The tables that have to be there."""
        return frozenset(declared.table.name for declared in self.tables if declared.is_needed)

    def held_by(self, names: Iterable[str]) -> frozenset[str]:
        """The tables that files or database tables of these names hold."""
        return frozenset(found.table.name for found in map(self.table_of, names) if found is not None)

    def declared(self, name: str) -> RawDeclared:
        """The declaration of a table; KeyError when there is none."""
        return {one.table.name: one for one in self.tables}[name]

    def table_of(self, name: str) -> RawDeclared | None:
        """The table that a file or database table of this name holds, or None. Capitals do not matter."""
        for declared in self.tables:
            if name.casefold() in {pattern.replace("{table}", declared.table.name) for pattern in self.file_names}:
                return declared
        return None


def warehouses_in(folder: Path) -> dict[str, Path]:
    """The warehouses of a folder by name."""
    return {head.parent.name: head.parent for head in sorted(folder.glob(f"*/{_HEAD}"))}


def read_warehouse(folder: Path) -> Warehouse:
    """Read a warehouse's folder. Raises `BadMapping` naming the file and the key."""
    found = read_toml(folder / _HEAD)
    queries = sorted(path for path in folder.glob("[!_]*.sql") if path.name != _REMARKS)
    return _Parser(str(folder / _HEAD)).warehouse(found, folder, [_query(path) for path in queries])


def _query(path: Path) -> Query:
    name = path.name.split(".")[0]
    if name not in TABLES or name == "sources":
        raise BadMapping(f"{path}: there is no canonical table called {name!r}. Known: {', '.join(sorted(TABLES))}.")
    return Query(TABLES[name], path, _sql(path))


def _sql(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip().rstrip(";")


class _Parser(Parser):
    """Checks `tables.toml`."""

    def warehouse(self, found: dict[str, Any], folder: Path, queries: list[Query]) -> Warehouse:
        self.known(found, _TOP, "the file")
        tables = self.table(found.get("tables", {}), "[tables]")
        if not tables or not queries:
            self.fail("[tables]", "a warehouse declares its tables, and has a .sql file for each canonical table it fills")
        return Warehouse(
            path=str(folder),
            name=self.text(found.get("name", folder.name), "name"),
            about=self.text(found.get("about", ""), "about"),
            time_zone=self.zone(found.get("time_zone"), "time_zone"),
            capabilities=self.capabilities(found.get("capabilities")),
            file_names=self.texts(found.get("files", ["{table}"]), "files"),
            tables=tuple(self.declared(name, given) for name, given in tables.items()),
            queries=tuple(queries),
            views=self.views(folder),
            remarks=_sql(folder / _REMARKS) if (folder / _REMARKS).exists() else None,
            lookups=tuple(sorted(folder.glob("*.csv"))),
        )

    def views(self, folder: Path) -> tuple[tuple[str, str], ...]:
        """The views, each after those it names."""
        found = {path.stem[1:]: _sql(path) for path in sorted(folder.glob("_*.sql"))}
        words = {name: set(re.findall(r"\w+", re.sub(r"--.*", "", sql))) for name, sql in found.items()}
        try:
            order = list(TopologicalSorter({name: words[name] & found.keys() for name in found}).static_order())
        except CycleError as error:
            self.fail("views", f"these are made of each other: {', '.join(map(str, error.args[1]))}")
        return tuple((name, found[name]) for name in order)

    def declared(self, name: str, given: Any) -> RawDeclared:
        where = f"[tables.{name}]"
        table = self.table(given, where, {"is_needed", "needs", "columns"})
        needs = self.texts(table.get("needs", []), f"{where}, needs")
        columns = self.table(table.get("columns", {}), f"{where}, columns")
        for column in needs:
            if column not in columns:
                self.unknown(f"{where}, needs", "column", column, columns)
        made = tuple(self.column(column, kind, column in needs, where) for column, kind in columns.items())
        return RawDeclared(Table(name, "", made, key=()), table.get("is_needed") is True)

    def column(self, name: str, kind: Any, required: bool, where: str) -> Column:
        if kind not in _KINDS:
            self.unknown(where, f"kind of column (of {name})", str(kind), _KINDS)
        return Column(name, kind, required=required)
