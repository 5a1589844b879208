"""How sure a figure is: the 95 % intervals and quantiles of METRICS.md section 1.7.

Every function is pure. Where there is nothing to tell from (no cases, too few of them) the answer is None, never 0.
Impossible numbers, such as more successes than cases, are faults of the caller and raise `ValueError`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from servicemeter.ground.libraries import when_used

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = Sequence[float] | NDArray[Any]
else:
    np = when_used("numpy")

__all__ = [
    "Survival",
    "Z",
    "binomial",
    "byar",
    "kaplan_meier",
    "mean_interval",
    "nps_interval",
    "nps_standard_error",
    "order_ranks",
    "quantile",
    "wilson",
]

Interval = tuple[float, float]

Z = 1.959963984540054
"""The 97.5 % point of the normal distribution."""

_TAIL = 0.025
_SLACK = 1e-12


def wilson(k: int, n: int) -> Interval | None:
    """The Wilson interval of the proportion k/n, without continuity correction, within 0 to 1.

    >>> [round(x, 4) for x in wilson(81, 263)]
    [0.2553, 0.3662]
    """
    if not 0 <= k <= n:
        raise ValueError(f"{k} of {n} is no proportion")
    if n == 0:
        return None
    p, spread = k / n, Z * Z / n
    centre = (p + spread / 2) / (1 + spread)
    half = Z * math.sqrt(p * (1 - p) / n + spread / (4 * n)) / (1 + spread)
    return (0.0 if k == 0 else max(0.0, centre - half), 1.0 if k == n else min(1.0, centre + half))


def byar(x: int, exposure: float = 1.0) -> Interval | None:
    """Byar's approximation to the Poisson interval of a count, divided by its exposure; None without exposure."""
    if x < 0 or not 0 <= exposure < math.inf:
        raise ValueError(f"{x} in {exposure} is no rate")
    if exposure == 0:
        return None
    low = x * (1 - 1 / (9 * x) - Z / (3 * math.sqrt(x))) ** 3 if x else 0.0
    above = x + 1
    high = above * (1 - 1 / (9 * above) + Z / (3 * math.sqrt(above))) ** 3
    return (low / exposure, high / exposure)


@lru_cache(maxsize=4096)
def order_ranks(n: int, q: float) -> tuple[int | None, int | None]:
    """The ranks (from 1) of the ordered values that enclose quantile q; None for an end that does not exist.

    Lower is the largest k with P(Bin(n, q) <= k - 1) <= 0.025, upper the smallest k with P(Bin(n, q) >= k) <= 0.025.
    No assumption about the distribution of the values; exact for any n.

    >>> order_ranks(10, 0.5), order_ranks(5, 0.5)
    ((2, 9), (None, None))
    """
    if n < 0 or not 0 < q < 1:
        raise ValueError(f"quantile {q} of {n} values does not exist")
    first, chances = binomial(n, q)
    below = int(np.searchsorted(np.cumsum(chances), _TAIL, side="right"))
    above = int(np.searchsorted(np.cumsum(chances[::-1]), _TAIL, side="right"))
    lower, upper = first + below, first + len(chances) - above
    return (lower if below else None, upper if above else None)


def binomial(n: int, q: float) -> tuple[int, NDArray[np.float64]]:
    """The chances of Bin(n, q) from the first outcome given on, over all outcomes that are not hopelessly rare.

    Ratios of neighbours need no factorials; the outcomes left out, ten standard deviations away and more, weigh less
    than 1e-20 together, so the rest sums to 1.
    """
    reach = 10 * math.sqrt(n * q * (1 - q)) + 20
    first, last = max(0, math.floor(n * q - reach)), min(n, math.ceil(n * q + reach))
    outcomes = np.arange(first, last, dtype=np.float64)
    steps = np.log((n - outcomes) / (outcomes + 1)) + math.log(q / (1 - q))
    weights = np.concatenate(([0.0], np.cumsum(steps)))
    chances = np.exp(weights - weights.max())
    return first, chances / chances.sum()


def quantile(sorted_values: Numbers, q: float) -> float | None:
    """Quantile q of values in ascending order, type 7: position (n - 1)q, linear in between. None for no values.

    >>> quantile([5, 10, 15, 20], 0.5)
    12.5
    """
    if not 0 <= q <= 1:
        raise ValueError(f"{q} is no quantile")
    n = len(sorted_values)
    if n == 0:
        return None
    position = (n - 1) * q
    below = min(int(position), n - 1)
    low, high = float(sorted_values[below]), float(sorted_values[min(below + 1, n - 1)])
    return low + (high - low) * (position - below)


def mean_interval(n: int, mean: float, sd: float, low: float | None = None, high: float | None = None) -> Interval | None:
    """Student's t interval of the mean of n scores with sample standard deviation `sd`, clipped to the scale.

    None for fewer than two scores.
    """
    if n < 0 or not (math.isfinite(mean) and 0 <= sd < math.inf):
        raise ValueError(f"mean {mean} and standard deviation {sd} of {n} scores do not exist")
    if n < 2:
        return None
    half = _student_t(n - 1) * sd / math.sqrt(n)
    lowest, highest = -math.inf if low is None else float(low), math.inf if high is None else float(high)
    return (max(lowest, mean - half), min(highest, mean + half))


@lru_cache(maxsize=4096)
def _student_t(df: int) -> float:
    """The 97.5 % point of Student's t, to 1e-11: by halving, or from df = 200 on by its series in 1/df."""
    if df >= 200:
        z2 = Z * Z
        terms = (
            (z2 + 1) / 4,
            (5 * z2**2 + 16 * z2 + 3) / 96,
            (3 * z2**3 + 19 * z2**2 + 17 * z2 - 15) / 384,
            (79 * z2**4 + 776 * z2**3 + 1482 * z2**2 - 1920 * z2 - 945) / 92_160,
        )
        return Z * (1.0 + sum(term / float(df) ** i for i, term in enumerate(terms, 1)))
    low, high = Z, 13.0
    while (middle := (low + high) / 2) not in (low, high):
        low, high = (middle, high) if _t_within(middle, df) < 1 - 2 * _TAIL else (low, middle)
    return middle


def _t_within(t: float, df: int) -> float:
    """P(-t < T < t) for a whole number of degrees of freedom: a finite sum (Abramowitz and Stegun 26.7.3, 26.7.4)."""
    angle = math.atan2(t, math.sqrt(df))
    odd = df % 2
    term, total, cos2 = (math.cos(angle) if odd else 1.0), 0.0, math.cos(angle) ** 2
    for i in range(1 + odd, df, 2):
        total += term
        term *= cos2 * i / (i + 1)
    return 2 / math.pi * (angle + math.sin(angle) * total) if odd else math.sin(angle) * total


def nps_interval(promoters: int, detractors: int, n: int) -> Interval | None:
    """The adjusted Wald interval of a Net Promoter Score, -100 to 100; None without answers.

    Three quarters of an answer are added to promoters and to detractors, three answers in all.
    """
    _check_answers(promoters, detractors, n)
    if n == 0:
        return None
    p, d = (promoters + 0.75) / (n + 3), (detractors + 0.75) / (n + 3)
    half = Z * _shares_se(p, d, n + 3)
    return (100 * max(-1.0, p - d - half), 100 * min(1.0, p - d + half))


def nps_standard_error(promoters: int, detractors: int, n: int) -> float | None:
    """The standard error of a Net Promoter Score, in points, from the observed shares; None without answers."""
    _check_answers(promoters, detractors, n)
    return 100 * _shares_se(promoters / n, detractors / n, n) if n else None


def _shares_se(p: float, d: float, n: int) -> float:
    return math.sqrt(max(0.0, p + d - (p - d) ** 2) / n)


def _check_answers(promoters: int, detractors: int, n: int) -> None:
    if promoters < 0 or detractors < 0 or promoters + detractors > n:
        raise ValueError(f"{promoters} promoters and {detractors} detractors among {n} answers do not exist")


@dataclass(frozen=True, eq=False)
class Survival:
    """A Kaplan–Meier curve: the share still waiting just after each event time, in ascending order."""

    times: NDArray[Any]
    survival: NDArray[np.float64]
    n_events: int
    n_censored: int

    def quantile(self, q: float) -> float | None:
        """The first event time by which a share q has ended; None when the curve does not get that far."""
        if not 0 < q < 1:
            raise ValueError(f"{q} is no quantile")
        reached = np.flatnonzero(self.survival <= 1 - q + _SLACK)
        return self.times[reached[0]].item() if len(reached) else None


def kaplan_meier(durations: Numbers, events_count: Numbers, censored_count: Numbers) -> Survival:
    """The Kaplan–Meier curve from durations with the number that ended and that was censored at each.

    A case censored at the same time as an event is still at risk. Durations may come in any order and repeat.

    >>> kaplan_meier([1, 2, 3], [1, 0, 1], [0, 1, 0]).survival.tolist()
    [0.6666666666666667, 0.0]
    """
    times, events, censored = _by_time(durations, events_count, censored_count)
    leaving = events + censored
    at_risk = leaving[::-1].cumsum()[::-1]
    hit = events > 0
    survival = np.cumprod(1 - events[hit] / at_risk[hit])
    return Survival(times[hit], survival, int(events.sum()), int(censored.sum()))


def _by_time(durations: Numbers, *counts: Numbers) -> tuple[NDArray[Any], NDArray[np.int64], NDArray[np.int64]]:
    given = [np.asarray(values) for values in (durations, *counts)]
    if len({values.shape for values in given}) != 1 or any(values.ndim != 1 for values in given):
        raise ValueError("durations and counts must be equally long lists")
    if any(values.size and not (np.isfinite(values).all() and values.min() >= 0) for values in given):
        raise ValueError("durations and counts must be finite and not negative")
    if any(np.any(values % 1) for values in given[1:]):
        raise ValueError("counts must be whole numbers")
    times, place = np.unique(given[0], return_inverse=True)
    sums = [np.zeros(len(times), dtype=np.int64) for _ in counts]
    for total, count in zip(sums, given[1:], strict=True):
        np.add.at(total, place, count.astype(np.int64))
    return times, sums[0], sums[1]
