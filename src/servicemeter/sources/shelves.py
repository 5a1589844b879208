"""Where the tables of a warehouse lie: a folder of files, or (in `postgres`) a schema of a database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from servicemeter.ground.errors import BadFile, EmptyFile
from servicemeter.ground.phrases import phrase
from servicemeter.sources.files import open_table
from servicemeter.sources.options import FileOptions
from servicemeter.sources.table import RawBatch, RawTable
from servicemeter.sources.warehouse import Warehouse

__all__ = ["Folder", "Found", "Shelf"]


@dataclass
class Found:
    """The declared tables that are there, by their declared names; those there without a row; and what was said of it."""

    tables: dict[str, RawTable] = field(default_factory=dict)
    empty: set[str] = field(default_factory=set)
    remarks: list[str] = field(default_factory=list)


class Shelf(Protocol):
    """A place of tables. `is_typed` says that cells come with the types of a database, so that none has to be guessed."""

    label: str
    is_typed: bool

    def open(self, warehouse: Warehouse) -> AbstractContextManager[Found]:
        """Inside, the tables can be read."""


class Folder:
    """A folder of files named after the tables, or one such file."""

    is_typed = False

    def __init__(self, label: str, files: list[Path], options: FileOptions) -> None:
        self.label, self._files, self._options = label, files, options

    @contextmanager
    def open(self, warehouse: Warehouse) -> Iterator[Found]:
        """Open every file that holds a declared table; raises `BadFile` when two hold the same."""
        found = Found()
        for path in self._files:
            declared = warehouse.table_of(path.name.split(".")[0])
            if declared is None:
                found.remarks.append(phrase(f"{path.name}: left out, {Path(warehouse.path).name} reads no table of this name."))
                continue
            name = declared.table.name
            if name in found.tables or name in found.empty:
                raise BadFile(f"{self.label}: two files hold the table {name}, one is {path.name}. Leave one of them out.")
            try:
                found.tables[name] = _LowerCase(open_table(path, self._options))
            except EmptyFile:
                found.empty.add(name)
        yield found


class _LowerCase:
    """A table with the names of its columns in lower case: some databases write them in capitals."""

    def __init__(self, raw: RawTable) -> None:
        self._raw, self.path, self.size, self.remarks = raw, raw.path, raw.size, raw.remarks
        self.names = tuple(name.lower() for name in raw.names)
        if len(set(self.names)) < len(self.names):
            raise BadFile(f"{raw.path}: two columns differ in capitals only. Leave one of them out.")

    def batches(self, report: Callable[[int], None] | None = None) -> Iterator[RawBatch]:
        """Give the rows in batches."""
        for batch in self._raw.batches(report):
            yield RawBatch(batch.numbers, {name.lower(): cells for name, cells in batch.columns.items()}, batch.ragged)
