"""From numbers to Arrow columns: the demo shop is made as whole numbers and becomes text only when a batch leaves.

Everywhere in this package a negative number stands for null, instants are epoch seconds, and a thing is known by its
running number; its text id is a letter and that number (`t12`, `m345`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from servicemeter.model.rows import arrow_schema

__all__ = ["NONE", "SOURCE", "Flags", "Floats", "Ints", "Numbers", "Pile", "hashed", "ids", "instants", "joined",
           "numbers_or_null", "picked", "rows_of", "words"]  # fmt: skip

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

NONE = -1
SOURCE = "demo"


def instants(seconds: Ints) -> Any:
    """Epoch seconds as naive UTC timestamps; null where negative."""
    return pa.array(seconds * 1_000_000, mask=seconds < 0).view(pa.timestamp("us"))


def numbers_or_null(values: Ints) -> Any:
    """Whole numbers, null where negative."""
    return pa.array(values, mask=values < 0)


def ids(prefix: str | Any, numbers: Ints) -> Any:
    """Text ids: the prefix (one, or one a row) and the number; null where the number is negative."""
    return joined(pa.scalar(prefix) if isinstance(prefix, str) else prefix, numbers_or_null(numbers))


def joined(*parts: Any) -> Any:
    """Texts and numbers put together row by row; null where a part is null."""
    texts = [part if pa.types.is_string(part.type) else pc.cast(part, pa.string()) for part in parts]
    return pc.binary_join_element_wise(*texts, pa.scalar(""))


def words(vocabulary: Sequence[str | None], codes: Ints) -> Any:
    """The words that the codes stand for; null where the code is negative."""
    return pa.array(vocabulary, pa.string()).take(numbers_or_null(codes))


def rows_of(table: str, columns: dict[str, Any], recorded_at: Ints) -> Any:
    """An Arrow table with the named columns of a canonical table, in the order and with the types declared.

    Booleans and numbers may be numpy arrays; everything else is Arrow already.
    """
    columns = {**columns, "source": pa.repeat(SOURCE, len(recorded_at)), "recorded_at": instants(recorded_at)}
    schema = arrow_schema(table, list(columns))
    return pa.table([pa.array(columns[name]) for name in schema.names], schema=schema)


def hashed(numbers: Ints, salt: int) -> Floats:
    """A fixed random-looking number in [0, 1) for each whole number: what is always the same about one customer."""
    x = numbers.astype(np.uint64) + np.uint64((salt * 0x9E3779B97F4A7C15) % 2**64)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray((x ^ (x >> np.uint64(31))) >> np.uint64(11), dtype=np.float64) / float(2**53)


def picked(shares: Sequence[float], luck: Floats) -> Ints:
    """A code for each number in [0, 1), in the proportions given (they need not add up to one)."""
    bounds = np.cumsum(np.asarray(shares, dtype=np.float64))
    return np.minimum(np.searchsorted(bounds / bounds[-1], luck, side="right"), len(bounds) - 1).astype(np.int64)


class Numbers:
    """Running numbers, one series a kind of thing, from 1 on."""

    def __init__(self) -> None:
        self._next: dict[str, int] = {}

    def take(self, kind: str, count: int) -> Ints:
        """The next `count` numbers of a series."""
        first = self._next.get(kind, 1)
        self._next[kind] = first + count
        return np.arange(first, first + count, dtype=np.int64)


class Pile:
    """Rows in the making: blocks of columns of whole numbers, put together at the end."""

    def __init__(self, **defaults: int) -> None:
        """Name the columns, each with the value it has where a block leaves it out."""
        self._defaults = defaults
        self._blocks: list[dict[str, Ints]] = []

    def add(self, *, at: Ints, **columns: Ints | int) -> None:
        """Put down a block: `at` has a value a row, the other columns too, or one value for all."""
        block = {"at": at}
        for name, default in self._defaults.items():
            value = columns.pop(name, default)
            block[name] = value if isinstance(value, np.ndarray) else np.full(len(at), value, dtype=np.int64)
        if columns:
            raise KeyError(f"this pile has no columns {sorted(columns)}")
        self._blocks.append(block)

    def gathered(self, until: int) -> dict[str, Ints]:
        """All rows before `until`, ordered by ticket (if the rows have one), then instant, then rank."""
        whole = {name: np.concatenate([block[name] for block in self._blocks]) for name in ("at", *self._defaults)}
        kept = np.flatnonzero(whole["at"] < until)
        place = (whole["at"][kept] - (until - 2**31)) << 4
        if "rank" in whole:
            place += (whole["ticket"][kept] << 36) + whole["rank"][kept]
        kept = kept[np.argsort(place, kind="stable")]
        return {name: column[kept] for name, column in whole.items()}
