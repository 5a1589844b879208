"""Doors: the addresses that vendors send webhooks to, with their secrets, sealed; and how much was turned away at them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from servicemeter.office.database import METADATA, Instant, Office
from servicemeter.office.privacy import declare

__all__ = ["Door", "Key", "count_refusals_at_doors", "find_door", "keep_door", "list_doors", "note_refusals", "remove_door",
           "seal_doors_anew"]  # fmt: skip

_TABLE = sa.Table(
    "webhooks",
    METADATA,
    sa.Column("connection", sa.String(100), primary_key=True),
    sa.Column("is_signed", sa.Boolean, nullable=False),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
)
declare(_TABLE, "where the organisation's sources send to")
_REFUSALS = sa.Table(
    "webhook_refusals",
    METADATA,
    sa.Column("connection", sa.String(100), primary_key=True),
    sa.Column("refused_on", sa.Date, primary_key=True),
    sa.Column("reason", sa.String(20), primary_key=True),
    sa.Column("refusal_count", sa.Integer, nullable=False),
)
declare(_REFUSALS, "numbers of refused requests")


@dataclass(frozen=True)
class Key:
    """A part of an address, or a secret, and until when it holds (None: until it is changed)."""

    text: str
    until: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether it still opens."""
        return self.until is None or now < self.until


@dataclass(frozen=True)
class Door:
    """The door of one connection. The first of its `paths` and of its `secrets` is the present one; an unsigned door may have
    no secret but its path."""

    connection: str
    is_signed: bool
    made_at: datetime
    paths: tuple[Key, ...]
    secrets: tuple[Key, ...] = ()

    def secrets_at(self, now: datetime) -> list[str]:
        """The secrets that hold at a moment."""
        return [key.text for key in self.secrets if key.holds(now)]


def keep_door(office: Office, door: Door) -> None:
    """Add a door, or replace the one of its connection."""
    row = {"connection": door.connection, "is_signed": door.is_signed, "made_at": door.made_at, "content": _seal(office, door)}
    with office.writing() as on:
        on.execute(sa.delete(_TABLE).where(_TABLE.c.connection == door.connection))
        on.execute(sa.insert(_TABLE).values(row))


def list_doors(office: Office) -> list[Door]:
    """Every door, opened: its secrets belong into the memory of whoever receives and nowhere else."""
    with office.reading() as on:
        rows = on.execute(sa.select(_TABLE).order_by(_TABLE.c.connection)).all()
    return [_door(office, r.connection, r.is_signed, r.made_at, r.content) for r in rows]


def find_door(office: Office, connection: str) -> Door | None:
    """The door of a connection, or None."""
    return next((door for door in list_doors(office) if door.connection == connection), None)


def remove_door(office: Office, connection: str) -> None:
    """Close a door for good; what came in through it stays."""
    with office.writing() as on:
        on.execute(sa.delete(_TABLE).where(_TABLE.c.connection == connection))


def seal_doors_anew(office: Office) -> int:
    """Seal every door with the key that seals now; returns how many were under an older one."""
    with office.writing() as on:
        old = [row for row in on.execute(sa.select(_TABLE)) if not office.vault.is_current(row.content)]
        for row in old:
            door = _door(office, row.connection, row.is_signed, row.made_at, row.content)
            on.execute(sa.update(_TABLE).where(_TABLE.c.connection == row.connection).values(content=_seal(office, door)))
    return len(old)


def note_refusals(office: Office, counts: Mapping[tuple[str, date, str], int]) -> None:
    """Add up what was turned away: nothing is dropped without being told. The key is connection, day (UTC) and reason."""
    c = _REFUSALS.c
    with office.writing() as on:
        for (connection, day, reason), count in counts.items():
            same = (c.connection == connection) & (c.refused_on == day) & (c.reason == reason)
            more = {"refusal_count": c.refusal_count + count}
            if not on.execute(sa.update(_REFUSALS).where(same).values(more)).rowcount:
                row = {"connection": connection, "refused_on": day, "reason": reason, "refusal_count": count}
                on.execute(sa.insert(_REFUSALS).values(row))


def count_refusals_at_doors(office: Office, since: date) -> dict[tuple[str, str], int]:
    """How much was turned away since a day, by connection ('' where the address is no door) and reason."""
    c = _REFUSALS.c
    query = sa.select(c.connection, c.reason, sa.func.sum(c.refusal_count)).where(c.refused_on >= since)
    with office.reading() as on:
        return {(name, reason): int(n) for name, reason, n in on.execute(query.group_by(c.connection, c.reason))}


def _seal(office: Office, door: Door) -> bytes:
    content = {name: [[k.text, k.until.isoformat() if k.until else None] for k in getattr(door, name)] for name in _KEYS}
    return office.vault.seal(json.dumps(content).encode(), _where(door.connection))


_KEYS = ("paths", "secrets")


def _door(office: Office, connection: str, is_signed: bool, made_at: datetime, sealed: bytes) -> Door:
    content = json.loads(office.vault.open(sealed, _where(connection)))
    paths, secrets = (tuple(Key(text, datetime.fromisoformat(until) if until else None) for text, until in content[name])
                      for name in _KEYS)  # fmt: skip
    return Door(connection, is_signed, made_at, paths, secrets)


def _where(connection: str) -> str:
    return f"the webhook of {connection}"
