"""Ids for rows that have none: made from what the row says, so that the same file imported again brings nothing new."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from servicemeter.model.tables import BOOKKEEPING

__all__ = ["MadeIds", "Occurrences"]

_NOT_CONTENT = frozenset(column.name for column in BOOKKEEPING)


class MadeIds:
    """Makes ids for the rows of one file. Rows that say the same are told apart by their occurrence."""

    def __init__(self) -> None:
        self._occurrences = Occurrences()

    def make(self, table: str, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
        """Ids for rows of a table, given as their values in the order of `names`; empty cells do not count."""
        digests = [_digest(table, names, row) for row in rows]
        numbers = self._occurrences.number(digests)
        return [d.hex() if n == 1 else f"{d.hex()}-{n}" for d, n in zip(digests, numbers, strict=True)]


class Occurrences:
    """Counts how often each digest has come, in eight bytes a digest, whatever the file's size."""

    def __init__(self) -> None:
        self._runs: list[np.ndarray] = []
        self._repeated: dict[bytes, int] = {}

    def number(self, digests: Sequence[bytes]) -> list[int]:
        """The how-manieth of its kind each digest is, from 1."""
        if not digests:
            return []
        keys = np.frombuffer(b"".join(digest[:8] for digest in digests), dtype=np.uint64)
        unique, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
        before = self._seen(unique)[inverse]
        again = before | (counts[inverse] > 1)
        numbers = [
            self._count(digest, bool(seen)) if is_again else 1
            for digest, seen, is_again in zip(digests, before, again, strict=True)
        ]
        self._remember(unique)
        return numbers

    def _count(self, digest: bytes, seen: bool) -> int:
        self._repeated[digest] = self._repeated.get(digest, int(seen)) + 1
        return self._repeated[digest]

    def _seen(self, unique: np.ndarray) -> np.ndarray:
        found = np.zeros(len(unique), dtype=bool)
        for run in self._runs:
            places = np.minimum(np.searchsorted(run, unique), len(run) - 1)
            found |= run[places] == unique
        return found

    def _remember(self, unique: np.ndarray) -> None:
        self._runs.append(unique)
        while len(self._runs) > 1 and len(self._runs[-2]) <= 2 * len(self._runs[-1]):
            last = self._runs.pop()
            self._runs[-1] = np.union1d(self._runs[-1], last)


def _digest(table: str, names: Sequence[str], row: Sequence[Any]) -> bytes:
    content = sorted((n, repr(v)) for n, v in zip(names, row, strict=True) if v is not None and n not in _NOT_CONTENT)
    return hashlib.blake2b(repr((table, content)).encode(), digest_size=16).digest()
