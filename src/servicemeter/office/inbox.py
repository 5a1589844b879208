"""The inbox: what was sent to us (webhooks, survey answers), kept sealed before anything else is done with it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate
from typing import Any

import sqlalchemy as sa

from servicemeter.office.database import METADATA, Instant, Office
from servicemeter.office.privacy import Rule, Trace, declare

__all__ = ["Arrival", "InboxFailure", "InboxItem", "Receipt", "count_inbox", "empty_taken", "expire", "list_failures", "receive",
           "receive_many", "receive_with", "reopen_failed", "settle", "waiting_items", "waiting_sources"]  # fmt: skip

_AT_ONCE = 500

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
    sa.Column("headers", sa.JSON),
    sa.Column("settled_at", Instant),
    sa.UniqueConstraint("source", "delivery_id", name="inbox_once"),
    sa.Index("inbox_waiting", "state", "item_id"),
    sa.Index("inbox_settled", "settled_at"),
)
_TOKEN = re.compile(r"[\w@.+-]+")
_SHORTEST_NAME = 4


@dataclass(frozen=True)
class Arrival:
    """A delivery that is to be kept: the id under which it would come again, its body, and the headers that belong to it.

    With `repeats_differ` the same id with another body is the same delivery.
    """

    source: str
    delivery_id: str
    body: bytes
    received_at: datetime
    headers: dict[str, str] | None = None
    repeats_differ: bool = False


@dataclass(frozen=True)
class Receipt:
    """That a delivery is kept. `is_new` is false for one that had come before; `is_same` whether it says the same."""

    item_id: int
    is_new: bool
    is_same: bool = True


@dataclass(frozen=True)
class InboxItem:
    """One delivery as it came. Its state is `waiting`, `taken`, `unused` (it tells nothing that is measured) or `failed`; the
    last two with an `error`, which never quotes the body."""

    item_id: int
    source: str
    delivery_id: str
    received_at: datetime
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True)
class InboxFailure:
    """A delivery that could not be taken, and why."""

    source: str
    delivery_id: str
    received_at: datetime
    error: str


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


def receive_many(office: Office, arrivals: Sequence[Arrival]) -> None:
    """Keep deliveries for good in one transaction: once this returns, all of them survive the end of the process.

    What had come before is not kept again. The id of one that had come before with another body is no proof that it is the
    same: that one is kept too, as failed, for somebody to look at.
    """
    given: dict[tuple[str, str], Arrival] = {}
    twice = []
    for arrival in arrivals:
        held = given.setdefault((arrival.source, arrival.delivery_id), arrival)
        if held is not arrival:
            twice.append(arrival)
    with office.writing() as on:
        known = _known(on, given)
        fresh = [_row(office, one) for key, one in given.items() if key not in known]
        bodies = known | {(row["source"], row["delivery_id"]): row["sha256"] for row in fresh}
        seen_before = [one for key, one in given.items() if key in known] + twice
        others = {}
        for one in seen_before:
            digest = hashlib.sha256(one.body).hexdigest()
            if digest != bodies[one.source, one.delivery_id] and not one.repeats_differ:
                other = replace(one, delivery_id=f"{one.delivery_id}#{digest[:16]}")
                others[other.source, other.delivery_id] = other
        fresh += [_row(office, one) | _FALSE for key, one in others.items() if key not in _known(on, others)]
        if fresh:
            on.execute(sa.insert(_TABLE), [_BLANK | row for row in fresh])


_BLANK = {"state": "waiting", "error": None, "settled_at": None}
_FALSE = {"state": "failed", "error": "it came with the id of a delivery that had come before, and with another body"}


def _known(on: sa.Connection, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The digests of those that are there already."""
    by_source: dict[str, list[str]] = {}
    for source, delivery_id in wanted:
        by_source.setdefault(source, []).append(delivery_id)
    found = {}
    c = _TABLE.c
    for source, ids in by_source.items():
        for first in range(0, len(ids), _AT_ONCE):
            same = (c.source == source) & c.delivery_id.in_(ids[first : first + _AT_ONCE])
            found.update({(source, r.delivery_id): r.sha256 for r in on.execute(sa.select(c.delivery_id, c.sha256).where(same))})
    return found


def _row(office: Office, one: Arrival) -> dict[str, Any]:
    digest = hashlib.sha256(one.body).hexdigest()
    sealed = office.vault.seal(one.body, _where(one.source, one.delivery_id))
    return {"source": one.source, "delivery_id": one.delivery_id, "received_at": one.received_at, "sha256": digest,
            "body": sealed, "headers": one.headers or {}}  # fmt: skip


def waiting_items(
    office: Office, limit: int = 1_000, source: str | None = None, most_bytes: int | None = None
) -> list[InboxItem]:
    """The deliveries (of one source) that are still to be taken, in the order in which they came; with `most_bytes` no more
    than that at once, though always one."""
    columns = (_TABLE.c.item_id, _TABLE.c.source, _TABLE.c.delivery_id, _TABLE.c.received_at, _TABLE.c.body, _TABLE.c.headers)
    wanted = (_TABLE.c.state == "waiting") & (_TABLE.c.source == source if source else sa.true())
    query = sa.select(*columns).where(wanted).order_by(_TABLE.c.item_id)
    with office.reading() as on:
        rows = on.execute(query.limit(_count_within(on, wanted, limit, most_bytes))).all()
    return [
        InboxItem(number, source, delivery_id, at, office.vault.open(body, _where(source, delivery_id)), headers or {})
        for number, source, delivery_id, at, body, headers in rows
    ]


def _count_within(on: sa.Connection, wanted: sa.ColumnElement[bool], limit: int, most_bytes: int | None) -> int:
    """How many of the first rows have no more bytes together; at least one."""
    if most_bytes is None:
        return limit
    query = sa.select(sa.func.length(_TABLE.c.body)).where(wanted).order_by(_TABLE.c.item_id).limit(limit)
    sums = list(accumulate(size for (size,) in on.execute(query)))
    return max(len([size for size in sums if size <= most_bytes]), 1)


def waiting_sources(office: Office) -> list[str]:
    """The sources of which something is still to be taken."""
    query = sa.select(_TABLE.c.source).where(_TABLE.c.state == "waiting").distinct().order_by(_TABLE.c.source)
    with office.reading() as on:
        return [source for (source,) in on.execute(query)]


def settle(
    office: Office,
    item_ids: Sequence[int],
    state: str,
    error: str | None = None,
    *,
    now: datetime | None = None,
    is_purged: bool = False,
) -> None:
    """Note what became of deliveries: `taken`, or `unused` or `failed` with why.

    From `now` on their time runs (`expire`); with `is_purged` their bodies go at once. In small steps, so that whoever
    receives meanwhile need not wait long.
    """
    change = {"state": state, "error": error, "settled_at": now} | ({"body": b""} if is_purged else {})
    for first in range(0, len(item_ids), _AT_ONCE):
        with office.writing() as on:
            on.execute(sa.update(_TABLE).where(_TABLE.c.item_id.in_(item_ids[first : first + _AT_ONCE])).values(change))


def reopen_failed(office: Office, source: str) -> int:
    """Let the deliveries that failed be tried again; returns how many. Those whose body has expired stay as they are."""
    wanted = (_TABLE.c.source == source) & (_TABLE.c.state == "failed") & (sa.func.length(_TABLE.c.body) > 0)
    with office.writing() as on:
        return on.execute(sa.update(_TABLE).where(wanted).values(state="waiting", error=None, settled_at=None)).rowcount


def expire(office: Office, before: datetime) -> int:
    """Forget what was settled before a moment; of what failed the reason stays. Returns how many bodies went.

    That a delivery was taken stands in the book, so that it is not taken again should it come once more.
    """
    old, failed = _TABLE.c.settled_at < before, _TABLE.c.state == "failed"
    with office.writing() as on:
        emptied = on.execute(
            sa.update(_TABLE).where(old & failed & (sa.func.length(_TABLE.c.body) > 0)).values(body=b"")
        ).rowcount
        return emptied + on.execute(sa.delete(_TABLE).where(old & ~failed)).rowcount


def list_failures(office: Office, source: str, limit: int = 20) -> list[InboxFailure]:
    """The deliveries of a source that could not be taken, the latest first."""
    c = _TABLE.c
    query = sa.select(c.source, c.delivery_id, c.received_at, c.error).where((c.source == source) & (c.state == "failed"))
    with office.reading() as on:
        rows = on.execute(query.order_by(c.item_id.desc()).limit(limit)).all()
    return [InboxFailure(r.source, r.delivery_id, r.received_at, r.error or "") for r in rows]


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
        if not row["body"]:  # it has expired, or was emptied once it was taken
            continue
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
        on.execute(sa.update(_TABLE).where(_TABLE.c.item_id == row["item_id"]).values(body=sealed, sha256="", headers=None))
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
