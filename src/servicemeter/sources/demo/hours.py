"""When the shop is open: the calendar's rows, and a clock that counts only open seconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import numpy as np

from servicemeter.sources.demo.columns import Flags, Floats, Ints

__all__ = ["EARLY_CLOSINGS", "TZ", "WEEK", "WorkClock", "epoch", "exceptions", "local_midnight"]

TZ = ZoneInfo("Europe/Amsterdam")
Span = tuple[str, str]

WEEK: dict[int, Span] = dict.fromkeys(range(1, 6), ("09:00", "17:30")) | {6: ("10:00", "14:00")}
"""ISO weekday to opening; Sunday is closed."""

EARLY_CLOSINGS: dict[tuple[int, int], Span] = {(12, 24): ("09:00", "16:00"), (12, 31): ("09:00", "16:00")}
"""Month and day on which the shop opens for a part of the day."""


def epoch(moment: datetime) -> int:
    """Whole epoch seconds of an aware instant."""
    return int(moment.timestamp() // 1)


def local_midnight(day: date) -> int:
    """Epoch seconds of the local midnight that begins a day."""
    return epoch(datetime.combine(day, time(), TZ))


def exceptions(first: date, last: date) -> dict[date, Span | None]:
    """Dates in [first, last] that differ from the week: Dutch holidays (closed) and early closings."""
    found: dict[date, Span | None] = {}
    years = range(first.year, last.year + 1)
    for year in years:
        for (month, day), span in EARLY_CLOSINGS.items():
            if date(year, month, day).isoweekday() in WEEK:
                found[date(year, month, day)] = span
    for day_off in holidays.country_holidays("NL", years=years):
        found[day_off] = None
    return {day: found[day] for day in sorted(found) if first <= day <= last}


def _openings(first: date, last: date) -> list[tuple[int, int]]:
    special = exceptions(first, last)
    spans = []
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        span = special[day] if day in special else WEEK.get(day.isoweekday())
        if span is not None:
            ends = [datetime.combine(day, time.fromisoformat(end), TZ) for end in span]
            spans.append((epoch(ends[0]), epoch(ends[1])))
    return spans


@dataclass(frozen=True)
class WorkClock:
    """Open seconds: `starts` and `ends` of the openings, and the open seconds `before` each."""

    starts: Ints
    ends: Ints
    before: Ints

    @classmethod
    def covering(cls, since: int, until: int) -> WorkClock:
        """A clock for [since, until) and four months more, for what is promised near the end."""
        first = datetime.fromtimestamp(since, UTC).date() - timedelta(days=7)
        last = datetime.fromtimestamp(until, UTC).date() + timedelta(days=120)
        spans = np.array(_openings(first, last), dtype=np.int64)
        lengths = spans[:, 1] - spans[:, 0]
        return cls(spans[:, 0], spans[:, 1], np.cumsum(lengths) - lengths)

    def is_open(self, at: Ints) -> Flags:
        """Whether the shop is open at each instant."""
        opening = np.searchsorted(self.starts, at, side="right") - 1
        return np.asarray((opening >= 0) & (at < self.ends[opening]))

    def after(self, at: Ints, open_seconds: Floats) -> Ints:
        """The instants by which that many open seconds have passed; at least one second later."""
        opening = np.maximum(np.searchsorted(self.starts, at, side="right") - 1, 0)
        gone = self.before[opening] + np.clip(at - self.starts[opening], 0, (self.ends - self.starts)[opening])
        due = gone + np.maximum(open_seconds, 1).astype(np.int64)
        opening = np.searchsorted(self.before, due, side="left") - 1
        return np.asarray(self.starts[opening] + (due - self.before[opening]), dtype=np.int64)
