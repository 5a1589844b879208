"""The clock: zones, periods and opening hours, the only date arithmetic.

Inside the program an instant is a whole number of seconds since 1970-01-01T00:00:00Z; at the edges it is an aware
datetime. Elapsed time is always a difference of instants, never of wall clocks. Here stand the periods and holidays;
zones are in `zones`, opening hours in `openings`, and everybody else finds all of it here. Source: METRICS.md sections
1.1 and 3.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from servicemeter.ground.errors import BadCalendar, BadQuestion, UnknownName
from servicemeter.ground.openings import (
    Calendar,
    CalendarDay,
    Opening,
    WeeklyHours,
    always_open,
    calendar_days,
    due_at,
    open_seconds,
    parse_hours,
    passes_at,
)
from servicemeter.ground.phrases import phrase
from servicemeter.ground.zones import (
    FIRST_YEAR,
    LAST_YEAR,
    epoch,
    epoch_day,
    instant,
    local_day,
    local_midnight,
    moment,
    offsets,
    within_reach,
    zone,
    zone_names,
)

__all__ = [
    "Calendar",
    "CalendarDay",
    "Opening",
    "Period",
    "WeeklyHours",
    "always_open",
    "calendar_days",
    "due_at",
    "epoch",
    "epoch_day",
    "holidays_of",
    "instant",
    "local_day",
    "local_midnight",
    "moment",
    "offsets",
    "open_seconds",
    "parse_hours",
    "passes_at",
    "period_end",
    "period_names",
    "period_start",
    "periods",
    "start_before",
    "within_reach",
    "zone",
    "zone_names",
]

_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_GRAINS = ("day", "week", *_MONTHS)


@dataclass(frozen=True)
class Period:
    """The local dates [start, end) and the instants [p0, p1) they span, in epoch seconds."""

    start: date
    end: date
    p0: int
    p1: int


def period_start(day: date, grain: str) -> date:
    """The first date of the day, ISO week, month, quarter or year that a date lies in."""
    if grain == "day":
        return day
    if grain == "week":
        return day - timedelta(days=day.weekday())
    months = _months(grain)
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def period_end(start: date, grain: str) -> date:
    """The first date after the period that starts at `start`."""
    if grain in ("day", "week"):
        return start + timedelta(days=1 if grain == "day" else 7)
    month = start.month - 1 + _months(grain)
    return date(start.year + month // 12, month % 12 + 1, 1)


def start_before(start: date, end: date) -> date:
    """The first day of the period before [start, end): of the same kind if that is a week, month, quarter or year, else as long.

    >>> start_before(date(2026, 3, 1), date(2026, 4, 1)), start_before(date(2026, 3, 1), date(2026, 3, 11))
    (datetime.date(2026, 2, 1), datetime.date(2026, 2, 19))
    """
    for grain in ("week", "month", "quarter", "year"):
        if period_start(start, grain) == start and period_end(start, grain) == end:
            return period_start(start - timedelta(days=1), grain)
    return start - (end - start)


def _months(grain: str) -> int:
    if grain not in _MONTHS:
        raise UnknownName("grain", grain, _GRAINS)
    return _MONTHS[grain]


def periods(since: date, until: date, grain: str | None, tz: str) -> list[Period]:
    """Cut the local dates [since, until) into periods; without a grain they are one period.

    `BadQuestion` when there is no date in between, or when either end does not lie on a boundary of the grain.
    """
    if since >= until:
        raise BadQuestion(f"From {since} to {until} is no span of time: 'to' is the first date after it.")
    if not FIRST_YEAR <= since.year <= until.year <= LAST_YEAR:
        raise BadQuestion(f"From {since} to {until} leaves the years {FIRST_YEAR} to {LAST_YEAR}.")
    bounds = [since, until] if grain is None else _bounds(since, until, grain)
    return [Period(a, b, local_midnight(a, tz), local_midnight(b, tz)) for a, b in pairwise(bounds)]


def _bounds(since: date, until: date, grain: str) -> list[date]:
    for name, day in (("from", since), ("to", until)):
        start = period_start(day, grain)
        if day != start:
            near = f"{start} and {period_end(start, grain)}"
            raise BadQuestion(f"'{name}' {day} is not the first day of a {grain}. The nearest are {near}.")
    bounds = [since]
    while bounds[-1] < until:
        bounds.append(period_end(bounds[-1], grain))
    return bounds


def period_names(epoch_s: int, tz: str) -> dict[str, str | int]:
    """The names of the local periods an instant lies in, and the length of its local day in seconds.

    >>> period_names(1798804800, "Europe/Amsterdam")["week"]
    '2026-W53'
    """
    day = local_day(epoch_s, tz)
    iso = day.isocalendar()
    return {
        "day": day.isoformat(),
        "week": f"{iso.year}-W{iso.week:02d}",
        "month": day.isoformat()[:7],
        "quarter": f"{day.year}-Q{(day.month + 2) // 3}",
        "day_length_s": local_midnight(day + timedelta(days=1), tz) - local_midnight(day, tz),
    }


def holidays_of(country: str, years: Iterable[int], subdivision: str | None = None) -> dict[date, str]:
    """The public holidays of a country (ISO 3166 code), or of a part of it, by date, named in the country's language.

    `BadCalendar` with the nearest codes when the country or the part is not known.
    """
    import holidays  # slow to import, and only the setting up of calendars needs it

    known: dict[str, list[str]] = holidays.list_supported_countries()
    code = country.strip().upper()
    if code not in known:
        raise BadCalendar(f"There are no holidays for a country called {country!r}. {phrase(_codes(code, known))}")
    if subdivision is not None and subdivision not in known[code]:
        raise BadCalendar(f"{code} has no part called {subdivision!r}. {phrase(_codes(subdivision, known[code]))}")
    named_in = holidays.country_holidays(code).default_language  # else the names follow the machine's locale
    found = holidays.country_holidays(code, subdivision, years=list(years), expand=False, language=named_in)
    return dict(sorted(found.items()))


def _codes(asked: str, known: Iterable[str]) -> str:
    names = sorted(known)
    near = difflib.get_close_matches(asked, names, n=3, cutoff=0.5)
    return phrase(f"Nearest: {', '.join(near)}." if near else f"Known: {', '.join(names)}." if names else "Known: none.")
