"""When things happen: half hours of the year with their shape of day, week and season, and what falls into each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from servicemeter.sources.demo.columns import Flags, Floats, Ints
from servicemeter.sources.demo.hours import TZ, WorkClock, exceptions, local_midnight

__all__ = ["DELIVERY_SHARE", "STRIKE_FACTOR", "Slots", "Weights", "fill", "slots_between", "strike_week", "weights"]

SLOT_S = 1800
DELIVERY_SHARE = 0.30
STRIKE_FACTOR = 2.5
LIVE_SHARE = 0.40

_WRITTEN_DAY = (2, 1, 1, 1, 1, 2, 4, 8, 14, 19, 21, 20, 18, 18, 18, 17, 16, 15, 14, 16, 18, 17, 12, 6)
_LIVE_DAY = (0, 0, 0, 0, 0, 0, 0, 0, 0, 17, 22, 21, 18, 19, 20, 19, 17, 14, 0, 0, 0, 0, 0, 0)
_ORDER_DAY = (4, 2, 1, 1, 1, 1, 3, 6, 10, 13, 15, 15, 16, 15, 14, 14, 15, 17, 18, 22, 26, 25, 18, 9)
_WEEK = (1.22, 1.10, 1.02, 0.98, 0.95, 0.78, 0.76)
_CROWDED_HOURS = {9: 1.08, 12: 1.12, 13: 1.10, 16: 0.94, 17: 0.90}


@dataclass(frozen=True)
class Slots:
    """Half hours: first instant, length in seconds (shorter at the edges), and where they stand in local time."""

    start: Ints
    seconds: Ints
    hour: Ints
    weekday: Ints
    day: Ints
    is_open: Flags
    in_strike: Flags

    def at(self, moments: Ints) -> Ints:
        """The slot of each instant; before the first slot the first."""
        return np.maximum(np.searchsorted(self.start, moments, side="right") - 1, 0)


@dataclass(frozen=True)
class Weights:
    """How much falls into each slot, relatively: written requests, calls and chats, orders; and how busy the lines are.

    `load` is the share of the staff's time that the queue asks for, 0 to 1.
    """

    written: Floats
    live: Floats
    orders: Floats
    load: Floats


def strike_week(until: int) -> tuple[int, int]:
    """The week of the courier strike: the ISO week nine weeks before the one that holds the last second."""
    last = datetime.fromtimestamp(until - 1, TZ).date()
    monday = last - timedelta(days=last.weekday() + 9 * 7)
    return local_midnight(monday), local_midnight(monday + timedelta(days=7))


def slots_between(since: int, until: int, clock: WorkClock) -> Slots:
    """The half hours of [since, until), cut at both ends."""
    grid = np.arange(since - since % SLOT_S, until, SLOT_S, dtype=np.int64)
    start, end = np.maximum(grid, since), np.minimum(grid + SLOT_S, until)
    local = [datetime.fromtimestamp(int(moment), UTC).astimezone(TZ) for moment in start]
    begins, ends = strike_week(until)
    return Slots(
        start=start,
        seconds=end - start,
        hour=np.array([moment.hour for moment in local], dtype=np.int64),
        weekday=np.array([moment.weekday() for moment in local], dtype=np.int64),
        day=np.array([moment.toordinal() for moment in local], dtype=np.int64),
        is_open=clock.is_open(start),
        in_strike=(start >= begins) & (start < ends),
    )


def _black_friday(year: int) -> date:
    november = date(year, 11, 1)
    thursday = 1 + (3 - november.weekday()) % 7 + 21
    return date(year, 11, thursday) + timedelta(days=1)


def _season(day: date) -> float:
    """How much busier than usual a day is: Black Friday, December, returns in January, a quiet summer, days off."""
    from_black_friday = (day - _black_friday(day.year)).days
    factor = 1.0 + 0.85 * float(np.exp(-((from_black_friday - 1) ** 2) / 18))
    if day.month == 12:
        factor += 0.45 * min(day.day, 22) / 22 if day.day < 27 else 0.2
    if day.month == 1:
        factor += 0.25 * max(0, 20 - day.day) / 20
    return factor * (0.9 if day.month in (7, 8) else 1.0)


def _by_day(slots: Slots, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """For each slot its day's season (with a bit of luck), and the shop's growth so far."""
    first, last = int(slots.day[0]), int(slots.day[-1])
    days = [date.fromordinal(ordinal) for ordinal in range(first, last + 1)]
    special = exceptions(days[0], days[-1])
    off = np.array([0.62 if special.get(day, "") is None else 1.0 for day in days])
    season = np.array([_season(day) for day in days]) * off * np.exp(rng.normal(0, 0.05, len(days)))
    growth = np.linspace(0.88, 1.14, len(days))
    return season[slots.day - first], growth[slots.day - first]


def weights(slots: Slots, rng: np.random.Generator) -> Weights:
    """The shape of the year in each half hour."""
    season, growth = _by_day(slots, rng)
    strike = np.where(slots.in_strike, 1 + (STRIKE_FACTOR - 1) * DELIVERY_SHARE, 1.0)
    common = np.asarray(_WEEK)[slots.weekday] * season * growth * slots.seconds
    written = np.asarray(_WRITTEN_DAY)[slots.hour] * common * strike
    live = np.asarray(_LIVE_DAY)[slots.hour] * common * strike * slots.is_open
    orders = np.asarray(_ORDER_DAY)[slots.hour] * season * growth * slots.seconds
    if live.sum() > 0:
        live *= LIVE_SHARE / (1 - LIVE_SHARE) * written.sum() / live.sum()
    crowd = np.array([_CROWDED_HOURS.get(hour, 1.0) for hour in range(24)])[slots.hour]
    monday = np.where(slots.weekday == 0, 1.08, 1.0)
    load = np.clip(0.74 * np.sqrt(season) * strike**0.6 * crowd * monday, 0.35, 0.96)
    return Weights(written, live, orders, load)


def fill(weight: Floats, count: int, rng: np.random.Generator) -> Ints:
    """How many of `count` things come before each slot: one number more than there are slots, 0 first, `count` last."""
    counts = rng.multinomial(count, weight / weight.sum())
    return np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
