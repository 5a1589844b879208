"""Opening hours: calendars, the seconds they are open, and when a target is due.

Source: METRICS.md section 3.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from types import MappingProxyType

from servicemeter.ground.errors import BackwardSpan, BadCalendar, BadSettings
from servicemeter.ground.phrases import phrase
from servicemeter.ground.zones import DAY_S, epoch, epoch_day, moment, offsets, zone

__all__ = [
    "Calendar",
    "CalendarDay",
    "Opening",
    "WeeklyHours",
    "always_open",
    "calendar_days",
    "due_at",
    "open_seconds",
    "parse_hours",
    "passes_at",
]

Opening = tuple[int, int]
"""From and to as seconds of a day, 0 to 86 400, half-open."""

_PATIENCE_S = 20 * 366 * DAY_S


@dataclass(frozen=True)
class WeeklyHours:
    """One opening of the week: ISO weekday (1 = Monday), seconds of the local day, from a date on (None = always).

    Without hours it opens nothing, and only says that the week of its date holds: so a week may be closed altogether.
    """

    valid_from: date | None
    iso_weekday: int
    open_s: int | None
    close_s: int | None


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
            raise BadCalendar(f"Calendar {self.calendar_id!r}: {phrase(str(error))}") from error
        single = {epoch_day(d): self._joined(d.isoformat(), rows) for d, rows in self.exceptions.items()}
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
            days = (self._joined(phrase(f"weekday {d}"), _of_weekday(rows, d)) for d in range(1, 8))
            weeks.append((epoch_day(since), tuple(days)))
        return tuple(weeks)

    def _joined(self, where: str, openings: Iterable[Opening]) -> tuple[Opening, ...]:
        joined: list[Opening] = []
        for open_s, close_s in sorted(openings):
            said = phrase(f"Calendar {self.calendar_id!r}, {phrase(where)}: opening {_hours(open_s)}-{_hours(close_s)}")
            if not 0 <= open_s < close_s <= DAY_S:
                raise BadCalendar(f"{phrase(said)} must end after it starts, within 00:00-24:00. A night shift is two rows.")
            if joined and open_s < joined[-1][1]:
                raise BadCalendar(f"{phrase(said)} overlaps {_hours(joined[-1][0])}-{_hours(joined[-1][1])}.")
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
    of_day = (row for row in rows if row.iso_weekday == iso_weekday)
    return [(row.open_s, row.close_s) for row in of_day if row.open_s is not None and row.close_s is not None]


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
    day_s = sum(int(part or 0) * unit for part, unit in zip(found.groups(), (3600, 60, 1), strict=True)) if found else -1
    if not 0 <= day_s <= DAY_S:
        raise BadCalendar(f"{text!r} is not a time of day. Write it as HH:MM, 00:00 to 24:00.")
    return day_s


def always_open(tz: str = "UTC") -> Calendar:
    """A calendar without closed time: its business seconds are elapsed seconds."""
    return Calendar("always_open", tz, tuple(WeeklyHours(None, d, 0, DAY_S) for d in range(1, 8)))


def _open_spans(calendar: Calendar, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The open instants of [start, end) as epoch spans in order; spans may touch.

    Between two changes of the offset, wall clock and UTC differ by a constant. Going through those stretches one by one
    drops a skipped hour and gives a repeated one twice, with no case of its own for either.
    """
    known = offsets(calendar.tz, start, end)
    for (begin, offset), (stop, _) in pairwise([*known, (end, 0)]):
        for day in range((begin + offset) // DAY_S, (stop - 1 + offset) // DAY_S + 1):
            midnight = day * DAY_S - offset
            for open_s, close_s in calendar.openings_on(day):
                span = max(begin, midnight + open_s), min(stop, midnight + close_s)
                if span[0] < span[1]:
                    yield span


def open_seconds(calendar: Calendar, start: datetime, end: datetime) -> int:
    """Count the seconds of [start, end) during which the calendar is open.

    Clock changes count as they happen: an hour skipped in spring is not there, an hour repeated in autumn is there
    twice. A span that ends before it starts raises `BackwardSpan`.

    >>> from servicemeter.ground.zones import instant
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
    if not 1 <= target_s <= 100 * 366 * DAY_S:
        raise BadSettings(f"A target of {target_s:,} seconds cannot be used. Give 1 second to 100 years.")
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
        f"Calendar {calendar.calendar_id!r} is not open for {target_s:,} seconds after {moment(start).isoformat()}: "
        "it then stays closed for 20 years. Give it weekly hours."
    )


def _spans_onward(calendar: Calendar, start: int) -> Iterator[tuple[int, int]]:
    """Open spans from `start` on, until the calendar has been closed for 20 years."""
    step, last_open = 366 * DAY_S, start
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
    start_day, end_day = epoch_day(first), epoch_day(last) + 1
    openings: list[list[Opening]] = [[] for _ in range(start_day, end_day)]
    for from_s, to_s in _open_spans(calendar, start_day * DAY_S, end_day * DAY_S):
        for day in range(from_s // DAY_S, (to_s - 1) // DAY_S + 1):
            midnight = day * DAY_S
            _append(openings[day - start_day], max(from_s - midnight, 0), min(to_s - midnight, DAY_S))
    days, cum_open_s = [], 0
    for day, found in enumerate(openings, start_day):
        days.append(CalendarDay(day * DAY_S, cum_open_s, tuple(found)))
        cum_open_s += sum(b - a for a, b in found)
    return days
