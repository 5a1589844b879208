"""Mean, median and p90 of a distribution with their intervals, exact: from its numbers, or from those at the ranks needed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from servicemeter.analysis.intervals import order_ranks
from servicemeter.engines.numbers import as_numbers
from servicemeter.ground.libraries import when_used
from servicemeter.metrics.plan import Plan
from servicemeter.metrics.ranks import classes_statement
from servicemeter.model.metric import Distribution
from servicemeter.store.build import Facts

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa
else:
    np = when_used("numpy")
    pa = when_used("pyarrow")

__all__ = ["classes_of", "groups_of", "known_of", "plain", "spread_of", "spread_of_ranks", "spreads_of_numbers"]

Key = tuple[Any, ...]

_MOST_MARKED = 10_000_000
"""Groups: beyond, those that are there are found by sorting, which takes longer but no room for the others."""
_MOST_CLOSE = 10_000
"""Between whole numbers that lie close: periods of a question, hours of a day."""
_WIDE = 63
"""The bits of a whole number without its sign."""
_RANKS = ("median_below", "median_above", "p90_below", "p90_above", "median_low", "median_high", "p90_low", "p90_high")


def spreads_of_numbers(found: pa.Table, count: int) -> list[dict[Key, dict[str, Any]]]:
    """The statistics of each group from the numbers of distributions.

    Their numbers follow the columns of the group; then, where there are several, which rows have one.
    """
    width = found.num_columns - (count if count == 1 else 2 * count)
    keys, group = groups_of(found.columns[:width], found.num_rows)
    counted = [None] if count == 1 else [_truths(column) for column in found.columns[width + count :]]
    return [_by_group(keys, group, *plain(found.column(width + i)), is_counted) for i, is_counted in enumerate(counted)]


def _by_group(
    keys: Sequence[Key],
    group: npt.NDArray[Any],
    x: npt.NDArray[Any],
    is_known: npt.NDArray[np.bool_],
    is_counted: npt.NDArray[np.bool_] | None,
) -> dict[Key, dict[str, Any]]:
    """The statistics of the groups that rows are counted in (all are unless said); `group` is the place of each row's key."""
    is_negative = x < 0
    rows = [is_known & ~is_negative, is_known & is_negative, ~is_known]
    if is_counted is not None:
        rows = [some & is_counted for some in rows]
    invalid, excluded = (np.bincount(group[some], minlength=len(keys)) for some in rows[1:])
    numbers = _ordered_by_group(group[rows[0]], x[rows[0]], len(keys))
    return {
        key: _of_numbers(own, invalid[i], excluded[i])
        for i, (key, own) in enumerate(zip(keys, numbers, strict=True))
        if len(own) or invalid[i] or excluded[i]
    }


def _ordered_by_group(group: npt.NDArray[Any], x: npt.NDArray[Any], count: int) -> list[npt.NDArray[Any]]:
    """The numbers, none of them negative, of each of so many groups in ascending order."""
    places, width = np.arange(count + 1), _WIDE
    if len(x) and x.dtype.kind == "i":
        width = int(x.max()).bit_length()
    if width + count.bit_length() < _WIDE:  # group and number in one, sorted at once: this takes less than half the time
        both = group.astype(np.int64) << width | x
        both.sort()
        ends = np.searchsorted(both, places << width)
        return [both[start:end] & ((1 << width) - 1) for start, end in pairwise(ends)]
    order = np.argsort(group, kind="stable")
    ends = np.searchsorted(group[order], places)
    return [np.sort(x[order[start:end]]) for start, end in pairwise(ends)]


def spread_of(numbers: npt.NDArray[Any], is_known: npt.NDArray[np.bool_] | None = None) -> dict[str, Any]:
    """The statistics of numbers; all are known unless said."""
    known = numbers if is_known is None else numbers[is_known]
    own = known[known >= 0]
    n_invalid = len(known) - len(own)
    own.sort()
    return _of_numbers(own, n_invalid, len(numbers) - len(known))


def _of_numbers(own: npt.NDArray[Any], n_invalid: Any, n_excluded: Any) -> dict[str, Any]:
    """The statistics of sorted numbers."""
    sums = (len(own), own.sum(), np.square(own, dtype=float).sum(), n_invalid, n_excluded)
    return _statistics(sums, partial(_of_sorted, own))


def groups_of(columns: Sequence[pa.ChunkedArray], count: int) -> tuple[list[Key], npt.NDArray[Any]]:
    """The groups that there are, and which of them each row is in, as small a number as holds it."""
    keys: list[Key] = [()]
    group = np.zeros(count, dtype=np.int64)
    for column in columns:
        values, codes = _coded(column)
        group = group * len(values) + codes
        if len(keys) * len(values) > _MOST_MARKED:
            there, group = np.unique(group, return_inverse=True)
        else:
            is_there = np.zeros(len(keys) * len(values), dtype=bool)
            is_there[group] = True
            there, group = np.flatnonzero(is_there), (is_there.cumsum() - 1)[group]
        keys = [(*keys[i // len(values)], values[i % len(values)]) for i in there.tolist()]
    return keys, group.astype(np.min_scalar_type(len(keys)))


def _coded(column: pa.ChunkedArray) -> tuple[list[Any], npt.NDArray[Any]]:
    """The values of a column, and the place among them of each cell's own. Whole numbers that lie close are their own places."""
    if pa.types.is_integer(column.type) and column.null_count == 0 and len(column):
        numbers = as_numbers(column)
        low, high = int(numbers.min()), int(numbers.max())
        if high - low < _MOST_CLOSE:
            return list(range(low, high + 1)), numbers.astype(np.int64) - low
    coded = column.combine_chunks().dictionary_encode()
    return coded.dictionary.to_pylist(), as_numbers(coded.indices)


def plain(column: pa.ChunkedArray) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """The numbers of a column, with which of them are known; an unknown one is 0."""
    if pa.types.is_decimal(column.type):  # the engine's widest integers, which sums have; or fractions
        column = column.cast(pa.float64() if column.type.scale else pa.int64())
    return as_numbers(column.fill_null(0) if column.null_count else column), known_of(column)


def known_of(column: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    """Which cells of a column are known."""
    if not column.null_count:
        return np.ones(len(column), dtype=bool)
    return as_numbers(column.is_valid().cast(pa.uint8())).astype(bool)


def _truths(column: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    """Which cells of a column of conditions are true."""
    return as_numbers(column.cast(pa.uint8())).astype(bool)


def _of_sorted(numbers: npt.NDArray[Any], rank: int) -> Any:
    """The number at a rank; None for rank 0 (there is no such rank)."""
    return numbers[rank - 1].item() if rank else None


def spread_of_ranks(rows: Sequence[Sequence[Any]], width: int) -> dict[Key, dict[str, Any]]:
    """The same from the rows of a `ranks_statement`, of which the first `width` columns are the group."""
    sums: dict[Key, Sequence[Any]] = {}
    places: dict[Key, list[tuple[int, int, Any]]] = {}
    for row in rows:
        key, (*own, x, below, upto) = tuple(row[:width]), row[width:]
        sums[key] = own
        if upto is not None:
            places.setdefault(key, []).append((int(upto), int(below), x))
    return {key: _statistics(own, partial(_of_places, sorted(places.get(key, ())))) for key, own in sums.items()}


def classes_of(facts: Facts, plan: Plan, of: Distribution) -> list[tuple[int, Any]]:
    """How many numbers each class of the only group has, and its greatest, in ascending order; empty without numbers."""
    sql = classes_statement(plan, facts, of)
    return [(int(n), greatest) for _, n, greatest in sorted(facts.rows(sql))] if sql else []


def _statistics(sums: Sequence[Any], at: Callable[[int], Any]) -> dict[str, Any]:
    """The fields of a group from its sums and the number `at` each rank."""
    n, total, squares, n_invalid, n_excluded = sums
    n = int(n)
    fields = {
        "n": n,
        "total": total,
        "mean": float(total) / n if n else None,
        "squares": float(squares or 0),
        "n_invalid": int(n_invalid),
        "n_excluded": int(n_excluded),
    }
    return fields | _quantiles(n, [at(rank) for rank in _ranks(n)]) if n else fields


def _of_places(places: list[tuple[int, int, Any]], rank: int) -> Any:
    """The same where only some ranks are known."""
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
