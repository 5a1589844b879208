"""Rows that were kept aside and come once more: each carries the mark it was handed out with, in a column of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from servicemeter.sources.table import RawBatch, RawTable, text_of

__all__ = ["MARKS", "without_marks"]

MARKS = "servicemeter: kept aside"
"""The column of marks in a file of rows to be mended. It is none of the file's own, so no mapping sees it."""


def without_marks(raw: RawTable) -> RawTable:
    """The table without its column of marks, if it has one; its batches then tell the marks of their rows."""
    return _Unmarked(raw) if MARKS in raw.names else raw


class _Unmarked:
    """A table of which one column is told beside the others."""

    def __init__(self, raw: RawTable) -> None:
        self._raw = raw
        self.path, self.size, self.remarks = raw.path, raw.size, raw.remarks
        self.names = tuple(name for name in raw.names if name != MARKS)

    def batches(self, report: Callable[[int], None] | None = None) -> Iterator[RawBatch]:
        """Give the rows in batches."""
        for batch in self._raw.batches(report):
            columns = {name: cells for name, cells in batch.columns.items() if name != MARKS}
            ragged = tuple(replace(one, row={k: v for k, v in one.row.items() if k != MARKS}) for one in batch.ragged)
            marks = [*batch.columns[MARKS], *(one.row.get(MARKS) for one in batch.ragged)]
            yield RawBatch(batch.numbers, columns, ragged, frozenset(filter(None, (text_of(m).strip() for m in marks))))
