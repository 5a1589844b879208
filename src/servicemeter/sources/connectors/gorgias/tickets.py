"""Tickets, messages, the events of tickets and surveys, shaped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from functools import partial
from typing import Any

from servicemeter.sources.changes import deletion, iso, moment_text, second, status, tags, undated
from servicemeter.sources.connectors.gorgias.people import customer_rows
from servicemeter.sources.source import Known, Page, Row, Shaped, each

__all__ = ["shape_events", "shape_messages", "shape_surveys", "shape_tickets"]

_CHANNELS = {
    "facebook": "social",
    "facebook-messenger": "social",
    "facebook-mention": "social",
    "facebook-recommendations": "social",
    "instagram-comment": "social",
    "instagram-ad-comment": "social",
    "instagram-mention": "social",
    "instagram-direct-message": "social",
    "twitter": "social",
    "twitter-direct-message": "social",
    "yotpo-review": "social",
    "whatsapp": "messaging",
    "contact_form": "web",
    "contact-form": "web",
    "help-center": "web",
}
_STATES = {"ticket-closed": "solved", "ticket-reopened": "open", "ticket-snoozed": "pending", "ticket-self-unsnoozed": "open"}
_FLAGS = {
    "ticket-trashed": ("is_deleted", True),
    "ticket-deleted": ("is_deleted", True),
    "ticket-untrashed": ("is_deleted", False),
    "ticket-marked-spam": ("is_spam", True),
    "ticket-unmarked-spam": ("is_spam", False),
}
_HOLDERS = {"ticket-assigned": ("assignee_id", "assignee_user_id"), "ticket-unassigned": ("assignee_id", ""),
            "ticket-team-assigned": ("team_id", "assignee_team_id"), "ticket-team-unassigned": ("team_id", "")}  # fmt: skip


def shape_tickets(page: Page, known: Known) -> Shaped:
    """Tickets as they are now; what was said and done on them comes with messages and events."""
    labels = known.tags([raw.get("id") for raw in page.items])
    there = known.values("customers", "name", [(raw.get("customer") or {}).get("id") for raw in page.items])
    return each(page.items, partial(_ticket, labels, there), page.stream, "tickets")


def _ticket(labels: Mapping[str, Set[str]], there: Mapping[str, Any], raw: dict[str, Any]) -> Iterator[Row]:
    ticket_id, at = raw["id"], moment_text(raw["updated_datetime"])
    customer = raw.get("customer") or {}
    yield (
        "tickets",
        {
            "ticket_id": ticket_id,
            "created_at": moment_text(raw["created_datetime"]),
            "channel": _channel(raw.get("channel")),
            "initiated_by": "agent" if raw.get("from_agent") else "customer",
            "customer_id": customer.get("id"),
            "language": raw.get("language"),
            "source_updated_at": at,
        },
    )
    if customer.get("id") is not None and str(customer["id"]) not in there:
        yield from customer_rows(customer)
    if raw.get("subject"):
        yield "texts", {"of": "ticket", "id": ticket_id, "text": raw["subject"], "source_updated_at": at}
    yield status(ticket_id, "open", second(raw["created_datetime"]))
    if raw.get("status") == "closed" and raw.get("closed_datetime") and not raw.get("snooze_datetime"):
        yield status(ticket_id, "solved", second(raw["closed_datetime"]))
    if raw.get("priority"):
        yield undated(ticket_id, "priority", raw["priority"], {"source_updated_at": at})
    if raw.get("trashed_datetime"):
        yield deletion(ticket_id, moment_text(raw["trashed_datetime"]), True)
    names = [str(tag["name"]) for tag in raw.get("tags") or ()]
    yield from tags(ticket_id, names, labels.get(str(ticket_id), ()), at)


def _channel(given: Any) -> str | None:
    return None if not given else _CHANNELS.get(str(given).lower(), str(given).lower())


def shape_messages(page: Page, known: Known) -> Shaped:
    """What was said: internal notes are not public, and what a rule sent nobody wrote."""
    senders = {(raw.get("sender") or {}).get("id") for raw in page.items}
    staff = known.values("agents", "kind", senders)
    return each(page.items, partial(_message, staff), page.stream, "messages")


def _message(staff: Mapping[str, Any], raw: dict[str, Any]) -> Iterator[Row]:
    sender = (raw.get("sender") or {}).get("id")
    is_auto = bool(raw.get("rule_id")) or raw.get("via") == "rule"
    author = "customer"
    if raw["from_agent"]:
        author = "bot" if staff.get(str(sender)) == "bot" else "system" if is_auto else "agent"
    if raw.get("failed_datetime"):
        return
    yield (
        "messages",
        {
            "message_id": raw["id"],
            "ticket_id": raw["ticket_id"],
            "occurred_at": moment_text(raw.get("sent_datetime") or raw["created_datetime"]),
            "author_type": author,
            "author_id": sender,
            "is_public": bool(raw["public"]) and (raw.get("source") or {}).get("type") != "internal-note",
            "is_auto": is_auto,
            "macro_id": next((m.get("id") for m in raw.get("macros") or ()), None) if author == "agent" else None,
        },
    )
    text = raw.get("stripped_text") or raw.get("body_text")
    if text:
        yield "texts", {"of": "message", "id": raw["id"], "text": text}


def shape_events(page: Page, known: Known) -> Shaped:
    """The history of tickets. A ticket that is snoozed is closed with it; that is no solve."""
    of_tickets = [raw for raw in page.items if raw.get("object_type") == "Ticket"]
    staff = known.values("agents", "kind", {raw.get("user_id") for raw in of_tickets})
    snoozes = {
        (raw.get("object_id"), second(raw.get("created_datetime"))) for raw in of_tickets if raw.get("type") == "ticket-snoozed"
    }
    return each(of_tickets, partial(_event, staff, snoozes), page.stream, "ticket_events")


def _event(staff: Mapping[str, Any], snoozes: Set[tuple[Any, int]], raw: dict[str, Any]) -> Iterator[Row]:
    ticket_id, kind, at = raw["object_id"], raw["type"], second(raw["created_datetime"])
    who = raw.get("user_id")
    actor_type = (
        "system" if who is None else "bot" if staff.get(str(who)) == "bot" else "agent" if str(who) in staff else "customer"
    )
    actor = {"actor_type": actor_type, "actor_id": who}
    if kind in _STATES and not (
        kind == "ticket-closed" and {(ticket_id, at - 1), (ticket_id, at), (ticket_id, at + 1)} & snoozes
    ):
        yield status(ticket_id, _STATES[kind], at, **actor)
    elif kind in _FLAGS:
        field, is_so = _FLAGS[kind]
        yield deletion(ticket_id, iso(at), is_so, field)
    elif kind in _HOLDERS:
        field, name = _HOLDERS[kind]
        value = (raw.get("data") or {})[name] if name else None
        row = {"event_id": raw["id"], "ticket_id": ticket_id, "occurred_at": iso(at), "seq": 0, "field": field}
        yield "ticket_events", {**row, "value": None if value is None else str(value), **actor}


def shape_surveys(page: Page) -> Shaped:
    """One survey a ticket, on a scale of 1 to 5; one that was never sent asked nobody."""
    shape: Callable[[dict[str, Any]], Iterator[Row]] = _survey
    return each(page.items, shape, page.stream, "survey_answers")


def _survey(raw: dict[str, Any]) -> Iterator[Row]:
    sent_at, scored_at = moment_text(raw.get("sent_datetime")), moment_text(raw.get("scored_datetime"))
    if not (sent_at or scored_at):
        return
    asked = {"invitation_id": raw["id"], "kind": "csat", "scale": "csat_5", "ticket_id": raw["ticket_id"]}
    yield "survey_invitations", {**asked, "customer_id": raw.get("customer_id"), "sent_at": sent_at}
    if raw.get("score") is not None:
        answer = {"answer_id": raw["id"], "invitation_id": raw["id"], "answered_at": scored_at, "value_num": raw["score"]}
        yield "survey_answers", {**answer, "value_text": raw.get("body_text") or None, "source_updated_at": scored_at}
