"""Sync runs: when each began and ended, what it brought, and what went wrong in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from servicemeter.office.database import METADATA, Instant, Office
from servicemeter.office.privacy import declare

__all__ = ["SyncRun", "begin_run", "end_run", "interrupt_runs", "last_run", "list_runs"]

_TABLE = sa.Table(
    "sync_runs",
    METADATA,
    sa.Column("run_id", sa.Integer, primary_key=True),
    sa.Column("connection", sa.String(100), nullable=False),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("new_rows", sa.Integer, nullable=False),
    sa.Column("changed_rows", sa.Integer, nullable=False),
    sa.Column("kept_aside", sa.Integer, nullable=False),
    sa.Column("calls", sa.Integer, nullable=False),
    sa.Column("through", Instant),
    sa.Column("error_kind", sa.String(100)),
    sa.Column("error", sa.Text),
    sa.Column("remarks", sa.JSON, nullable=False),
    sa.Column("counts", sa.JSON, nullable=False),
    sa.Index("sync_runs_of", "connection", "started_at"),
)
declare(_TABLE, "numbers of rows, and errors that quote none of them")


@dataclass(frozen=True)
class SyncRun:
    """One sync: `state` is `running`, `done`, `failed` or `interrupted` (its process ended before it did).

    `through` is up to when the source was there afterwards. `counts` is the reconciliation: a day (ISO) → rows at the
    source, rows in the book.
    """

    run_id: int
    connection: str
    started_at: datetime
    ended_at: datetime | None = None
    state: str = "running"
    new_rows: int = 0
    changed_rows: int = 0
    kept_aside: int = 0
    calls: int = 0
    through: datetime | None = None
    error_kind: str | None = None
    error: str | None = None
    remarks: list[str] = field(default_factory=list)
    counts: dict[str, list[int]] = field(default_factory=dict)

    @property
    def missing(self) -> dict[str, int]:
        """The days on which source and book differ: rows in the book less rows at the source."""
        return {day: held - there for day, (there, held) in self.counts.items() if there != held}


def begin_run(office: Office, connection: str, started_at: datetime) -> SyncRun:
    """Note that a sync has begun."""
    row = {"connection": connection, "started_at": started_at, "state": "running", "new_rows": 0, "changed_rows": 0,
           "kept_aside": 0, "calls": 0, "remarks": [], "counts": {}}  # fmt: skip
    with office.writing() as on:
        run_id = on.execute(sa.insert(_TABLE).values(row)).inserted_primary_key
    assert run_id is not None
    return SyncRun(run_id[0], connection, started_at)


def end_run(office: Office, run: SyncRun) -> None:
    """Note how a sync ended."""
    row = {name: value for name, value in vars(run).items() if name != "run_id"}
    with office.writing() as on:
        on.execute(sa.update(_TABLE).where(_TABLE.c.run_id == run.run_id).values(row))


def interrupt_runs(office: Office, connection: str, ended_at: datetime) -> int:
    """Close the runs of a connection that a dead process left open; returns how many there were.

    Call it when it is certain that none is running: whoever holds the book is the only one who syncs.
    """
    change = {"state": "interrupted", "ended_at": ended_at}
    with office.writing() as on:
        open_ones = (_TABLE.c.connection == connection) & (_TABLE.c.state == "running")
        return on.execute(sa.update(_TABLE).where(open_ones).values(change)).rowcount


def list_runs(office: Office, connection: str, limit: int = 20) -> list[SyncRun]:
    """The runs of a connection, the latest first."""
    return _runs(office, _TABLE.c.connection == connection, limit)


def last_run(office: Office, connection: str, state: str | None = None) -> SyncRun | None:
    """The latest run of a connection, or the latest that ended so; None when there is none."""
    wanted = _TABLE.c.connection == connection
    found = _runs(office, wanted if state is None else wanted & (_TABLE.c.state == state), 1)
    return found[0] if found else None


def _runs(office: Office, wanted: sa.ColumnElement[bool], limit: int) -> list[SyncRun]:
    query = sa.select(_TABLE).where(wanted).order_by(_TABLE.c.run_id.desc()).limit(limit)
    with office.reading() as on:
        return [_record(row) for row in on.execute(query).mappings()]


def _record(row: Mapping[Any, Any]) -> SyncRun:
    return SyncRun(**{str(name): value for name, value in row.items()})
