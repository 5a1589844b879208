"""Event logs: steps put in order within their case, with memory for a part of the file only."""

from __future__ import annotations

import heapq
import pickle
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import IO

from servicemeter.sources.table import Cell, RawBatch

__all__ = ["Step", "batches_of", "in_order"]

_IN_MEMORY = 200_000
_PICKLED_TOGETHER = 2_000
_BATCH_ROWS = 10_000


@dataclass(frozen=True, order=True)
class Step:
    """One row of an event log: ordered by case, instant, and place in the file."""

    case: str
    at: datetime
    number: int
    cells: tuple[Cell, ...]


def in_order(steps: Iterable[Step], *, in_memory: int = _IN_MEMORY) -> Iterator[Step]:
    """Sort steps. What does not fit in memory is sorted in parts on disk, which are then merged."""
    with ExitStack() as files:
        parts: list[Iterator[Step]] = []
        held: list[Step] = []
        for step in steps:
            held.append(step)
            if len(held) >= in_memory:
                parts.append(_spilled(sorted(held, key=_place), files.enter_context(tempfile.TemporaryFile())))
                held = []
        yield from heapq.merge(*parts, sorted(held, key=_place), key=_place)


def batches_of(steps: Iterable[Step], names: tuple[str, ...]) -> Iterator[RawBatch]:
    """Make batches of ordered steps, each knowing its place in its case and the step before it.

    Besides their own columns they have `group.first`, `group.last`, `group.number` and `previous.<column>`.
    """
    rows: list[tuple[int, list[Cell]]] = []
    for step, previous, number, is_last in _placed(steps):
        before = previous.cells if previous else (None,) * len(names)
        rows.append((step.number, [*step.cells, *before, number == 1, is_last, number]))
        if len(rows) >= _BATCH_ROWS:
            yield _batch(rows, names)
            rows = []
    if rows:
        yield _batch(rows, names)


def _placed(steps: Iterable[Step]) -> Iterator[tuple[Step, Step | None, int, bool]]:
    """Each step with the one before it in its case, its number there, and whether it is the last."""
    held: Step | None = None
    previous: Step | None = None
    number = 1
    for step in chain(steps, [None]):
        if held is not None:
            is_last = step is None or step.case != held.case
            yield held, previous, number, is_last
            previous, number = (None, 1) if is_last else (held, number + 1)
        held = step


def _batch(rows: list[tuple[int, list[Cell]]], names: tuple[str, ...]) -> RawBatch:
    known = (*names, *(f"previous.{name}" for name in names), "group.first", "group.last", "group.number")
    columns = {name: [cells[place] for _, cells in rows] for place, name in enumerate(known)}
    return RawBatch([number for number, _ in rows], columns)


def _place(step: Step) -> tuple[str, datetime, int]:
    return (step.case, step.at, step.number)


def _spilled(steps: list[Step], file: IO[bytes]) -> Iterator[Step]:
    for start in range(0, len(steps), _PICKLED_TOGETHER):
        pickle.dump(steps[start : start + _PICKLED_TOGETHER], file, protocol=pickle.HIGHEST_PROTOCOL)
    file.seek(0)
    return _read_back(file)


def _read_back(file: IO[bytes]) -> Iterator[Step]:
    while True:
        try:
            yield from pickle.load(file)
        except EOFError:
            return
