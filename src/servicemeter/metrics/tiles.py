"""What rows add to the figures of any span of whole days, worked out once.

In the plane of first and last days of periods each row is a tile: it counts in the periods whose first day lies in one stretch
and whose last day lies in another. Whatever the period, its figure is what the tiles over one point add up to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Protocol

from servicemeter.engines.numbers import as_numbers
from servicemeter.ground.libraries import when_used
from servicemeter.metrics.quantiles import groups_of, known_of, plain, spread_of

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

    Numbers = npt.NDArray[Any]
else:
    np = when_used("numpy")
    pa = when_used("pyarrow")

__all__ = [
    "ENDS",
    "Column",
    "Fold",
    "Found",
    "Moments",
    "Point",
    "Source",
    "Spread",
    "Tiles",
    "read_column",
    "read_tiles",
    "read_values",
    "small",
]

Key = tuple[Any, ...]
ENDS = ("first_from", "first_to", "last_from", "last_to")
"""The columns of a tile's stretches, of first and of last days; the second of each pair is exclusive."""
_MOST_KEPT = 1000
"""Points: a year of days and the weeks and months over it."""
Fold = Literal["sum", "max", "min", "mean", "distinct"]


@dataclass(frozen=True)
class Point:
    """A period by the numbers of its first and its last day."""

    first: int
    last: int


class Source(Protocol):
    """What gives the fields of any period."""

    def at(self, point: Point) -> Mapping[Key, Mapping[str, Any]]:
        """The fields of the groups in a period."""


@dataclass(frozen=True)
class Tiles:
    """Tiles over so many `days`, by the first of their last ones: ends of stretches (two exclusive), and the group of each."""

    first_from: Numbers
    first_to: Numbers
    last_from: Numbers
    last_to: Numbers
    group: Numbers
    keys: Sequence[Key]
    days: int

    def __post_init__(self) -> None:
        self.over(Point(0, 0))  # what is found out once is not found out while somebody waits

    @cached_property
    def _longest(self) -> int:
        return int((self.last_to - self.last_from).max(initial=0))

    @cached_property
    def _is_by_day(self) -> bool:
        """Whether no tile begins before the days that it counts for, as rows of one instant do."""
        return bool((self.first_to <= self.last_from + 1).all())

    @cached_property
    def _is_plain(self) -> bool:
        """Whether nothing but its own day decides about a row."""
        is_from_then = (self.first_to == self.last_from + 1) & (self.first_from <= 0)
        return bool((is_from_then & (self.last_to >= self.days)).all())

    def together(self) -> Tiles:
        """The same as one group."""
        return replace(self, group=self.group[:0], keys=[()])

    def over(self, point: Point) -> slice | Numbers:
        """The tiles over a point."""
        begin = max(point.first if self._is_by_day else -self._longest, point.last - self._longest + 1)
        ends = np.array(
            (begin, point.last + 1), dtype=self.last_from.dtype
        )  # of their own kind: all would be turned into another
        low, high = np.searchsorted(self.last_from, ends).tolist()
        if self._is_plain:
            return slice(low, high)
        near = slice(low, high)
        is_over = (self.last_to[near] > point.last) & (self.first_to[near] > point.first) & (self.first_from[near] <= point.first)
        places: Numbers = np.flatnonzero(is_over) + low
        return places

    def parts(self, point: Point) -> Iterator[tuple[Key, slice | Numbers]]:
        """The tiles over a point, group by group."""
        over = self.over(point)
        if len(self.keys) == 1:
            yield self.keys[0], over
            return
        group = self.group[over]
        places = np.arange(over.start, over.stop) if isinstance(over, slice) else over
        order = np.argsort(group, kind="stable")
        starts = np.searchsorted(group[order], np.arange(len(self.keys) + 1))
        for number, key in enumerate(self.keys):
            if starts[number] < starts[number + 1]:
                yield key, places[order[starts[number] : starts[number + 1]]]


@dataclass(frozen=True)
class Column:
    """An aggregate of each tile, and how those of several are one: `counts` say of how many numbers each is the mean."""

    fold: Fold
    values: Numbers
    is_known: Numbers
    counts: Numbers | None = None

    def over(self, chosen: slice | Numbers) -> Any:
        """The aggregate of the chosen tiles together; None of nothing."""
        is_known = self.is_known[chosen]
        values = self.values[chosen][is_known]
        if not len(values):
            return None
        if self.fold == "distinct":
            is_there = np.zeros(int(values.max()) + 1, dtype=bool)
            is_there[values] = True
            return int(is_there.sum())
        if self.fold == "mean":
            assert self.counts is not None
            return float(values.sum()) / int(self.counts[chosen][is_known].sum())
        return _plain(getattr(values, self.fold)())


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


@dataclass(frozen=True)
class Found:
    """Columns of tiles by a name each; what was found for a point is kept."""

    tiles: Tiles
    columns: Mapping[str, Column]
    kept: dict[Point, dict[Key, dict[str, Any]]] = field(default_factory=dict)

    def at(self, point: Point) -> dict[Key, dict[str, Any]]:
        """The aggregates of the groups over a point, by name."""
        if point not in self.kept:
            _make_room(self.kept)
            self.kept[point] = {
                key: {name: column.over(chosen) for name, column in self.columns.items()}
                for key, chosen in self.tiles.parts(point)
            }
        return self.kept[point]


@dataclass(frozen=True)
class Spread:
    """The numbers of a distribution, one a tile: statistics of each group over a point. Unknown ones are not `is_known`."""

    tiles: Tiles
    numbers: Numbers
    is_known: Numbers | None
    kept: dict[Point, dict[Key, dict[str, Any]]] = field(default_factory=dict)

    def at(self, point: Point) -> dict[Key, dict[str, Any]]:
        """The statistics of the groups over a point."""
        if point not in self.kept:
            _make_room(self.kept)
            self.kept[point] = {key: self._of(chosen) for key, chosen in self.tiles.parts(point) if _is_some(chosen)}
        return self.kept[point]

    def _of(self, chosen: slice | Numbers) -> dict[str, Any]:
        numbers = self.numbers[chosen]
        return spread_of(numbers, None if self.is_known is None else self.is_known[chosen])


def _make_room(kept: dict[Point, Any]) -> None:
    if len(kept) >= _MOST_KEPT:
        kept.clear()


def _is_some(chosen: slice | Numbers) -> bool:
    return chosen.stop > chosen.start if isinstance(chosen, slice) else len(chosen) > 0


@dataclass(frozen=True)
class Moments:
    """What was found at the end of each day, for what depends on nothing but that."""

    by_day: Mapping[int, dict[Key, dict[str, Any]]]

    def at(self, point: Point) -> dict[Key, dict[str, Any]]:
        """The fields of the groups at the end of a period."""
        return self.by_day.get(point.last, {})


def read_tiles(found: pa.Table, width: int, days: int) -> tuple[Tiles, npt.NDArray[Any]]:
    """The tiles of rows, and the order that they are in."""
    ends = [as_numbers(found.column(name)) for name in ENDS]
    order = np.argsort(small(ends[2]), kind="stable")  # numbers of 16 bits are put in order six times as fast
    keys, group = groups_of([found.column(f"d{i}") for i in range(width)], found.num_rows)
    first_from, first_to, last_from, last_to = (small(end[order]) for end in ends)
    return Tiles(first_from, first_to, last_from, last_to, small(group[order]) if len(keys) > 1 else group[:0], keys, days), order


def small(numbers: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Whole numbers in as little room as holds them; one number that all are, once."""
    if not len(numbers) or numbers.dtype.kind not in "iu":
        return numbers
    low, high = numbers.min(), numbers.max()
    kind = next(kind for kind in (np.int16, np.int32, np.int64) if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max)
    return np.broadcast_to(low.astype(kind), numbers.shape) if low == high else numbers.astype(kind)


def read_column(found: pa.Table, name: str, fold: Fold, order: npt.NDArray[Any]) -> Column:
    """A column of tiles in their order."""
    if fold == "distinct":  # told apart by numbers, which are quicker than words
        numbers, is_known = plain(pa.chunked_array([found.column(name).combine_chunks().dictionary_encode().indices]))
        return Column(fold, numbers[order], is_known[order])
    values, is_known = read_values(found.column(name))
    counts = read_values(found.column(f"n{name.removeprefix('c')}"))[0][order] if fold == "mean" else None
    return Column(fold, values[order], is_known[order], counts)


def read_values(column: pa.ChunkedArray) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """The values of a column, with which of them are known."""
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_decimal(column.type):
        return plain(column)
    return np.array(column.to_pylist(), dtype=object), known_of(column)
