"""What the demo shop has set up: opening hours, promises, settings, what it pays and the rates it converts at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from servicemeter.sources.demo.columns import Ints, rows_of
from servicemeter.sources.demo.hours import TZ, WEEK, exceptions, local_midnight
from servicemeter.sources.demo.staff import TEAMS, Staff

__all__ = ["shop_tables"]

_SETTINGS = {"report_tz": TZ.key, "default_calendar": "shop", "base_currency": "EUR"}
_PROMISES = (
    ("written_first", 1, "first_response", "email", None, 4 * 3600, "business"),
    ("urgent_first", 2, "first_response", "social", None, 3600, "business"),
    ("chat_first", 3, "first_response", "chat", None, 120, "calendar"),
    ("follow_up", 4, "next_response", None, None, 8 * 3600, "business"),
    ("solve", 5, "resolution", None, "urgent", 8 * 3600, "business"),
    ("solve", 5, "resolution", None, "high", 16 * 3600, "business"),
    ("solve", 5, "resolution", None, "normal", 24 * 3600, "business"),
    ("solve", 5, "resolution", None, "low", 40 * 3600, "business"),
)
_MONTHLY_PAY_MINOR = 365_000
_MONTHLY_TOOLS_MINOR = 9_500


def _made(table: str, recorded_at: int, **columns: list[Any]) -> Any:
    size = len(next(iter(columns.values())))
    typed = {name: pa.array(values) for name, values in columns.items()}
    return rows_of(table, typed, np.full(size, recorded_at, dtype=np.int64))


def _calendars(since: int, until: int) -> Iterator[tuple[str, Any]]:
    """The calendar from a month before the year to four months after it."""
    yield (
        "business_calendars",
        _made("business_calendars", since, calendar_id=["shop"], tz=[TZ.key], name=["Shop hours"]),
    )
    yield "calendar_weekly_hours", _made(
        "calendar_weekly_hours", since,
        calendar_id=["shop"] * len(WEEK),
        iso_weekday=list(WEEK),
        open=[span[0] for span in WEEK.values()],
        close=[span[1] for span in WEEK.values()],
    )  # fmt: skip
    first = datetime.fromtimestamp(since, TZ).date() - timedelta(days=31)
    special = exceptions(first, datetime.fromtimestamp(until, TZ).date() + timedelta(days=120))
    yield "calendar_exceptions", _made(
        "calendar_exceptions", since,
        calendar_id=["shop"] * len(special),
        local_date=list(special),
        open=[span and span[0] for span in special.values()],
        close=[span and span[1] for span in special.values()],
    )  # fmt: skip


def _promises(since: int) -> Any:
    names = ("policy_id", "rank", "metric", "channel", "priority", "target_s", "clock")
    columns = {name: [promise[place] for promise in _PROMISES] for place, name in enumerate(names)}
    columns["calendar_id"] = ["shop"] * len(_PROMISES)
    return _made("sla_policies", since, **columns)


def _months(since: int, until: int) -> list[tuple[date, date]]:
    """First days of the months that touch the year, each with the first day of the next."""
    month = datetime.fromtimestamp(since, TZ).date().replace(day=1)
    last = datetime.fromtimestamp(until - 1, TZ).date()
    months = []
    while month <= last:
        following = (month + timedelta(days=31)).replace(day=1)
        months.append((month, following))
        month = following
    return months


def _costs(staff: Staff, since: int, until: int) -> Any:
    """Pay and tools a team and month, with a raise every year of 3 %; known when the month begins."""
    months = [(a, b, team) for a, b in _months(since, until) for team in range(len(TEAMS))]
    start_year = months[0][0].year
    pay = [
        round((_MONTHLY_PAY_MINOR * 1.03 ** (a.year - start_year) + _MONTHLY_TOOLS_MINOR) * staff.size[team])
        for a, _, team in months
    ]
    columns: dict[str, Any] = {
        "cost_id": pa.array([f"cost_{a:%Y%m}_{TEAMS[team]}" for a, _, team in months]),
        "from": pa.array([a for a, _, _ in months]),
        "to": pa.array([b for _, b, _ in months]),
        "amount": pa.array(pay),
        "currency": pa.repeat("EUR", len(months)),
        "team_id": pa.array([TEAMS[team] for _, _, team in months]),
    }
    known: Ints = np.array([max(since, local_midnight(a)) for a, _, _ in months], dtype=np.int64)
    return rows_of("costs", columns, known)


def _rates(rng: np.random.Generator, since: int, until: int) -> Any:
    """What a leu was worth in euros, day by day, the day before the first and after the last included."""
    first = datetime.fromtimestamp(since, TZ).date() - timedelta(days=1)
    last = datetime.fromtimestamp(until, TZ).date() + timedelta(days=1)
    days = [date.fromordinal(ordinal) for ordinal in range(first.toordinal(), last.toordinal() + 1)]
    walk = 0.1985 * np.exp(np.cumsum(rng.normal(0, 0.0008, len(days))))
    columns = {
        "date": pa.array(days),
        "currency": pa.repeat("RON", len(days)),
        "rate_to_base": pa.array([round(float(rate), 6) for rate in walk]),
    }
    known = [int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) for day in days]
    return rows_of("exchange_rates", columns, np.clip(np.array(known, dtype=np.int64), since, until - 1))


def shop_tables(staff: Staff, rng: np.random.Generator, since: int, until: int) -> Iterator[tuple[str, Any]]:
    """Everything that is set up rather than happens, table by table."""
    yield "settings", _made("settings", since, name=list(_SETTINGS), value=list(_SETTINGS.values()))
    yield from _calendars(since, until)
    yield "sla_policies", _promises(since)
    yield from staff.tables().items()
    yield "costs", _costs(staff, since, until)
    yield "exchange_rates", _rates(rng, since, until)
