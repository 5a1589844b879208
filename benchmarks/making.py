"""How long saving opening hours takes, and how soon figures are there: at once, beside, and with somebody who looks in between.

    uv run python benchmarks/making.py [--tickets 300000]

Each ticket is asked, answered once and solved. The visitor opens the settings of hours every 0.3 s, which needs no figures.
"""

from __future__ import annotations

import argparse
import random
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from ground import Spent, say, say_spent, scratch_folder, timed
from servicemeter.desk.desk import Desk
from servicemeter.desk.methods.hours import hours
from servicemeter.desk.methods.plan_hours import plan_hours
from servicemeter.desk.methods.save_hours import save_hours
from servicemeter.ground.settings import Home
from servicemeter.model.hours import HoursWish

NOW = datetime(2026, 3, 1, tzinfo=UTC)
_BETWEEN_VISITS_S = 0.3


def main() -> None:
    """Make a book, change its hours three times, and say what each took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tickets", type=int, default=300_000)
    asked = parser.parse_args()
    with scratch_folder() as folder, Desk(Home(folder / "home")) as desk:
        desk.load(tz="UTC", now=NOW, **_rows(asked.tickets))
        say_spent("saved, with nobody beside", _save(desk, "17:00"))
        say_spent("facts at once", timed(desk.prepare)[0])
        desk.work_ahead(threading.Event())
        say_spent("saved, in a server", _save(desk, "17:10"))
        say_spent("facts in pieces", timed(lambda: desk.work_ahead(threading.Event()))[0])
        _save(desk, "17:20")
        took, longest_s = timed(lambda: _with_visitor(desk))
        say_spent("facts in pieces, with a visitor", took)
        say(f"the longest that the visitor waited: {longest_s:.2f} s")


def _rows(count: int) -> dict[str, Any]:
    chance, first = random.Random(7), datetime(2025, 1, 1, tzinfo=UTC)
    tickets, messages, events = [], [], []
    for number in range(count):
        asked = first + timedelta(minutes=chance.randrange(500_000))
        answered = asked + timedelta(minutes=chance.randrange(3000))
        one = {"ticket_id": str(number)}
        tickets.append({**one, "created_at": asked, "channel": chance.choice(["email", "chat"])})
        said = {**one, "is_public": True}
        messages.append({**said, "message_id": f"a{number}", "occurred_at": asked, "author_type": "customer", "author_id": None})
        messages.append({**said, "message_id": f"b{number}", "occurred_at": answered, "author_type": "agent", "author_id": "kim"})
        solved = {"event_id": f"e{number}", "occurred_at": answered + timedelta(minutes=5), "field": "status", "value": "solved"}
        events.append({**one, **solved})
    rows = {"tickets": tickets, "messages": messages, "ticket_events": events}
    return {name: pa.Table.from_pylist(made) for name, made in rows.items()}


def _save(desk: Desk, closes: str) -> Spent:
    wish = HoursWish("Support", tz="UTC", week=tuple((day, "09:00", closes) for day in range(1, 6)))
    plan = plan_hours(desk, wish=wish, now=NOW)
    return timed(lambda: save_hours(desk, wish=wish, seen=plan.mark, now=NOW))[0]


def _with_visitor(desk: Desk) -> float:
    """Let facts be made beside a visitor; the longest that one visit took, in seconds."""
    server = threading.Thread(target=desk.work_ahead, args=[threading.Event()])
    longest_s = 0.0
    server.start()
    while server.is_alive():
        began = time.perf_counter()
        hours(desk)
        longest_s = max(longest_s, time.perf_counter() - began)
        server.join(_BETWEEN_VISITS_S)
    return longest_s


if __name__ == "__main__":
    main()
