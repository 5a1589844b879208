"""Tickets as Freshdesk shows them, what was said on them, and what customers thought of it, shaped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from servicemeter.sources.changes import deletion, second, status, tags, undated
from servicemeter.sources.connectors.freshdesk.states import CHANNELS, PRIORITIES, Statuses
from servicemeter.sources.source import Known, Page, Row, Shaped, each

__all__ = ["shape_flagged", "shape_ratings", "shape_tickets"]

_OUTBOUND = 10
_FORWARD, _SURVEY = 8, 6
_SCALE = "freshdesk_csat"
_RATINGS = {-103: 1, -102: 2, -101: 3, 100: 4, 101: 5, 102: 6, 103: 7}


@dataclass(frozen=True)
class _Around:
    """What a ticket is shaped with: who is staff, what the book knows of it, and the account's words."""

    staff: Mapping[str, Any]
    customers: Mapping[str, Any]
    flags: Mapping[str, Any]
    tags: Mapping[str, set[str]]
    holders: Mapping[str, Any]
    statuses: Statuses
    products: Mapping[Any, Any]
    whole_from: int | None

    def kind(self, user_id: Any, requester_id: Any) -> str:
        """Whoever asked speaks as a customer, also when he is staff."""
        if user_id is None:
            return "system"
        if user_id == requester_id or str(user_id) not in self.staff:
            return "customer"
        return "bot" if self.staff[str(user_id)] == "bot" else "agent"


def shape_tickets(page: Page, known: Known) -> Shaped:
    """Tickets as they are now, what is told of their past, and all that was said on them."""
    ids = [raw.get("id") for raw in page.items]
    users = {c.get("user_id") for raw in page.items for c in raw.get("conversations") or () if isinstance(c, dict)}
    whole_from = page.more["whole"][0]["from"] if page.more.get("whole") else None
    around = _Around(
        known.values("agents", "kind", users | {raw.get("responder_id") for raw in page.items}),
        known.values("customers", "name", {raw.get("requester_id") for raw in page.items}),
        known.values("ticket_events", "value", [f"{i}/{flag}" for i in ids for flag in ("is_deleted", "is_spam")]),
        known.tags(ids),
        known.values("ticket_events", "value", [f"{i}/{name}" for i in ids for name in ("assignee_id", "team_id", "priority")]),
        Statuses(page.more.get("statuses", ())),
        {p["id"]: p.get("name") for p in page.more.get("products", ())},
        None if whole_from is None else int(whole_from.timestamp()),
    )
    return each(page.items, partial(_ticket, around), page.stream, "tickets")


def _ticket(around: _Around, raw: dict[str, Any]) -> Iterator[Row]:
    ticket_id, version = raw["id"], {"source_updated_at": raw["updated_at"]}
    is_outbound = raw.get("source") == _OUTBOUND
    yield (
        "tickets",
        {
            "ticket_id": ticket_id,
            "created_at": raw["created_at"],
            "channel": CHANNELS.get(raw.get("source") or 0),
            "initiated_by": "agent" if is_outbound else "customer",
            "customer_id": raw["requester_id"],
            "brand": around.products.get(raw.get("product_id")),
            **version,
        },
    )
    yield from _requester(around, raw)
    if raw.get("subject"):
        yield "texts", {"of": "ticket", "id": ticket_id, "text": raw["subject"], **version}
    yield from _opening(raw, is_outbound)
    for said in raw.get("conversations") or ():
        yield from _said(around, raw, said)
    yield from _states(around, raw)
    yield from _holders(around, raw, version)
    if raw.get("type"):
        yield undated(ticket_id, "reason", raw["type"], version)
    for flag in ("is_deleted", "is_spam"):
        if around.flags.get(f"{ticket_id}/{flag}") == "true":
            yield deletion(ticket_id, raw["updated_at"], False, flag)
    yield from tags(ticket_id, raw.get("tags") or (), around.tags.get(str(ticket_id), ()), raw["updated_at"])


def _requester(around: _Around, raw: Mapping[str, Any]) -> Iterator[Row]:
    """Who asked, where the list of contacts did not bring him."""
    given = raw.get("requester") or {}
    if not given.get("id") or str(given["id"]) in around.customers:
        return
    yield "customers", {"customer_id": given["id"], "name": given.get("name")}
    for kind, value in (("email", given.get("email")), ("phone", given.get("phone")), ("phone", given.get("mobile"))):
        if value:
            yield "customer_identities", {"customer_id": given["id"], "kind": kind, "value": value}


def _opening(raw: Mapping[str, Any], is_outbound: bool) -> Iterator[Row]:
    """The description is what the ticket began with."""
    message_id = f"{raw['id']}/description"
    author = {"author_type": "agent", "author_id": raw.get("responder_id")} if is_outbound else {
        "author_type": "customer", "author_id": raw["requester_id"]}  # fmt: skip
    yield "messages", {"message_id": message_id, "ticket_id": raw["id"], "occurred_at": raw["created_at"], **author,
                       "is_public": True}  # fmt: skip
    if raw.get("description_text"):
        yield "texts", {"of": "message", "id": message_id, "text": raw["description_text"]}


def _said(around: _Around, raw: Mapping[str, Any], said: Mapping[str, Any]) -> Iterator[Row]:
    """A reply or a note. What is forwarded goes to somebody else than the customer; ratings come as such."""
    if said.get("source") == _SURVEY:
        return
    author = "customer" if said.get("incoming") else around.kind(said.get("user_id"), raw["requester_id"])
    is_auto = bool(said.get("automation_id") or said.get("automation_type_id"))
    yield (
        "messages",
        {
            "message_id": said["id"],
            "ticket_id": raw["id"],
            "occurred_at": said["created_at"],
            "author_type": "system" if is_auto and author == "agent" else author,
            "author_id": said.get("user_id"),
            "is_public": not said["private"] and said.get("source") != _FORWARD,
            "is_auto": is_auto,
            "source_updated_at": said.get("updated_at"),
        },
    )
    if said.get("body_text"):
        row = {"of": "message", "id": said["id"], "text": said["body_text"], "source_updated_at": said.get("updated_at")}
        yield "texts", row


def _states(around: _Around, raw: Mapping[str, Any]) -> Iterator[Row]:
    """The instants of its states that a ticket remembers, and the state that it is in."""
    stats, now = raw.get("stats") or {}, around.statuses.word(raw["status"])
    moments = {(second(raw["created_at"]), "open")}
    for name, word in (("reopened_at", "open"), ("pending_since", "pending"), ("resolved_at", "solved"), ("closed_at", "closed")):
        if stats.get(name):
            moments.add((second(stats[name]), word))
    moments.add((second(stats.get("status_updated_at") or raw["created_at"]), now))
    for at, word in sorted(moments):
        yield status(raw["id"], word, at)


def _holders(around: _Around, raw: Mapping[str, Any], version: Mapping[str, Any]) -> Iterator[Row]:
    """Whose a ticket is and how urgent. A history from the ticket's creation on says it all; before one that begins later holds
    what was first seen; and without any, what is now."""
    is_whole = around.whole_from is not None and second(raw["created_at"]) >= around.whole_from
    now = {
        "assignee_id": raw.get("responder_id"),
        "team_id": raw.get("group_id"),
        "priority": PRIORITIES.get(str(raw.get("priority"))),
    }
    for field, value in now.items():
        is_held = f"{raw['id']}/{field}" in around.holders
        if not is_whole and not (around.whole_from is not None and is_held) and (value is not None or is_held):
            yield undated(raw["id"], field, value, version)


def shape_flagged(page: Page, field: str) -> Shaped:
    """Tickets that were deleted, or marked as spam: of such a one nothing else is known, if it was never seen before."""

    def flagged(raw: dict[str, Any]) -> Iterator[Row]:
        row = {"ticket_id": raw["id"], "created_at": raw["created_at"], "customer_id": raw.get("requester_id"),
               "channel": CHANNELS.get(raw.get("source") or 0), "source_updated_at": raw["updated_at"],
               "initiated_by": "agent" if raw.get("source") == _OUTBOUND else "customer"}  # fmt: skip
        yield "tickets", row
        yield deletion(raw["id"], raw["updated_at"], True, field)

    return each(page.items, flagged, page.stream, "tickets")


def shape_ratings(page: Page) -> Shaped:
    """A rating on Freshdesk's scale of up to seven grades; the question that all surveys have is the score."""
    if page.items:
        scale = {"scale": _SCALE, "min": 1, "max": 7, "good_direction": "up", "positive_from": 5, "positive_to": 7}
        yield "survey_scales", scale
    yield from each(page.items, _rating, page.stream, "survey_answers")


def _rating(raw: dict[str, Any]) -> Iterator[Row]:
    value = raw["ratings"]["default_question"]
    if value not in _RATINGS:
        raise ValueError(value)
    asked = {"invitation_id": raw["id"], "kind": "csat", "scale": _SCALE, "ticket_id": raw["ticket_id"]}
    whom = {"customer_id": raw.get("user_id"), "agent_id": raw.get("agent_id"), "team_id": raw.get("group_id")}
    yield "survey_invitations", {**asked, **whom}
    at = raw["created_at"]
    yield (
        "survey_answers",
        {
            "answer_id": raw["id"],
            "invitation_id": raw["id"],
            "answered_at": at,
            "value_num": _RATINGS[value],
            "value_text": raw.get("feedback") or None,
            "source_updated_at": raw.get("updated_at") or at,
        },
    )
