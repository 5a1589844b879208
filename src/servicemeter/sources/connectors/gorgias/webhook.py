"""Gorgias' HTTP integrations send a body and headers of one's own, and sign nothing: a header carries the secret."""

from __future__ import annotations

from servicemeter.sources.webhook import SECRET_HEADER, Delivery, Told, Webhook, ids_in, subject_of

__all__ = ["WEBHOOK"]

_IDS = ("ticket_id", "ticket.id", "id")
_STAMPS = ("updated_datetime", "ticket.updated_datetime")


def _read(delivery: Delivery) -> Told:
    wanted = ids_in(subject_of(delivery.json()), *_IDS)
    return Told(wanted=wanted, unused="" if wanted else "it names no ticket")


def _key(delivery: Delivery) -> str | None:
    """Event or ticket, and time; without a time every call counts."""
    said = delivery.json()
    at = ids_in(said, *_STAMPS)
    return "/".join([*ids_in(said, *_IDS), *ids_in(said, "event", "event.id"), *at]) if at else None


WEBHOOK = Webhook(
    f"Settings, HTTP integrations: POST, JSON, on ticket created and updated, with the header {SECRET_HEADER}, and as body "
    '{"ticket_id": "{{ticket.id}}", "updated_datetime": "{{ticket.updated_datetime}}"}',
    _read,
    _key,
    secret_header=SECRET_HEADER,
    is_ours=True,
)
