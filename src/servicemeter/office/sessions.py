"""Sessions: who is signed in. A token is 256 random bits, kept by its hash. It ends when it idles, in time, or when told."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from servicemeter.office.database import METADATA, Instant, Office
from servicemeter.office.privacy import declare

__all__ = ["IDLE", "LASTS", "Session", "begin_session", "digest_of", "end_session", "find_session", "sign_out"]

IDLE, LASTS = timedelta(hours=8), timedelta(days=7)
HALF_LASTS = timedelta(minutes=10)
"""How long somebody whose password was right has for the second factor."""

_TOKEN_BYTES = 32
_TABLE = sa.Table(
    "sessions",
    METADATA,
    sa.Column("session_hash", sa.String(64), primary_key=True),
    sa.Column("person_id", sa.String(32), nullable=False),
    sa.Column("is_half", sa.Boolean, nullable=False),
    sa.Column("begun_at", Instant, nullable=False),
    sa.Column("ends_at", Instant, nullable=False),
    sa.Index("sessions_of", "person_id"),
)
declare(_TABLE, "those who are signed in")


@dataclass(frozen=True)
class Session:
    """A session that holds; a half one still lacks the second factor."""

    session_hash: str
    person_id: str
    is_half: bool
    begun_at: datetime


def digest_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def begin_session(office: Office, person_id: str, now: datetime, *, is_half: bool = False, instead_of: str = "") -> str:
    """The token of a new session; the one before (`instead_of`, its hash) ends, and so do those that are over."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    row = {"session_hash": digest_of(token), "person_id": person_id, "is_half": is_half, "begun_at": now,
           "ends_at": now + (HALF_LASTS if is_half else LASTS)}  # fmt: skip
    with office.writing() as on:
        on.execute(sa.delete(_TABLE).where((_TABLE.c.session_hash == instead_of) | (_TABLE.c.ends_at <= now)))
        on.execute(sa.insert(_TABLE).values(row))
    return token


def find_session(office: Office, token: str, now: datetime, seen_at: datetime | None = None) -> Session | None:
    """The session of a token, if it holds; `seen_at` is when it was last used, where that is known."""
    with office.reading() as on:
        row = on.execute(sa.select(_TABLE).where(_TABLE.c.session_hash == digest_of(token))).mappings().first()
    if row is None or row["ends_at"] <= now:
        return None
    if max(row["begun_at"], seen_at or row["begun_at"]) + IDLE <= now:
        return None
    return Session(row["session_hash"], row["person_id"], row["is_half"], row["begun_at"])


def end_session(office: Office, session_hash: str) -> None:
    """Nobody comes in with it any more."""
    with office.writing() as on:
        on.execute(sa.delete(_TABLE).where(_TABLE.c.session_hash == session_hash))


def sign_out(on: sa.Connection, person_id: str, but: str = "") -> int:
    """End all sessions of somebody, `but` one, inside the transaction that is the reason; how many there were."""
    return on.execute(sa.delete(_TABLE).where((_TABLE.c.person_id == person_id) & (_TABLE.c.session_hash != but))).rowcount
