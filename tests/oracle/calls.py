"""Calls and chats (METRICS.md 5.4)."""

from __future__ import annotations

from typing import Any

from oracle.figures import describe, share
from oracle.rows import Row
from oracle.unit import Span, Unit, inside, of_ticket
from oracle.world import Contact, World

__all__ = ["METRICS", "of_contact"]

OFFERED = ("answered", "abandoned", "callback_requested", "missed")
SHORT = 5
NEVER = 10**12
LIVE = ("phone", "chat", "video", "in_person")
Params = dict[str, Any]


def handler_of(world: World, contact: Contact) -> Row:
    """Who handled a contact last, with the leg's team, else their own at that time; whatever became of the contact then."""
    handled = [leg for leg in contact.legs if leg.get("outcome") == "answered" and world.is_handled(leg)]
    if not handled:
        return {"agent": None, "team": None}
    agent, last = handled[-1].get("agent_id"), handled[-1]
    return {
        "agent": agent,
        "team": last.get("team_id") or world.team_of(contact.root["source"], agent, last["answered_at"]) or last.get("queue"),
    }


def of_contact(world: World, contact: Contact) -> Row:
    """A contact's dimensions: the team is the handling leg's, else its agent's at that time, else the last leg's."""
    who = handler_of(world, contact) if contact.outcome == "answered" else {"agent": None, "team": None}
    agent, team = who["agent"], who["team"]
    return {
        "channel": contact.root.get("channel"),
        "brand": contact.root.get("brand"),
        "reason": contact.root.get("reason"),
        "source": contact.root["source"],
        "team": team or contact.last.get("team_id") or contact.last.get("queue"),
        "agent": agent,
        "queue": contact.last.get("queue"),
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
    """The waits that are known and no error."""
    return [u.number for u in units if u.role in roles and u.number is not None and u.number >= 0]


def _number(units: list[Unit], *roles: str) -> int:
    return sum(1 for u in units if u.role in roles)


def _wrong(units: list[Unit], *roles: str) -> Row:
    """How many waits run backwards, and how many nobody knows."""
    waits = [u.number for u in units if u.role in roles]
    return {"n_invalid": sum(1 for w in waits if w is not None and w < 0), "n_excluded": waits.count(None)}


def _abandonment(units: list[Unit], params: Params) -> Row:
    short = params.get("short_abandon_s", 0)
    abandoned = _waits(units, "abandoned")
    removed = sum(1 for w in abandoned if w < short)
    row = share(_number(units, "abandoned") - removed, _number(units, *OFFERED) - removed)
    row["n_short_abandoned"] = sum(1 for w in abandoned if w < SHORT)
    row["n_in_queue"] = _number(units, "in_queue")
    return row


def _service_level(units: list[Unit], params: Params) -> Row:
    variant = params.get("variant", "offered")
    limit, short = params.get("service_level_threshold_s", 20), params.get("short_abandon_s", 0)
    if variant == "exclude_short_abandoned" and not short:
        short = SHORT
    wrong, waiting = _wrong(units, *OFFERED), _number(units, "in_queue")
    units = [u for u in units if u.number is not None and u.number >= (short if u.role == "abandoned" else 0)]

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
    return {**share(met, n), **wrong, "n_in_queue": waiting}


def _speed_of_answer(units: list[Unit], params: Params) -> Row:
    row = {**describe(_waits(units, "answered")), **_wrong(units, "answered")}
    left, offered = _waits(units, "abandoned"), _waits(units, *OFFERED)
    row["value"] = row["mean"]
    row["time_to_abandon"] = sum(left) / len(left) if left else None
    row["queue_wait_time"] = sum(offered) / len(offered) if offered else None
    row["longest_wait"] = max(offered, default=None)
    row["n_short_abandoned"] = sum(1 for w in left if w < SHORT)
    row["n_in_queue"] = _number(units, "in_queue")
    return row


def handlings(world: World, span: Span, params: Params) -> list[Unit]:
    """Handled legs, or contacts, by the end of their handling, which is that of the work after them."""
    direction = params.get("direction", "inbound")
    found = []
    for contact in world.contacts:
        legs = [leg for leg in contact.legs if world.is_handled(leg) and direction in ("all", leg["direction"])]
        is_whole = params.get("unit", "leg") == "contact"
        end = max((_done_at(world, leg) for leg in legs), default=NEVER)
        for leg in legs:
            at = end if is_whole else _done_at(world, leg)
            if inside(at, span.p0, span.e):
                group = contact.root["root_interaction_id"] if is_whole else leg["interaction_id"]
                found.append(_handling(world, contact, leg, at, group))
    return found + _sessions(world, span, direction)


def _sessions(world: World, span: Span, direction: str) -> list[Unit]:
    """What people worked on written tickets, by the end of each piece of work; a ticket is one, whatever the unit."""
    found = []
    for ticket in world.valid:
        is_asked = direction == "all" or ticket.is_inbound == (direction == "inbound")
        if not is_asked or ticket.channel in LIVE:
            continue
        for row in world.seen("work_sessions", "started_at"):
            at, agent = row.get("ended_at"), row.get("agent_id")
            is_own = (row["ticket_source"], row["ticket_id"]) in ticket.keys and world.is_human("agent", row["source"], agent)
            if at is None or at >= world.cut(row["source"]) or not is_own or not inside(at, span.p0, span.e):
                continue
            team, priority = world.team_of(row["source"], agent, at), ticket.latest("priority", at + 1)
            dims = of_ticket(ticket, agent=agent, team=team, priority=priority)
            found.append(Unit("main", at, dims, number=at - row["started_at"], group=ticket.key, more={"partial": False}))
    return found


def _done_at(world: World, leg: Row) -> int:
    """The end of a leg's handling; one that has not ended, as far as its source tells, is not done for good."""
    at = NEVER if leg.get("ended_at") is None else int(leg["ended_at"]) + (leg.get("acw_s") or 0)
    return at if at < world.cut(leg["source"]) else NEVER


def _handling(world: World, contact: Contact, leg: Row, end: int, group: str) -> Unit:
    parts = [leg.get(k) for k in ("talk_s", "hold_s", "acw_s")]
    agent = leg.get("agent_id")
    team = leg.get("team_id") or world.team_of(leg["source"], agent, _done_at(world, leg)) or leg.get("queue")
    dims = {**of_contact(world, contact), "agent": agent, "team": team}
    return Unit("main", end, dims, number=sum(p or 0 for p in parts), group=group, more={"partial": None in parts})


def _handle_time(units: list[Unit], params: Params) -> Row:
    of_groups: dict[Any, float] = {}
    for unit in units:
        if unit.number is not None and unit.number >= 0:
            of_groups[unit.group] = of_groups.get(unit.group, 0) + unit.number
    row = describe(list(of_groups.values()))
    wrong = sum(1 for u in units if u.number is not None and u.number < 0)
    return {**row, "value": row["mean"], "partial": any(u.more["partial"] for u in units), "n_invalid": wrong}


METRICS = {
    "abandonment_rate": (contacts, _abandonment),
    "service_level": (contacts, _service_level),
    "average_speed_of_answer": (contacts, _speed_of_answer),
    "average_handle_time": (handlings, _handle_time),
}
