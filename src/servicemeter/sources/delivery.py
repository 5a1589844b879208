"""What an import of files brings: a delivery of batches and kept-aside rows, with an account of what was left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from servicemeter.model.rows import Batch, KeptAside, ParquetBatch
from servicemeter.sources.deciding import Plan
from servicemeter.sources.shaping import Shaper
from servicemeter.sources.table import Progress, RawTable

__all__ = ["FileDelivery", "Meter", "Part"]


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


@dataclass(frozen=True)
class Part:
    """One file of a delivery: with a plan it is shaped, without one its Parquet goes to the engine as it is."""

    path: Path
    tables: tuple[str, ...]
    raw: RawTable | None = None
    plan: Plan | None = None

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.path.stat().st_size


@dataclass
class FileDelivery:
    """The delivery of one or several files of one source (a `model.rows.Delivery`).

    `remarks` say what was assumed and corrected; `dropped` counts the rows that the mapping leaves out on purpose, by
    its condition, once the stream has been read. `known_as` is the mapping used, None for canonical files.
    """

    source: str
    tz: str | None
    parts: tuple[Part, ...]
    meter: Meter
    capabilities: tuple[str, ...] | None = None
    loaded_from: datetime | None = None
    loaded_through: datetime | None = None
    known_as: str | None = None
    remarks: list[str] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)

    @property
    def tables(self) -> tuple[str, ...]:
        """The canonical tables that rows may come of."""
        return tuple(dict.fromkeys(name for part in self.parts for name in part.tables))

    def __iter__(self) -> Iterator[Batch | ParquetBatch | KeptAside]:
        self.dropped.clear()
        for part in self.parts:
            if part.raw is None or part.plan is None:
                yield ParquetBatch(part.tables[0], str(part.path))
            else:
                shaper = Shaper(part.raw, part.plan)
                yield from shaper.rows(self.meter.report)
                self.dropped.update(shaper.dropped)
            self.meter.finished(part.size)
