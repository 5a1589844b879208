"""Mean, median and p90 of a distribution with their intervals, exact, from the numbers that stand at the ranks needed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from servicemeter.analysis.intervals import order_ranks
from servicemeter.metrics.plan import Plan
from servicemeter.metrics.ranks import classes_statement
from servicemeter.model.metric import Distribution
from servicemeter.store.build import Facts

__all__ = ["classes_of", "spread"]

Key = tuple[Any, ...]

_RANKS = ("median_below", "median_above", "p90_below", "p90_above", "median_low", "median_high", "p90_low", "p90_high")


def spread(rows: Sequence[Sequence[Any]], width: int) -> dict[Key, dict[str, Any]]:
    """The statistics of each group from the rows of a `ranks_statement`, of which the first `width` columns are the group."""
    sums: dict[Key, Sequence[Any]] = {}
    places: dict[Key, list[tuple[int, int, Any]]] = {}
    for row in rows:
        key, (*own, x, below, upto) = tuple(row[:width]), row[width:]
        sums[key] = own
        if upto is not None:
            places.setdefault(key, []).append((int(upto), int(below), x))
    return {key: _statistics(own, sorted(places.get(key, ()))) for key, own in sums.items()}


def classes_of(facts: Facts, plan: Plan, of: Distribution) -> list[tuple[int, Any]]:
    """How many numbers each class of the only group has, and its greatest, in ascending order; empty without numbers."""
    sql = classes_statement(plan, facts, of)
    return [(int(n), greatest) for _, n, greatest in sorted(facts.rows(sql))] if sql else []


def _statistics(sums: Sequence[Any], places: list[tuple[int, int, Any]]) -> dict[str, Any]:
    n, total, squares, n_invalid, n_excluded = sums
    n = int(n)
    fields = {
        "n": n,
        "mean": float(total) / n if n else None,
        "squares": float(squares or 0),
        "n_invalid": int(n_invalid),
        "n_excluded": int(n_excluded),
    }
    return fields | _quantiles(n, [_at(places, rank) for rank in _ranks(n)]) if n else fields


def _at(places: list[tuple[int, int, Any]], rank: int) -> Any:
    """The number at a rank; None for rank 0 (there is no such rank)."""
    if not rank:
        return None
    upto, below, x = places[bisect_left(places, (rank,))]
    if not below < rank <= upto:
        raise IndexError(rank)
    return x


@lru_cache(maxsize=4096)
def _ranks(n: int) -> tuple[int, ...]:
    """The 1-based ranks beside the median and the p90 (type 7) and of their intervals; 0 where there is none."""
    p90 = (n - 1) * 9 // 10 + 1
    ends = [rank or 0 for q in (0.5, 0.9) for rank in _both(order_ranks(n, q))]
    return ((n - 1) // 2 + 1, n // 2 + 1, p90, min(n, p90 + 1), *ends)


def _both(ranks: tuple[int | None, int | None]) -> tuple[int | None, int | None]:
    return ranks if None not in ranks else (None, None)


def _quantiles(n: int, values: Sequence[Any]) -> dict[str, Any]:
    at = dict(zip(_RANKS, values, strict=True))
    part = ((n - 1) * 9 % 10) / 10
    return {
        "median": (at["median_below"] + at["median_above"]) / 2,
        "p90": at["p90_below"] + part * (at["p90_above"] - at["p90_below"]),
        "median_ci_low": at["median_low"],
        "median_ci_high": at["median_high"],
        "p90_ci_low": at["p90_low"],
        "p90_ci_high": at["p90_high"],
    }
