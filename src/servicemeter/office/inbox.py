"""The inbox: what was sent to us (webhooks, survey answers), kept sealed before anything else is done with it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from servicemeter.office.database import METADATA, Instant, Office
from servicemeter.office.privacy import Rule, Trace, declare

__all__ = ["InboxItem", "Receipt", "count_inbox", "empty_taken", "receive", "receive_with", "settle", "waiting_items"]

_TABLE = sa.Table(
    "inbox",
    METADATA,
    sa.Column("item_id", sa.Integer, primary_key=True),
    sa.Column("source", sa.String(100), nullable=False),
    sa.Column("delivery_id", sa.String(200), nullable=False),
    sa.Column("received_at", Instant, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("error", sa.Text),
    sa.UniqueConstraint("source", "delivery_id", name="inbox_once"),
    sa.Index("inbox_waiting", "state", "item_id"),
)
_TOKEN = re.compile(r"[\w@.+-]+")
_SHORTEST_NAME = 4


@dataclass(frozen=True)
class Receipt:
    """That a delivery is kept. `is_new` is false for one that had come before; `is_same` whether it says the same."""

    item_id: int
    is_new: bool
    is_same: bool = True


@dataclass(frozen=True)
class InboxItem:
    """One delivery as it came; `state` is `waiting`, `taken` or `failed` (with `error`, which never quotes the body)."""

    item_id: int
    source: str
    delivery_id: str
    received_at: datetime
    body: bytes


def receive(office: Office, source: str, delivery_id: str, body: bytes, received_at: datetime) -> Receipt:
    """Keep a delivery for good; once this returns it survives the end of the process. The same id is kept once."""
    with office.writing() as on:
        return receive_with(office, on, source, delivery_id, body, received_at)


def receive_with(office: Office, on: sa.Connection, source: str, delivery_id: str, body: bytes, received_at: datetime) -> Receipt:
    """The same inside a transaction that keeps more than the delivery: all of it is kept, or nothing."""
    digest = hashlib.sha256(body).hexdigest()
    sealed = office.vault.seal(body, _where(source, delivery_id))
    row = {"source": source, "delivery_id": delivery_id, "received_at": received_at, "sha256": digest, "body": sealed,
           "state": "waiting"}  # fmt: skip
    same_id = (_TABLE.c.source == source) & (_TABLE.c.delivery_id == delivery_id)
    known = on.execute(sa.select(_TABLE.c.item_id, _TABLE.c.sha256).where(same_id)).first()
    if known is not None:
        return Receipt(known.item_id, is_new=False, is_same=known.sha256 == digest)
    made = on.execute(sa.insert(_TABLE).values(row)).inserted_primary_key
    assert made is not None
    return Receipt(made[0], is_new=True)


def waiting_items(office: Office, limit: int = 1_000, source: str | None = None) -> list[InboxItem]:
    """The deliveries (of one source) that are still to be taken, in the order in which they came."""
    columns = (_TABLE.c.item_id, _TABLE.c.source, _TABLE.c.delivery_id, _TABLE.c.received_at, _TABLE.c.body)
    wanted = (_TABLE.c.state == "waiting") & (_TABLE.c.source == source if source else sa.true())
    query = sa.select(*columns).where(wanted).order_by(_TABLE.c.item_id).limit(limit)
    with office.reading() as on:
        rows = on.execute(query).all()
    return [
        InboxItem(number, source, delivery_id, at, office.vault.open(body, _where(source, delivery_id)))
        for number, source, delivery_id, at, body in rows
    ]


def settle(office: Office, item_ids: Sequence[int], state: str, error: str | None = None) -> None:
    """Note what became of deliveries: `taken`, or `failed` with why."""
    with office.writing() as on:
        on.execute(sa.update(_TABLE).where(_TABLE.c.item_id.in_(item_ids)).values(state=state, error=error))


def count_inbox(office: Office) -> dict[tuple[str, str], int]:
    """How many deliveries there are by source and state."""
    query = sa.select(_TABLE.c.source, _TABLE.c.state, sa.func.count()).group_by(_TABLE.c.source, _TABLE.c.state)
    with office.reading() as on:
        return {(source, state): count for source, state, count in on.execute(query)}


def _where(source: str, delivery_id: str) -> str:
    return f"the delivery {delivery_id} of {source}"


def _gather(office: Office, on: sa.Connection, trace: Trace) -> list[dict[str, Any]]:
    """The deliveries that name the person: by a survey's invitation, by a key of theirs at its source, by name or address."""
    keys = {(source, key) for pairs in (trace.aliases, *trace.owned.values()) for source, key in pairs}
    of_source: dict[str, set[str]] = {}
    for source, key in keys:
        of_source.setdefault(source, set()).add(key)
    words = [word.casefold() for word in trace.words if len(word) >= _SHORTEST_NAME]
    found = []
    for row in on.execute(sa.select(_TABLE).order_by(_TABLE.c.item_id)).mappings():
        body = office.vault.open(row["body"], _where(row["source"], row["delivery_id"])).decode(errors="replace")
        told = set(_TOKEN.findall(body)) | set(row["delivery_id"].split())
        is_named = told & (of_source.get(row["source"], set()) | trace.invitations) or any(w in body.casefold() for w in words)
        if is_named:
            found.append({str(name): value for name, value in row.items()} | {"body": body})
    return found


def _erase(office: Office, on: sa.Connection, trace: Trace) -> int:
    """Empty what was taken or failed. What still waits is left: it is not in the book yet, and would be lost."""
    rows = [row for row in _gather(office, on, trace) if row["state"] != "waiting" and row["body"] != "{}"]
    for row in rows:
        sealed = office.vault.seal(b"{}", _where(row["source"], row["delivery_id"]))
        on.execute(sa.update(_TABLE).where(_TABLE.c.item_id == row["item_id"]).values(body=sealed, sha256=""))
    return len(rows)


declare(_TABLE, Rule(_gather, _erase))


def empty_taken(office: Office, on: sa.Connection, source: str, before: datetime) -> int:
    """Empty the deliveries of a source that were taken into the book before an instant; how many there were."""
    c = _TABLE.c
    old = (c.source == source) & (c.state == "taken") & (c.received_at < before) & (c.sha256 != "")
    rows = on.execute(sa.select(c.item_id, c.delivery_id).where(old)).all()
    for item_id, delivery_id in rows:
        sealed = office.vault.seal(b"{}", _where(source, delivery_id))
        on.execute(sa.update(_TABLE).where(c.item_id == item_id).values(body=sealed, sha256=""))
    return len(rows)
