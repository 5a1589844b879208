"""The audit log: who changed what, when, from where, before and after. It is only added to, and every entry holds the one before.

The number and the hash of the last entry stand beside it, sealed with the key that is not in the database: whoever has the
database alone can neither change nor take out an entry without `verify_audit` saying so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from servicemeter.ground.errors import BadSettings
from servicemeter.office.chain import START, find_break, link
from servicemeter.office.database import METADATA, Instant, Office
from servicemeter.office.privacy import declare

__all__ = ["AuditEntry", "AuditState", "audit", "list_audit", "seal_head_anew", "verify_audit"]

_TABLE = sa.Table(
    "audit_entries",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("happened_at", Instant, nullable=False),
    sa.Column("who", sa.String(400), nullable=False),
    sa.Column("what", sa.String(200), nullable=False),
    sa.Column("about", sa.String(400), nullable=False),
    sa.Column("place", sa.String(100), nullable=False),
    sa.Column("before", sa.JSON, nullable=False),
    sa.Column("after", sa.JSON, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)
declare(_TABLE, "what those who use servicemeter did; no words of customers")
_HEAD = sa.Table(
    "audit_head",
    METADATA,
    sa.Column("head_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
)
declare(_HEAD, "where the log of what was done ends")
_WHERE = "the head of the audit log"
_CHAINED = ("number", "who", "what", "about", "place", "before", "after")


@dataclass(frozen=True)
class AuditEntry:
    """One thing that was done; `who` is an e-mail address, or says which way they came."""

    number: int
    happened_at: datetime
    who: str
    what: str
    about: str
    place: str
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(frozen=True)
class AuditState:
    """What a look at the whole log found: entries, the last hash, and what is wrong (empty when nothing is)."""

    count: int
    head: str
    fault: str = ""


def audit(
    office: Office,
    on: sa.Connection,
    *,
    who: str,
    what: str,
    about: str = "",
    place: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    now: datetime,
) -> None:
    """Note what is done, inside the transaction that does it. Never a password, token or secret in `before` or `after`."""
    known = on.execute(sa.select(_HEAD.c.sealed).where(_HEAD.c.head_id == 1).with_for_update()).scalar()
    count, last = _opened(office, known) if known is not None else (0, START)
    row = {"number": count + 1, "happened_at": now, "who": who, "what": what, "about": about, "place": place,
           "before": dict(before or {}), "after": dict(after or {})}  # fmt: skip
    fresh = link(last, _chained(row))
    on.execute(sa.insert(_TABLE).values({**row, "hash": fresh}))
    sealed = office.vault.seal(json.dumps([count + 1, fresh]).encode(), _WHERE)
    if known is None:
        on.execute(sa.insert(_HEAD).values(head_id=1, sealed=sealed))
    else:
        on.execute(sa.update(_HEAD).where(_HEAD.c.head_id == 1).values(sealed=sealed))


def list_audit(office: Office, limit: int = 200) -> list[AuditEntry]:
    """The last entries, the newest first."""
    columns = [column for column in _TABLE.c if column.name != "hash"]
    with office.reading() as on:
        rows = on.execute(sa.select(*columns).order_by(_TABLE.c.number.desc()).limit(limit)).mappings().all()
    return [AuditEntry(**{str(name): value for name, value in row.items()}) for row in rows]


def verify_audit(office: Office) -> AuditState:
    """Read the whole log and say whether anything was changed, moved, taken out or cut off."""
    with office.reading() as on:
        rows = on.execute(sa.select(_TABLE).order_by(_TABLE.c.number)).mappings().all()
        known = on.execute(sa.select(_HEAD.c.sealed)).scalar()
    count, last, wrong = find_break((_chained(row), row["hash"]) for row in rows)
    fault = f"Entry {rows[wrong - 1]['number']} is not as it was written, or one before it was taken out." if wrong else ""
    try:
        said = _opened(office, known) if known is not None else (0, START)
        if not fault and said != (count, last):
            fault = f"The log ends at entry {count}, but {said[0]} were written: its end was cut off or rewritten."
    except BadSettings as error:
        fault = fault or str(error)
    return AuditState(count, last, fault)


def seal_head_anew(office: Office, on: sa.Connection) -> int:
    """Seal the head with the key that seals now; how many heads (0 or 1) were under an older one."""
    known = on.execute(sa.select(_HEAD.c.sealed)).scalar()
    if known is None or office.vault.is_current(known):
        return 0
    sealed = office.vault.seal(office.vault.open(known, _WHERE), _WHERE)
    return on.execute(sa.update(_HEAD).values(sealed=sealed)).rowcount


def _opened(office: Office, sealed: bytes) -> tuple[int, str]:
    count, last = json.loads(office.vault.open(sealed, _WHERE))
    return int(count), str(last)


def _chained(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {**{name: row[name] for name in _CHAINED}, "happened_at": row["happened_at"].isoformat()}
