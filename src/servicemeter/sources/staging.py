"""From the tables of a warehouse to canonical rows: staged in a database of their own, then asked by its queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from servicemeter.engines.duckdb import DuckDB
from servicemeter.ground.errors import BadFile, BadMapping
from servicemeter.model.rows import Batch, KeptAside
from servicemeter.model.tables import Column, Table
from servicemeter.sources.deciding import Plan
from servicemeter.sources.delivery import Meter
from servicemeter.sources.mapping import identity
from servicemeter.sources.options import Options
from servicemeter.sources.shaping import Shaper
from servicemeter.sources.shelves import Found, Shelf
from servicemeter.sources.table import RawTable
from servicemeter.sources.warehouse import Query, RawDeclared, Warehouse

__all__ = ["Staging", "plan_staging"]

_BATCH_ROWS = 200_000


@dataclass(frozen=True)
class Staging:
    """A warehouse on its shelf, with how each table that is there is read: the part of a delivery that it makes.

    What its queries remark is added to `remarks` when the rows are given.
    """

    warehouse: Warehouse
    shelf: Shelf
    plans: dict[str, Plan]
    size: int
    remarks: list[str]

    @property
    def tables(self) -> tuple[str, ...]:
        """The canonical tables that rows may come of."""
        return self.warehouse.fills

    def rows(self, report: Callable[[int], None], dropped: Counter[str]) -> Iterator[Batch | KeptAside]:
        """Give canonical batches, and the rows of the warehouse's tables that cannot be read. No row is left out."""
        del dropped
        with TemporaryDirectory(prefix="servicemeter-") as folder:
            engine = DuckDB(Path(folder) / "staging.duckdb")
            try:
                yield from self._stage(engine, report)
                self._add_lookups_and_views(engine)
                for query in self.warehouse.queries:
                    yield from _answers(engine, query)
                self._remark(engine)
            finally:
                engine.close()

    def _stage(self, engine: DuckDB, report: Callable[[int], None]) -> Iterator[KeptAside]:
        done = 0
        with self.shelf.open(self.warehouse) as found:
            for declared in self.warehouse.tables:
                _make(engine, declared.table)
                plan, raw = self.plans.get(declared.table.name), found.tables.get(declared.table.name)
                if plan is None or raw is None:
                    continue
                for item in Shaper(raw, plan).rows(partial(_further, report, done)):
                    if isinstance(item, KeptAside):
                        yield item
                    else:
                        engine.stage(engine.dialect.name_of(item.table), item.rows)
                done += raw.size

    def _remark(self, engine: DuckDB) -> None:
        if self.warehouse.remarks is not None:
            with _in_query(f"{self.warehouse.path}/remarks.sql"):
                self.remarks.extend(str(text) for (text,) in engine.rows(self.warehouse.remarks))

    def _add_lookups_and_views(self, engine: DuckDB) -> None:
        name_of, text = engine.dialect.name_of, engine.dialect.text
        for path in self.warehouse.lookups:
            engine.run(f"create table {name_of(path.stem)} as select * from read_csv({text(str(path))}, all_varchar = true)")
        for name, sql in self.warehouse.views:
            with _in_query(f"{self.warehouse.path}/_{name}.sql"):
                engine.run(f"create view {name_of(name)} as {sql}")


def plan_staging(
    warehouse: Warehouse, shelf: Shelf, options: Options, now: datetime, meter: Meter, remarks: list[str]
) -> Staging:
    """Check that the tables are there and decide how each column is read, in a pass of its own over untyped ones.

    Raises `BadFile` naming a table or column that has to be there, and `AmbiguousColumn`.
    """
    plans: dict[str, Plan] = {}
    with shelf.open(warehouse) as found:
        remarks.extend(found.remarks)
        _check_needed(warehouse, shelf, found)
        size = sum(raw.size for raw in found.tables.values())
        meter.total = size if shelf.is_typed else 2 * size
        for name, raw in found.tables.items():
            plans[name] = _plan(warehouse, warehouse.declared(name), raw, options, now)
            said = [] if shelf.is_typed else _decide(plans[name], raw, meter)
            remarks.extend(f"{raw.path.name}: {text}" for text in (*raw.remarks, *said))
    return Staging(warehouse, shelf, plans, size, remarks)


def _decide(plan: Plan, raw: RawTable, meter: Meter) -> list[str]:
    said = plan.decide(raw.batches(meter.report)) if plan.has_to_decide else []
    meter.finished(raw.size)
    return said


def _check_needed(warehouse: Warehouse, shelf: Shelf, found: Found) -> None:
    for declared in warehouse.tables:
        name = declared.table.name
        if declared.is_needed and name not in found.tables:
            there = "has no rows" if name in found.empty else "is not there"
            raise BadFile(
                f"{shelf.label}: the table {name} {there}, and {Path(warehouse.path).name} cannot do without it. "
                f"Found: {', '.join(sorted(found.tables)) or 'none of its tables'}."
            )


def _plan(warehouse: Warehouse, declared: RawDeclared, raw: RawTable, options: Options, now: datetime) -> Plan:
    lacking = sorted(set(declared.needs) - set(raw.names))
    if lacking:
        raise BadFile(f"{raw.path}: the column {lacking[0]!r} is not there; its columns: {', '.join(raw.names)}.")
    names = [column.name for column in declared.table.columns if column.name in raw.names]
    mapping = identity(warehouse.path, declared.table, names, warehouse.name, warehouse.time_zone)
    return Plan(mapping, options, now, str(raw.path))


def _further(report: Callable[[int], None], before: int, read: int) -> None:
    report(before + read)


def _make(engine: DuckDB, table: Table) -> None:
    q = engine.dialect.name_of
    columns = ", ".join(f"{q(column.name)} {engine.dialect.types[column.kind]}" for column in table.columns)
    engine.run(f"create table {q(table.name)} ({columns})")


def _answers(engine: DuckDB, query: Query) -> Iterator[Batch]:
    """The rows of a query in batches, with the types of its canonical table."""
    with _in_query(str(query.path)):
        names = engine.arrow(f"select * from ({query.sql}\n) as made limit 0").schema.names
        columns = [_column(query, name) for name in names]
        named = [(engine.dialect.name_of(column.name), engine.dialect.types[column.kind]) for column in columns]
        typed = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in named)
        engine.run(f"create or replace table made_rows as select {typed} from ({query.sql}\n) as made")
    [(count,)] = engine.rows("select count(*) from made_rows")
    for first in range(0, int(count), _BATCH_ROWS):
        piece = f"select * from made_rows where rowid >= {first} and rowid < {first + _BATCH_ROWS}"
        yield Batch(query.table.name, engine.arrow(piece))


def _column(query: Query, name: str) -> Column:
    try:
        return query.table.column(name)
    except KeyError:
        known = ", ".join(column.name for column in query.table.all_columns)
        raise BadMapping(f"{query.path}: {query.table.name} has no column {name!r}. Its columns: {known}.") from None


@contextmanager
def _in_query(path: str) -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        raise BadMapping(f"{path}: the query cannot be run: {error}") from error
