"""Time zones and instants: the UTC offsets of a zone, exact to the second.

Inside the program an instant is a whole number of seconds since 1970-01-01T00:00:00Z; at the edges it is an aware
datetime.
"""

from __future__ import annotations

import difflib
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from itertools import pairwise
from typing import TypeVar
from zoneinfo import ZoneInfo, available_timezones

from servicemeter.ground.errors import BadQuestion, BadSettings
from servicemeter.ground.phrases import either, phrase

__all__ = [
    "DAY_S",
    "FIRST_YEAR",
    "LAST_YEAR",
    "epoch",
    "epoch_day",
    "instant",
    "local_day",
    "local_midnight",
    "moment",
    "offsets",
    "within_reach",
    "zone",
    "zone_names",
]

DAY_S = 86_400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL = _EPOCH.date().toordinal()
FIRST_YEAR, LAST_YEAR = 1900, 2100
_STEP_S = 2 * DAY_S  # in no zone do two changes since 1900 lie less than three days apart


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo:
    """Find a time zone by its IANA name; `BadSettings` with the nearest names when there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        near = _near_zones(name)
        hint = phrase(f"Did you mean {either(near)}?") if near else phrase("Did you mean a name like 'Europe/Amsterdam'?")
        raise BadSettings(f"There is no time zone called {name!r}. {phrase(hint)}") from error


@cache
def zone_names() -> tuple[str, ...]:
    """The zones to choose from: places (`Europe/Amsterdam`) and UTC, without old names of countries and offsets."""
    areas = ("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
    return tuple(sorted(name for name in available_timezones() if name == "UTC" or name.startswith(areas)))


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
    return elapsed.days * DAY_S + elapsed.seconds


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


_When = TypeVar("_When", bound=date)


def within_reach(when: _When) -> _When:
    """A day or an instant that somebody asks about; `BadQuestion` for one that no arithmetic of dates can go on from."""
    if not FIRST_YEAR <= when.year <= LAST_YEAR:
        raise BadQuestion(f"{when} leaves the years {FIRST_YEAR} to {LAST_YEAR}.")
    return when


def _year_starts(year: int) -> int:
    return (date(year, 1, 1).toordinal() - _EPOCH_ORDINAL) * DAY_S


_FIRST_S, _LAST_S = _year_starts(FIRST_YEAR), _year_starts(LAST_YEAR + 1)


def _offset(tz: str, epoch_s: int) -> int:
    utc = _EPOCH + timedelta(seconds=min(max(epoch_s, _FIRST_S), _LAST_S))
    wall = utc.astimezone(zone(tz)).replace(tzinfo=UTC)
    return round((wall - utc).total_seconds())


def _change_between(tz: str, low: int, high: int, before: int) -> int:
    """The first instant in (low, high] with another offset than `before`, found by halving."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(tz, middle) == before else (low, middle)
    return high


@lru_cache(maxsize=4096)
def _year_changes(tz: str, year: int) -> tuple[tuple[int, int], ...]:
    start, end = _year_starts(year), _year_starts(year + 1)
    known = [(s, _offset(tz, s)) for s in [*range(start, end, _STEP_S), end]]
    changed = [(low, high, before) for (low, before), (high, after) in pairwise(known) if before != after]
    found = [_change_between(tz, *step) for step in changed]
    return tuple((s, _offset(tz, s)) for s in found)


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


def epoch_day(day: date) -> int:
    """Days from 1970-01-01 to a date."""
    return day.toordinal() - _EPOCH_ORDINAL


def local_day(epoch_s: int, tz: str) -> date:
    """The local date of an instant."""
    return date.fromordinal((epoch_s + _offset(tz, epoch_s)) // DAY_S + _EPOCH_ORDINAL)


@lru_cache(maxsize=65_536)
def local_midnight(day: date, tz: str) -> int:
    """The first instant of a local date, as epoch seconds.

    That is not always 00:00: a zone may skip midnight. A date that a zone skipped altogether starts where the next one
    does, and so has no length.
    """
    wall = epoch_day(day) * DAY_S
    known = offsets(tz, wall - DAY_S, wall + 3 * DAY_S)
    ends = [s for s, _ in known[1:]] + [wall + 3 * DAY_S]
    return next(max(s, wall - off) for (s, off), end in zip(known, ends, strict=True) if wall - off < end)
