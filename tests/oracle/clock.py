"""Instants, local periods and opening hours, minute by minute."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

__all__ = ["Hours", "day_start", "local", "period_before", "periods", "second"]

_MINUTES: dict[tuple[str, int], list[bool]] = {}


def second(value: Any) -> int | None:
    """An instant of the case format as seconds since 1970 (floor), null as null."""
    if value is None:
        return None
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return int(value.timestamp() // 1)


def local(at: int, tz: str) -> datetime:
    """The wall clock in a zone at an instant."""
    return datetime.fromtimestamp(at, ZoneInfo(tz))


def day_start(day: date, tz: str) -> int:
    """The instant at which a local day begins."""
    return int(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(tz)).timestamp())


def _next(day: date, grain: str) -> date:
    if grain == "day":
        return day + timedelta(days=1)
    if grain == "week":
        return day + timedelta(days=7)
    months = {"month": 1, "quarter": 3, "year": 12}[grain]
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def period_before(p0: int, p1: int, tz: str) -> int:
    """The instant at which the month, quarter or year before begins; of any other span, as many days before."""
    since, until = local(p0, tz).date(), local(p1, tz).date()
    for months, starts in ((1, range(1, 13)), (3, (1, 4, 7, 10)), (12, (1,))):
        after = date(since.year + (since.month + months > 12), (since.month + months - 1) % 12 + 1, 1)
        if since.day == 1 and since.month in starts and after == until:
            before = since.year * 12 + since.month - 1 - months
            return day_start(date(before // 12, before % 12 + 1, 1), tz)
    return day_start(since - (until - since), tz)


def periods(since: date, until: date, grain: str | None, tz: str) -> list[tuple[date, int, int]]:
    """The periods of a question as (first local day, first second, first second after)."""
    if grain is None:
        return [(since, day_start(since, tz), day_start(until, tz))]
    found = []
    while since < until:
        after = _next(since, grain)
        found.append((since, day_start(since, tz), day_start(after, tz)))
        since = after
    return found


class Hours:
    """Opening hours of the calendars of a case."""

    def __init__(self, calendars: dict[str, Any]) -> None:
        self._calendars = calendars
        self._names = {name: repr(said) for name, said in calendars.items()}

    def is_open(self, calendar: str, at: int) -> bool:
        """Whether the wall clock of the calendar stands in an opening of its local date."""
        said = self._calendars[calendar]
        now = local(at, said["tz"])
        exceptions = {str(k): v for k, v in (said.get("exceptions") or {}).items()}
        day = now.date().isoformat()
        weekly = {int(k): v for k, v in said["weekly"].items()}
        openings = exceptions[day] if day in exceptions else weekly.get(now.isoweekday(), [])
        minute = now.hour * 60 + now.minute
        return any(_minute(a) <= minute < _minute(b) for a, b in openings)

    def open_seconds(self, calendar: str, a: int, b: int) -> int:
        """Open seconds of `[a, b)`; minus those of `[b, a)` when the interval runs backwards."""
        if b < a:
            return -self.open_seconds(calendar, b, a)
        total = 0
        for hour in range(a // 3600, (b + 3599) // 3600):
            minutes = self._minutes_of(calendar, hour)
            if a <= hour * 3600 and hour * 3600 + 3600 <= b:
                total += 60 * sum(minutes)
                continue
            for number, is_open in enumerate(minutes):
                start = hour * 3600 + number * 60
                if is_open and start + 60 > a and start < b:
                    total += min(start + 60, b) - max(start, a)
        return total

    def _minutes_of(self, calendar: str, hour: int) -> list[bool]:
        key = (self._names[calendar], hour)
        if key not in _MINUTES:
            _MINUTES[key] = [self.is_open(calendar, hour * 3600 + 60 * i) for i in range(60)]
        return _MINUTES[key]


def _minute(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)
