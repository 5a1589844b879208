"""What the benchmarks share: rows to measure on, a stopwatch, the scan that ratios are taken against, and watched statements."""

from __future__ import annotations

import json
import re
import resource
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

import servicemeter.metrics.measure as measuring
from servicemeter.desk.desk import Desk
from servicemeter.engines.duckdb import DuckDB
from servicemeter.engines.engine import Read
from servicemeter.metrics.plan import Plan
from servicemeter.metrics.plan import plan as make_plan
from servicemeter.metrics.statements import counted_apart, numbers_statement, survival_statement, tally_statement
from servicemeter.model.metric import Tally
from servicemeter.model.question import Question
from servicemeter.model.rows import Batch, ParquetBatch, arrow_schema
from servicemeter.sources.demo import make_demo, write_demo
from servicemeter.store.build import Facts

__all__ = [
    "DAYS",
    "TZ",
    "UNTIL",
    "Folder",
    "OneDay",
    "Ran",
    "Spent",
    "columns_read",
    "count_tickets",
    "demo_folder",
    "forget_answers",
    "forget_days",
    "least",
    "say",
    "say_spent",
    "scan",
    "scratch_folder",
    "timed",
    "watching",
    "work_out_by_days",
]

TZ = "Europe/Amsterdam"
UNTIL = datetime(2026, 11, 21, tzinfo=ZoneInfo(TZ))
DAYS = 365
"""How long the demo lasts."""


@dataclass(frozen=True)
class Spent:
    """Seconds by the clock, and seconds of the processors of this process."""

    wall: float
    cpu: float

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.wall + other.wall, self.cpu + other.cpu)

    def __str__(self) -> str:
        return f"{self.wall:9.3f} s wall {self.cpu:9.3f} s CPU"

    def part_of(self, other: Spent) -> str:
        """Which part of the other this is, by the clock and by the processors, as 1/n."""
        return f"1/{other.wall / self.wall:.1f} wall, 1/{other.cpu / self.cpu:.1f} CPU"

    def over(self, other: Spent) -> str:
        """How many times the other this is, by the clock and by the processors."""
        return f"{_times(self.wall, other.wall)} wall, {_times(self.cpu, other.cpu)} CPU"


def _times(one: float, other: float) -> str:
    return f"{one / other:.2f}" if other else "–"


def timed(work: Callable[[], Any]) -> tuple[Spent, Any]:
    """What `work` took, and what it gave."""
    before, start = _processors(), time.perf_counter()
    found = work()
    return Spent(time.perf_counter() - start, _processors() - before), found


def _processors() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def least(all_spent: Iterable[Spent]) -> Spent:
    """The one that took least by the clock."""
    return min(all_spent, key=lambda spent: spent.wall)


def say(line: str) -> None:
    """Print a line at once, so that a long run shows how far it is."""
    print(line, flush=True)


def say_spent(what: str, spent: Spent, ratio: str = "") -> None:
    """Print what something took, and its ratio with the target beside."""
    say(f"{what:<44}{spent}  {ratio}".rstrip())


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder that goes when it is done with."""
    folder = Path(tempfile.mkdtemp(prefix="servicemeter-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def demo_folder(tickets: int, given: Path | None = None) -> Iterator[Path]:
    """The Parquet files of a demo: the given ones, or fresh ones that go when they are done with."""
    if given:
        yield given
        return
    with scratch_folder() as folder:
        spent, _ = timed(lambda: write_demo(make_demo(tickets=tickets, until=UNTIL), folder))
        say_spent(f"demo of {tickets:,} tickets written", spent)
        yield folder


def count_tickets(folder: Path) -> int:
    """How many tickets the Parquet files of a delivery hold."""
    return int(pq.ParquetFile(folder / "tickets.parquet").metadata.num_rows)


class Folder:
    """The Parquet files of a demo as a delivery; of the given tables, or of all."""

    source = "demo"
    tz: str | None = TZ
    capabilities: tuple[str, ...] | None = None
    loaded_from: datetime | None = None
    loaded_through: datetime | None = UNTIL

    def __init__(self, folder: Path, tables: Sequence[str] = ()) -> None:
        self.folder = folder
        self.tables = tables

    def __iter__(self) -> Iterator[ParquetBatch]:
        for path in sorted(self.folder.glob("*.parquet")):
            if self.tables and path.stem not in self.tables:
                continue
            yield ParquetBatch(path.stem, str(path))


class OneDay:
    """One more day: new tickets with their messages and events, from an aware instant on."""

    source = "demo"
    tz: str | None = TZ
    capabilities: tuple[str, ...] | None = None
    loaded_from: datetime | None = None

    def __init__(self, tickets: int, since: datetime = UNTIL) -> None:
        self.tickets = tickets
        self.since = since
        self.loaded_through: datetime | None = since + timedelta(days=1)

    def __iter__(self) -> Iterator[Batch]:
        start = self.since.astimezone(UTC).replace(tzinfo=None)
        created = [start + timedelta(seconds=i * 80_000 // self.tickets) for i in range(self.tickets)]
        ids = [f"day{i}" for i in range(self.tickets)]
        yield _batch("tickets", ticket_id=ids, created_at=created, channel=["email"] * self.tickets)
        for step, author in enumerate(("customer", "agent", "customer", "agent", "agent")):
            yield _batch(
                "messages",
                message_id=[f"{i}-{step}" for i in ids],
                ticket_id=ids,
                occurred_at=[c + timedelta(seconds=600 * step) for c in created],
                author_type=[author] * self.tickets,
                author_id=["a1" if author == "agent" else None] * self.tickets,
            )
        for step, (field, value) in enumerate((("assignee_id", "a1"), ("status", "open"), ("status", "solved"))):
            yield _batch(
                "ticket_events",
                event_id=[f"{i}-{step}" for i in ids],
                ticket_id=ids,
                occurred_at=[c + timedelta(seconds=900 * step) for c in created],
                field=[field] * self.tickets,
                value=[value] * self.tickets,
                actor_type=["agent"] * self.tickets,
            )


def _batch(table: str, **columns: list[Any]) -> Batch:
    schema = arrow_schema(table, list(columns))
    return Batch(table, pa.table({name: columns[name] for name in schema.names}, schema=schema))


def scan(desk: Desk, columns: Mapping[str, Iterable[str]]) -> Spent:
    """One scan of the given columns of fact tables: the sum of the hashes of each; the better of two."""

    def work(engine: DuckDB) -> None:
        for table, names in columns.items():
            sums = ", ".join(f"sum(hash({engine.dialect.name_of(name)}))" for name in names)
            engine.rows(f"select {sums} from facts.{table}")

    return least(timed(lambda: desk.on_engine(work))[0] for _ in range(2))


def columns_read(desk: Desk, statements: Iterable[str]) -> dict[str, list[str]]:
    """The columns of facts that statements read, table by table, as the engine's own plans say."""
    found: dict[str, set[str]] = defaultdict(set)

    def work(engine: DuckDB) -> None:
        known: dict[str, set[str]] = defaultdict(set)
        for table, column in engine.rows("select table_name, column_name from duckdb_columns() where schema_name = 'facts'"):
            known[table].add(column)
        for sql in dict.fromkeys(statements):
            for _, plan in engine.rows(f"explain (format json) {sql}"):
                for table, words in _scans(json.loads(plan)):
                    found[table] |= words & known[table]

    desk.on_engine(work)
    return {table: sorted(names) for table, names in sorted(found.items()) if names}


def _scans(nodes: list[dict[str, Any]]) -> Iterator[tuple[str, set[str]]]:
    """The tables of the schema `facts` that a plan scans, with every word of what is taken and filtered."""
    for node in nodes:
        said = node.get("extra_info", {})
        parts = str(said.get("Table", "")).split(".")
        if parts[-2:-1] == ["facts"]:
            yield parts[-1], set(re.findall(r"\w+", json.dumps([said.get("Projections"), said.get("Filters")])))
        yield from _scans(node.get("children", []))


def forget_answers(desk: Desk) -> None:
    """Make the desk answer from the facts again; only benchmarks want that."""
    desk._answers.clear()


def work_out_by_days(desk: Desk, questions: Sequence[Question]) -> None:
    """Have what questions ask known by days, as a server does while nobody waits."""
    for piece in desk._tile(questions):
        piece()


def forget_days(desk: Desk) -> None:
    """Have nothing known by days any more."""
    desk._tiled.clear()


@dataclass(frozen=True)
class Ran:
    """A statement that ran, the metrics it was for, and what it took."""

    sql: str
    metrics: tuple[str, ...]
    spent: Spent


@contextmanager
def watching(desk: Desk) -> Iterator[list[Ran]]:
    """Note every statement that the desk's engine runs inside, with the metrics it counts for (none: the desk's own)."""
    labels = _Labels()
    ran: list[Ran] = []
    engine = desk.on_engine(lambda engine: engine)
    own_rows = engine.rows

    def noted(sql: str, work: Callable[[], Any]) -> Any:
        spent, found = timed(work)
        ran.append(Ran(sql, tuple(labels.metrics[sql]), spent))
        return found

    def rows(sql: str) -> Any:
        return noted(sql, lambda: own_rows(sql))

    def each(readings: Sequence[tuple[str, Read]]) -> list[Any]:
        with engine.reading() as reader:
            return [noted(sql, partial(read, reader, sql)) for sql, read in readings]

    with ExitStack() as stack:
        for owner, name, instead in (
            (engine, "rows", rows),
            (engine, "each", each),
            (measuring, "plan", labels.plan),
            (measuring, "counted_apart", labels.apart),
            (measuring, "tally_statement", labels.of_tallies),
            (measuring, "survival_statement", labels.of_one(survival_statement)),
            (measuring, "numbers_statement", labels.of_one(numbers_statement)),
        ):
            stack.enter_context(mock.patch.object(owner, name, instead))
        yield ran


class _Labels:
    """Stands where statements are written and notes which metrics each is for."""

    def __init__(self) -> None:
        self.metrics: dict[str, dict[str, None]] = defaultdict(dict)
        self._plans: list[Plan] = []
        self._parts: list[Tally] = []
        self._owners: dict[int, str] = {}

    def plan(self, *given: Any) -> Plan:
        """Make a plan; it is kept, so that no other tally gets the identity of one of its."""
        one = make_plan(*given)
        self._plans.append(one)
        self._owners |= {id(tally): one.metric.name for tally in one.measure.tallies}
        return one

    def apart(self, tally: Tally, field: str) -> Tally:
        """The tally by which a field is counted, which is kept as well: it is for the metric of the whole."""
        part = counted_apart(tally, field)
        self._parts.append(part)
        self._owners[id(part)] = self._owners[id(tally)]
        return part

    def of_tallies(self, one: Plan, facts: Facts, same: Sequence[Tally], wanted: Any) -> str | None:
        """Write the statement of several tallies, which is for the metrics of all of them."""
        sql = tally_statement(one, facts, same, wanted)
        if sql:
            self.metrics[sql] |= dict.fromkeys(self._owners[id(tally)] for tally in same)
        return sql

    def of_one(self, write: Callable[..., str | None]) -> Callable[..., str | None]:
        """Write statements that are for one metric each."""

        def noted(one: Plan, *given: Any) -> str | None:
            sql = write(one, *given)
            if sql:
                self.metrics[sql][one.metric.name] = None
            return sql

        return noted
