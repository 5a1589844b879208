"""Conversations as Chatwoot shows them, what was said in them, and what customers thought of it, shaped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from functools import partial
from typing import Any

from servicemeter.sources.changes import iso, moment_text, second, tags, undated
from servicemeter.sources.connectors.chatwoot.people import bot_id
from servicemeter.sources.source import Known, Page, Row, Shaped, each

__all__ = ["shape_conversations", "shape_messages", "shape_surveys"]

_CHANNELS = {
    "WebWidget": "chat",
    "Email": "email",
    "Whatsapp": "messaging",
    "Telegram": "messaging",
    "Line": "messaging",
    "FacebookPage": "social",
    "Instagram": "social",
    "TwitterProfile": "social",
    "Tiktok": "social",
    "TwilioSms": "sms",
    "Sms": "sms",
    "Voice": "phone",
    "Api": "api",
}
_STATUSES = {"open": "open", "pending": "pending", "snoozed": "pending", "resolved": "solved"}
_INCOMING, _OUTGOING, _ACTIVITY, _TEMPLATE = range(4)
_KINDS = {"incoming": _INCOMING, "outgoing": _OUTGOING, "activity": _ACTIVITY, "template": _TEMPLATE}
_BOTS = {"agent_bot", "captain_assistant"}


def shape_conversations(page: Page, known: Known) -> Shaped:
    """Conversations are tickets. When they were solved and whose they were before, the API does not tell."""
    labels = known.tags([raw.get("id") for raw in page.items])
    calendars = {raw.get("id") for raw in page.more.get("inboxes", ()) if raw.get("working_hours_enabled")}
    return each(page.items, partial(_conversation, labels, calendars), page.stream, "tickets")


def _conversation(labels: Mapping[str, Set[str]], calendars: Set[Any], raw: dict[str, Any]) -> Iterator[Row]:
    ticket_id, meta = raw["id"], raw["meta"]
    at = iso(int(float(raw.get("updated_at") or raw.get("last_activity_at") or raw["created_at"])))
    version = {"source_updated_at": at}
    sender, said = meta.get("sender") or {}, sorted(raw["messages"], key=lambda m: (m["created_at"], m["id"]))
    yield (
        "tickets",
        {
            "ticket_id": ticket_id,
            "created_at": iso(int(float(raw["created_at"]))),
            "channel": _channel(meta.get("channel")),
            "initiated_by": _initiator(said),
            "customer_id": sender.get("id"),
            **version,
        },
    )
    yield from _customer(sender)
    subject = (raw.get("additional_attributes") or {}).get("mail_subject")
    if subject:
        yield "texts", {"of": "ticket", "id": ticket_id, "text": subject, **version}
    for message in said:
        yield from _message(ticket_id, sender.get("id"), message)
    now = {
        "status": _STATUSES[raw["status"]],
        "assignee_id": (meta.get("assignee") or {}).get("id"),
        "team_id": (meta.get("team") or {}).get("id"),
        "priority": {"medium": "normal"}.get(str(raw.get("priority")), raw.get("priority")),
        "calendar_id": raw.get("inbox_id") if raw.get("inbox_id") in calendars else None,
    }
    for field, value in now.items():
        yield undated(ticket_id, field, value, version)
    yield from tags(ticket_id, raw.get("labels") or (), labels.get(str(ticket_id), ()), at)


def _channel(given: Any) -> str | None:
    name = str(given or "").removeprefix("Channel::")
    return _CHANNELS.get(name, name.lower() or None)


def _initiator(said: Sequence[Mapping[str, Any]]) -> str:
    """Who said the first thing that is not a template's or the protocol's."""
    first = next((m for m in said if _kind(m) in (_INCOMING, _OUTGOING)), None)
    if first is None or _kind(first) == _INCOMING:
        return "customer"
    return "agent" if _author(first) == "agent" else "system"


def _customer(sender: Mapping[str, Any]) -> Iterator[Row]:
    if sender.get("id") is None:
        return
    country = (sender.get("additional_attributes") or {}).get("country_code")
    row = {"customer_id": sender["id"], "name": sender.get("name"), "first_seen_at": moment_text(sender.get("created_at"))}
    yield "customers", {**row, "country": country}
    for kind, value in (
        ("email", sender.get("email")),
        ("phone", sender.get("phone_number")),
        ("account", sender.get("identifier")),
    ):
        if value:
            yield "customer_identities", {"customer_id": sender["id"], "kind": kind, "value": value}


def _message(ticket_id: Any, customer_id: Any, raw: Mapping[str, Any]) -> Iterator[Row]:
    """What was said. The protocol of changes is no message: its sentences are in the language of the installation."""
    kind, at = _kind(raw), iso(second(raw["created_at"]))
    if kind == _ACTIVITY:
        return
    if raw.get("content_type") == "input_csat":
        asked = {"invitation_id": raw["id"], "kind": "csat", "scale": "csat_5", "ticket_id": ticket_id}
        yield "survey_invitations", {**asked, "customer_id": customer_id, "sent_at": at}
    author, sender = _author(raw), raw.get("sender") or {}
    author_id = bot_id(sender["id"]) if author == "bot" and sender.get("id") is not None else sender.get("id")
    yield (
        "messages",
        {
            "message_id": raw["id"],
            "ticket_id": ticket_id,
            "occurred_at": at,
            "author_type": author,
            "author_id": customer_id if author == "customer" else author_id,
            "is_public": not raw.get("private"),
            "is_auto": author == "system",
        },
    )
    if raw.get("content"):
        yield "texts", {"of": "message", "id": raw["id"], "text": raw["content"]}


def shape_messages(page: Page) -> Shaped:
    """Messages that came alone, each with its conversation's id."""

    def message(raw: dict[str, Any]) -> Iterator[Row]:
        sender = raw.get("sender") or {}
        customer_id = sender.get("id") if _kind(raw) == _INCOMING else raw.get("contact_id")
        return _message(raw["conversation_id"], customer_id, raw)

    return each(page.items, message, page.stream, "messages")


def _kind(raw: Mapping[str, Any]) -> int:
    given = raw["message_type"]
    return _KINDS[given] if isinstance(given, str) else int(given)


def _author(raw: Mapping[str, Any]) -> str:
    """Templates (greetings, absence, surveys) and what rules and campaigns send have nobody who wrote them."""
    if _kind(raw) == _INCOMING:
        return "customer"
    kind = str((raw.get("sender") or {}).get("type") or "").lower()
    if _kind(raw) == _TEMPLATE or not kind or (raw.get("content_attributes") or {}).get("automation_rule_id"):
        return "system"
    return "bot" if kind in _BOTS else "agent"


def shape_surveys(page: Page) -> Shaped:
    """An answer belongs to the message that asked."""
    return each(page.items, _survey, page.stream, "survey_answers")


def _survey(raw: dict[str, Any]) -> Iterator[Row]:
    yield (
        "survey_answers",
        {
            "answer_id": raw["id"],
            "invitation_id": raw["message_id"],
            "answered_at": iso(second(raw["created_at"])),
            "value_num": raw["rating"],
            "value_text": raw.get("feedback_message") or None,
        },
    )
