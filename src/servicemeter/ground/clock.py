"""Zones, periods and opening hours: the only date arithmetic.

Inside the program an instant is a whole number of seconds since 1970-01-01T00:00:00Z; at the edges it is an aware
datetime. Elapsed time is always a difference of instants, never of wall clocks. Source: METRICS.md sections 1.1 and 3.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from zoneinfo import ZoneInfo, available_timezones

from servicemeter.ground.errors import BackwardSpan, BadCalendar, BadQuestion, BadSettings, UnknownName

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
    "zone",
]

Opening = tuple[int, int]
"""From and to as seconds of a day, 0 to 86 400, half-open."""

_DAY_S = 86_400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL = _EPOCH.date().toordinal()
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_GRAINS = ("day", "week", *_MONTHS)
_PATIENCE_S = 20 * 366 * _DAY_S


# Zones and instants


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo:
    """Find a time zone by its IANA name; `BadSettings` with the nearest names when there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        hint = " or ".join(repr(n) for n in _near_zones(name)) or "a name like 'Europe/Amsterdam'"
        raise BadSettings(f"There is no time zone called {name!r}. Did you mean {hint}?") from error


def _near_zones(name: str) -> list[str]:
    asked = name.strip().lower().replace(" ", "_")
    known = {n.lower(): n for n in sorted(available_timezones()) if not n.startswith(("posix", "right"))}
    same_city = [n for low, n in known.items() if asked and low.rpartition("/")[2] == asked.rpartition("/")[2]]
    return same_city[:3] or [known[n] for n in difflib.get_close_matches(asked, known, n=3, cutoff=0.6)]


def epoch(moment: datetime) -> int:
    """Whole seconds since 1970-01-01T00:00:00Z, rounded down; `BadQuestion` for a datetime without an offset."""
    if moment.utcoffset() is None:
        raise BadQuestion(f"{moment.isoformat()} has no UTC offset. Give an aware datetime.")
    elapsed = moment - _EPOCH
    return elapsed.days * _DAY_S + elapsed.seconds


def moment(epoch_s: int, tz: str = "UTC") -> datetime:
    """The aware datetime of an instant, in a zone."""
    return (_EPOCH + timedelta(seconds=epoch_s)).astimezone(UTC if tz == "UTC" else zone(tz))


def instant(text: str) -> datetime:
    """Read an ISO 8601 instant with an offset (`2026-03-06T16:00:00+01:00`, `…Z`); `BadQuestion` for anything else."""
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise BadQuestion(f"{text!r} is not an instant. Write it like 2026-03-06T16:00:00+01:00.") from error
    if read.utcoffset() is None:
        raise BadQuestion(f"{text!r} has no UTC offset. Write it like 2026-03-06T16:00:00+01:00 or …T15:00:00Z.")
    return read


def _year_starts(year: int) -> int:
    return (date(year, 1, 1).toordinal() - _EPOCH_ORDINAL) * _DAY_S


_FIRST_S, _LAST_S = _year_starts(_FIRST_YEAR), _year_starts(_LAST_YEAR + 1)


def _offset(tz: str, epoch_s: int) -> int:
    utc = _EPOCH + timedelta(seconds=min(max(epoch_s, _FIRST_S), _LAST_S))
    wall = utc.astimezone(zone(tz)).replace(tzinfo=UTC)
    return round((wall - utc).total_seconds())


def _changes_between(tz: str, low: int, high: int) -> list[tuple[int, int]]:
    """Changes of the offset in (low, high], found by halving; `low` and `high` lie at most a few hours apart."""
    before, after = _offset(tz, low), _offset(tz, high)
    if before == after:
        return []
    if high - low == 1:
        return [(high, after)]
    middle = (low + high) // 2
    return _changes_between(tz, low, middle) + _changes_between(tz, middle, high)


@lru_cache(maxsize=4096)
def _year_changes(tz: str, year: int) -> tuple[tuple[int, int], ...]:
    steps = pairwise(range(_year_starts(year), _year_starts(year + 1) + 1, _DAY_S))
    return tuple(change for low, high in steps for change in _changes_between(tz, low, high))


def offsets(tz: str, start: int, end: int) -> list[tuple[int, int]]:
    """The UTC offsets of a zone from `start` to `end`, as (from this instant on, seconds east of UTC).

    The first entry holds from `start`; then one entry for each change in (start, end]. Exact to the second in the years
    1900 to 2100; before and after them the nearest known offset stays.
    """
    found = [(start, _offset(tz, start))]
    first, last = (moment(min(max(s, _FIRST_S), _LAST_S - 1)).year for s in (start, end))
    for year in range(first, last + 1):
        found += [change for change in _year_changes(tz, year) if start < change[0] <= end]
    return found


def _epoch_day(day: date) -> int:
    return day.toordinal() - _EPOCH_ORDINAL


def local_day(epoch_s: int, tz: str) -> date:
    """The local date of an instant."""
    return date.fromordinal((epoch_s + _offset(tz, epoch_s)) // _DAY_S + _EPOCH_ORDINAL)


@lru_cache(maxsize=65_536)
def local_midnight(day: date, tz: str) -> int:
    """The first instant of a local date, as epoch seconds.

    That is not always 00:00: a zone may skip midnight. A date that a zone skipped altogether starts where the next one
    does, and so has no length.
    """
    wall = _epoch_day(day) * _DAY_S
    known = offsets(tz, wall - _DAY_S, wall + 3 * _DAY_S)
    ends = [s for s, _ in known[1:]] + [wall + 3 * _DAY_S]
    return next(max(s, wall - off) for (s, off), end in zip(known, ends, strict=True) if wall - off < end)


# Periods


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
    if not _FIRST_YEAR <= since.year <= until.year <= _LAST_YEAR:
        raise BadQuestion(f"From {since} to {until} leaves the years {_FIRST_YEAR} to {_LAST_YEAR}.")
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
        "month": f"{day:%Y-%m}",
        "quarter": f"{day.year}-Q{(day.month + 2) // 3}",
        "day_length_s": local_midnight(day + timedelta(days=1), tz) - local_midnight(day, tz),
    }


# Opening hours


@dataclass(frozen=True)
class WeeklyHours:
    """One opening of the week: ISO weekday (1 = Monday), seconds of the local day, from a date on (None = always)."""

    valid_from: date | None
    iso_weekday: int
    open_s: int
    close_s: int


@dataclass(frozen=True)
class Calendar:
    """Opening hours in a zone: the week, and single local dates whose openings replace it (`()` is closed).

    On a local date the weekly rows with the latest `valid_from` not after it apply, all of them and no others. Openings
    that touch become one; `BadCalendar` names any that overlap, end before they start or leave the day.
    """

    calendar_id: str
    tz: str
    weekly: tuple[WeeklyHours, ...]
    exceptions: Mapping[date, tuple[Opening, ...]] = field(default_factory=dict, hash=False)
    _weeks: tuple[tuple[int, tuple[tuple[Opening, ...], ...]], ...] = field(init=False, repr=False, compare=False)
    _single: dict[int, tuple[Opening, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            zone(self.tz)
        except BadSettings as error:
            raise BadCalendar(f"Calendar {self.calendar_id!r}: {error}") from error
        single = {_epoch_day(d): self._joined(d.isoformat(), rows) for d, rows in self.exceptions.items()}
        object.__setattr__(self, "weekly", tuple(self.weekly))
        object.__setattr__(self, "exceptions", MappingProxyType(dict(self.exceptions)))
        object.__setattr__(self, "_weeks", self._read_weeks())
        object.__setattr__(self, "_single", single)

    def _read_weeks(self) -> tuple[tuple[int, tuple[tuple[Opening, ...], ...]], ...]:
        """The weeks of openings, Monday first, each with the epoch day it holds from; the latest week first."""
        for row in self.weekly:
            if row.iso_weekday not in range(1, 8):
                raise BadCalendar(f"Calendar {self.calendar_id!r}: weekday {row.iso_weekday} is not 1 (Monday) to 7.")
        weeks = []
        for since in sorted({row.valid_from or date.min for row in self.weekly}, reverse=True):
            rows = [row for row in self.weekly if (row.valid_from or date.min) == since]
            days = (self._joined(f"weekday {d}", _of_weekday(rows, d)) for d in range(1, 8))
            weeks.append((_epoch_day(since), tuple(days)))
        return tuple(weeks)

    def _joined(self, where: str, openings: Iterable[Opening]) -> tuple[Opening, ...]:
        joined: list[Opening] = []
        for open_s, close_s in sorted(openings):
            said = f"Calendar {self.calendar_id!r}, {where}: opening {_hours(open_s)}-{_hours(close_s)}"
            if not 0 <= open_s < close_s <= _DAY_S:
                raise BadCalendar(f"{said} must end after it starts, within 00:00-24:00. A night shift is two rows.")
            if joined and open_s < joined[-1][1]:
                raise BadCalendar(f"{said} overlaps {_hours(joined[-1][0])}-{_hours(joined[-1][1])}.")
            _append(joined, open_s, close_s)
        return tuple(joined)

    def openings_on(self, epoch_day: int) -> tuple[Opening, ...]:
        """The openings of a local date, given as days since 1970-01-01, in seconds of its wall clock."""
        if epoch_day in self._single:
            return self._single[epoch_day]
        for since, week in self._weeks:
            if since <= epoch_day:
                return week[(epoch_day + 3) % 7]
        return ()


def _of_weekday(rows: Iterable[WeeklyHours], iso_weekday: int) -> list[Opening]:
    return [(row.open_s, row.close_s) for row in rows if row.iso_weekday == iso_weekday]


def _append(openings: list[Opening], from_s: int, to_s: int) -> None:
    """Add an opening after the others; one that touches the last makes it longer."""
    if openings and openings[-1][1] == from_s:
        openings[-1] = (openings[-1][0], to_s)
    else:
        openings.append((from_s, to_s))


def _hours(day_s: int) -> str:
    return f"{day_s // 3600:02d}:{day_s // 60 % 60:02d}" + (f":{day_s % 60:02d}" if day_s % 60 else "")


def parse_hours(text: str) -> int:
    """Read a time of day, 00:00 to 24:00, as seconds; `BadCalendar` for anything else.

    >>> parse_hours("09:30")
    34200
    """
    found = re.fullmatch(r"([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?", text.strip(), re.ASCII)
    day_s = (
        sum(int(part or 0) * unit for part, unit in zip(found.groups(), (3600, 60, 1), strict=True)) if found else -1
    )
    if not 0 <= day_s <= _DAY_S:
        raise BadCalendar(f"{text!r} is not a time of day. Write it as HH:MM, 00:00 to 24:00.")
    return day_s


def always_open(tz: str = "UTC") -> Calendar:
    """A calendar without closed time: its business seconds are elapsed seconds."""
    return Calendar("always_open", tz, tuple(WeeklyHours(None, d, 0, _DAY_S) for d in range(1, 8)))


def _open_spans(calendar: Calendar, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The open instants of [start, end) as epoch spans in order; spans may touch.

    Between two changes of the offset, wall clock and UTC differ by a constant. Going through those stretches one by one
    drops a skipped hour and gives a repeated one twice, with no case of its own for either.
    """
    known = offsets(calendar.tz, start, end)
    for (begin, offset), (stop, _) in pairwise([*known, (end, 0)]):
        for epoch_day in range((begin + offset) // _DAY_S, (stop - 1 + offset) // _DAY_S + 1):
            midnight = epoch_day * _DAY_S - offset
            for open_s, close_s in calendar.openings_on(epoch_day):
                span = max(begin, midnight + open_s), min(stop, midnight + close_s)
                if span[0] < span[1]:
                    yield span


def open_seconds(calendar: Calendar, start: datetime, end: datetime) -> int:
    """Count the seconds of [start, end) during which the calendar is open.

    Clock changes count as they happen: an hour skipped in spring is not there, an hour repeated in autumn is there
    twice. A span that ends before it starts raises `BackwardSpan`.

    >>> night = Calendar("night", "Europe/Amsterdam", (WeeklyHours(None, 7, 0, 6 * 3600),))
    >>> open_seconds(night, instant("2026-10-25T00:00+02:00"), instant("2026-10-26T00:00+01:00")) // 3600
    7
    """
    start_s, end_s = epoch(start), epoch(end)
    if end_s < start_s:
        raise BackwardSpan(f"The span from {start.isoformat()} ends before it starts, at {end.isoformat()}.")
    return sum(b - a for a, b in _open_spans(calendar, start_s, end_s))


def due_at(calendar: Calendar, start: datetime, target_s: int) -> datetime:
    """The earliest instant at which `target_s` open seconds have gone by since `start`.

    A target that fills up exactly at closing time is due at closing time. In UTC. `BadCalendar` when the calendar stays
    closed for 20 years first; `BadSettings` when the target is not between 1 second and 100 years.
    """
    if not 1 <= target_s <= 100 * 366 * _DAY_S:
        raise BadSettings(f"A target of {target_s} seconds cannot be used. Give 1 second to 100 years.")
    return moment(_filled_at(calendar, epoch(start), target_s))


def passes_at(calendar: Calendar, start: datetime, target_s: int) -> datetime:
    """The instant from which more than `target_s` open seconds have gone by; it decides a breach.

    It is the due instant, except when the target fills up exactly at closing time: then it is the next opening. In UTC;
    errors as `due_at`.
    """
    return due_at(calendar, start, target_s + 1) - timedelta(seconds=1)


def _filled_at(calendar: Calendar, start: int, target_s: int) -> int:
    left = target_s
    for span in _spans_onward(calendar, start):
        if left <= span[1] - span[0]:
            return span[0] + left
        left -= span[1] - span[0]
    raise BadCalendar(
        f"Calendar {calendar.calendar_id!r} is not open for {target_s} seconds after {moment(start).isoformat()}: "
        "it then stays closed for 20 years. Give it weekly hours."
    )


def _spans_onward(calendar: Calendar, start: int) -> Iterator[tuple[int, int]]:
    """Open spans from `start` on, until the calendar has been closed for 20 years."""
    step, last_open = 366 * _DAY_S, start
    while start < last_open + _PATIENCE_S:
        for span in _open_spans(calendar, start, start + step):
            last_open = span[1]
            yield span
        start += step


@dataclass(frozen=True)
class CalendarDay:
    """One UTC day of a calendar: its start in epoch seconds, the open seconds before it, its openings in UTC."""

    day_start: int
    cum_open_s: int
    openings: tuple[Opening, ...]


def calendar_days(calendar: Calendar, first: date, last: date) -> list[CalendarDay]:
    """Every UTC day from `first` through `last`, closed ones too, with the openings cut at UTC midnight.

    `cum_open_s` counts from the first day. A day may have any number of openings; those that touch are one.
    """
    if last < first:
        raise BackwardSpan(f"The calendar days from {first} end before they start, at {last}.")
    start_day, end_day = _epoch_day(first), _epoch_day(last) + 1
    openings: list[list[Opening]] = [[] for _ in range(start_day, end_day)]
    for from_s, to_s in _open_spans(calendar, start_day * _DAY_S, end_day * _DAY_S):
        for day in range(from_s // _DAY_S, (to_s - 1) // _DAY_S + 1):
            midnight = day * _DAY_S
            _append(openings[day - start_day], max(from_s - midnight, 0), min(to_s - midnight, _DAY_S))
    days, cum_open_s = [], 0
    for day, found in enumerate(openings, start_day):
        days.append(CalendarDay(day * _DAY_S, cum_open_s, tuple(found)))
        cum_open_s += sum(b - a for a, b in found)
    return days


def holidays_of(country: str, years: Iterable[int], subdivision: str | None = None) -> dict[date, str]:
    """The public holidays of a country (ISO 3166 code), or of a part of it, by date, named in the country's language.

    `BadCalendar` with the nearest codes when the country or the part is not known.
    """
    import holidays  # slow to import, and only the setting up of calendars needs it

    known: dict[str, list[str]] = holidays.list_supported_countries()
    code = country.strip().upper()
    if code not in known:
        raise BadCalendar(f"There are no holidays for a country called {country!r}. {_codes(code, known)}")
    if subdivision is not None and subdivision not in known[code]:
        raise BadCalendar(f"{code} has no part called {subdivision!r}. {_codes(subdivision, known[code])}")
    named_in = holidays.country_holidays(code).default_language  # else the names follow the machine's locale
    found = holidays.country_holidays(code, subdivision, years=list(years), expand=False, language=named_in)
    return dict(sorted(found.items()))


def _codes(asked: str, known: Iterable[str]) -> str:
    names = sorted(known)
    near = difflib.get_close_matches(asked, names, n=3, cutoff=0.5)
    return f"Nearest: {', '.join(near)}." if near else f"Known: {', '.join(names) or 'none'}."
