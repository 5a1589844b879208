"""Tickets, their history and what was said on them, and what customers thought of it, shaped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from servicemeter.sources.connectors.zendesk.channels import channel_of
from servicemeter.sources.source import Known, Page, Row, Shaped, each

__all__ = ["shape_events", "shape_ratings", "shape_tickets"]

_FIELDS = {"status": "status", "assignee_id": "assignee_id", "group_id": "team_id", "priority": "priority"}
_STATUS_SEQ = {"new": 1, "open": 2, "pending": 3, "hold": 4, "solved": 5, "closed": 6}
_LONG_AGO = -(2**62)
_SYSTEM = {None, -1, "-1", 0}
_RULES = {"trigger", "automation", "rule"}


@dataclass(frozen=True)
class _People:
    """Who is staff (by id, with their kind), and who asked on each ticket."""

    staff: Mapping[str, Any]
    requesters: Mapping[str, Any]

    def kind(self, user_id: Any, ticket_id: Any) -> str:
        """What somebody is on a ticket: whoever asked speaks as a customer, also when he is staff."""
        if user_id in _SYSTEM:
            return "system"
        if str(user_id) == self.requesters.get(str(ticket_id)) or str(user_id) not in self.staff:
            return "customer"
        return "bot" if self.staff[str(user_id)] == "bot" else "agent"


def shape_tickets(page: Page, known: Known, since: str | None) -> Shaped:
    """Tickets as they are now; their history comes with their events."""
    staff = known.values("agents", "kind", [raw.get("submitter_id") for raw in page.items])
    people = _People(staff, {str(raw.get("id")): str(raw.get("requester_id")) for raw in page.items})
    brands = {b["id"]: b.get("name") for b in page.more.get("brands", ())}
    calendar_id = next((s["id"] for s in page.more.get("default_schedule", ())), None)
    ids = [f"{raw.get('id')}/is_deleted" for raw in page.items]
    deleted = known.values("ticket_events", "value", ids)
    return each(page.items, partial(_ticket, people, brands, calendar_id, deleted, since), page.stream, "tickets")


def _ticket(
    people: _People,
    brands: Mapping[Any, Any],
    calendar_id: Any,
    deleted: Mapping[str, str],
    since: str | None,
    raw: dict[str, Any],
) -> Iterator[Row]:
    ticket_id, via = raw["id"], raw.get("via") or {}
    version = {"source_updated_at": raw.get("updated_at"), "source_seq": raw.get("generated_timestamp")}
    link, brand_id = via.get("source") or {}, raw.get("brand_id")
    yield (
        "tickets",
        {
            "ticket_id": ticket_id,
            "created_at": raw["created_at"],
            "channel": channel_of(via.get("channel")),
            "initiated_by": _initiator(people, raw, via),
            "customer_id": raw.get("requester_id"),
            "brand": brands.get(brand_id) or brand_id,
            "follows_ticket_id": (link.get("from") or {}).get("ticket_id") if link.get("rel") == "follow_up" else None,
            "url": str(raw.get("url") or "").replace("/api/v2/tickets/", "/agent/tickets/").removesuffix(".json") or None,
            **version,
        },
    )
    if raw.get("subject"):
        yield "texts", {"of": "ticket", "id": ticket_id, "text": raw["subject"], **version}
    if calendar_id is not None:
        yield "ticket_events", _undated(ticket_id, "calendar_id", calendar_id, "first", 0)
    yield from _deletion(raw, deleted)
    if since and str(raw["created_at"]) < since:
        for name, field in _FIELDS.items():
            if raw.get(name) is not None and raw[name] != "deleted":
                yield "ticket_events", _undated(ticket_id, field, _value(name, raw[name]), "first", _LONG_AGO)


def _initiator(people: _People, raw: Mapping[str, Any], via: Mapping[str, Any]) -> str:
    if via.get("channel") == "voice":
        return "agent" if (via.get("source") or {}).get("rel") == "outbound" else "customer"
    kind = people.kind(raw.get("submitter_id"), raw["id"])
    return "system" if kind in ("system", "bot") else kind


def _deletion(raw: Mapping[str, Any], deleted: Mapping[str, str]) -> Iterator[Row]:
    """A deleted ticket is one from its last change on; one that was restored is none any more."""
    event_id, is_deleted = f"{raw['id']}/is_deleted", raw.get("status") == "deleted"
    if is_deleted or deleted.get(event_id) == "true":
        yield (
            "ticket_events",
            {
                "event_id": event_id,
                "ticket_id": raw["id"],
                "occurred_at": raw.get("updated_at"),
                "field": "is_deleted",
                "value": "true" if is_deleted else "false",
                "actor_type": "system",
                "source_updated_at": raw.get("updated_at"),
                "source_seq": raw.get("generated_timestamp"),
            },
        )


def _undated(ticket_id: Any, field: str, value: Any, name: str, seq: int) -> dict[str, Any]:
    """A state that holds from the beginning, or nobody knows since when."""
    return {"event_id": f"{ticket_id}/{field}/{name}", "ticket_id": ticket_id, "field": field, "value": str(value),
            "actor_type": "system", "source_seq": seq}  # fmt: skip


def shape_events(page: Page, known: Known, since: str | None) -> Shaped:
    """The updates of tickets: comments, and changes of the fields that are read."""
    ids = {raw.get("ticket_id") for raw in page.items}
    children = [child for raw in page.items for child in raw.get("child_events") or ()]
    users = {raw.get("updater_id") for raw in page.items} | {child["author_id"] for child in children if "author_id" in child}
    people = _People(known.values("agents", "kind", users), known.values("tickets", "customer_id", ids))
    created = known.values("tickets", "created_at", ids) if since else {}
    older = {ticket_id for ticket_id, at in created.items() if at is not None and at.isoformat() < str(since)}
    return each(page.items, partial(_update, people, older), page.stream, "ticket_events")


def _update(people: _People, older: set[str], raw: dict[str, Any]) -> list[Row]:
    """One update. A list is filled, not a generator in a generator: this runs for everything that ever happened."""
    ticket_id, update_id = raw["ticket_id"], raw["id"]
    at = raw.get("created_at") or datetime.fromtimestamp(raw["timestamp"], UTC)
    children, updater_id = raw["child_events"], raw.get("updater_id")
    actor = {"actor_type": people.kind(updater_id, ticket_id), "actor_id": _person(updater_id), "update_id": update_id}
    is_older = ticket_id in older or str(ticket_id) in older
    rows: list[Row] = []
    for child in children:
        kind = child.get("event_type")
        if kind in ("Create", "Change"):
            for row in _changes(child, at, is_older, ticket_id):
                rows.append(("ticket_events", {**row, "ticket_id": ticket_id, **actor}))
            if "tags" in child:
                rows += _tags(child, ticket_id, at)
            if "satisfaction_score" in child and child["satisfaction_score"] == "offered":
                invited = _invitation(ticket_id, people.requesters.get(str(ticket_id)))
                rows.append(("survey_invitations", {**invited, "sent_at": at, "source_seq": 1}))
        elif kind in ("Comment", "VoiceComment"):
            macro_id = next((c.get("macro_id") for c in children if c.get("event_type") == "AgentMacroReference"), None)
            rows += _comment(people, raw, child, at, macro_id)
        elif kind == "ScheduleAssignment" and child.get("new_schedule_id") is not None:
            row = {"event_id": child["id"], "ticket_id": ticket_id, "occurred_at": at, "seq": 0, "field": "calendar_id"}
            rows.append(("ticket_events", {**row, "value": str(child["new_schedule_id"]), **actor}))
    rows += _merge(raw, at)
    return rows


def _comment(people: _People, raw: Mapping[str, Any], child: Mapping[str, Any], at: Any, macro_id: Any) -> list[Row]:
    author_id = child.get("author_id", raw.get("updater_id"))
    author = people.kind(author_id, raw["ticket_id"])
    message = {
        "message_id": child["id"],
        "ticket_id": raw["ticket_id"],
        "occurred_at": child.get("created_at") or at,
        "author_type": author,
        "author_id": _person(author_id),
        "is_public": bool(child.get("public", child.get("comment_public", True))),
        "is_auto": _is_by_rule(child.get("via")) or _is_by_rule(raw.get("via")),
        "update_id": raw["id"],
        "macro_id": macro_id if author == "agent" else None,
    }
    text = child.get("plain_body") or child.get("body")
    said: list[Row] = [("texts", {"of": "message", "id": child["id"], "text": text})] if text else []
    return [("messages", message), *said]


def _changes(child: Mapping[str, Any], at: Any, is_older: bool, ticket_id: Any) -> Iterator[dict[str, Any]]:
    """What is assigned or set in the second of a status holds for that status already, so it comes before it."""
    for name, value in child.items():
        if name not in _FIELDS or value == "deleted":
            continue
        field = _FIELDS[name]
        seq = _STATUS_SEQ.get(str(value), 0) + 1 if name == "status" else 0
        yield {"event_id": child["id"], "occurred_at": at, "seq": seq, "field": field, "value": _value(name, value)}
        if is_older and (before := child.get("previous_value")) not in (None, "", "deleted"):
            stamp = at if isinstance(at, datetime) else datetime.fromisoformat(str(at))
            yield _undated(ticket_id, field, _value(name, before), "first", -int(stamp.timestamp()))


def _tags(child: Mapping[str, Any], ticket_id: Any, at: Any) -> Iterator[Row]:
    if not isinstance(child["tags"], list):
        return
    now, before = set(child["tags"]), set(child.get("previous_value") or ())
    for tag in sorted(now ^ before):
        gone_at = None if tag in now else at
        yield "ticket_tags", {"ticket_id": ticket_id, "tag": tag, "removed_at": gone_at, "source_updated_at": at}


def _invitation(ticket_id: Any, customer_id: Any) -> dict[str, Any]:
    return {"invitation_id": f"csat/{ticket_id}", "kind": "csat", "scale": "csat_2", "ticket_id": ticket_id,
            "customer_id": customer_id}  # fmt: skip


def shape_ratings(page: Page) -> Shaped:
    """One invitation a ticket; each score it was given is an answer, and the latest counts."""
    return each(page.items, _rating, page.stream, "survey_answers")


def _rating(raw: dict[str, Any]) -> Iterator[Row]:
    score = str(raw["score"])
    if not score.startswith(("good", "bad")):
        return
    at = raw.get("updated_at") or raw["created_at"]
    yield "survey_invitations", {**_invitation(raw["ticket_id"], raw.get("requester_id")), "source_seq": 0}
    yield (
        "survey_answers",
        {
            "answer_id": f"csat/{raw['id']}",
            "invitation_id": f"csat/{raw['ticket_id']}",
            "answered_at": at,
            "value_num": 2 if score.startswith("good") else 1,
            "value_text": raw.get("comment") or None,
            "source_updated_at": at,
        },
    )


def _merge(raw: Mapping[str, Any], at: Any) -> Iterator[Row]:
    """The survivor's update names the tickets that were merged into it."""
    via = raw.get("via_details") or raw.get("via")
    link = (via.get("source") or {}) if isinstance(via, dict) else {}
    if link.get("rel") != "merge":
        return
    given = link.get("from") or {}
    for loser in given.get("ticket_ids") or [given.get("ticket_id")]:
        if loser is not None and str(loser) != str(raw["ticket_id"]):
            yield (
                "ticket_events",
                {
                    "event_id": f"{loser}/merged_into/{raw['ticket_id']}",
                    "ticket_id": loser,
                    "occurred_at": at,
                    "field": "merged_into",
                    "value": str(raw["ticket_id"]),
                },
            )


def _is_by_rule(via: Any) -> bool:
    """Whether a trigger or an automation wrote, not a person."""
    if isinstance(via, dict):
        return via.get("channel") in _RULES or (via.get("source") or {}).get("rel") in _RULES
    return str(via).lower() in _RULES


def _value(name: str, value: Any) -> str | None:
    if value in (None, ""):
        return None
    return "on_hold" if name == "status" and value == "hold" else str(value)


def _person(user_id: Any) -> Any:
    return None if user_id in _SYSTEM else user_id
