"""What a database must do for us: run statements, make and fill tables; and, to hold the book, keep steps in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

from servicemeter.engines.dialect import Dialect
from servicemeter.model.tables import Kind

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["BookEngine", "Engine", "Read"]

Read = Callable[["Engine", str], Any]
"""How the answer to a query is taken from an engine."""


class Engine(Protocol):
    """A database that facts are built on and that answers questions. Writing happens in `transaction`, where it has any."""

    @property
    def dialect(self) -> Dialect:
        """How it spells what databases spell differently."""

    @property
    def is_near(self) -> bool:
        """Whether it works in this process, so that a million numbers cost nothing to fetch."""

    def run(self, sql: str) -> None:
        """Run a statement that answers nothing."""

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a query and return all its rows."""

    def table(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Run a query and return the names of its columns and all its rows."""

    def each(self, readings: Sequence[tuple[str, Read]]) -> list[Any]:
        """What each of several queries gives, read in its own way; they may run side by side."""

    def arrow(self, sql: str) -> pa.Table:
        """Run a query and return its rows as an Arrow table."""

    def make_schema(self, name: str) -> None:
        """Make a schema, unless it is there."""

    def drop_schema(self, name: str) -> None:
        """Drop a schema with all that is in it, if it is there."""

    def make_table(self, name: str, columns: Mapping[str, Kind]) -> None:
        """Make an empty table in the place of one of that name."""

    def keep_rows(self, name: str, query: str) -> None:
        """Make a table of the rows of a query, in the place of one of that name."""

    def keep_none(self, name: str, query: str) -> None:
        """The same of a query that is known to have no rows."""

    def has_table(self, name: str) -> bool:
        """Whether there is a table of that name."""

    def drop_table(self, name: str) -> None:
        """Drop a table, if it is there."""

    def stage(self, name: str, rows: pa.Table) -> None:
        """Append rows to a table, which must exist, by the names of its columns."""

    def scratch(self, name: str) -> str:
        """A fresh schema that is not kept; returns the name to put before its tables."""

    def lend(self, table: str, name: str) -> None:
        """Let a table be read under another name too, one in a scratch schema."""

    def as_written(self) -> AbstractContextManager[None]:
        """Inside, joins run in the order in which they are written, the right side held in memory, where that can be asked."""

    def transaction(self) -> AbstractContextManager[None]:
        """Everything inside becomes visible at once, or not at all; nothing of the kind where the engine has none."""

    def close(self) -> None:
        """Let go of the database."""


class BookEngine(Engine, Protocol):
    """An engine that can hold the book: it has real transactions, reads Parquet files, and compares keys."""

    def batches(self, sql: str) -> Iterator[pa.Table]:
        """Run a query and give its rows in pieces that memory holds."""

    def repeats(self, hashes: str) -> bool:
        """Whether a query of one column of `row_hash` values may hold a value twice; False is certain."""

    def parquet(self, path: str) -> str:
        """A relation (to stand in a FROM) that reads a Parquet file or a glob of them."""

    def rewrite(self) -> None:
        """Write the database anew, so that nothing of what was deleted stays in its free pages."""

    def reading(self) -> AbstractContextManager[BookEngine]:
        """An engine for reading alone, usable in another thread."""
