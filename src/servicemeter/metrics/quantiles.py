"""Mean, median and p90 of a distribution, exact, from two passes over its rows.

The first pass counts each group's numbers in classes that grow with the number (so that a few hundred classes hold seconds
and months alike); the second looks only into the classes that hold a rank that is needed. No engine's percentile function
is used, so that all engines agree, and nothing has to be sorted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from servicemeter.analysis.intervals import order_ranks
from servicemeter.metrics.plan import Plan
from servicemeter.metrics.statements import classes_statement, values_statement
from servicemeter.model.metric import Distribution
from servicemeter.store.build import Facts

__all__ = ["classes_of", "spread"]

Key = tuple[Any, ...]
Place = tuple[Key, int]

_RANKS = ("median_below", "median_above", "p90_below", "p90_above", "median_low", "median_high", "p90_low", "p90_high")
_INVALID, _UNKNOWN = -1, -2


@dataclass
class _Group:
    """The classes of one group, smallest numbers first: (class, count, least, greatest)."""

    n: int = 0
    total: float = 0
    squares: float = 0
    n_invalid: int = 0
    n_excluded: int = 0
    classes: list[tuple[int, int, Any, Any]] = field(default_factory=list)

    def class_at(self, rank: int) -> tuple[int, int, Any, Any, int]:
        """The class that holds a rank (1-based), and the rank within it."""
        for number, count, least, greatest in self.classes:
            if rank <= count:
                return number, count, least, greatest, rank
            rank -= count
        raise IndexError(rank)


def spread(facts: Facts, plan: Plan, of: Distribution) -> dict[Key, dict[str, Any]] | None:
    """The statistics of each group (period and dimensions); None when the fact lacks a dimension that was asked."""
    sql = classes_statement(plan, facts, of)
    if sql is None:
        return None
    groups = _groups(facts.rows(sql), len(plan.by) + 1)
    wanted = {place for key, group in groups.items() for place in _places(key, group)}
    values = _values(plan, facts, of, sorted(wanted, key=repr)) if wanted else {}
    return {key: _statistics(key, group, values) for key, group in groups.items()}


def classes_of(facts: Facts, plan: Plan, of: Distribution) -> list[tuple[int, Any]]:
    """How many numbers each class of the only group has, and its greatest, in ascending order; empty without numbers."""
    sql = classes_statement(plan, facts, of)
    groups = _groups(facts.engine.rows(sql), 1) if sql else {}
    return [(count, greatest) for group in groups.values() for _, count, _, greatest in group.classes]


def _groups(rows: Iterable[Sequence[Any]], width: int) -> dict[Key, _Group]:
    groups: dict[Key, _Group] = defaultdict(_Group)
    for row in rows:
        group = groups[tuple(row[:width])]
        number, count, total, squares, least, greatest = row[width:]
        if number == _UNKNOWN:
            group.n_excluded += count
        elif number == _INVALID:
            group.n_invalid += count
        else:
            group.n += count
            group.total += float(total)
            group.squares += float(squares)
            group.classes.append((number, count, least, greatest))
    for group in groups.values():
        group.classes.sort()
    return groups


def _places(key: Key, group: _Group) -> Iterable[Place]:
    """The classes that must be looked into: those that hold a rank and more than one value."""
    for rank in _ranks(group.n) if group.n else ():
        if rank:
            number, _, least, greatest, _ = group.class_at(rank)
            if least != greatest:
                yield key, number


def _values(plan: Plan, facts: Facts, of: Distribution, places: list[Place]) -> dict[Place, list[tuple[Any, int]]]:
    """Every value of those classes with how often it is there, in order."""
    sql = values_statement(plan, facts, of, [(*key, number) for key, number in places])
    assert sql is not None
    found: dict[Place, list[tuple[Any, int]]] = defaultdict(list)
    for *key, number, value, count in facts.rows(sql):
        found[tuple(key), number].append((value, count))
    return {place: sorted(values) for place, values in found.items()}


def _statistics(key: Key, group: _Group, values: dict[Place, list[tuple[Any, int]]]) -> dict[str, Any]:
    n = group.n
    fields = {
        "n": n,
        "mean": group.total / n if n else None,
        "squares": group.squares,
        "n_invalid": group.n_invalid,
        "n_excluded": group.n_excluded,
    }
    return fields | _quantiles(n, [_at(key, group, values, rank) for rank in _ranks(n)]) if n else fields


def _at(key: Key, group: _Group, values: dict[Place, list[tuple[Any, int]]], rank: int) -> Any:
    """The value at a rank; None for rank 0 (there is no such rank)."""
    if not rank:
        return None
    number, _, least, greatest, rest = group.class_at(rank)
    if least == greatest:
        return least
    for value, count in values[key, number]:
        if rest <= count:
            return value
        rest -= count
    raise IndexError(rank)


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
