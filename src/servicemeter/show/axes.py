"""Axes: round steps between ticks, and where a value lies on the paper."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10

from servicemeter.show.durations import round_seconds

__all__ = ["Axis", "axis_for", "nice_step"]


@dataclass(frozen=True)
class Axis:
    """A scale from values to paper: `low` lies at `start`, `high` at `end`, with ticks at round values."""

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...] = ()

    def at(self, value: float) -> float:
        """Where a value lies; the middle when all values are the same."""
        if self.high == self.low:
            return (self.start + self.end) / 2
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def nice_step(width: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is at least `width`.

    >>> nice_step(0.03), nice_step(12), nice_step(1)
    (0.05, 20.0, 1.0)
    """
    power = 10.0 ** floor(log10(width))
    return next(round(m * power, 12) for m in (1, 2, 5, 10) if m * power >= width * (1 - 1e-9))


def axis_for(
    values: list[float],
    start: float,
    end: float,
    *,
    unit: str,
    ticks: int = 4,
    bounds: tuple[float, float] | None = None,
) -> Axis:
    """An axis with round ticks around the values. Counts start at 0; shares stay within `bounds`."""
    low, high = min(values), max(values)
    if unit == "count":
        low = min(low, 0)
    if high == low:
        margin = abs(high) * 0.1 or 1
        low, high = (low - margin if low and unit != "count" else low), high + margin
    rough = (high - low) / ticks
    step = float(round_seconds(rough)) if unit == "seconds" else nice_step(rough)
    low, high = floor(low / step + 1e-9) * step, ceil(high / step - 1e-9) * step
    if bounds:
        low, high = max(low, bounds[0]), min(high, bounds[1])
    marks = tuple(round(i * step, 12) for i in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1))
    return Axis(low, high, start, end, marks)
