"""API keys: a prefix that names the key and 256 random bits that open it; shown once, kept by SHA-256."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from servicemeter.ground.errors import BadSettings, UnknownName
from servicemeter.model.person import RIGHTS, Person, Right
from servicemeter.office.audit import audit
from servicemeter.office.database import METADATA, Instant, Office
from servicemeter.office.people import By, find_account
from servicemeter.office.privacy import declare

__all__ = ["KEY_RIGHTS", "ApiKey", "find_key", "list_keys", "make_key", "revoke_key"]

KEY_RIGHTS: tuple[Right, ...] = ("see_figures", "see_rows", "read_words", "see_data", "set_targets", "load_data")
"""What a key may be made for; accounts and settings are changed by people."""

_MARK = "smk"
_ID_BYTES, _SECRET_BYTES = 6, 32
_LONGEST = timedelta(days=366)
_TABLE = sa.Table(
    "api_keys",
    METADATA,
    sa.Column("key_id", sa.String(12), primary_key=True),
    sa.Column("key_hash", sa.String(64), nullable=False),
    sa.Column("person_id", sa.String(32), nullable=False),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("rights", sa.JSON, nullable=False),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("revoked_at", Instant),
    sa.Index("api_keys_of", "person_id"),
)
declare(_TABLE, "keys of those who use servicemeter, not of its customers")


@dataclass(frozen=True)
class ApiKey:
    """A key without its secret. It sees what its person sees, and may what both of them may."""

    key_id: str
    person_id: str
    name: str
    rights: tuple[Right, ...]
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None


def make_key(
    office: Office, person: Person, name: str, rights: Iterable[str], expires_at: datetime, by: By
) -> tuple[ApiKey, str]:
    """A key and its text, which is shown once; at most for a year, and for nothing that its person may not."""
    wanted = tuple(right for right in KEY_RIGHTS if right in set(rights))
    unknown = set(rights) - set(KEY_RIGHTS)
    if unknown:
        raise UnknownName("scope of a key", min(unknown), KEY_RIGHTS)
    if not name.strip() or not wanted or any(right not in RIGHTS[person.role] for right in wanted):
        raise BadSettings("A key needs a name, and one scope at least that your account has.")
    if not by.now < expires_at <= by.now + _LONGEST:
        raise BadSettings("A key ends after today and within a year.")
    key_id, secret = secrets.token_hex(_ID_BYTES), secrets.token_urlsafe(_SECRET_BYTES)
    key = ApiKey(key_id, person.person_id, name.strip()[:100], wanted, by.now, expires_at)
    with office.writing() as on:
        on.execute(sa.insert(_TABLE).values({**vars(key), "rights": list(wanted), "key_hash": _digest(secret)}))
        audit(office, on, who=by.who, what="made a key", about=key_id, place=by.place, now=by.now,
              after={"name": key.name, "scopes": list(wanted), "expires_at": expires_at.isoformat()})  # fmt: skip
    return key, f"{_MARK}_{key_id}_{secret}"


def find_key(office: Office, text: str, now: datetime) -> tuple[ApiKey, Person] | None:
    """The key of a text and the person it speaks for, narrowed to its scopes; None when it opens nothing (any more)."""
    mark, _, rest = text.partition("_")
    key_id, _, secret = rest.partition("_")
    if mark != _MARK:
        return None
    with office.reading() as on:
        row = on.execute(sa.select(_TABLE).where(_TABLE.c.key_id == key_id)).mappings().first()
        account = find_account(on, row["person_id"]) if row else None
    if row is None or not hmac.compare_digest(row["key_hash"], _digest(secret)):
        return None
    if row["revoked_at"] is not None or row["expires_at"] <= now or account is None or account.state != "active":
        return None
    key = _key(row)
    return key, replace(account.person, rights=frozenset(key.rights))


def list_keys(office: Office, person_id: str | None = None) -> list[ApiKey]:
    """The keys of somebody, or all of them; the newest first."""
    wanted = sa.true() if person_id is None else _TABLE.c.person_id == person_id
    query = sa.select(_TABLE).where(wanted).order_by(_TABLE.c.made_at.desc(), _TABLE.c.key_id)
    with office.reading() as on:
        return [_key(row) for row in on.execute(query).mappings()]


def revoke_key(office: Office, key_id: str, person_id: str | None, by: By) -> bool:
    """End a key, of this person or (None) of anybody; whether there was one."""
    mine = sa.true() if person_id is None else _TABLE.c.person_id == person_id
    which = (_TABLE.c.key_id == key_id) & _TABLE.c.revoked_at.is_(None) & mine
    with office.writing() as on:
        if not on.execute(sa.update(_TABLE).where(which).values(revoked_at=by.now)).rowcount:
            return False
        audit(office, on, who=by.who, what="revoked a key", about=key_id, place=by.place, now=by.now)
    return True


def _key(row: Mapping[Any, Any]) -> ApiKey:
    kept = {name: row[name] for name in ("key_id", "person_id", "name", "made_at", "expires_at", "revoked_at")}
    return ApiKey(**kept, rights=tuple(row["rights"]))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
