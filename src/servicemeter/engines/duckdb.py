"""DuckDB, embedded: one file, one owning process."""

from __future__ import annotations

import os
import re
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from servicemeter.engines.dialect import Dialect
from servicemeter.engines.engine import Read
from servicemeter.engines.numbers import as_numbers
from servicemeter.ground.errors import BadBook, BookHeld, Stopped
from servicemeter.ground.libraries import when_used
from servicemeter.model.tables import Kind

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
else:
    np = when_used("numpy")
    pa = when_used("pyarrow")

__all__ = ["DuckDB"]

_SHAPES: dict[str, str] = {}
"""The columns of queries without rows: to work them out takes longer than to make the table."""


class DuckDB:
    """A DuckDB database in a file, or in memory when `path` is None.

    `memory` limits its memory (DuckDB's notation, "4GB"); beyond it DuckDB spills beside the file. Extensions are never
    downloaded. `BookHeld` when another process holds the file, `BadBook` when it is damaged or the disk is full.
    """

    dialect = Dialect()
    is_near = True

    def __init__(
        self,
        path: Path | None = None,
        *,
        memory: str | None = None,
        threads: int | None = None,
        connection: duckdb.DuckDBPyConnection | None = None,
    ) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._is_as_written = False
        self._readers: set[DuckDB] = set()
        self._reader = connection is not None
        if connection is not None:
            self._connection = connection
            return
        self._config = _config(memory, threads)
        self._connection = self._open()

    def _open(self) -> duckdb.DuckDBPyConnection:
        with _plainly(self.path):
            connection = duckdb.connect(str(self.path) if self.path else ":memory:", config=self._config)
            connection.execute("set preserve_insertion_order = false")
            connection.execute("set TimeZone = 'UTC'")
            connection.execute("set enable_progress_bar = false")
            # Each checkpoint writes what is not a full group of rows again; a log of this size is read in half a second.
            connection.execute("set checkpoint_threshold = '128MB'")
        return connection

    def rewrite(self) -> None:
        """Write the database anew, so that nothing of what was deleted stays in the free pages of its file.

        Needs the room of a second file for a moment; should the process end in between, the file is as it was.
        """
        if self.path is None:
            return
        fresh = self.path.with_name(f".{self.path.name}.fresh")
        with self._lock, _plainly(self.path):
            fresh.unlink(missing_ok=True)
            [(own,)] = self.rows("select current_database()")
            self._connection.execute(f"attach {self.dialect.text(str(fresh))} as fresh_copy")
            self._connection.execute(f"copy from database {self.dialect.name_of(own)} to fresh_copy")
            self._connection.execute("detach fresh_copy")
            self._connection.execute("checkpoint")
            self._connection.close()
            os.chmod(fresh, self.path.stat().st_mode)
            os.replace(fresh, self.path)
            self._connection = self._open()

    def run(self, sql: str) -> None:
        with self._lock, _plainly(self.path):
            self._connection.execute(sql).fetchall()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self._lock, _plainly(self.path):
            return list(self._connection.execute(sql).fetchall())

    def table(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        with self._lock, _plainly(self.path):
            found = self._connection.execute(sql)
            return [name for name, *_ in found.description], list(found.fetchall())

    def each(self, readings: Sequence[tuple[str, Read]]) -> list[Any]:
        # Planning a query takes one thread and, over a few months of data, longer than running it.
        if len(readings) > 1:
            with suppress(BadBook):  # two at a time may need more memory than there is
                return self._two_at_a_time(readings)
        return [read(self, sql) for sql, read in readings]

    def _two_at_a_time(self, readings: Sequence[tuple[str, Read]]) -> list[Any]:
        with self._lock, self.reading() as beside, ThreadPoolExecutor(1) as other:
            left = deque(enumerate(readings))
            found: dict[int, Any] = {}

            def work(engine: DuckDB) -> None:
                while True:
                    try:
                        number, (sql, read) = left.popleft()
                    except IndexError:  # none is left
                        return
                    found[number] = read(engine, sql)

            ended = other.submit(work, beside)
            try:
                work(self)
            finally:
                left.clear()
            ended.result()
        return [found[number] for number in range(len(readings))]

    def arrow(self, sql: str) -> pa.Table:
        with self._lock, _plainly(self.path):
            return self._connection.sql(sql).to_arrow_table()

    def batches(self, sql: str) -> Iterator[pa.Table]:
        with self.reading() as reader:
            for batch in reader._connection.sql(sql).to_arrow_reader(1_000_000):
                yield pa.Table.from_batches([batch])

    def make_schema(self, name: str) -> None:
        self.run(f"create schema if not exists {name}")

    def drop_schema(self, name: str) -> None:
        self.run(f"drop schema if exists {name} cascade")

    def make_table(self, name: str, columns: Mapping[str, Kind]) -> None:
        typed = ", ".join(f"{self.dialect.name_of(column)} {self.dialect.types[kind]}" for column, kind in columns.items())
        self.run(f"drop table if exists {name}; create table {name} ({typed})")

    def keep_rows(self, name: str, query: str) -> None:
        kind = "temp table" if name.startswith(f"{self.dialect.temporary}.") else "table"
        self.run(f"create or replace {kind} {name} as {query}")

    def keep_none(self, name: str, query: str) -> None:
        columns = _SHAPES.get(query)
        if columns is None:
            self.keep_rows(name, query)
            _SHAPES[query] = ", ".join(f'"{column}" {kind}' for column, kind, *_ in self.rows(f"describe {name}"))
            return
        kind = "temp table" if name.startswith(f"{self.dialect.temporary}.") else "table"
        self.run(f"create or replace {kind} {name} ({columns})")

    def has_table(self, name: str) -> bool:
        schema, _, table = name.rpartition(".")
        found = f"select 1 from information_schema.tables where table_schema = {self.dialect.text(schema)}"
        return bool(self.rows(f"{found} and table_name = {self.dialect.text(table)}"))

    def drop_table(self, name: str) -> None:
        self.run(f"drop table if exists {name}")

    def stage(self, name: str, rows: pa.Table) -> None:
        with self._lock, _plainly(self.path):
            self._connection.register("staged_rows", rows)
            try:
                self._connection.execute(f"insert into {name} by name select * from staged_rows").fetchall()
            except BaseException:
                with suppress(duckdb.Error):  # in a transaction that failed it fails too, and would hide what happened
                    self._connection.unregister("staged_rows")
                raise
            self._connection.unregister("staged_rows")

    def repeats(self, hashes: str) -> bool:
        # Sorting the plain numbers takes a third of the time of the engine's own count(distinct …).
        found = np.sort(as_numbers(self.arrow(hashes).column(0)))
        return bool((found[1:] == found[:-1]).any())

    def parquet(self, path: str) -> str:
        return f"read_parquet({self.dialect.text(path)})"

    def scratch(self, name: str) -> str:
        self.run("attach if not exists ':memory:' as scratch")
        self.make_schema(f"scratch.{name}")
        return f"scratch.{name}"

    def lend(self, table: str, name: str) -> None:
        [(own,)] = self.rows("select current_database()")
        self.run(f"create or replace view {name} as select * from {self.dialect.name_of(own)}.{table}")

    @contextmanager
    def as_written(self) -> Iterator[None]:
        # The estimate takes a fifth for every filter and then holds the messages in memory instead of the tickets.
        try:
            self.run("set disabled_optimizers = 'join_order,build_side_probe_side'")
            yield
            self.run("reset disabled_optimizers")  # interrupted, it takes the transaction with it
        except BaseException:
            self._as_estimated()
            raise

    def _as_estimated(self) -> None:
        """Join by the estimate again; in a transaction that failed, once that is undone."""
        with self._lock:
            try:
                _until_done(self._connection, "reset disabled_optimizers")
                self._is_as_written = False
            except duckdb.Error:
                self._is_as_written = True

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self._lock:
            try:
                self.run("begin transaction")
                yield
                self.run("select 1")  # fails in a transaction that failed: a commit would undo it without a word
                self.run("commit")
            except BaseException:
                self._roll_back()
                raise

    @contextmanager
    def reading(self) -> Iterator[DuckDB]:
        cursor = self._connection.cursor()
        reader = DuckDB(self.path, connection=cursor)
        self._readers.add(reader)
        try:
            yield reader
        finally:
            self._readers.discard(reader)
            cursor.close()

    def interrupt(self) -> None:
        """End the statement that runs at this moment, also one of a reader, with `Stopped`; another thread may ask for it."""
        for one in (self, *self._readers):
            with suppress(duckdb.ConnectionException):  # a reader that has just ended
                one._connection.interrupt()

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _roll_back(self) -> None:
        with suppress(duckdb.Error):  # the failing statement has already ended the transaction
            _until_done(self._connection, "rollback")
        if self._is_as_written:
            self._as_estimated()


def _until_done(connection: duckdb.DuckDBPyConnection, statement: str) -> None:
    """Run what must not be left half done: who waits interrupts again and again, and nothing would be answered any more."""
    while True:
        try:
            connection.execute(statement)
        except duckdb.InterruptException:
            continue
        return


def _half_of_memory() -> str:
    """Half of the machine's memory, at most 8 GB: DuckDB's own default (80 %) leaves nothing for others."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 8 << 30
    return f"{max(1, min(8192, total // 2 >> 20))}MB"


@contextmanager
def _plainly(path: Path | None) -> Iterator[None]:
    """Turn what DuckDB says of files, locks and disks into our errors with a next step."""
    try:
        yield
    except duckdb.InterruptException as error:
        raise Stopped("This was stopped before it was worked out; nothing was changed. Ask again.") from error
    except (
        duckdb.IOException,
        duckdb.OutOfMemoryException,
        duckdb.FatalException,
        duckdb.TransactionException,  # a commit that the disk has no room for
        OSError,
    ) as error:
        raise _in_our_words(path, str(error)) from error


def _in_our_words(path: Path | None, said: str) -> BadBook:
    held = re.search(r"Conflicting lock is held(?: in (.*?))? \(PID (\d+)\)", said)
    if held:
        return BookHeld(
            f"The book {path} is held by another process ({held.group(1) or 'a program'}, process {held.group(2)}) that "
            "is no server of this folder. Nothing was changed. Another command ends by itself: wait for it. Else close that "
            "program, or give another --home."
        )
    if "No space left" in said or "disk is full" in said.lower() or "could not write" in said.lower():
        return BadBook(
            f"The disk that holds {path} is full: {said.splitlines()[0]}. Nothing was taken; what was there before is "
            "safe. Free some space and run the same command again."
        )
    if "newer version" in said or "version number" in said.lower():
        return BadBook(f"The book {path} was written by another version of its database: {said.splitlines()[0]}")
    if "not a valid DuckDB database file" in said:
        return BadBook(
            f"{path} is not a book (it is no DuckDB file). If it was one, restore it from a backup; else give another --home."
        )
    if "Out of Memory" in said or "out of memory" in said:
        return BadBook(
            f"The memory limit was not enough: {said.splitlines()[0]}. Nothing was changed. Raise it with the environment "
            "variable SERVICEMETER_MEMORY (for example 6GB)."
        )
    return BadBook(f"The book {path} could not be read or written: {said.splitlines()[0]}")


def _config(memory: str | None, threads: int | None) -> dict[str, Any]:
    config: dict[str, Any] = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    config["memory_limit"] = memory or os.environ.get("SERVICEMETER_MEMORY") or _half_of_memory()
    return config | ({"threads": str(threads)} if threads else {})
