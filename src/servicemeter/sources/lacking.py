"""Columns that a file may lack: a mapping names them, and they are empty where the file has none of the name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from servicemeter.sources.table import Cell, RawBatch, RawTable

__all__ = ["with_columns"]


def with_columns(raw: RawTable, names: Sequence[str]) -> RawTable:
    """The table, with an empty column for each of these names that it lacks."""
    lacking = tuple(name for name in names if name not in raw.names)
    return _Filled(raw, lacking) if lacking else raw


class _Filled:
    """A table with some columns more, all empty."""

    def __init__(self, raw: RawTable, lacking: tuple[str, ...]) -> None:
        self._raw, self._lacking = raw, lacking
        self.path, self.size, self.remarks = raw.path, raw.size, raw.remarks
        self.names = (*raw.names, *lacking)

    def batches(self, report: Callable[[int], None] | None = None) -> Iterator[RawBatch]:
        """Give the rows in batches."""
        for batch in self._raw.batches(report):
            empty: dict[str, list[Cell]] = {name: [None] * len(batch.numbers) for name in self._lacking}
            yield RawBatch(batch.numbers, {**batch.columns, **empty}, batch.ragged, batch.marks)
