"""The ten metrics in a PostgreSQL server of our own, by hand-written SQL (`in_postgres.sql`)."""

from __future__ import annotations

import re
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from os import sysconf
from pathlib import Path
from typing import Any

import duckdb
import psycopg
from ten import TABLES, Answers, Peer, Weeks

from ground import Spent

sys.path.append(str(Path(__file__).parents[1] / "tests" / "sources"))

from postgres_server import programs, server

__all__ = ["POSTGRES"]

_SETTINGS = ("shared_buffers=1GB", "work_mem=256MB", "maintenance_work_mem=256MB", "max_wal_size=4GB", "jit=off")
_STATEMENT = re.compile(r"^-- (step|metric) (\w+)\n(.*?;)$", re.MULTILINE | re.DOTALL)
_TYPES = {"TIMESTAMP": "timestamp", "BIGINT": "bigint", "DOUBLE": "double precision", "BOOLEAN": "boolean", "DATE": "date"}
_CHUNK = 1 << 20


def _measure(folder: Path, weeks: Weeks) -> tuple[Answers, dict[str, Spent]]:
    """Answer the ten questions in a fresh server; its seconds are those of all its processes."""
    found = programs()
    assert found is not None
    with server(found, _SETTINGS) as address, psycopg.connect(address, autocommit=True) as con:
        processors = _Processors(con)
        load = processors.timed(lambda: _load(con, folder))[0]
        prepare, questions, answers = Spent(0, 0), Spent(0, 0), Answers()
        for kind, name, sql in _STATEMENT.findall(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")):
            text = sql.format(bounds=f"array{list(weeks.bounds)}::bigint[]", as_of=weeks.as_of, weeks=weeks.count)
            spent, rows = processors.timed(partial(_rows, con, text))
            if kind == "step":
                prepare += spent
                continue
            questions += spent
            answers[name] = {int(week) - 1: float(value) for week, value in rows if value is not None}
    return answers, {"load": load, "prepare": prepare, "questions": questions}


def _rows(con: psycopg.Connection[Any], sql: str) -> list[tuple[Any, ...]]:
    found = con.execute(sql.encode())
    return found.fetchall() if found.description else []


def _load(con: psycopg.Connection[Any], folder: Path) -> None:
    """COPY the canonical tables in, by way of CSV."""
    for table in TABLES:
        path = folder / f"{table}.parquet"
        columns = duckdb.execute(f"describe select * from '{path}'").fetchall()
        declared = ", ".join(f'"{name}" {_TYPES.get(kind, "text")}' for name, kind, *_ in columns)
        con.execute(f"create unlogged table {table} ({declared})".encode())
        with tempfile.TemporaryDirectory() as scratch:
            duckdb.execute(f"copy (select * from '{path}') to '{scratch}/rows.csv' (header)")
            with (
                Path(scratch, "rows.csv").open("rb") as rows,
                con.cursor().copy(f"copy {table} from stdin (format csv, header)") as copy,
            ):
                while part := rows.read(_CHUNK):
                    copy.write(part)
        con.execute(f"analyze {table}".encode())


class _Processors:
    """The seconds of the processors of a server's processes, where the system shows them (else 0)."""

    def __init__(self, con: psycopg.Connection[Any]) -> None:
        self.server = _parent(con.info.backend_pid)

    def timed(self, work: Callable[[], Any]) -> tuple[Spent, Any]:
        before, start = self._used(), time.perf_counter()
        found = work()
        return Spent(time.perf_counter() - start, self._used() - before), found

    def _used(self) -> float:
        """Of the server, its children that run and those that have ended."""
        if self.server is None:
            return 0.0
        own = [_stat(path) for path in Path("/proc").glob("[0-9]*/stat")]
        ticks = sum(sum(map(int, s[11:13])) for s in own if s and s[1] == str(self.server))
        mine = _stat(Path(f"/proc/{self.server}/stat"))
        return (ticks + sum(map(int, mine[11:15]))) / sysconf("SC_CLK_TCK")


def _parent(process: int) -> int | None:
    words = _stat(Path(f"/proc/{process}/stat"))
    return int(words[1]) if words else None


def _stat(path: Path) -> list[str]:
    """What the system says of a process, after its name; nothing when it has ended."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


POSTGRES = Peer("PostgreSQL", _measure, lambda: "" if programs() else "PostgreSQL's programs are not installed")
