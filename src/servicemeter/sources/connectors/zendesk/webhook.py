"""Zendesk's webhooks: events of the account, or a body of one's own from a trigger. They name a ticket; its history is pulled."""

from __future__ import annotations

from servicemeter.sources.webhook import Delivery, Signature, Told, Webhook, ids_in, subject_of

__all__ = ["WEBHOOK"]

_INVOCATION = "x-zendesk-webhook-invocation-id"
_TIME = "x-zendesk-webhook-signature-timestamp"


def _read(delivery: Delivery) -> Told:
    """The ticket that an event or a trigger names."""
    said = subject_of(delivery.json())
    kind = str(said.get("type") or "")
    subject = str(said.get("subject") or "")
    if subject.startswith("zen:ticket:"):
        return Told(wanted=[subject.removeprefix("zen:ticket:")])
    own = ("id",) if kind.startswith("ticket") else ()
    wanted = ids_in(said, "ticket_id", "ticket.id", *(("detail.id",) if ":ticket." in kind else ()), *own)
    return Told(wanted=wanted, unused="" if wanted else f"it names no ticket ({kind or 'it has no type'})")


def _key(delivery: Delivery) -> str | None:
    """The id of the event; of a trigger, which has none, that of the call."""
    said = delivery.json()
    event = said.get("id") if isinstance(said, dict) and "zendesk_event_version" in said else None
    return str(event) if event else delivery.headers.get(_INVOCATION)


WEBHOOK = Webhook(
    "Admin Center, Apps and integrations, Webhooks: subscribe to ticket events, or let a trigger send "
    '{"ticket_id": "{{ticket.id}}"}; the secret is the signing secret shown there',
    _read,
    _key,
    Signature("x-zendesk-webhook-signature", before=f"{{{_TIME}}}", time=_TIME),
)
