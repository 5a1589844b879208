"""Tickets and calls passed on (METRICS.md 5.3), and by whom."""

from __future__ import annotations

from typing import Any

from oracle.figures import share
from oracle.quality import solved
from oracle.rows import Row
from oracle.ticket import Ticket
from oracle.unit import Span, Unit, inside, of_ticket, state
from oracle.world import Contact, World

__all__ = ["METRICS"]

Params = dict[str, Any]


def passed_on(world: World, span: Span, params: Params) -> list[Unit]:
    """Who held each solved ticket, or answered each call, and whether it was passed on; nobody where it had no holder."""
    if params.get("unit", "ticket") == "contact":
        return _calls(world, span)
    field = "assignee_id" if params.get("level", "team") == "agent" else "team_id"
    found = []
    for ticket, last in solved(world, span, params):
        whole = of_ticket(ticket, **state(last))
        is_handed_over = _is_handed_over(ticket, span.e)
        by_holder = {"agent", "team"} & set(params["asked"])
        holdings = _holdings(ticket, span.e, field)
        for holding in holdings or [{"dims": {"agent": None, "team": None}, "is_passed": False, "is_up": False}]:
            dims = {**whole, **holding["dims"]} if by_holder else whole
            more = {"is_up": holding["is_up"], "is_handed_over": is_handed_over}
            found.append(Unit("main", last["at"], dims, number=int(holding["is_passed"]), group=ticket.key, more=more))
    return found


def _is_handed_over(ticket: Ticket, before: int) -> bool:
    """Whether a bot spoke before the first human answer, both by then."""
    contact = ticket.first_contact()
    answer = ticket.first_response(contact, "human")
    if answer is None or answer["at"] >= before:
        return False
    bot = ticket.world.is_bot
    said = [m for m in ticket.messages if ticket.is_reply(m, "any") and bot(m["author_type"], m["source"], m.get("author_id"))]
    return any(contact is not None and contact <= m["occurred_at"] <= answer["at"] for m in said)


def _holdings(ticket: Ticket, before: int, field: str) -> list[Row]:
    """Who held a ticket, each with who stood beside as it ended, and whether it was a transfer (to a higher tier)."""
    world, other = ticket.world, "team_id" if field == "assignee_id" else "assignee_id"
    found: list[Row] = []
    value: str | None = None
    events = [e for e in ticket.events if e["field"] == field and e["occurred_at"] < before]
    for event in [*events, {"occurred_at": before, "value": None}]:
        was, value = value, event.get("value") or None
        if was is None or was == value:
            continue
        at = event["occurred_at"]
        is_passed = value is not None and not _is_routing(ticket, event, field, was)
        own, beside = ("agent", "team") if field == "assignee_id" else ("team", "agent")
        holding: Row = {"dims": {own: was, beside: ticket.latest(other, at)}, "is_passed": is_passed, "is_up": False}
        if is_passed:
            teams = [world.team_of(ticket.key[0], a, at) for a in (was, value)] if field == "assignee_id" else [was, value]
            holding["is_up"] = _is_up(world, ticket.key[0], teams[0], teams[1])
        found.append(holding)
    return found


def _is_routing(ticket: Ticket, event: Row, field: str, was: str) -> bool:
    """Whether automation moved it before a person came, or a bot handed it over."""
    kind, source = event.get("actor_type"), event["source"]
    is_machine = kind == "system" or ticket.world.is_bot(kind, source, event.get("actor_id"))
    is_early = is_machine and not ticket.human_touches(event["occurred_at"] + 1)
    return is_early or (field == "assignee_id" and (source, was) in ticket.world.bots)


def _is_up(world: World, source: str, giving: str | None, taking: str | None) -> bool:
    tiers = {(t["source"], t["team_id"]): t.get("tier") for t in world.rows["teams"]}
    low, high = tiers.get((source, giving or "")), tiers.get((source, taking or ""))
    return low is not None and high is not None and high > low


def _calls(world: World, span: Span) -> list[Unit]:
    """The people who answered each call that was answered in the end, by its entering the queue."""
    found = []
    for contact in world.contacts:
        is_asked = contact.is_inbound and contact.outcome == "answered"
        if contact.queued_at is None or not is_asked or not inside(contact.queued_at, span.p0, span.p1):
            continue
        whole = {k: contact.root.get(k) for k in ("channel", "brand", "reason", "source")}
        for holding in _answerings(world, contact) or [{"agent": None, "team": None, "is_passed": False, "is_up": False}]:
            dims = {**whole, "agent": holding["agent"], "team": holding["team"]}
            group = (contact.root["source"], contact.root["root_interaction_id"])
            number, more = int(holding["is_passed"]), {"is_up": holding["is_up"], "is_handed_over": False}
            found.append(Unit("main", contact.queued_at, dims, number=number, group=group, more=more))
    return found


def _answerings(world: World, contact: Contact) -> list[Row]:
    found = []
    teams = [_team(world, leg) for leg in contact.legs]
    for place, leg in enumerate(contact.legs):
        if world.is_handled(leg):
            is_passed = place + 1 < len(contact.legs)
            is_up = is_passed and _is_up(world, leg["source"], teams[place], teams[place + 1])
            found.append({"agent": leg.get("agent_id"), "team": teams[place], "is_passed": is_passed, "is_up": is_up})
    return found


def _team(world: World, leg: Row) -> str | None:
    """A leg's team, else that of who answered it, else its queue."""
    at = leg.get("answered_at")
    own = world.team_of(leg["source"], leg.get("agent_id"), at) if at is not None else None
    return leg.get("team_id") or own or leg.get("queue")


def _share(units: list[Unit], passed: list[Unit]) -> Row:
    n = len({u.group for u in units})
    row = share(len({u.group for u in passed}), n)
    handed_over = len({u.group for u in units if u.more["is_handed_over"]})
    return {**row, "transfers_per_ticket": len(passed) / n if n else None, "handed_over": handed_over}


def _transferred(units: list[Unit], params: Params) -> Row:
    row = _share(units, [u for u in units if u.number])
    handed_over = row.pop("handed_over")
    return {**row, "n_handovers": handed_over} if params.get("unit", "ticket") == "ticket" else row


def _escalated(units: list[Unit], params: Params) -> Row:
    row = _share(units, [u for u in units if u.more["is_up"]])
    return {k: v for k, v in row.items() if k not in ("handed_over", "transfers_per_ticket")}


METRICS = {"transfer_rate": (passed_on, _transferred), "escalation_rate": (passed_on, _escalated)}
