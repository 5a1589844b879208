"""Calls and chats (METRICS.md 5.4)."""

from __future__ import annotations

from typing import Any

from oracle.figures import describe, share
from oracle.rows import Row
from oracle.unit import Span, Unit, inside
from oracle.world import Contact, World

__all__ = ["METRICS"]

OFFERED = ("answered", "abandoned", "callback_requested", "missed")
SHORT = 5
Params = dict[str, Any]


def _dims(contact: Contact) -> Row:
    return {
        "channel": contact.root.get("channel"),
        "brand": contact.root.get("brand"),
        "reason": contact.root.get("reason"),
        "source": contact.root["source"],
        "team": contact.last.get("team_id"),
        "agent": contact.last.get("agent_id"),
    }


def contacts(world: World, span: Span, params: Params) -> list[Unit]:
    """Inbound contacts by their entering the queue; the role is the outcome."""
    found = []
    for contact in world.contacts:
        if contact.is_inbound and contact.queued_at is not None and inside(contact.queued_at, span.p0, span.p1):
            waits = contact.last.get("answered_at") is None and contact.last.get("ended_at") is None
            is_in_queue = contact.outcome == "in_queue" or (contact.outcome not in OFFERED and waits)
            role = "in_queue" if is_in_queue else str(contact.outcome)
            found.append(Unit(role, contact.queued_at, _dims(contact), number=contact.wait))
    return found


def _waits(units: list[Unit], *roles: str) -> list[float]:
    return [u.number or 0 for u in units if u.role in roles]


def _abandonment(units: list[Unit], params: Params) -> Row:
    short = params.get("short_abandon_s", 0)
    abandoned = _waits(units, "abandoned")
    removed = sum(1 for w in abandoned if w < short)
    row = share(len(abandoned) - removed, len(_waits(units, *OFFERED)) - removed)
    row["n_short_abandoned"] = sum(1 for w in abandoned if w < SHORT)
    row["n_in_queue"] = sum(1 for u in units if u.role == "in_queue")
    return row


def _service_level(units: list[Unit], params: Params) -> Row:
    limit, short = params.get("service_level_threshold_s", 20), params.get("short_abandon_s", 0)
    variant = params.get("variant", "offered")

    def within(role: str) -> int:
        return sum(1 for w in _waits(units, role) if w <= limit)

    met, n = within("answered"), len(_waits(units, *OFFERED))
    if variant == "exclude_abandoned_within":
        n -= within("abandoned")
    if variant == "exclude_short_abandoned":
        n -= sum(1 for w in _waits(units, "abandoned") if w < short)
    if variant == "answered_only":
        n = len(_waits(units, "answered"))
    if variant == "abandoned_as_met":
        met += within("abandoned")
    if variant == "removed_from_queue":
        met += within("abandoned") + within("callback_requested")
    return share(met, n)


def _speed_of_answer(units: list[Unit], params: Params) -> Row:
    row = describe(_waits(units, "answered"))
    left, offered = _waits(units, "abandoned"), _waits(units, *OFFERED)
    row["value"] = row["mean"]
    row["time_to_abandon"] = sum(left) / len(left) if left else None
    row["queue_wait_time"] = sum(offered) / len(offered) if offered else None
    row["longest_wait"] = max(offered, default=None)
    return row


def handlings(world: World, span: Span, params: Params) -> list[Unit]:
    """Handled legs, or contacts, by the end of their handling."""
    direction = params.get("direction", "inbound")
    found = []
    for contact in world.contacts:
        legs = [leg for leg in contact.legs if _is_handled(world, leg) and direction in ("all", leg["direction"])]
        if params.get("unit", "leg") == "contact":
            legs = legs if legs and all(leg.get("ended_at") is not None for leg in legs) else []
            end = max((leg["ended_at"] for leg in legs), default=None)
            if legs and inside(end, span.p0, span.p1):
                found.append(_handling(contact, legs, end))
            continue
        for leg in legs:
            if inside(leg.get("ended_at"), span.p0, span.p1):
                found.append(_handling(contact, [leg], leg["ended_at"]))
    return found


def _is_handled(world: World, leg: Row) -> bool:
    return leg.get("answered_at") is not None and world.is_human("agent", leg["source"], leg.get("agent_id"))


def _handling(contact: Contact, legs: list[Row], end: int) -> Unit:
    parts = [leg.get(k) for leg in legs for k in ("talk_s", "hold_s", "acw_s")]
    dims = {**_dims(contact), "agent": legs[-1].get("agent_id"), "team": legs[-1].get("team_id")}
    number = sum(p for p in parts if p is not None)
    return Unit("main", end, dims, number=number, more={"partial": None in parts})


def _handle_time(units: list[Unit], params: Params) -> Row:
    row = describe([u.number or 0 for u in units])
    return {**row, "value": row["mean"], "partial": any(u.more["partial"] for u in units)}


METRICS = {
    "abandonment_rate": (contacts, _abandonment),
    "service_level": (contacts, _service_level),
    "average_speed_of_answer": (contacts, _speed_of_answer),
    "average_handle_time": (handlings, _handle_time),
}
