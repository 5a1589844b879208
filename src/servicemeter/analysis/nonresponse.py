"""Who answers a survey and who does not: how far the two differ, what weights make of the score, and how wrong it could be."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servicemeter.analysis.intervals import Z

__all__ = ["MOST_WEIGHT", "WeightedShare", "bounds", "effective_n", "rake", "standardised_difference", "weighted_share"]

MOST_WEIGHT = 5.0
"""No answer counts for more than this many, however rare its kind is among the answers."""

_ROUNDS = 50
_CLOSE = 1e-9
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class WeightedShare:
    """A share among weighted answers, with its interval from the effective number of them."""

    value: float
    ci_low: float
    ci_high: float
    effective_n: float


def standardised_difference(k_answered: int, n_answered: int, k_asked: int, n_asked: int) -> float | None:
    """How far the answering differ from the asked in a share, in standard deviations; None without either.

    Above 0.2 it is worth a look.

    >>> round(standardised_difference(30, 100, 20, 100), 3)
    0.232
    """
    if not n_answered or not n_asked:
        return None
    p, q = k_answered / n_answered, k_asked / n_asked
    spread = math.sqrt((p * (1 - p) + q * (1 - q)) / 2)
    return (p - q) / spread if spread else 0.0


def rake(answers: Sequence[Mapping[str, str]], margins: Mapping[str, Mapping[str, float]], base: Sequence[float]) -> list[float]:
    """Weights with which the answers have the margins of everybody (dimension → value → share), around their mean of 1.

    `base` is one over the probability with which each was asked. A kind that nobody answered for cannot be made up; the
    others keep their proportions. Weights are capped at `MOST_WEIGHT`, so that no single answer decides.
    """
    weights: Floats = np.asarray(base, dtype=np.float64)
    if not len(weights):
        return []
    weights = weights / weights.mean()
    for _ in range(_ROUNDS):
        before = weights.copy()
        for dimension, shares in margins.items():
            values = np.asarray([answer.get(dimension, "") for answer in answers])
            weights = _fit(weights, values, shares)
        if np.abs(weights - before).max() < _CLOSE:
            break
    capped = np.minimum(weights, MOST_WEIGHT)
    return [float(w) for w in capped / capped.mean()]


def effective_n(weights: Sequence[float]) -> float:
    """How many equally weighted answers would be as sure: (sum of w) squared over the sum of w squared.

    >>> effective_n([1, 1, 1, 1]), effective_n([3, 1])
    (4.0, 1.6)
    """
    squares = sum(w * w for w in weights)
    return sum(weights) ** 2 / squares if squares else 0.0


def weighted_share(hits: Sequence[bool], weights: Sequence[float]) -> WeightedShare | None:
    """The weighted share with Wilson's interval at the effective n; None without answers."""
    total = sum(weights)
    if not total:
        return None
    p, n = sum(w for hit, w in zip(hits, weights, strict=True) if hit) / total, effective_n(weights)
    spread = Z * Z / n
    centre = (p + spread / 2) / (1 + spread)
    half = Z * math.sqrt(max(p * (1 - p), 0) / n + spread / (4 * n)) / (1 + spread)
    return WeightedShare(p, max(0.0, centre - half), min(1.0, centre + half), n)


def bounds(share: float, answered: int, asked: int) -> tuple[float, float] | None:
    """The worst and the best case: everybody silent had said no, or yes; None when nobody was asked.

    >>> [round(x, 3) for x in bounds(0.9, 10, 100)]
    [0.09, 0.99]
    """
    if not asked:
        return None
    rate = answered / asked
    return (rate * share, rate * share + 1 - rate)


def _fit(weights: Floats, values: NDArray[np.str_], shares: Mapping[str, float]) -> Floats:
    """Scale the weights so that each value has its share, among the values that somebody answered for."""
    present = {value: share for value, share in shares.items() if share > 0 and (values == value).any()}
    total, whole = sum(present.values()), weights.sum()
    fitted = weights.copy()
    for value, share in present.items():
        here = values == value
        fitted[here] *= share / total * whole / weights[here].sum()
    return fitted
