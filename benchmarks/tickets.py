"""How long lists of tickets, the present moment and one ticket take over millions of tickets.

    uv run python benchmarks/tickets.py [--tickets 30000] [--times 170] [--home HOME] [--memory 4GB]

The facts of a demo shop are laid beside themselves so many times (5.1 million tickets as it stands), each time with other numbers
and ids; the newest stay unresolved in every copy, so that lists of what is open grow along. The unit is one scan
(`sum(hash(created_at))`) of the tickets in the same run. A given HOME is copied first and stays as it is.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ground import say, scratch_folder, timed
from servicemeter.desk.desk import Desk
from servicemeter.desk.methods.busy_times import busy_times
from servicemeter.desk.methods.find_tickets import find_tickets
from servicemeter.desk.methods.tell_ticket import tell_ticket
from servicemeter.desk.methods.watch import watch
from servicemeter.ground.settings import Home
from servicemeter.model.question import Filter
from servicemeter.model.ticket import TicketWish
from servicemeter.sources.demo import make_demo

UNTIL = datetime(2026, 11, 27, 15, 40, tzinfo=UTC)
_FACTS = (
    "tickets", "members", "open_spans", "assignee_spans", "team_spans", "priority_spans", "turns", "solves", "sla_spans",
    "sla_instances",
)  # fmt: skip


def main() -> None:
    """Grow a shop, ask it, and say what each question took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tickets", type=int, default=30_000)
    parser.add_argument("--times", type=int, default=170)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--memory", default="4GB")
    asked = parser.parse_args()
    with scratch_folder() as folder:
        home = folder / "home"
        if asked.home:
            shutil.copytree(asked.home, home)
        with Desk(Home(home), memory=asked.memory) as desk:
            if not asked.home:
                desk.take(make_demo(tickets=asked.tickets, until=UNTIL), now=UNTIL, label="demo", digest="demo")
            desk.prepare()
            desk.on_engine(lambda engine: _grow(engine, asked.times))
            _ask(desk)


def _grow(engine: Any, times: int) -> None:
    [(step,)] = engine.rows("select max(ticket_no) from facts.tickets")
    for name in _FACTS:
        columns = [row[0] for row in engine.rows(f"describe facts.{name}")]
        chosen = ", ".join(_moved(column, step) for column in columns)
        engine.run(f"create table facts.grown as select {chosen} from facts.{name} as f, range({times}) as r(k)")
        engine.run(f"drop table facts.{name}; alter table facts.grown rename to {name}")


def _moved(column: str, step: int) -> str:
    if column == "ticket_no":
        return f"cast(f.ticket_no + r.k * {step} as integer) as ticket_no"
    if column == "ticket_id":
        return "case when r.k = 0 then f.ticket_id else f.ticket_id || '-' || r.k end as ticket_id"
    return f"f.{column}"


def _wish(*where: tuple[str, str], **more: Any) -> TicketWish:
    return TicketWish(tuple(Filter(name, (value,)) for name, value in where), **more)


def _scan(engine: Any) -> Any:
    return engine.rows("select sum(hash(created_at)) from facts.tickets")


def _ask(desk: Desk) -> None:
    total = find_tickets(desk, wish=_wish(size=1)).of
    unit = min(timed(lambda: desk.on_engine(_scan))[0].wall for _ in range(3))
    say(f"{total:,} tickets; one scan {unit * 1000:.0f} ms")
    late = _wish(("status", "unresolved"), ("sla", "overdue"), sort="due")
    questions: dict[str, Callable[[], Any]] = {
        "newest first": lambda: find_tickets(desk, wish=_wish()),
        "page 1,000": lambda: find_tickets(desk, wish=_wish(page=1000)),
        "unresolved and overdue, due first": lambda: find_tickets(desk, wish=late),
        "one agent, one channel": lambda: find_tickets(desk, wish=_wish(("agent", "a7"), ("channel", "email"))),
        "at risk": lambda: find_tickets(desk, wish=_wish(("sla", "at_risk"))),
        "by number": lambda: find_tickets(desk, wish=_wish(name="t2971")),
        "vip customers, high priority": lambda: find_tickets(desk, wish=_wish(("customer_segment", "vip"), ("priority", "high"))),
        "one ticket": lambda: tell_ticket(desk, ticket_id="t29714"),
        "now, uncached": lambda: watch(desk, limit=8),
        "now, kept": lambda: watch(desk, limit=8),
        "busiest times of 90 days": lambda: busy_times(desk, period="last_90_days"),
    }
    for name, question in questions.items():
        spent, _ = timed(question)
        say(f"{name:36} {spent} = {spent.wall / unit:6.1f} scans")


if __name__ == "__main__":
    main()
