"""Conversations, shaped: their parts tell what was said, who had them, and how they were opened, snoozed and closed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from functools import partial
from typing import Any

from servicemeter.sources.changes import iso, second, status, tags, undated
from servicemeter.sources.source import Known, Page, Row, Shaped, each

__all__ = ["shape_conversations"]

_CHANNELS = {
    "conversation": "messaging",
    "push": "messaging",
    "whatsapp": "messaging",
    "facebook": "social",
    "instagram": "social",
    "twitter": "social",
    "phone_call": "phone",
    "phone_switch": "phone",
}
_STATES = {"open": "open", "closed": "solved", "snoozed": "pending"}
_CHANGES = {"close": "solved", "open": "open", "snoozed": "pending", "unsnoozed": "open", "timer_unsnooze": "open",
            "assign_and_unsnooze": "open", "assign_and_reopen": "open", "note_and_reopen": "open"}  # fmt: skip
_PUBLIC = {"comment", "quick_reply", "assignment", "open", "close", "snoozed", "assign_and_reopen", "assign_and_unsnooze"}
_NOTES = {"note", "note_and_reopen"}
_CUSTOMERS = {"user", "lead", "contact"}
_STARTS = {"admin_initiated": "agent", "operator_initiated": "system", "automated": "system", "campaigns_initiated": "system"}


def shape_conversations(page: Page, known: Known) -> Shaped:
    """A conversation is a ticket."""
    labels = known.tags([raw.get("id") for raw in page.items])
    contacts = [c.get("id") for raw in page.items for c in ((raw.get("contacts") or {}).get("contacts") or ())]
    there = known.values("customers", "name", contacts)
    return each(page.items, partial(_conversation, labels, there), page.stream, "tickets")


def _conversation(labels: Mapping[str, Set[str]], there: Mapping[str, Any], raw: dict[str, Any]) -> Iterator[Row]:
    ticket_id, at = raw["id"], iso(second(raw["updated_at"]))
    source, version = raw.get("source") or {}, {"source_updated_at": at}
    customer_id = next((c["id"] for c in (raw.get("contacts") or {}).get("contacts") or ()), None)
    yield (
        "tickets",
        {
            "ticket_id": ticket_id,
            "created_at": iso(second(raw["created_at"])),
            "channel": _CHANNELS.get(str(source.get("type")), source.get("type")),
            "initiated_by": _STARTS.get(str(source.get("delivered_as")), "customer"),
            "customer_id": customer_id,
            **version,
        },
    )
    if customer_id is not None and str(customer_id) not in there:
        yield "customers", {"customer_id": customer_id}
    subject = raw.get("title") or source.get("subject")
    if subject:
        yield "texts", {"of": "ticket", "id": ticket_id, "text": subject, **version}
    if source.get("author"):
        yield from _message(ticket_id, f"{ticket_id}/source", source, iso(second(raw["created_at"])), is_public=True)
    yield from _parts(raw)
    yield undated(ticket_id, "priority", "high" if raw.get("priority") == "priority" else "normal", version)
    names = [str(tag["name"]) for tag in (raw.get("tags") or {}).get("tags") or ()]
    yield from tags(ticket_id, names, labels.get(str(ticket_id), ()), at)
    yield from _rating(ticket_id, customer_id, raw.get("conversation_rating") or {})


def _message(ticket_id: Any, message_id: Any, raw: Mapping[str, Any], at: str, *, is_public: bool) -> Iterator[Row]:
    author = raw.get("author") or {}
    kind = _kind(author)
    yield (
        "messages",
        {
            "message_id": message_id,
            "ticket_id": ticket_id,
            "occurred_at": at,
            "author_type": kind,
            "author_id": author.get("id"),
            "is_public": is_public,
        },
    )
    if raw.get("body"):
        yield "texts", {"of": "message", "id": message_id, "text": raw["body"]}


def _kind(author: Mapping[str, Any]) -> str:
    """Who somebody is: a teammate whose words the AI agent wrote is a bot."""
    kind = str(author.get("type"))
    if kind in _CUSTOMERS:
        return "customer"
    if kind == "bot" or author.get("from_ai_agent"):
        return "bot"
    return "agent" if kind == "admin" else "system"


def _parts(raw: Mapping[str, Any]) -> Iterator[Row]:
    """The parts in their order. A state that no part tells of, as when somebody answers what was snoozed, stands on the part
    that it was first seen with, and the one of now on the conversation."""
    ticket_id, now = raw["id"], "open"
    yield status(ticket_id, "open", second(raw["created_at"]))
    parts = (raw.get("conversation_parts") or {}).get("conversation_parts") or ()
    for part in sorted(parts, key=lambda p: (second(p["created_at"]), int(p["id"]))):
        kind, at = part["part_type"], second(part["created_at"])
        actor = {"actor_type": _kind(part.get("author") or {}), "actor_id": (part.get("author") or {}).get("id")}
        if part.get("body") and (kind in _PUBLIC or kind in _NOTES):
            yield from _message(ticket_id, part["id"], part, iso(at), is_public=kind in _PUBLIC)
        yield from _assignment(ticket_id, part, at, actor)
        state = _CHANGES.get(kind) or _STATES.get(str(part.get("state")), now)
        if state != now:
            now = state
            yield status(ticket_id, state, at, **actor)
    if _STATES[raw["state"]] != now:
        yield status(ticket_id, _STATES[raw["state"]], second(raw["updated_at"]))


def _assignment(ticket_id: Any, part: Mapping[str, Any], at: int, actor: Mapping[str, Any]) -> Iterator[Row]:
    given = part.get("assigned_to") or {}
    field = {"admin": "assignee_id", "nobody_admin": "assignee_id", "team": "team_id"}.get(str(given.get("type")))
    if field is None:
        return
    value = str(given["id"]) if given["type"] != "nobody_admin" and str(given.get("id") or "0") != "0" else None
    row = {"event_id": f"{part['id']}/{field}", "ticket_id": ticket_id, "occurred_at": iso(at), "seq": 0, "field": field}
    yield "ticket_events", {**row, "value": value, **actor, "update_id": part["id"]}


def _rating(ticket_id: Any, customer_id: Any, raw: Mapping[str, Any]) -> Iterator[Row]:
    """One rating a conversation, on a scale of 1 to 5; it is dated when it was last changed."""
    if raw.get("rating") is None:
        return
    rating_id = f"rating/{ticket_id}"
    asked = {"invitation_id": rating_id, "kind": "csat", "scale": "csat_5", "ticket_id": ticket_id, "customer_id": customer_id}
    yield (
        "survey_invitations",
        {**asked, "agent_id": (raw.get("teammate") or {}).get("id"), "sent_at": iso(second(raw["created_at"]))},
    )
    at = iso(second(raw.get("updated_at") or raw["created_at"]))
    answer = {"answer_id": rating_id, "invitation_id": rating_id, "answered_at": at, "value_num": raw["rating"]}
    yield "survey_answers", {**answer, "value_text": raw.get("remark") or None, "source_updated_at": at}
