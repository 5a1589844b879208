"""Chatwoot's webhooks: what was said comes whole, and the conversation around it is asked for."""

from __future__ import annotations

from typing import Any

from servicemeter.sources.source import Page
from servicemeter.sources.webhook import Delivery, Signature, Told, Webhook, ids_in, subject_of

__all__ = ["WEBHOOK"]

_TIME = "x-chatwoot-timestamp"


def _read(delivery: Delivery) -> Told:
    said = subject_of(delivery.json())
    event = str(said["event"])
    if event == "message_created":
        conversation_id = str(said["conversation"]["id"])
        return Told(pages=[Page("messages", [_message(said, conversation_id)], {}, 1.0)], wanted=[conversation_id])
    if event == "message_updated":
        return Told(wanted=ids_in(said, "conversation.id"))
    if event.startswith("conversation_") and event not in ("conversation_typing_on", "conversation_typing_off"):
        return Told(wanted=ids_in(said, "id", "conversation.id"))
    return Told(unused=f"{event} tells nothing that is measured")


def _message(said: dict[str, Any], conversation_id: str) -> dict[str, Any]:
    """A message as a webhook shows it, in the API's own shape: instants as texts there, the kind of sender left out."""
    sender = dict(said.get("sender") or {})
    if sender and "type" not in sender:
        sender["type"] = "contact" if str(said["message_type"]) in ("incoming", "0") else "user"
    at = str(said["created_at"]).replace(" UTC", "+00:00")
    created_at = said["created_at"] if isinstance(said["created_at"], int) else at
    contact = ((said["conversation"].get("meta") or {}).get("sender") or {}).get("id")
    return {**said, "sender": sender, "created_at": created_at, "conversation_id": conversation_id, "contact_id": contact}


def _key(delivery: Delivery) -> str | None:
    return delivery.headers.get("x-chatwoot-delivery")


WEBHOOK = Webhook(
    "Settings, Integrations, Webhooks; the secret is shown there (older versions have none: --unsigned)",
    _read,
    _key,
    Signature("x-chatwoot-signature", encoding="hex", prefix="sha256=", before=f"{{{_TIME}}}.", time=_TIME),
)
