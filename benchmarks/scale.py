"""How import, facts and a scorecard scale, as ratios measured in one run on one machine.

    uv run python benchmarks/scale.py [--tickets 5000000] [--folder DIR] [--memory 3GB]

The unit is one window pass (row_number by ticket, ordered by time) that DuckDB makes over the same messages and events,
with the same memory and threads. Targets: import within 3 units, all facts within 4; a scorecard over everything within
8 scans (`sum(hash(column))`) of the columns it uses; one more day of data under 1/20 of the full build.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from servicemeter.desk.desk import Desk
from servicemeter.ground.settings import Home
from servicemeter.model.rows import Batch, ParquetBatch, arrow_schema
from servicemeter.sources.demo import make_demo, write_demo

UNTIL = datetime(2026, 11, 21, tzinfo=ZoneInfo("Europe/Amsterdam"))


class Folder:
    """The Parquet files of a demo as a delivery."""

    source = "demo"
    tz: str | None = "Europe/Amsterdam"
    capabilities: tuple[str, ...] | None = None
    loaded_from: datetime | None = None
    loaded_through: datetime | None = UNTIL

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __iter__(self) -> Any:
        for path in sorted(self.folder.glob("*.parquet")):
            yield ParquetBatch(path.stem, str(path))


class OneDay:
    """One more day: new tickets with their messages and events."""

    source = "demo"
    tz: str | None = "Europe/Amsterdam"
    capabilities: tuple[str, ...] | None = None
    loaded_from: datetime | None = None
    loaded_through: datetime | None = UNTIL + timedelta(days=1)

    def __init__(self, tickets: int) -> None:
        self.tickets = tickets

    def __iter__(self) -> Any:
        start = UNTIL.astimezone(UTC).replace(tzinfo=None)
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


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds that `work` took, and what it gave."""
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


def unit(folder: Path, memory: str) -> float:
    """One window pass over messages and events, read from a table as the product's own are."""
    with tempfile.TemporaryDirectory() as scratch:
        con = duckdb.connect(f"{scratch}/unit.duckdb", config={"memory_limit": memory, "threads": "2"})
        con.execute("set preserve_insertion_order = false")
        for name in ("messages", "ticket_events"):
            con.execute(f"create table {name} as select ticket_id, occurred_at from '{folder}/{name}.parquet'")
        seconds, _ = timed(
            lambda: con.execute(
                "select sum(n) from (select row_number() over (partition by ticket_id order by occurred_at) as n from "
                "(select * from messages union all select * from ticket_events))"
            ).fetchall()
        )
        con.close()
        return seconds


def scan(desk: Desk) -> float:
    """One scan of the fact columns that a scorecard uses."""
    columns = {
        "tickets": "is_inbound created_at first_contact_at first_response_at first_touch_at ticket_no",
        "turns": "is_inbound responder started_at answered_at closed_at",
        "solves": "is_inbound solved_at reopened_at first_touch_at solve_seconds agent_replies agent_id solve_no ticket_no",
        "open_spans": "is_inbound from_at to_at created_at ticket_no",
        "assignee_spans": "ticket_no agent_id from_key to_key",
        "customer_messages": "said_at starts_contact",
        "replies": "replied_at ticket_no",
        "contacts": "is_inbound started_at queued_at outcome decided_at wait_seconds",
        "handlings": "is_inbound handled_at handle_seconds is_leg is_partial",
        "answers": "kind question delivery scope is_invalid replaced_at is_positive value_num answered_at",
    }

    def work(engine: Any) -> None:
        for table, names in columns.items():
            sums = ", ".join(f"sum(hash({name}))" for name in names.split())
            engine.rows(f"select {sums} from facts.{table}")

    return min(timed(lambda: desk.on_engine(work))[0] for _ in range(2))


def say(line: str) -> None:
    """Print a line at once, so that a long run shows how far it is."""
    print(line, flush=True)


def run(folder: Path, memory: str, tickets: int) -> None:
    """Measure everything and print the ratios."""
    home = Path(tempfile.mkdtemp(prefix="servicemeter-scale-"))
    try:
        unit_s = min(unit(folder, memory) for _ in range(2))
        say(f"unit: one window pass             {unit_s:8.2f} s")
        with Desk(Home(home), memory=memory, threads=2) as desk:
            import_s, report = timed(lambda: desk.book.load(Folder(folder), now=datetime.now(UTC)))
            rows = sum(m.taken for m in report.tables.values())
            say(f"import ({rows:,} rows)       {import_s:8.2f} s = {import_s / unit_s:5.2f} units (target 3)")
            facts_s, _ = timed(desk.prepare)
            say(f"facts, built in full              {facts_s:8.2f} s = {facts_s / unit_s:5.2f} units (target 4)")
            scan_s = scan(desk)
            say(f"scan of the scorecard's columns   {scan_s:8.2f} s")
            since, until = (UNTIL - timedelta(days=366)).date(), UNTIL.date()
            card_s, _ = timed(lambda: desk.scorecard(since=since, until=until))
            say(f"scorecard over all                {card_s:8.2f} s = {card_s / scan_s:5.2f} scans (target 8)")
            day_s, _ = timed(lambda: desk.take(OneDay(max(1, tickets // 365)), now=datetime.now(UTC)))
            say(f"one more day, import and facts    {day_s:8.2f} s = 1/{facts_s / day_s:.0f} of the full build (target 1/20)")
        say(f"largest resident memory           {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:8.2f} GB")
    finally:
        shutil.rmtree(home)


def main() -> None:
    """Read the options, make the demo's files if none are given, and measure."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--tickets", type=int, default=5_000_000)
    options.add_argument("--folder", type=Path, help="Parquet files of a demo, made by an earlier run with --keep")
    options.add_argument("--memory", default="3GB", help="memory limit of the database; the process needs about 1 GB more")
    asked = options.parse_args()
    if asked.folder:
        run(asked.folder, asked.memory, asked.tickets)
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        seconds, _ = timed(lambda: write_demo(make_demo(tickets=asked.tickets, until=UNTIL), folder))
        say(f"demo written                      {seconds:8.2f} s")
        run(folder, asked.memory, asked.tickets)


if __name__ == "__main__":
    main()
