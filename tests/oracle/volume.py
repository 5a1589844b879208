"""Tickets, contacts and the backlog (METRICS.md 5.1)."""

from __future__ import annotations

from typing import Any

from oracle.figures import describe, share
from oracle.rows import Row
from oracle.ticket import DONE
from oracle.turns import turns
from oracle.unit import Span, Unit, at_moment, inside, of_ticket, population, state
from oracle.world import World

__all__ = ["METRICS", "interactions_count"]

DAY = 86400
BUCKETS = {"lt_1d": (0, 1), "1d_3d": (1, 3), "3d_7d": (3, 7), "7d_14d": (7, 14), "14d_30d": (14, 30), "ge_30d": (30, 10**9)}
Params = dict[str, Any]


def _count(units: list[Unit], params: Params) -> Row:
    return {"value": len(units), "n": len(units)}


def tickets_created(world: World, span: Span, params: Params) -> list[Unit]:
    """Tickets by their creation; the team is the first they were given."""
    found = []
    for ticket in population(world, params):
        if ticket.created_at is not None and inside(ticket.created_at, span.p0, span.e):
            given = [e for e in ticket.events if e["field"] == "team_id" and e.get("value") and ticket.when(e) < span.e]
            team = given[0]["value"] if given else None
            priority = ticket.latest("priority", ticket.created_at + 1)
            found.append(Unit("main", ticket.created_at, of_ticket(ticket, team=team, priority=priority)))
    return found


def tickets_handled(world: World, span: Span, params: Params) -> list[Unit]:
    """Replies and answered calls; the tickets they belong to are counted once."""
    found = []
    for ticket in population(world, params, "all"):
        for message in ticket.messages:
            if ticket.is_reply(message) and inside(message["occurred_at"], span.p0, span.e):
                agent, at = message.get("author_id"), message["occurred_at"]
                dims = of_ticket(ticket, agent=agent, team=world.team_of(message["source"], agent, at))
                found.append(Unit("main", at, {**dims, "priority": ticket.latest("priority", at + 1)}, group=ticket.key))
        for leg in ticket.legs:
            if ticket.is_handled(leg) and inside(leg["answered_at"], span.p0, span.e):
                agent, at = leg.get("agent_id"), leg["answered_at"]
                dims = of_ticket(ticket, agent=agent, team=leg.get("team_id") or world.team_of(leg["source"], agent, at))
                found.append(Unit("main", at, {**dims, "priority": ticket.latest("priority", at + 1)}, group=ticket.key))
    return found


def _distinct(units: list[Unit], params: Params) -> Row:
    number = len({u.group for u in units})
    return {"value": number, "n": number}


def interactions_count(world: World, span: Span, params: Params) -> list[Unit]:
    """Inbound live sessions and written customer turns (or, by `unit`, messages)."""
    found = []
    for contact in world.contacts:
        is_asked = contact.outcome != "self_served" or params.get("include_self_service", False)
        if contact.is_inbound and is_asked and inside(contact.started_at, span.p0, span.p1):
            leg = contact.root
            dims = {k: leg.get(k) for k in ("channel", "brand", "reason", "source")}
            found.append(Unit("session", contact.started_at, dims))
    for ticket in population(world, params, "all"):
        if params.get("unit", "turn") == "message":
            starts = [m["occurred_at"] for m in ticket.messages if ticket.is_question(m) and m.get("interaction_id") is None]
        else:
            starts = [t["start"] for t in turns(ticket, span.e, is_cut_by_bots=True) if t["session"] is None]
        found += [Unit("turn", at, of_ticket(ticket)) for at in starts if inside(at, span.p0, span.e)]
    return found


def tickets_solved(world: World, span: Span, params: Params) -> list[Unit]:
    """The solved set, or with `unit = events` every solve."""
    found = []
    for ticket in population(world, params):
        if params.get("unit", "ticket") == "events":
            solves = [s for s in ticket.solves(span.e) if s["at"] >= span.p0]
        else:
            last = ticket.solved_in(span.p0, span.e)
            solves = [last] if last else []
        found += [Unit("main", s["at"], of_ticket(ticket, **state(s))) for s in solves]
    return found


def backlog(world: World, span: Span, params: Params) -> list[Unit]:
    """Unresolved tickets at the evaluation instant."""
    found = []
    for ticket in population(world, params, "all"):
        if ticket.is_unresolved(span.e):
            contact = ticket.first_contact()
            answer = ticket.first_response(contact, "human")
            waits = contact is not None and contact < span.e and (answer is None or answer["at"] >= span.e)
            found.append(Unit("main", span.e, at_moment(ticket, span.e), more={"is_unanswered": waits}))
    return found


def _stock(units: list[Unit], params: Params) -> Row:
    return {
        "value": len(units),
        "n": len(units),
        "n_unassigned": sum(1 for u in units if u.dims["agent"] is None),
        "n_unanswered": sum(1 for u in units if u.more["is_unanswered"]),
    }


def backlog_age(world: World, span: Span, params: Params) -> list[Unit]:
    """How long unresolved tickets exist, or since the customer last wrote."""
    found = []
    for ticket in population(world, params, "all"):
        if not ticket.is_unresolved(span.e) or ticket.created_at is None:
            continue
        since: int | None = ticket.created_at
        if params.get("since", "creation") == "last_customer_message":
            said = [m["occurred_at"] for m in ticket.messages if ticket.is_question(m) and m["occurred_at"] < span.e]
            since = max(said, default=since)
        if since is not None:
            age = ticket.seconds(since, span.e, params)
            found.append(Unit("main", span.e, at_moment(ticket, span.e), number=age))
    return found


def _ages(units: list[Unit], params: Params) -> Row:
    ages = [u.number for u in units if u.number is not None]
    row = describe(ages)
    buckets = {name: sum(1 for a in ages if low * DAY <= a < high * DAY) for name, (low, high) in BUCKETS.items()}
    return {**row, "value": row["median"], "max": max(ages, default=None), "buckets": buckets}


def backlog_flow(world: World, span: Span, params: Params) -> list[Unit]:
    """Creations, solves and reopenings."""
    found = []
    for ticket in population(world, params, "all"):
        if ticket.created_at is not None and inside(ticket.created_at, span.p0, span.e):
            found.append(Unit("created", ticket.created_at, of_ticket(ticket)))
        for change in ticket.transitions if ticket.created_at is not None else []:
            if inside(change["at"], span.p0, span.e):
                found.append(Unit(change["kind"], change["at"], of_ticket(ticket, **state(change))))
    return found


def _flow(units: list[Unit], params: Params) -> Row:
    said = {"created": "created", "solved": "solve", "reopened": "reopen"}
    row: Row = {name: sum(1 for u in units if u.role == role) for name, role in said.items()}
    return {**row, "value": row["created"] + row["reopened"] - row["solved"]}


def resolution_rate(world: World, span: Span, params: Params) -> list[Unit]:
    """Tickets created in the period, and whether they are solved: at its end, at `as_of`, or within a horizon."""
    found = []
    days = params.get("horizon_days")
    moment = span.as_of if params.get("evaluate") == "as_of" else span.e
    for ticket in population(world, params):
        created = ticket.created_at
        if created is not None and inside(created, span.p0, span.e):
            role, is_solved = "main", ticket.status(moment) in DONE
            if days is not None and params.get("variant", "cohort") == "cohort":
                first = next((s["at"] for s in ticket.solves(span.as_of)), None)
                is_solved = first is not None and first - created <= days * DAY
                role = "main" if created + days * DAY < span.as_of else "immature"
            found.append(Unit(role, created, of_ticket(ticket), number=int(is_solved)))
        if params.get("variant") == "flow" and (last := ticket.solved_in(span.p0, span.e)):
            found.append(Unit("solved", last["at"], of_ticket(ticket)))
    return found


def _resolved(units: list[Unit], params: Params) -> Row:
    main = [u for u in units if u.role == "main"]
    if params.get("variant") == "flow":
        solved = sum(1 for u in units if u.role == "solved")
        return {"value": solved / len(main) if main else None, "numerator": solved, "n": len(main)}
    row = share(sum(1 for u in main if u.number), len(main))
    if params.get("horizon_days") is not None:
        row["n_immature"] = sum(1 for u in units if u.role == "immature")
    return row


def volume_by_channel(world: World, span: Span, params: Params) -> list[Unit]:
    """Tickets, or interactions, which have their channel among their dimensions."""
    if params.get("unit", "ticket") == "interaction":
        return interactions_count(world, span, {})
    return tickets_created(world, span, params)


METRICS = {
    "tickets_created": (tickets_created, _count),
    "volume_by_channel": (volume_by_channel, _count),
    "tickets_handled": (tickets_handled, _distinct),
    "interactions_count": (interactions_count, _count),
    "tickets_solved": (tickets_solved, _count),
    "backlog": (backlog, _stock),
    "backlog_age": (backlog_age, _ages),
    "backlog_flow": (backlog_flow, _flow),
    "resolution_rate": (resolution_rate, _resolved),
}
