"""Intercom's notifications: contacts come whole; conversations come with their last parts only, and are asked for."""

from __future__ import annotations

from typing import Any

from servicemeter.sources.changes import deletion, moment_text
from servicemeter.sources.source import Page
from servicemeter.sources.webhook import Delivery, Signature, Told, Webhook, subject_of

__all__ = ["WEBHOOK"]

_PEOPLE = ("contact.", "user.", "lead.")
_GONE = (".deleted", ".archived", ".merged")


def _read(delivery: Delivery) -> Told:
    said = subject_of(delivery.json())
    topic, item = str(said["topic"]), _item(said)
    if topic == "conversation.deleted":
        return Told(rows=[deletion(_id(item), moment_text(said["created_at"]), True)])
    if topic.startswith("conversation"):
        return Told(wanted=[_id(item)])
    if topic.startswith(_PEOPLE) and not topic.endswith(_GONE) and item.get("type") in ("contact", "user", "lead"):
        return Told(pages=[Page("contacts", [item], {}, 1.0)])
    return Told(unused=f"{topic} tells nothing that is measured")


def _item(said: dict[str, Any]) -> dict[str, Any]:
    """What the notification is about; of a tag or a part of a conversation, the conversation."""
    item = (said.get("data") or {}).get("item") or {}
    inner = item.get("conversation") if isinstance(item, dict) else None
    return inner if isinstance(inner, dict) else item


def _id(item: dict[str, Any]) -> str:
    return str(item["conversation_id"] if "conversation_id" in item else item["id"])


def _key(delivery: Delivery) -> str | None:
    found = subject_of(delivery.json()).get("id")
    return str(found) if found else None


WEBHOOK = Webhook(
    "Developer hub, your app, Webhooks; the secret is the app's client secret",
    _read,
    _key,
    Signature("x-hub-signature", digest="sha1", encoding="hex", prefix="sha1="),
    repeats_differ=True,  # a notification counts its own attempts
)
