"""What a database must do for us: run a statement, load rows, and keep several steps in one transaction."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, Protocol

import pyarrow as pa

from servicemeter.engines.dialect import Dialect

__all__ = ["Engine"]


class Engine(Protocol):
    """One connection to a database. A reader of its own comes from `reading`; writing happens in `transaction`."""

    dialect: Dialect

    def run(self, sql: str) -> None:
        """Run a statement that answers nothing."""

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a query and return all its rows."""

    def arrow(self, sql: str) -> pa.Table:
        """Run a query and return its rows as an Arrow table."""

    def stage(self, name: str, rows: pa.Table) -> None:
        """Append rows to the temporary table `name`, which must exist."""

    def repeats(self, hashes: str) -> bool:
        """Whether a query of one column of `row_hash` values may hold a value twice; False is certain."""

    def parquet(self, path: str) -> str:
        """A relation (to stand in a FROM) that reads a Parquet file or a glob of them."""

    def scratch(self, name: str) -> str:
        """A fresh schema that is not kept; returns the name to put before its tables."""

    def lend(self, table: str, name: str) -> None:
        """Let a table be read under another name too, one in a scratch schema."""

    def as_written(self) -> AbstractContextManager[None]:
        """Inside, joins run in the order in which they are written, the right side held in memory."""

    def transaction(self) -> AbstractContextManager[None]:
        """Everything inside becomes visible at once, or not at all."""

    def reading(self) -> AbstractContextManager[Engine]:
        """An engine for reading alone, usable in another thread."""

    def close(self) -> None:
        """Let go of the database."""
