"""The daily activities, shaped: who changed status, agent, group and priority, and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from servicemeter.sources.changes import iso, status
from servicemeter.sources.connectors.freshdesk.states import PRIORITIES, Statuses
from servicemeter.sources.source import Known, Page, Row, Shaped, each

__all__ = ["shape_activities"]


def shape_activities(page: Page, known: Known) -> Shaped:
    """The changes that are told of; what else an activity tells (notes, watchers) is not needed."""
    staff = known.values("agents", "kind", {raw.get("performer_id") for raw in page.items})
    groups = {str(g.get("name")): g["id"] for g in page.more.get("groups", ())}
    statuses = Statuses(page.more.get("statuses", ()))
    return each(page.items, partial(_activity, staff, groups, statuses), page.stream, "ticket_events")


def _activity(staff: Mapping[str, Any], groups: Mapping[str, Any], statuses: Statuses, raw: dict[str, Any]) -> Iterator[Row]:
    ticket_id, changed = raw["ticket_id"], raw["activity"]
    at = int(_instant(raw["performed_at"]).timestamp())
    actor = _actor(staff, raw)
    if changed.get("status") is not None:
        yield status(ticket_id, statuses.word(changed["status"]), at, **actor)
    if "agent_id" in changed:
        yield _event(ticket_id, "assignee_id", changed["agent_id"], at, actor)
    if "group" in changed or "group_id" in changed:
        group = changed.get("group_id", groups.get(str(changed.get("group")), changed.get("group")))
        yield _event(ticket_id, "team_id", group, at, actor)
    if str(changed.get("priority")).lower() in PRIORITIES:
        yield _event(ticket_id, "priority", PRIORITIES[str(changed["priority"]).lower()], at, actor)


def _actor(staff: Mapping[str, Any], raw: Mapping[str, Any]) -> dict[str, Any]:
    who = raw.get("performer_id")
    if raw.get("performer_type") != "user" or who is None:
        return {"actor_type": "system", "actor_id": None}
    return {"actor_type": "agent" if str(who) in staff else "customer", "actor_id": who}


def _event(ticket_id: Any, field: str, value: Any, at: int, actor: Mapping[str, Any]) -> Row:
    text = None if value in (None, "") else str(value)
    row = {"event_id": f"{ticket_id}/{field}/{at}/{text or ''}", "ticket_id": ticket_id, "occurred_at": iso(at), "seq": 0}
    return "ticket_events", {**row, "field": field, "value": text, **actor}


def _instant(text: str) -> datetime:
    """Freshdesk's days first (01-12-2025 09:33:38 +0000), or ISO."""
    try:
        return datetime.strptime(text, "%d-%m-%Y %H:%M:%S %z")
    except ValueError:
        at = datetime.fromisoformat(text)
        return at if at.tzinfo else at.replace(tzinfo=UTC)
