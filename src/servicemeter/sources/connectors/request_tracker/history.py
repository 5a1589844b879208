"""Queues, staff, and transactions with their tickets, shaped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from servicemeter.sources.source import Known, Page, Row, Shaped, each
from servicemeter.sources.statuses import status_of

__all__ = ["STATUSES", "shape_queues", "shape_staff", "shape_transactions"]

STATUSES = {
    "new": "new",
    "open": "open",
    "stalled": "pending",
    "resolved": "solved",
    "rejected": "closed",
    "deleted": "closed",
}
_FIELDS = {"Status": "status", "Owner": "assignee_id", "Queue": "team_id", "Priority": "priority"}
_SYSTEM = 1
_LONG_AGO = -(2**62)
_SAYING = {"Create": True, "Correspond": True, "Comment": False}


def shape_queues(page: Page) -> Shaped:
    """Queues are teams."""
    return each(page.items, lambda raw: [("teams", {"team_id": raw["id"], "name": raw.get("Name")})], page.stream, "teams")


def shape_staff(page: Page) -> Shaped:
    """Privileged users answer."""
    return each(page.items, _member, page.stream, "agents")


def _member(raw: dict[str, Any]) -> Iterator[Row]:
    yield "agents", {"agent_id": raw["id"], "name": raw.get("RealName") or raw.get("Name")}


@dataclass(frozen=True)
class _View:
    """What shaping a page knows: who is staff, who asked on each ticket, the tickets as they are now, and nobody's id."""

    staff: Mapping[str, Any]
    requesters: Mapping[str, str]
    tickets: Mapping[str, Mapping[str, Any]]
    statuses: Mapping[str, str]
    nobody: str
    since: datetime | None

    def kind(self, user_id: Any, ticket_id: str) -> str:
        """What somebody is on a ticket: whoever asked speaks as a customer, also when he is staff."""
        if int(user_id) == _SYSTEM:
            return "system"
        is_asker = str(user_id) == self.requesters.get(ticket_id)
        return "customer" if is_asker or str(user_id) not in self.staff else "agent"

    def value(self, field: str, value: Any) -> str | None:
        """A field's value in our words; a status that we have no word for raises KeyError."""
        if field == "status":
            return status_of(self.statuses, value)
        return None if value in (None, "") or (field == "assignee_id" and str(value) == self.nobody) else str(value)


def shape_transactions(page: Page, known: Known, statuses: Mapping[str, str], since: datetime | None) -> Shaped:
    """Tickets as they are now with what held at their beginning, then what happened to them."""
    before = known.values("tickets", "customer_id", [str(raw["ObjectId"]) for raw in page.items])
    tickets = {str(raw["id"]): {**raw, "asker": _asker(raw, before)} for raw in page.more["tickets"]}
    askers = {one: str(raw["asker"]["id"]) for one, raw in tickets.items() if raw["asker"]}
    users = {_person(raw) for raw in page.items} | {_id(raw.get("Creator")) for raw in tickets.values()} | set(askers.values())
    nobody = str(page.more["nobody"][0]["id"])
    view = _View(known.values("agents", "kind", users), before | askers, tickets, statuses, nobody, since)
    yield from each(tickets.values(), partial(_ticket, view), "tickets", "tickets")
    yield from each(page.items, partial(_transaction, view), page.stream, "ticket_events")
    for word in page.more.get("words", ()):
        yield "texts", {"of": "message", "id": word["transaction"], "text": word["text"]}


def _ticket(view: _View, raw: dict[str, Any]) -> Iterator[Row]:
    ticket_id, asker = str(raw["id"]), raw["asker"]
    opener = view.kind(_id(raw["Creator"]), ticket_id)
    version = {"source_updated_at": raw.get("LastUpdated")}
    yield (
        "tickets",
        {
            "ticket_id": ticket_id,
            "created_at": raw["Created"],
            "initiated_by": opener,
            "customer_id": asker.get("id"),
            **version,
        },
    )
    if raw.get("Subject"):
        yield "texts", {"of": "ticket", "id": ticket_id, "text": raw["Subject"], **version}
    if asker:
        yield from _customer(view, asker)
    now = {
        "Status": raw["Status"],
        "Owner": _id(raw.get("Owner")),
        "Queue": _id(raw.get("Queue")),
        "Priority": raw.get("Priority"),
    }
    for name, value in now.items():
        yield from _at_first(view, ticket_id, name, value, _LONG_AGO)


def _customer(view: _View, raw: Mapping[str, Any]) -> Iterator[Row]:
    is_staff = str(raw["id"]) in view.staff
    yield (
        "customers",
        {
            "customer_id": raw["id"],
            "name": raw.get("RealName") or None,
            "segment": raw.get("Organization") or None,
            "language": (raw.get("Lang") or "")[:2].lower() or None,
            "is_internal": is_staff,
        },
    )
    if raw.get("EmailAddress") and not is_staff:
        yield "customer_identities", {"customer_id": raw["id"], "kind": "email", "value": raw["EmailAddress"]}


def _at_first(view: _View, ticket_id: str, name: str, value: Any, seq: int) -> Iterator[Row]:
    """What a field was at the beginning: what it is now, unless a change tells what it was before; the first change knows.

    Of several versions the one with the greatest `source_seq` holds, so that of the earliest change.
    """
    ticket = view.tickets.get(ticket_id)
    created_at = ticket["Created"] if ticket else None
    is_older = view.since is not None and created_at is not None and datetime.fromisoformat(created_at) < view.since
    yield (
        "ticket_events",
        {
            "event_id": f"{ticket_id}/{_FIELDS[name]}/first",
            "ticket_id": ticket_id,
            "occurred_at": None if is_older else created_at,
            "seq": 0,
            "field": _FIELDS[name],
            "value": view.value(_FIELDS[name], value),
            "actor_type": "system",
            "source_seq": seq,
        },
    )


def _transaction(view: _View, raw: dict[str, Any]) -> Iterator[Row]:
    ticket_id, name, kind = str(raw["ObjectId"]), raw.get("Field"), raw["Type"]
    person, author = _person(raw), view.kind(_person(raw), ticket_id)
    row = {"event_id": raw["id"], "ticket_id": ticket_id, "occurred_at": raw["Created"], "seq": int(raw["id"]),
           "actor_type": author, "actor_id": None if author == "system" else person}  # fmt: skip
    if kind in _SAYING:
        yield "messages", _message(raw, ticket_id, person, author)
    elif kind == "AddLink" and name == "MergedInto":
        survivor = raw["NewValue"].rsplit("/", 1)[-1]
        if survivor != ticket_id:
            yield "ticket_events", {**row, "field": "merged_into", "value": survivor}
    elif name in _FIELDS and kind != "SetWatcher":
        yield from _change(view, raw, row)
    minutes = int(raw.get("TimeTaken") or 0)
    if minutes > 0 and author == "agent":
        ended_at = datetime.fromisoformat(raw["Created"])
        times = {"started_at": ended_at - timedelta(minutes=minutes), "ended_at": ended_at}
        yield "work_sessions", {"session_id": raw["id"], "ticket_id": ticket_id, "agent_id": person, **times}


def _message(raw: Mapping[str, Any], ticket_id: str, person: str, author: str) -> dict[str, Any]:
    return {
        "message_id": raw["id"],
        "ticket_id": ticket_id,
        "occurred_at": raw["Created"],
        "author_type": author,
        "author_id": None if author == "system" else person,
        "is_public": _SAYING[raw["Type"]],
        "is_auto": author == "system",
    }


def _change(view: _View, raw: Mapping[str, Any], row: Mapping[str, Any]) -> Iterator[Row]:
    """A field changed. What is deleted keeps its status; what is restored takes up the one it is given."""
    name, before, after = raw["Field"], raw.get("OldValue"), raw.get("NewValue")
    yield from _at_first(view, row["ticket_id"], name, before, -int(raw["id"]))
    if name == "Status" and "deleted" in (before, after):
        flag = "true" if after == "deleted" else "false"
        yield "ticket_events", {**row, "event_id": f"{raw['id']}/is_deleted", "field": "is_deleted", "value": flag}
        if after == "deleted":
            return
    yield "ticket_events", {**row, "field": _FIELDS[name], "value": view.value(_FIELDS[name], after)}


def _asker(raw: Mapping[str, Any], before: Mapping[str, str]) -> dict[str, Any]:
    """Of several requestors the one that the book has, since a merge adds those of the other ticket; else the first."""
    given = raw.get("Requestor") or [{}]
    return dict(next((one for one in given if str(one.get("id")) == before.get(str(raw["id"]))), given[0]))


def _person(raw: Mapping[str, Any]) -> str:
    return str(_id(raw["Creator"]))


def _id(given: Any) -> Any:
    return given.get("id") if isinstance(given, Mapping) else given
