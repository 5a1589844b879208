"""Calls and chats (METRICS.md 5.4)."""

from __future__ import annotations

from typing import Any

from oracle.figures import describe, share
from oracle.rows import Row
from oracle.unit import Span, Unit, inside
from oracle.world import Contact, World

__all__ = ["METRICS", "of_contact"]

OFFERED = ("answered", "abandoned", "callback_requested", "missed")
SHORT = 5
NEVER = 10**12
Params = dict[str, Any]


def handler_of(world: World, contact: Contact) -> Row:
    """Who handled a contact last, with the leg's team, else their own at that time; whatever became of the contact then."""
    handled = [leg for leg in contact.legs if leg.get("outcome") == "answered" and world.is_handled(leg)]
    if not handled:
        return {"agent": None, "team": None}
    agent, last = handled[-1].get("agent_id"), handled[-1]
    return {"agent": agent, "team": last.get("team_id") or world.team_of(contact.root["source"], agent, last["answered_at"])}


def of_contact(world: World, contact: Contact) -> Row:
    """A contact's dimensions: the team is the handling leg's, else its agent's at that time, else the last leg's."""
    who = handler_of(world, contact) if contact.outcome == "answered" else {"agent": None, "team": None}
    agent, team = who["agent"], who["team"]
    return {
        "channel": contact.root.get("channel"),
        "brand": contact.root.get("brand"),
        "reason": contact.root.get("reason"),
        "source": contact.root["source"],
        "team": team or contact.last.get("team_id"),
        "agent": agent,
    }


def contacts(world: World, span: Span, params: Params) -> list[Unit]:
    """Inbound contacts by their entering the queue; the role is the outcome."""
    found = []
    for contact in world.contacts:
        if contact.is_inbound and contact.queued_at is not None and inside(contact.queued_at, span.p0, span.p1):
            role = "in_queue" if contact.outcome in ("in_queue", "in_progress", "overflowed") else str(contact.outcome)
            found.append(Unit(role, contact.queued_at, of_contact(world, contact), number=contact.wait))
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
    units = [u for u in units if u.role != "abandoned" or (u.number or 0) >= short]

    def within(role: str) -> int:
        return sum(1 for w in _waits(units, role) if w <= limit)

    met, n = within("answered"), len(_waits(units, *OFFERED))
    if variant == "exclude_abandoned_within":
        n -= within("abandoned")
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
    """Handled legs, or contacts, by the end of their handling, which is that of the work after them."""
    direction = params.get("direction", "inbound")
    found = []
    for contact in world.contacts:
        legs = [leg for leg in contact.legs if world.is_handled(leg) and direction in ("all", leg["direction"])]
        is_whole = params.get("unit", "leg") == "contact"
        end = max((_done_at(leg) for leg in legs), default=NEVER)
        for leg in legs:
            at = end if is_whole else _done_at(leg)
            if inside(at, span.p0, span.e):
                group = contact.root["root_interaction_id"] if is_whole else leg["interaction_id"]
                found.append(_handling(world, contact, leg, at, group))
    return found


def _done_at(leg: Row) -> int:
    """The end of a leg's handling; one that has not ended is not done for good."""
    return NEVER if leg.get("ended_at") is None else int(leg["ended_at"]) + (leg.get("acw_s") or 0)


def _handling(world: World, contact: Contact, leg: Row, end: int, group: str) -> Unit:
    parts = [leg.get(k) for k in ("talk_s", "hold_s", "acw_s")]
    agent = leg.get("agent_id")
    team = leg.get("team_id") or world.team_of(leg["source"], agent, _done_at(leg))
    dims = {**of_contact(world, contact), "agent": agent, "team": team}
    return Unit("main", end, dims, number=sum(p or 0 for p in parts), group=group, more={"partial": None in parts})


def _handle_time(units: list[Unit], params: Params) -> Row:
    of_groups: dict[str, float] = {}
    for unit in units:
        of_groups[unit.group] = of_groups.get(unit.group, 0) + (unit.number or 0)
    row = describe(list(of_groups.values()))
    return {**row, "value": row["mean"], "partial": any(u.more["partial"] for u in units)}


METRICS = {
    "abandonment_rate": (contacts, _abandonment),
    "service_level": (contacts, _service_level),
    "average_speed_of_answer": (contacts, _speed_of_answer),
    "average_handle_time": (handlings, _handle_time),
}
