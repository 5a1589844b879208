"""Tickets with their articles and their history, shaped. The history begins after a ticket's creation, so what a field was
first is what its first change was from, or what it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from servicemeter.sources.changes import STATUS_ORDER, iso, moment_text, second
from servicemeter.sources.connectors.zammad.people import SYSTEM_ID
from servicemeter.sources.source import Known, Page, Row, Shaped, each

__all__ = ["shape_tickets"]

_CHANNELS = {
    "email": "email",
    "phone": "phone",
    "web": "web",
    "note": "web",
    "sms": "sms",
    "chat": "chat",
    "facebook feed post": "social",
    "facebook feed comment": "social",
    "twitter status": "social",
    "twitter direct-message": "social",
    "telegram personal-message": "messaging",
    "whatsapp message": "messaging",
}
_TYPES = {"new": "new", "open": "open", "pending reminder": "pending", "pending action": "pending", "closed": "solved",
          "merged": "closed", "removed": "closed"}  # fmt: skip
_NAMES = {**_TYPES, "pending close": "pending"}
_FIELDS = {"state": "status", "owner": "assignee_id", "group": "team_id", "priority": "priority"}
_SENDERS = {"customer": "customer", "agent": "agent", "system": "system"}
_PRIORITIES = {"1 low": "low", "2 normal": "normal", "3 high": "high"}


@dataclass(frozen=True)
class _Around:
    """Who is staff, and the kinds of the states by their names."""

    staff: Mapping[str, Any]
    states: Mapping[str, str]

    def actor(self, user_id: Any) -> dict[str, Any]:
        """Who did something."""
        if user_id in (None, SYSTEM_ID):
            return {"actor_type": "system", "actor_id": None}
        return {"actor_type": "agent" if str(user_id) in self.staff else "customer", "actor_id": user_id}

    def value(self, field: str, value: Any, value_id: Any) -> str | None:
        """A value of a field in our words; nobody is user 1."""
        if field == "status":
            return self.states.get(str(value), "open")
        if field == "priority":
            return _PRIORITIES.get(str(value), str(value)) if value else None
        return None if value_id in (None, "", SYSTEM_ID if field == "assignee_id" else "") else str(value_id)


def shape_tickets(page: Page, known: Known) -> Shaped:
    """Tickets, all that was written on them, and all that was changed."""
    users = {h.get("created_by_id") for raw in page.items for h in raw.get("history") or ()}
    states = dict(_NAMES)
    for state in page.more.get("states", ()):
        states[str(state.get("name"))] = _TYPES.get(str(state.get("state_type")), _NAMES.get(str(state.get("name")), "open"))
    return each(page.items, partial(_ticket, _Around(known.values("agents", "kind", users), states)), page.stream, "tickets")


def _ticket(around: _Around, raw: dict[str, Any]) -> Iterator[Row]:
    ticket_id, version = raw["id"], {"source_updated_at": moment_text(raw["updated_at"])}
    starter = str(raw.get("create_article_sender") or "Customer").lower()
    kind = str(raw.get("create_article_type") or "").lower()
    yield (
        "tickets",
        {
            "ticket_id": ticket_id,
            "created_at": moment_text(raw["created_at"]),
            "channel": _CHANNELS.get(kind, kind or None),
            "initiated_by": _SENDERS[starter],
            "customer_id": raw["customer_id"],
            **version,
        },
    )
    if raw.get("title"):
        yield "texts", {"of": "ticket", "id": ticket_id, "text": raw["title"], **version}
    for article in raw["articles"]:
        yield from _article(article)
    yield from _changes(around, raw)
    yield from _labels(raw)


def _article(raw: Mapping[str, Any]) -> Iterator[Row]:
    """What was written. Zammad marks the answers of machines that come by e-mail."""
    author = _SENDERS[str(raw["sender"]).lower()]
    marks = raw.get("preferences") or {}
    row = {"message_id": raw["id"], "ticket_id": raw["ticket_id"], "occurred_at": moment_text(raw["created_at"])}
    author_id = raw.get("origin_by_id") or raw.get("created_by_id")
    version = {"source_updated_at": moment_text(raw.get("updated_at"))}
    yield (
        "messages",
        {
            **row,
            "author_type": author,
            "author_id": None if author == "system" else author_id,
            "is_public": not raw["internal"],
            "is_auto": author == "system" or bool(marks.get("is-auto-response") or marks.get("is-auto-reponse")),
            **version,
        },
    )
    if raw.get("body"):
        yield "texts", {"of": "message", "id": raw["id"], "text": raw["body"], **version}


def _changes(around: _Around, raw: Mapping[str, Any]) -> Iterator[Row]:
    """The values of each field from the ticket's creation on."""
    ticket_id, history = (
        raw["id"],
        [h for h in raw["history"] if h.get("object") == "Ticket" and h.get("o_id", raw["id"]) == raw["id"]],
    )
    now = {"state": (raw.get("state"), None), "owner": (None, raw.get("owner_id")), "group": (None, raw.get("group_id")),
           "priority": (raw.get("priority"), None)}  # fmt: skip
    for attribute, field in _FIELDS.items():
        changes = [h for h in history if h.get("attribute") == attribute and h.get("type") == "updated"]
        first = (changes[0].get("value_from"), changes[0].get("id_from")) if changes else now[attribute]
        at, by = second(raw["created_at"]), raw.get("created_by_id")
        value = around.value(field, *first)
        if value is not None:
            yield _event(f"{ticket_id}/{field}", ticket_id, at, field, value, around.actor(by))
        for change in changes:
            value = around.value(field, change.get("value_to"), change.get("id_to"))
            row_id, at = change["id"], second(change["created_at"])
            yield _event(row_id, ticket_id, at, field, value, around.actor(change.get("created_by_id")))
    for merge in (h for h in history if h.get("type") == "merged_into" and h.get("id_to") is not None):
        by = around.actor(merge.get("created_by_id"))
        yield _event(merge["id"], ticket_id, second(merge["created_at"]), "merged_into", str(merge["id_to"]), by)


def _event(event_id: Any, ticket_id: Any, at: int, field: str, value: str | None, actor: Mapping[str, Any]) -> Row:
    seq = STATUS_ORDER[str(value)] if field == "status" else 0
    row = {"event_id": event_id, "ticket_id": ticket_id, "occurred_at": iso(at), "seq": seq, "field": field, "value": value}
    return "ticket_events", {**row, **actor}


def _labels(raw: Mapping[str, Any]) -> Iterator[Row]:
    """Tags from when they were put on to when they were taken off."""
    since: dict[str, str | None] = {}
    for entry in raw["history"]:
        if entry.get("attribute") != "tag":
            continue
        tag, at = str(entry.get("value_to") or entry.get("value_from")), moment_text(entry["created_at"])
        if entry.get("type") == "added":
            since[tag] = at
        elif tag in since:
            row = {"ticket_id": raw["id"], "tag": tag, "added_at": since.pop(tag), "removed_at": at, "source_updated_at": at}
            yield "ticket_tags", row
    for tag, at in since.items():
        yield "ticket_tags", {"ticket_id": raw["id"], "tag": tag, "added_at": at, "removed_at": None, "source_updated_at": at}
