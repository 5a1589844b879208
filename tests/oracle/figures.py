"""Means, quantiles and intervals, straight from their formulas."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

__all__ = ["describe", "kaplan_meier", "nps_interval", "quantile", "ratio", "share", "t_interval"]

Z = 1.959963984540054


def quantile(values: list[float], q: Fraction) -> float:
    """Type 7: position (n-1)q with linear interpolation."""
    ordered = sorted(values)
    position = (len(ordered) - 1) * q
    low = math.floor(position)
    if low + 1 >= len(ordered):
        return ordered[low]
    return float(ordered[low] + (position - low) * (Fraction(ordered[low + 1]) - Fraction(ordered[low])))


def order_ranks(n: int, q: Fraction) -> tuple[int | None, int | None]:
    """Ranks of the distribution-free 95 % interval of a quantile."""
    chances = [math.comb(n, k) * q**k * (1 - q) ** (n - k) for k in range(n + 1)]
    limit = Fraction(25, 1000)
    low = [k for k in range(1, n + 1) if sum(chances[:k]) <= limit]
    high = [k for k in range(1, n + 1) if sum(chances[k:]) <= limit]
    return (max(low) if low else None, min(high) if high else None)


def describe(values: list[float]) -> dict[str, Any]:
    """n, mean, median, p90 and the interval of the median."""
    if not values:
        return {"n": 0, "mean": None, "median": None, "p90": None, "median_ci_low": None, "median_ci_high": None}
    ordered = sorted(values)
    low, high = order_ranks(len(values), Fraction(1, 2))
    exists = low is not None and high is not None
    return {
        "n": len(values),
        "mean": sum(values) / len(values),
        "median": quantile(values, Fraction(1, 2)),
        "p90": quantile(values, Fraction(9, 10)),
        "median_ci_low": ordered[low - 1] if exists and low else None,
        "median_ci_high": ordered[high - 1] if exists and high else None,
    }


def share(k: int, n: int) -> dict[str, Any]:
    """A proportion with Wilson's interval."""
    if not n:
        return {"value": None, "numerator": 0, "n": 0, "ci_low": None, "ci_high": None}
    p = k / n
    centre = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
    return {"value": p, "numerator": k, "n": n, "ci_low": max(0.0, centre - half), "ci_high": min(1.0, centre + half)}


def ratio(x: int, exposure: float) -> dict[str, Any]:
    """A count over an exposure with Byar's interval."""
    if not exposure:
        return {"value": None, "numerator": x, "n": 0, "ci_low": None, "ci_high": None}
    low = x * (1 - 1 / (9 * x) - Z / (3 * math.sqrt(x))) ** 3 if x else 0.0
    high = (x + 1) * (1 - 1 / (9 * (x + 1)) + Z / (3 * math.sqrt(x + 1))) ** 3
    return {"value": x / exposure, "numerator": x, "n": exposure, "ci_low": low / exposure, "ci_high": high / exposure}


def nps_interval(promoters: int, detractors: int, n: int) -> tuple[float, float]:
    """The adjusted Wald interval: three quarters of an answer more on either side, three in all."""
    total = n + 3
    p, d = (promoters + 0.75) / total, (detractors + 0.75) / total
    half = Z * math.sqrt((p + d - (p - d) ** 2) / total)
    return 100 * (p - d - half), 100 * (p - d + half)


def kaplan_meier(events: list[int], censored: list[int]) -> dict[str, Any]:
    """Median and p90 of durations of which some still run."""
    left = Fraction(1)
    curve = []
    for time in sorted(set(events)):
        at_risk = sum(1 for t in events + censored if t >= time)
        left *= 1 - Fraction(events.count(time), at_risk)
        curve.append((time, left))

    def first_at(q: Fraction) -> int | None:
        return next((time for time, alive in curve if alive <= 1 - q), None)

    return {
        "n": len(events) + len(censored),
        "n_events": len(events),
        "n_censored": len(censored),
        "median": first_at(Fraction(1, 2)),
        "p90": first_at(Fraction(9, 10)),
    }


def t_interval(values: list[float], lowest: float = 0.0, highest: float = math.inf) -> tuple[float, float] | None:
    """Student's 95 % interval of the mean, clipped to what values can be; None below two values."""
    n = len(values)
    if n < 2:
        return None
    mean = sum(values) / n
    spread = math.sqrt(sum((v - mean) ** 2 for v in values) / (n - 1) / n)
    half = _t975(n - 1) * spread
    return max(lowest, mean - half), min(highest, mean + half)


def _t975(freedom: int) -> float:
    """The 97.5 % point of Student's t: the density integrated by Simpson's rule, the point found by halving."""
    scale = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(freedom * math.pi)

    def density(angle: float) -> float:
        # with x = tan(angle) the integral has a finite range
        x = math.tan(angle)
        return float(scale * (1 + x * x / freedom) ** (-(freedom + 1) / 2) * (1 + x * x))

    def below(x: float) -> float:
        steps, end = 2000, math.atan(x)
        width = end / steps
        total = density(0.0) + density(end)
        for i in range(1, steps):
            total += density(i * width) * (4 if i % 2 else 2)
        return 0.5 + total * width / 3

    low, high = 0.0, 100.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) < 0.975 else (low, middle)
    return (low + high) / 2
