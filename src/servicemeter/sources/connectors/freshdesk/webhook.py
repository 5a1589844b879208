"""Freshdesk's automation rules call an address with a body of one's own, and sign nothing: the address is the secret."""

from __future__ import annotations

from servicemeter.sources.webhook import SECRET_HEADER, Delivery, Told, Webhook, ids_in, subject_of

__all__ = ["WEBHOOK"]

_IDS = ("freshdesk_webhook.ticket_id", "ticket_id", "ticket.id", "id")
_STAMPS = ("freshdesk_webhook.ticket_updated_at", "ticket_updated_at", "updated_at", "ticket.updated_at")
_EVENTS = ("freshdesk_webhook.triggered_event", "triggered_event", "event")


def _read(delivery: Delivery) -> Told:
    found = ids_in(subject_of(delivery.json()), *_IDS)
    wanted = [one.rpartition("-")[2] for one in found]  # the rule's own placeholder writes INC-17
    return Told(wanted=wanted, unused="" if wanted else "it names no ticket")


def _key(delivery: Delivery) -> str | None:
    """Ticket, event and time together; without a time every call counts."""
    said = delivery.json()
    at = ids_in(said, *_STAMPS)
    return "/".join([*ids_in(said, *_IDS), *ids_in(said, *_EVENTS), *at]) if at else None


WEBHOOK = Webhook(
    "Admin, Workflows, Automations: a rule on ticket updates with the action Trigger Webhook (POST, JSON), the header "
    f"{SECRET_HEADER}, and as content {{\"ticket_id\": \"{{{{ticket.id}}}}\", \"updated_at\": \"{{{{ticket.modified_on}}}}\"}}",
    _read,
    _key,
    secret_header=SECRET_HEADER,
    is_ours=True,
)  # fmt: skip
