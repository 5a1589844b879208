"""One ticket over a weekend, for opening hours set by hand: asked on Friday 6 March 2026 at 17:00, answered on Monday at 9:30."""

from __future__ import annotations

from datetime import UTC, date, datetime

from servicemeter.desk.desk import Desk
from servicemeter.desk.methods.plan_hours import plan_hours
from servicemeter.desk.methods.save_hours import save_hours
from servicemeter.ground.clock import instant, open_seconds
from servicemeter.model.hours import HoursWish, SettingPlan
from servicemeter.model.question import Question
from servicemeter.store.calendars import read_calendars

__all__ = ["NOW", "WEEKDAYS", "kept", "load_weekend", "opened", "saved", "wait"]

NOW = datetime(2026, 3, 10, 11, tzinfo=UTC)
WEEKDAYS = tuple((day, "09:00", "17:30") for day in range(1, 6))
"""Monday to Friday from 9:00 to 17:30."""


def load_weekend(desk: Desk) -> None:
    """The ticket, in Amsterdam (UTC+1 in winter)."""
    message = {"ticket_id": "t", "is_public": True}
    desk.load(
        tz="Europe/Amsterdam",
        now=NOW,
        sources=[{"source": "files", "loaded_from": "2026-03-01T00:00:00+01:00", "loaded_through": "2026-03-10T00:00:00+01:00"}],
        agents=[{"agent_id": "kim", "name": "Kim"}],
        tickets=[{"ticket_id": "t", "created_at": "2026-03-06T17:00:00+01:00", "channel": "email"}],
        messages=[
            {**message, "message_id": "m1", "occurred_at": "2026-03-06T17:00:00+01:00", "author_type": "customer"},
            {**message, "message_id": "m2", "occurred_at": "2026-03-09T09:30:00+01:00", "author_type": "agent",
             "author_id": "kim"},
        ],
    )  # fmt: skip


def wait(desk: Desk) -> float | None:
    """The first response time of that ticket in seconds of opening hours."""
    question = Question("first_response_time", date(2026, 3, 1), date(2026, 4, 1), params={"clock": "business"})
    value: float | None = desk.measure(question).row["value"]
    return value


def saved(desk: Desk, wish: HoursWish) -> SettingPlan:
    """A wish looked at, and saved."""
    plan = plan_hours(desk, wish=wish, now=NOW)
    return save_hours(desk, wish=wish, seen=plan.mark, now=NOW)


def opened(desk: Desk) -> int:
    """The same, straight from the calendar as the facts read it: quick, for tests that change hours often."""
    with desk.on_book() as book:
        calendars = read_calendars(book.engine, book.settings())
    asked, answered = instant("2026-03-06T17:00:00+01:00"), instant("2026-03-09T09:30:00+01:00")
    return open_seconds(calendars.by_id[calendars.default], asked, answered)


def kept(desk: Desk) -> tuple[float | None, int | None]:
    """The share of promises that were kept in March, and of how many."""
    row = desk.measure(Question("sla_compliance_rate", date(2026, 3, 1), date(2026, 4, 1))).row
    return row["value"], row["n"]
