"""How long questions take over a whole book, as ratios measured in one run on one machine.

    uv run python benchmarks/questions.py [--tickets 5000000 | --folder DIR | --home HOME] [--memory 3GB]

The unit is one scan (`sum(hash(column))`) of the fact columns that the questions read, which the engine's own plans name.
Targets: the whole catalogue by week and channel over all tickets within 6 scans; 20 questions of a dashboard over 90 days,
one after the other and none from the cache of answers, within 1/3 of a scan; a ticket never dearer in a book ten times as
large; one more day of data under 1/50 of the full build. A given HOME is copied first and stays as it is.
"""

from __future__ import annotations

import argparse
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb

from ground import (
    DAYS,
    Folder,
    OneDay,
    Ran,
    Spent,
    columns_read,
    demo_folder,
    forget_answers,
    forget_days,
    least,
    say,
    say_spent,
    scan,
    scratch_folder,
    timed,
    watching,
    work_out_by_days,
)
from servicemeter.desk.desk import Desk
from servicemeter.ground.settings import Home
from servicemeter.model.answer import Answer
from servicemeter.model.question import Filter, Question

_SLOWEST = 5
_SHOWN = 900


@dataclass(frozen=True)
class Figures:
    """What one book took; `tickets` is how many it holds, `by_days` what working out by days took, and asking then."""

    tickets: int
    facts: Spent
    scan: Spent
    catalogue: Spent
    dashboard: Spent
    by_days: Mapping[str, tuple[Spent, Spent]]
    ran: Mapping[str, Sequence[Ran]]


def whole_weeks(desk: Desk) -> tuple[date, date]:
    """The weeks that hold everything loaded: the first Monday and the Monday after the last."""
    since, through = desk.covered() or (datetime.now(UTC), datetime.now(UTC))
    [(first,)] = desk.on_engine(lambda engine: engine.rows("select cast(min(created_at) as date) from tickets"))
    start = first or since.date()
    end = through.date()
    return start - timedelta(days=start.weekday()), end + timedelta(days=7 - end.weekday())


def catalogue(desk: Desk) -> list[Question]:
    """Every metric by week and channel over all there is."""
    since, until = whole_weeks(desk)
    return [Question(metric.name, since, until, grain="week", by=("channel",)) for metric in desk.metrics()]


def dashboard(desk: Desk) -> list[Question]:
    """Twenty questions over the last 90 days, as a team lead has them on a page."""
    now = (desk.covered() or (datetime.now(UTC), datetime.now(UTC)))[1]
    until = now.date()
    span = (until - timedelta(days=90), until)
    one_channel, one_team, one_agent = (_only(desk, name) for name in ("channel", "team", "agent"))
    return [
        Question("tickets_created", *span, grain="day"),
        Question("tickets_created", *span, grain="day", by=("channel",)),
        Question("tickets_solved", *span, grain="day", where=one_team),
        Question("backlog", *span, grain="day"),
        Question("backlog", moment=now, by=("team",)),
        Question("backlog_age", moment=now, where=one_team),
        Question("first_response_time", *span),
        Question("first_response_time", *span, grain="day", where=one_channel),
        Question("first_response_time", *span, by=("team",)),
        Question("response_time", *span, by=("agent",), where=one_team),
        Question("resolution_time", *span, by=("channel",)),
        Question("resolution_time", *span, grain="day", where=one_agent),
        Question("resolution_rate", *span, by=("channel",)),
        Question("one_touch_resolution_rate", *span, by=("team",)),
        Question("reopen_rate", *span, by=("agent",)),
        Question("contact_reason_share", *span, where=one_channel),
        Question("service_level", *span, grain="day"),
        Question("abandonment_rate", *span, by=("hour_of_day",)),
        Question("csat", *span, by=("team",)),
        Question("sla_compliance_rate", *span, by=("channel",)),
    ]


def _only(desk: Desk, dimension: str) -> tuple[Filter, ...]:
    """A filter to the first value of a dimension; none when the book has no value of it."""
    values = desk.dimension_values(dimension)
    return (Filter(dimension, (values[0],)),) if values else ()


def figures(desk: Desk, facts: Spent) -> Figures:
    """Ask everything twice, the better counts, and scan what the statements of both read."""
    everything, page = catalogue(desk), dashboard(desk)
    with watching(desk) as ran:
        answers, of_page = desk.measure_all(everything), [desk.measure_all([one])[0] for one in page]
    _say_what_was_measured("catalogue by week and channel", answers)
    _say_what_was_measured("dashboard of 90 days", of_page)
    columns = columns_read(desk, [one.sql for one in ran if one.metrics])
    say(f"scan: {sum(map(len, columns.values()))} columns of {len(columns)} facts")
    scan_s = scan(desk, columns)
    runs = [(_asked(desk, [everything]), _asked(desk, [[one] for one in page])) for _ in range(2)]
    ran_of = {}
    for what, sittings in (("catalogue", [everything]), ("dashboard", [[one] for one in page])):
        with watching(desk) as ran_of[what]:
            _asked(desk, sittings)
    by_days = {"dashboard": _by_days(desk, [[one] for one in page]), "catalogue": _by_days(desk, [everything])}
    [(tickets,)] = desk.on_engine(lambda engine: engine.rows("select count(*) from tickets"))
    return Figures(tickets, facts, scan_s, least(w for w, _ in runs), least(p for _, p in runs), by_days, ran_of)


def _asked(desk: Desk, sittings: Sequence[Sequence[Question]]) -> Spent:
    """What questions take that are asked one sitting after the other, no answer being known."""
    forget_answers(desk)
    return timed(lambda: [desk.measure_all(questions) for questions in sittings])[0]


def _by_days(desk: Desk, sittings: Sequence[Sequence[Question]]) -> tuple[Spent, Spent]:
    """What it takes to work questions out by days, and then to ask them."""
    made, _ = timed(lambda: work_out_by_days(desk, [one for questions in sittings for one in questions]))
    asked = _asked(desk, sittings)
    forget_days(desk)
    return made, asked


def _say_what_was_measured(what: str, answers: Sequence[Answer]) -> None:
    measured = [a for a in answers if any(row["null_reason"] not in ("not_measured", "invalid_dimension") for row in a.rows)]
    rows = sum(len(a.rows) for a in answers)
    say(f"{what}: {len(answers)} questions, {len(measured)} of them measured, {rows:,} rows")


def say_questions(found: Figures) -> None:
    """Print a book's figures beside their targets."""
    say_spent(f"scan of the columns, {found.tickets:,} tickets", found.scan)
    say_spent("whole catalogue by week and channel", found.catalogue, f"{found.catalogue.over(found.scan)} scans (target 6)")
    say_spent(
        "20 questions of a dashboard over 90 days",
        found.dashboard,
        f"{found.dashboard.over(found.scan)} scans (target 1/3 = 0.33)",
    )
    for what, (made, asked) in found.by_days.items():
        say_spent(f"{what} worked out by days", made, f"{made.over(found.scan)} scans")
        say_spent(f"{what} then, no answer being known", asked, f"{asked.over(found.scan)} scans")


def say_growth(large: Figures, small: Figures) -> None:
    """Print what a ticket costs in the large book, as a part of what it costs in the small one."""
    say(f"a ticket among {large.tickets:,}, against one among {small.tickets:,} (target ≤ 1, linear):")
    for name in ("facts", "scan", "catalogue", "dashboard"):
        one, other = (_each(getattr(book, name), book.tickets) for book in (large, small))
        say(f"  {name:<42}{one.over(other)}")


def _each(spent: Spent, tickets: int) -> Spent:
    return Spent(spent.wall / tickets, spent.cpu / tickets)


def say_slowest(what: str, ran: Sequence[Ran], *, whole: bool) -> None:
    """Print the statements that took the processors longest, with the metrics they count for."""
    spent = sum((one.spent for one in ran), Spent(0, 0))
    own = [one.spent for one in ran if not one.metrics]
    say_spent(f"{what} once more, its {len(ran)} statements", spent, "without what is done around them")
    say_spent(f"  of these {len(own)} that the desk itself asks", sum(own, Spent(0, 0)), f"the slowest {_SLOWEST} of all:")
    for one in sorted(ran, key=lambda one: -one.spent.cpu)[:_SLOWEST]:
        say(f"  {one.spent}  {', '.join(one.metrics) or '(what the desk itself asks)'}")
        say(f"    {one.sql if whole else _shortened(one.sql)}")


def _shortened(sql: str) -> str:
    """A statement on one line, the list of its periods left out; how much more there is, is said."""
    line = re.sub(r"\(values .*?\)\) as", "(values …) as", " ".join(sql.split()))
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]} … ({len(line) - _SHOWN} characters more; --sql prints all)"


@contextmanager
def opened(book: Path, memory: str) -> Iterator[tuple[Desk, Spent]]:
    """The desk of an imported book, with what its facts took to build in full."""
    with Desk(Home(book), memory=memory, threads=2) as desk:
        yield desk, timed(desk.prepare)[0]


def import_demo(folder: Path, home: Path, memory: str) -> Path:
    """Import a folder of Parquet files into a fresh book, without its facts."""
    with Desk(Home(home), memory=memory, threads=2) as desk:
        spent, report = timed(lambda: desk.book.load(Folder(folder), now=datetime.now(UTC)))
        say_spent(f"import of {sum(m.taken for m in report.tables.values()):,} rows", spent)
    return home


def copy_book(given: Path, home: Path) -> Path:
    """Copy a book, and let the copy forget that its facts are built."""
    shutil.copytree(given, home, dirs_exist_ok=True)
    with duckdb.connect(str(Home(home).book)) as con:
        con.execute("delete from meta.facts")
    return home


def measure_book(book: Path, memory: str) -> Figures:
    """The figures of a book, and of one more day in it."""
    with opened(book, memory) as (desk, facts):
        found = figures(desk, facts)
        say_spent("facts, built in full", facts)
        say_questions(found)
        since = (desk.covered() or (datetime.now(UTC), datetime.now(UTC)))[1]
        day, _ = timed(lambda: desk.take(OneDay(max(1, found.tickets // DAYS), since), now=datetime.now(UTC)))
        say_spent("one more day, import and facts", day, f"{day.part_of(facts)} of the full build (target 1/50)")
    return found


def run(book: Path, memory: str, *, whole: bool) -> None:
    """Measure a book and one of a tenth of its tickets."""
    large = measure_book(book, memory)
    for what, ran in large.ran.items():
        say_slowest(what, ran, whole=whole)
    with demo_folder(max(1, large.tickets // 10)) as folder, scratch_folder() as home:
        small = measure_book(import_demo(folder, home, memory), memory)
    say_growth(large, small)


def main() -> None:
    """Read the options, make or copy the book, and measure."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--tickets", type=int, default=5_000_000)
    options.add_argument("--folder", type=Path, help="Parquet files of a demo")
    options.add_argument("--home", type=Path, help="a data folder with an imported book; it is copied")
    options.add_argument("--memory", default="3GB", help="memory limit of the database; the process needs about 1 GB more")
    options.add_argument("--sql", action="store_true", help="print the slowest statements whole")
    asked = options.parse_args()
    with scratch_folder() as home:
        if asked.home:
            copy_book(asked.home, home)
        else:
            with demo_folder(asked.tickets, asked.folder) as folder:
                import_demo(folder, home, asked.memory)
        run(home, asked.memory, whole=asked.sql)


if __name__ == "__main__":
    main()
