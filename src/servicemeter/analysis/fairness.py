"""Comparing people and teams without rewarding luck: funnel limits, shrinkage, equal mix, minimum sizes.

Among agents who are all equally good the best and the worst differ by 24 points at 30 answers each (reference simulations), so
a ranking by the raw share is mostly a ranking of luck. A funnel shows how far luck alone reaches at each number of cases, and
shrinkage says what to expect of somebody next. Pure: counts in, numbers out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np

from servicemeter.analysis.intervals import Z, binomial, quantile
from servicemeter.model.comparison import Limits

__all__ = [
    "FAR",
    "LEAST_GROUPS",
    "LEAST_N",
    "NEAR",
    "Counted",
    "Shrinkage",
    "dispersion",
    "expected_share",
    "limits",
    "pooled",
    "shrinkage",
    "side",
]

NEAR = Z
"""The inner limits of a funnel: luck alone lies outside them once in 20."""
FAR = 3.090232306167813
"""The outer limits: luck alone lies outside them twice in 1,000 (the 99.9 % point of the normal distribution)."""

LEAST_N = 30
"""Below so many cases a group is shown greyed and not judged (METRICS.md 1.7)."""
LEAST_GROUPS = 10
"""Below so many groups nobody can tell how much they differ beyond luck: one outlier would hide itself."""

_LEAST_ANSWERS = 5
_LEAST_TO_SHRINK = 4
_WINSORISED = 0.1
_SLACK = 1e-12
_NORMAL = NormalDist()


@dataclass(frozen=True)
class Counted:
    """A group: `hits` of `n` cases."""

    hits: int
    n: int

    def __post_init__(self) -> None:
        if not 0 <= self.hits <= self.n:
            raise ValueError(f"{self.hits} of {self.n} is no share")

    @property
    def share(self) -> float:
        """The raw share; 0 cases have none and raise `ZeroDivisionError`."""
        return self.hits / self.n


def limits(share: float, n: int, factor: float = 1.0) -> Limits:
    """The funnel's limits around a common share at `n` cases, from the exact binomial distribution.

    A share lies outside when luck alone gives one as far out with a chance below 2.5 % (0.1 % for the outer limits). Between
    whole numbers of cases they are interpolated (Spiegelhalter 2005, appendix A.1.1), from either end alike, so that the lines
    of a picture are smooth. `factor` is the over-dispersion: limits lie sqrt(factor) times as many standard deviations away.

    >>> [round(x, 4) for x in (limits(0.5, 100).low, limits(0.5, 100).high)]
    [0.3968, 0.6032]
    """
    if not 0 <= share <= 1 or n < 1 or factor < 1:
        raise ValueError(f"there is no funnel around {share} at {n} cases with factor {factor}")
    if share in (0, 1):
        return Limits(n, share, share, share, share)
    near, far = (_NORMAL.cdf(-z * sqrt(factor)) for z in (NEAR, FAR))
    below, above = ([_reached(one, n, chance) for chance in (near, far)] for one in (share, 1 - share))
    return Limits(n, below[1], below[0], 1 - above[0], 1 - above[1])


def _reached(share: float, n: int, chance: float) -> float:
    """The share of n cases that luck stays at or below with this chance, interpolated between whole cases, within 0 to 1."""
    first, chances = binomial(n, share)
    reached = np.cumsum(chances)
    place = min(int(np.searchsorted(reached, chance)), len(chances) - 1)
    over = (reached[place] - chance) / chances[place]
    return float(min(max((first + place - over) / n, 0.0), 1.0))


def side(share: float, at: Limits) -> int:
    """Where a share lies: 0 within what luck does, ±1 beyond the inner limits, ±2 beyond the outer ones."""
    if share < at.low - _SLACK:
        return -2 if share < at.far_low - _SLACK else -1
    if share > at.high + _SLACK:
        return 2 if share > at.far_high + _SLACK else 1
    return 0


def pooled(groups: Sequence[Counted]) -> float | None:
    """The share of all cases together; None without cases."""
    n = sum(group.n for group in groups)
    return sum(group.hits for group in groups) / n if n else None


def dispersion(groups: Sequence[Counted], expected: Sequence[float] | None = None) -> float:
    """How much more groups differ than luck explains: 1 when luck explains it all, or when there are fewer than ten groups.

    The mean of squared standardised differences from the common share (or from each group's `expected` one), with the tenth at
    either end drawn in so that real outliers do not widen their own limits (Spiegelhalter 2005). Never below 1.
    """
    chosen = [(g, e) for g, e in zip(groups, _expected(groups, expected), strict=True) if g.n and 0 < e < 1]
    if len(chosen) < LEAST_GROUPS:
        return 1.0
    z = sorted((g.share - e) / sqrt(e * (1 - e) / g.n) for g, e in chosen)
    low, high = quantile(z, _WINSORISED), quantile(z, 1 - _WINSORISED)
    assert low is not None and high is not None
    return max(1.0, sum(min(max(one, low), high) ** 2 for one in z) / len(z))


def _expected(groups: Sequence[Counted], expected: Sequence[float] | None) -> Sequence[float]:
    if expected is not None:
        return expected
    share = pooled(groups)
    return [share if share is not None else 0.0] * len(groups)


@dataclass(frozen=True)
class Shrinkage:
    """How the groups of one comparison are drawn towards the common `share`.

    `cases` is how many cases the common share is worth (infinite: the groups do not differ beyond luck); `caution` is
    (groups − 3)/(groups − 1), because that number is itself estimated (Morris 1983).
    """

    share: float
    cases: float
    caution: float

    def towards(self, n: int) -> float:
        """How far a group with n cases is drawn to the common share: 0 not at all, 1 wholly."""
        if self.cases < 0 and n >= -self.cases:
            return 1.0
        return min(1.0, self.caution * (self.cases / (self.cases + n) if self.cases != float("inf") else 1.0))

    def estimate(self, group: Counted) -> float:
        """What to expect of a group: its own share and the common one, weighted by what each is worth."""
        weight = self.towards(group.n)
        own = group.share if group.n else self.share
        return weight * self.share + (1 - weight) * own


def shrinkage(groups: Sequence[Counted]) -> Shrinkage | None:
    """Empirical Bayes for shares, by moments over the groups with five cases or more; None with fewer than four of them.

    The estimate is (hits + a)/(n + a + b) with a + b = `cases`, made cautious. For groups of one size this is the
    positive-part James–Stein estimate.
    """
    chosen = [group for group in groups if group.n >= _LEAST_ANSWERS]
    share = pooled(chosen)
    if share is None or len(chosen) < _LEAST_TO_SHRINK:
        return None
    spread = share * (1 - share)
    if not spread:
        return Shrinkage(share, float("inf"), 1.0)
    total, squares = sum(g.n for g in chosen), sum(g.n * g.n for g in chosen)
    seen = sum(g.n * (g.share - share) ** 2 for g in chosen)
    between = (seen - spread * (len(chosen) - 1)) / (total - squares / total)
    caution = (len(chosen) - 3) / (len(chosen) - 1)
    return Shrinkage(share, spread / between if between else float("inf"), caution)


def expected_share(cases: Mapping[str, int], shares: Mapping[str, float | None]) -> float | None:
    """The share that a group would have with its own mix of cases, were it as good as everybody in each kind of case.

    Indirect standardisation: everybody's shares by kind, weighted by the group's cases. Kinds without a common share do not
    count; None when no kind has one.

    >>> expected_share({"chat": 30, "email": 10}, {"chat": 0.9, "email": 0.5})
    0.8
    """
    known = [(n, share) for kind, n in cases.items() if (share := shares.get(kind)) is not None]
    total = sum(n for n, _ in known)
    return sum(n * share for n, share in known) / total if total else None
