"""Automation, touches and complaints (METRICS.md 5.3), standard answers and reasons (5.1)."""

from __future__ import annotations

from typing import Any

from oracle.figures import describe, ratio, share, t_interval
from oracle.orders import exposed, exposure
from oracle.quality import solved
from oracle.rows import Row
from oracle.ticket import DONE, Ticket
from oracle.unit import Span, Unit, created, inside, of_ticket, population, state
from oracle.volume import interactions_count
from oracle.world import World

__all__ = ["METRICS"]

HOUR = 3600
Params = dict[str, Any]


# automation


def automated_resolution_rate(world: World, span: Span, params: Params) -> list[Unit]:
    """Tickets of the period, and whether a bot alone had solved them some hours after."""
    window = params.get("automation_followup_hours", 72) * HOUR
    found = []
    for ticket, at in created(world, span, params):
        until = at + window
        is_answered = ticket.bot_messages(until + 1)
        if params.get("denominator", "all") == "bot_involved" and not is_answered:
            continue
        is_solved = ticket.status(until + 1) in DONE
        if params.get("assumed", False) and not is_solved:
            is_solved = not _came_back(ticket, until)
        is_good = is_answered and is_solved and not ticket.human_touches(until + 1) and not _went_on(world, ticket, at, until)
        dims = of_ticket(ticket, priority=ticket.latest("priority", at + 1))
        found.append(Unit("main" if until < span.as_of else "immature", at, dims, number=int(is_good)))
    return found


def _came_back(ticket: Ticket, until: int) -> bool:
    """Whether the customer wrote after the bot's last answer."""
    said = [m for m in ticket.messages if m["occurred_at"] <= until and m["is_public"] and not m["is_auto"]]
    bots = [m["occurred_at"] for m in said if ticket.world.is_bot(m["author_type"], m["source"], m.get("author_id"))]
    return any(ticket.is_question(m) and m["occurred_at"] > max(bots, default=0) for m in said)


def _went_on(world: World, ticket: Ticket, since: int, until: int) -> bool:
    """Whether the customer came again after the creation and was helped by a person."""
    person = world.persons.of(ticket.row)
    if person is None:
        return False
    for other in world.valid:
        if other is ticket or not other.is_inbound or world.persons.of(other.row) != person or other.created_at is None:
            continue
        if since < other.created_at <= until and other.human_touches(until + 1):
            return True
    for contact in world.contacts:
        is_theirs = contact.is_inbound and world.caller(contact) == person
        is_handled = any(world.is_handled(leg) and leg["answered_at"] <= until for leg in contact.legs)
        if is_theirs and is_handled and since < contact.started_at <= until:
            return True
    return False


# touches


def agent_touches(world: World, span: Span, params: Params) -> list[Unit]:
    """How often people took each solved ticket in hand."""
    found = []
    for ticket, last in solved(world, span, params):
        human = world.is_human
        done = [m for m in ticket.messages if human(m["author_type"], m["source"], m.get("author_id"))]
        changes = [e for e in ticket.all_events if human(e.get("actor_type"), e["source"], e.get("actor_id"))]
        touches: set[Any] = set()
        is_partial = False
        for row, who in [*((m, m.get("author_id")) for m in done), *((e, e.get("actor_id")) for e in changes)]:
            if row["occurred_at"] >= span.e:
                continue
            if row.get("update_id") is None:
                is_partial = True
                touches.add((row["source"], who, row["occurred_at"] // 60))
            else:
                touches.add((row["source"], row["update_id"]))
        calls = sum(1 for leg in ticket.legs if world.is_handled(leg) and leg["answered_at"] < span.e)
        unit = Unit("main", last["at"], of_ticket(ticket, **state(last)), number=len(touches) + calls)
        unit.more["partial"] = is_partial
        found.append(unit)
    return found


def _touched(units: list[Unit], params: Params) -> Row:
    numbers = [u.number or 0 for u in units]
    row = describe(numbers)
    row["ci_low"], row["ci_high"] = t_interval(numbers) or (None, None)
    spread = {k: row[k] for k in ("n", "mean", "median", "p90", "ci_low", "ci_high")}
    return {**spread, "value": row["mean"], "numerator": sum(numbers), "partial": any(u.more["partial"] for u in units)}


# complaints, reasons, standard answers


def complaint_ratio(world: World, span: Span, params: Params) -> list[Unit]:
    """Complaints among the tickets of the period, and what they are divided by."""
    found = []
    for ticket, at in created(world, span, params):
        dims = of_ticket(ticket)
        if ticket.latest("is_complaint") == "true":
            found.append(Unit("complaint", at, dims))
        if params.get("denominator", "interactions") == "tickets":
            found.append(Unit("of", at, dims))
    if params.get("denominator", "interactions") == "interactions":
        found += [Unit("of", u.at, u.dims) for u in interactions_count(world, span, {})]
    if params.get("denominator") in ("orders", "customers"):
        found += exposure(world, span, params)
    return found


def _complained(units: list[Unit], params: Params) -> Row:
    x, n = sum(1 for u in units if u.role == "complaint"), exposed(units)
    return share(x, n) if params.get("denominator", "interactions") == "tickets" else ratio(x, n)


def contact_reason_share(world: World, span: Span, params: Params) -> list[Unit]:
    """Tickets of the period; their reason is among their dimensions."""
    return [Unit("main", at, of_ticket(ticket)) for ticket, at in created(world, span, params)]


def _counted(units: list[Unit], params: Params) -> Row:
    return {"value": len(units), "n": len(units)}


def macro_share(world: World, span: Span, params: Params) -> list[Unit]:
    """Replies of the period, and whether they use a standard answer."""
    supplying = {m["source"] for m in world.rows["messages"] if m.get("macro_id")}  # what a source can tell has no instant
    found = []
    for ticket in population(world, params):
        for message in ticket.messages:
            if not ticket.is_reply(message) or message["source"] not in supplying:
                continue
            at, agent = message["occurred_at"], message.get("author_id")
            if inside(at, span.p0, span.e):
                dims = of_ticket(ticket, agent=agent, team=world.team_of(message["source"], agent, at))
                dims |= {"priority": ticket.latest("priority", at + 1), "macro_id": message.get("macro_id")}
                found.append(Unit("main", at, dims, number=int(message.get("macro_id") is not None)))
    return found


def _share(units: list[Unit], params: Params) -> Row:
    main = [u for u in units if u.role == "main"]
    return share(sum(1 for u in main if u.number), len(main))


def _judged(units: list[Unit], params: Params) -> Row:
    return {**_share(units, params), "n_immature": sum(1 for u in units if u.role == "immature")}


METRICS = {
    "automated_resolution_rate": (automated_resolution_rate, _judged),
    "agent_touches": (agent_touches, _touched),
    "complaint_ratio": (complaint_ratio, _complained),
    "contact_reason_share": (contact_reason_share, _counted),
    "macro_share": (macro_share, _share),
}
