"""What an import of files brings: a delivery of batches and kept-aside rows, with an account of what was left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from servicemeter.model.rows import Batch, KeptAside, ParquetBatch
from servicemeter.sources.deciding import Plan
from servicemeter.sources.shaping import Shaper
from servicemeter.sources.table import Progress, RawTable, text_of

__all__ = ["FileDelivery", "FilePart", "Meter", "Part"]

_NOTED = 3


class Meter:
    """Adds up the bytes read over several files and passes, and tells the caller."""

    def __init__(self, told: Progress | None) -> None:
        self._told, self._before, self.total = told, 0, 0

    def report(self, done: int) -> None:
        """Bytes read of the file being read now."""
        if self._told is not None:
            self._told(min(self._before + done, self.total), self.total)

    def finished(self, size: int) -> None:
        """A file has been read to its end."""
        self._before += size
        self.report(0)


class Part(Protocol):
    """A piece of a delivery; `size` is its bytes."""

    @property
    def tables(self) -> tuple[str, ...]:
        """The canonical tables that rows may come of."""

    @property
    def size(self) -> int: ...

    def rows(self, report: Callable[[int], None], dropped: Counter[str]) -> Iterator[Batch | ParquetBatch | KeptAside]:
        """Give the rows, telling the bytes read; what the mapping leaves out on purpose is counted by its condition."""


@dataclass(frozen=True)
class FilePart:
    """One file of a delivery: with a plan it is shaped, without one its Parquet goes to the engine as it is."""

    path: Path
    tables: tuple[str, ...]
    raw: RawTable | None = None
    plan: Plan | None = None
    retried: set[str] = field(default_factory=set)

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.path.stat().st_size

    def rows(self, report: Callable[[int], None], dropped: Counter[str]) -> Iterator[Batch | ParquetBatch | KeptAside]:
        """Give the rows of the file."""
        if self.raw is None or self.plan is None:
            yield ParquetBatch(self.tables[0], str(self.path))
            return
        shaper = Shaper(self.raw, self.plan)
        yield from shaper.rows(report)
        dropped.update(shaper.dropped)
        self.retried.update(shaper.retried)


@dataclass
class FileDelivery:
    """The delivery of one or several files, or of a warehouse, of one source (a `model.rows.Delivery`).

    `remarks` say what was assumed and corrected. Once the stream has been read, `dropped` counts the rows that the mapping
    leaves out on purpose, by its condition, `first_rows` are the first of each table as texts, and `retried` the marks of rows
    that had been kept aside and came once more. `known_as` is the mapping
    used, None for canonical files; `shown_as` names the file of rows kept aside, where that is not its path.
    """

    source: str
    tz: str | None
    parts: tuple[Part, ...]
    meter: Meter
    capabilities: tuple[str, ...] | None = None
    loaded_from: datetime | None = None
    loaded_through: datetime | None = None
    known_as: str | None = None
    shown_as: str | None = None
    remarks: list[str] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    first_rows: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    @property
    def tables(self) -> tuple[str, ...]:
        """The canonical tables that rows may come of."""
        return tuple(dict.fromkeys(name for part in self.parts for name in part.tables))

    @property
    def retried(self) -> frozenset[str]:
        """The marks of the rows, read so far, that were kept aside before."""
        return frozenset(mark for part in self.parts if isinstance(part, FilePart) for mark in part.retried)

    def __iter__(self) -> Iterator[Batch | ParquetBatch | KeptAside]:
        self.dropped.clear()
        self.first_rows.clear()
        for part in self.parts:
            for given in part.rows(self.meter.report, self.dropped):
                if isinstance(given, Batch):
                    self._note(given)
                elif isinstance(given, KeptAside) and self.shown_as is not None:
                    given = replace(given, file=self.shown_as)
                yield given
            self.meter.finished(part.size)

    def _note(self, batch: Batch) -> None:
        """Note the first rows of a table as texts, without what is empty."""
        noted = self.first_rows.setdefault(batch.table, [])
        for row in batch.rows.slice(0, _NOTED - len(noted)).to_pylist() if len(noted) < _NOTED else ():
            noted.append({name: text_of(cell) for name, cell in row.items() if cell is not None})
