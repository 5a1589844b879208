"""How import, facts and a scorecard scale, as ratios measured in one run on one machine.

    uv run python benchmarks/scale.py [--tickets 5000000] [--folder DIR] [--memory 3GB]

The unit is one window pass (row_number by ticket, ordered by time) that DuckDB makes over the same messages and events,
with the same memory and threads. Targets: import within 3 units, all facts within 4; a scorecard over everything within
8 scans (`sum(hash(column))`) of the columns it uses; one more day of data under 1/20 of the full build.

Beside them stands what the engine needs to write the same rows without looking at them (`create table as select *`): the
files, and the facts once they are there. No import and no building of facts can be quicker than that.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb

from ground import (
    DAYS,
    UNTIL,
    Folder,
    OneDay,
    Spent,
    columns_read,
    count_tickets,
    demo_folder,
    forget_answers,
    least,
    say,
    say_spent,
    scan,
    scratch_folder,
    timed,
    watching,
)
from servicemeter.desk.desk import Desk
from servicemeter.ground.settings import Home


def unit(folder: Path, memory: str) -> Spent:
    """One window pass over messages and events, read from a table as the product's own are."""
    with tempfile.TemporaryDirectory() as scratch:
        con = duckdb.connect(f"{scratch}/unit.duckdb", config={"memory_limit": memory, "threads": "2"})
        con.execute("set preserve_insertion_order = false")
        for name in ("messages", "ticket_events"):
            con.execute(f"create table {name} as select ticket_id, occurred_at from '{folder}/{name}.parquet'")
        spent, _ = timed(
            lambda: con.execute(
                "select sum(n) from (select row_number() over (partition by ticket_id order by occurred_at) as n from "
                "(select * from messages union all select * from ticket_events))"
            ).fetchall()
        )
        con.close()
        return spent


def copy(folder: Path, memory: str) -> Spent:
    """What the engine takes to put the files into tables as they are."""
    with scratch_folder() as scratch:
        con = duckdb.connect(str(scratch / "copy.duckdb"), config={"memory_limit": memory, "threads": "2"})
        con.execute("set preserve_insertion_order = false")
        spent = _each(con, {path.stem: f"select * from '{path}'" for path in sorted(folder.glob("*.parquet"))})
        con.close()
        return spent


def rewrite(home: Path, memory: str) -> Spent:
    """What the engine takes to write the facts that are there once more."""
    with scratch_folder() as scratch:
        con = duckdb.connect(str(scratch / "rewrite.duckdb"), config={"memory_limit": memory, "threads": "2"})
        con.execute("set preserve_insertion_order = false")
        con.execute(f"attach '{Home(home).book}' as book (read_only)")
        names = con.execute(
            "select table_name from duckdb_tables() where database_name = 'book' and schema_name = 'facts'"
        ).fetchall()
        spent = _each(con, {name: f"select * from book.facts.{name}" for (name,) in names})
        con.close()
        return spent


def columns_of_scorecard(desk: Desk, since: date) -> dict[str, list[str]]:
    """The columns of facts that a scorecard from a day on reads; its answers are forgotten again."""
    with watching(desk) as ran:
        desk.scorecard(since=since, until=UNTIL.date())
    forget_answers(desk)
    return columns_read(desk, [one.sql for one in ran if one.metrics])


def _each(con: duckdb.DuckDBPyConnection, queries: Mapping[str, str]) -> Spent:
    def work() -> None:
        for name, query in queries.items():
            con.execute(f'create table "{name}" as {query}').fetchall()

    return timed(work)[0]


def run(folder: Path, memory: str, tickets: int) -> None:
    """Measure everything and print the ratios."""
    unit_s = least(unit(folder, memory) for _ in range(2))
    say_spent("unit: one window pass", unit_s)
    copy_s = copy(folder, memory)
    say_spent("the files copied by the engine alone", copy_s, f"{copy_s.over(unit_s)} units")
    with scratch_folder() as home, Desk(Home(home), memory=memory, threads=2) as desk:
        import_s, report = timed(lambda: desk.book.load(Folder(folder), now=datetime.now(UTC)))
        rows = sum(m.taken for m in report.tables.values())
        say_spent(f"import ({rows:,} rows)", import_s, f"{import_s.over(unit_s)} units (target 3)")
        facts_s, _ = timed(desk.prepare)
        say_spent("facts, built in full", facts_s, f"{facts_s.over(unit_s)} units (target 4)")
        since, until = (UNTIL - timedelta(days=366)).date(), UNTIL.date()
        columns = columns_of_scorecard(desk, since)
        scan_s = scan(desk, columns)
        say_spent(f"scan of the {sum(map(len, columns.values()))} columns a scorecard uses", scan_s)
        card_s, _ = timed(lambda: desk.scorecard(since=since, until=until))
        say_spent("scorecard over all", card_s, f"{card_s.over(scan_s)} scans (target 8)")
        day_s, _ = timed(lambda: desk.take(OneDay(max(1, tickets // DAYS)), now=datetime.now(UTC)))
        say_spent("one more day, import and facts", day_s, f"{day_s.part_of(facts_s)} of the full build (target 1/20)")
        desk.close()
        rewrite_s = rewrite(home, memory)
        say_spent("the facts written again by the engine alone", rewrite_s, f"{rewrite_s.over(unit_s)} units")
    say(f"largest resident memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GB")


def main() -> None:
    """Read the options, make the demo's files if none are given, and measure."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--tickets", type=int, default=5_000_000)
    options.add_argument("--folder", type=Path, help="Parquet files of a demo")
    options.add_argument("--memory", default="3GB", help="memory limit of the database; the process needs about 1 GB more")
    asked = options.parse_args()
    with demo_folder(asked.tickets, asked.folder) as folder:
        run(folder, asked.memory, count_tickets(folder))


if __name__ == "__main__":
    main()
