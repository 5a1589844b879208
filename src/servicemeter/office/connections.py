"""Connections: the sources that are pulled from, their secrets sealed, and when each is next due."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from servicemeter.ground.errors import UnknownName
from servicemeter.office.database import METADATA, Instant, Office
from servicemeter.office.privacy import declare

__all__ = ["Connection", "due_connections", "find_connection", "keep_connection", "list_connections", "plan_next",
           "remove_connection", "reveal_secrets", "seal_anew"]  # fmt: skip

_TABLE = sa.Table(
    "connections",
    METADATA,
    sa.Column("name", sa.String(100), primary_key=True),
    sa.Column("kind", sa.String(100), nullable=False),
    sa.Column("address", sa.String(500), nullable=False),
    sa.Column("options", sa.JSON, nullable=False),
    sa.Column("secrets", sa.LargeBinary, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("every_s", sa.Integer),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("next_run_at", Instant),
    sa.Column("failure_count", sa.Integer, nullable=False),
)
declare(_TABLE, "the organisation's own accounts at its sources")


@dataclass(frozen=True)
class Connection:
    """One connected source; `name` is the source's name in the book, `kind` the connector's.

    `state` is `active`, or `paused` (only synced when asked). `every_s` are the seconds between two syncs (None: only when
    asked), `failure_count` how many failed one after the other.
    """

    name: str
    kind: str
    address: str
    options: dict[str, str]
    made_at: datetime
    state: str = "active"
    every_s: int | None = None
    next_run_at: datetime | None = None
    failure_count: int = 0


def keep_connection(office: Office, connection: Connection, secrets: Mapping[str, str]) -> None:
    """Add a connection, or replace the one of this name."""
    row = vars(connection) | {"secrets": office.vault.seal(json.dumps(dict(secrets)).encode(), _where(connection.name))}
    with office.writing() as on:
        on.execute(sa.delete(_TABLE).where(_TABLE.c.name == connection.name))
        on.execute(sa.insert(_TABLE).values(row))


def list_connections(office: Office) -> list[Connection]:
    """Every connection, by name."""
    with office.reading() as on:
        return [_record(row) for row in on.execute(_select().order_by(_TABLE.c.name)).mappings()]


def find_connection(office: Office, name: str) -> Connection:
    """One connection; `UnknownName` when there is none of this name."""
    known = list_connections(office)
    for connection in known:
        if connection.name == name:
            return connection
    raise UnknownName("connected source", name, [c.name for c in known] or ["none yet; servicemeter connect NAME"])


def reveal_secrets(office: Office, name: str) -> dict[str, str]:
    """The secrets of a connection, opened; they belong into the memory of a connector and nowhere else."""
    with office.reading() as on:
        sealed = on.execute(sa.select(_TABLE.c.secrets).where(_TABLE.c.name == name)).scalar_one()
    found: dict[str, str] = json.loads(office.vault.open(sealed, _where(name)))
    return found


def remove_connection(office: Office, name: str) -> None:
    """Forget a connection and its secrets; its rows in the book stay."""
    with office.writing() as on:
        on.execute(sa.delete(_TABLE).where(_TABLE.c.name == name))


def due_connections(office: Office, now: datetime) -> list[Connection]:
    """The active connections whose next sync is due, the longest waiting first."""
    waiting = [c for c in list_connections(office) if c.state == "active" and c.every_s is not None]
    due = [c for c in waiting if c.next_run_at is None or c.next_run_at <= now]
    return sorted(due, key=lambda c: c.next_run_at or c.made_at)


def plan_next(office: Office, name: str, next_run_at: datetime | None, *, failure_count: int) -> None:
    """Note when a connection is next due, and how often it has failed in a row."""
    with office.writing() as on:
        change = {"next_run_at": next_run_at, "failure_count": failure_count}
        on.execute(sa.update(_TABLE).where(_TABLE.c.name == name).values(change))


def seal_anew(office: Office) -> int:
    """Seal every secret with the key that seals now; returns how many were under an older one."""
    with office.writing() as on:
        old = [row for row in on.execute(sa.select(_TABLE.c.name, _TABLE.c.secrets)) if not office.vault.is_current(row.secrets)]
        for name, sealed in old:
            fresh = office.vault.seal(office.vault.open(sealed, _where(name)), _where(name))
            on.execute(sa.update(_TABLE).where(_TABLE.c.name == name).values(secrets=fresh))
    return len(old)


def _select() -> sa.Select[Any]:
    return sa.select(*(column for column in _TABLE.c if column.name != "secrets"))


def _record(row: Mapping[Any, Any]) -> Connection:
    return Connection(**{str(name): value for name, value in row.items()})


def _where(name: str) -> str:
    return f"the connection {name}"
