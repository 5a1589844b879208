"""What tickets have to do with orders (METRICS.md 5.1, 5.7)."""

from __future__ import annotations

from typing import Any

from oracle.clock import local
from oracle.figures import ratio, share
from oracle.money import Money
from oracle.orders import exposed, exposure, of_customer, taken_off, valid_orders
from oracle.rows import Row
from oracle.ticket import Ticket
from oracle.unit import Span, Unit, created, inside, of_ticket
from oracle.world import World

__all__ = ["METRICS"]

DAY = 86400
Params = dict[str, Any]


def contact_rate(world: World, span: Span, params: Params) -> list[Unit]:
    """Tickets of the period, and what they are divided by."""
    found = []
    for ticket, at in created(world, span, params):
        found.append(Unit("ticket", at, {**of_ticket(ticket), **of_customer(world.persons.customer(ticket.row))}))
    return found + exposure(world, span, params)


def _contacts_per_order(units: list[Unit], params: Params) -> Row:
    tickets, guests = (sum(1 for u in units if u.role == role) for role in ("ticket", "guest"))
    return {**ratio(tickets, exposed(units)), "n_excluded": guests}


def _credited(world: World, params: Params) -> dict[tuple[str, str], list[Row]]:
    """The orders of each ticket: an order goes to the newest ticket of its customer that it followed in time."""
    window = params.get("conversion_window_days", 5) * DAY
    tickets = [t for t in world.valid if t.is_inbound and t.created_at is not None]
    found: dict[tuple[str, str], list[Row]] = {}
    for order in valid_orders(world):
        person, placed = world.persons.of(order), order["placed_at"]
        if person is None:
            continue
        own = [t for t in tickets if world.persons.of(t.row) == person and 0 < placed - (t.created_at or 0) <= window]
        if params.get("require_reply", False):
            own = [t for t in own if _is_answered(t, placed)]
        if own:
            newest = max(own, key=lambda t: (t.created_at or 0, t.key))
            found.setdefault(newest.key, []).append(order)
    return found


def _is_answered(ticket: Ticket, before: int) -> bool:
    """Whether a person answered it, in writing or on a call, before an instant."""
    said = any(ticket.is_reply(m) and m["occurred_at"] < before for m in ticket.messages)
    return said or any(ticket.is_handled(leg) and leg["answered_at"] < before for leg in ticket.legs)


def ticket_conversion_rate(world: World, span: Span, params: Params) -> list[Unit]:
    """Tickets of the period, whether an order followed, and what it brought."""
    window = params.get("conversion_window_days", 5) * DAY
    credited = _credited(world, params)
    found = []
    for ticket, at in created(world, span, {}):
        if world.persons.of(ticket.row) is None and not params.get("include_anonymous", False):
            found.append(Unit("excluded", at, of_ticket(ticket, **_replier(ticket, at + window + 1))))
            continue
        orders = credited.get(ticket.key, [])
        role = "main" if at + window < span.as_of else "immature"
        first = min((o["placed_at"] for o in orders), default=None)
        who = _replier(ticket, at + window + 1 if first is None else first)
        more = {"revenue": [_brought(world, o) for o in orders]}
        found.append(Unit(role, at, of_ticket(ticket, **who), number=int(bool(orders)), more=more))
    return found


def _replier(ticket: Ticket, before: int) -> Row:
    """Who answered a ticket last before an instant."""
    world = ticket.world
    found = [(m["occurred_at"], m.get("author_id") or "", m["source"], None) for m in ticket.messages if ticket.is_reply(m)]
    for leg in ticket.legs:
        if ticket.is_handled(leg):
            found.append((leg["answered_at"], leg.get("agent_id") or "", leg["source"], leg.get("team_id")))
    at, agent, source, team = max((f for f in found if f[0] < before), key=lambda f: f[:2], default=(0, "", "", None))
    return {"agent": agent or None, "team": team or world.team_of(source, agent or None, at)}


def _brought(world: World, order: Row) -> int | None:
    tz = world.settings.get("report_tz", "UTC")
    net = (order.get("amount") or 0) - sum(e["amount"] for e in taken_off(world, order))
    return Money(world).in_base(net, order.get("currency"), local(order["placed_at"], tz).date())


def _converted(units: list[Unit], params: Params) -> Row:
    main = [u for u in units if u.role == "main"]
    row = share(sum(1 for u in main if u.number), len(main))
    brought = [r for u in main for r in u.more["revenue"]]
    priced = [r for r in brought if r is not None]
    row["revenue_minor"] = sum(priced) if main and (priced or not brought) else None
    row["n_immature"], row["n_excluded"] = (sum(1 for u in units if u.role == role) for role in ("immature", "excluded"))
    return row


def _sold(units: list[Unit], params: Params) -> Row:
    return _of_mature(units, sum(1 for u in units if u.role == "main" and u.number))


def _of_mature(units: list[Unit], value: int) -> Row:
    """A count, 0 over nothing but without a value while everything is too young."""
    n, young = (sum(1 for u in units if u.role == role) for role in ("main", "immature"))
    return {"value": value if n or not young else None, "n_immature": young}


def revenue_from_support(world: World, span: Span, params: Params) -> list[Unit]:
    """What orders after tickets brought, by the ticket's creation or by the order."""
    if params.get("attribution", "created") == "created":
        return ticket_conversion_rate(world, span, params)
    found = []
    tickets: dict[Any, Ticket] = {t.key: t for t in world.valid}
    for key, orders in _credited(world, params).items():
        for order in orders:
            ticket = tickets[key]
            if inside(order["placed_at"], span.p0, span.e):
                more = {"revenue": [_brought(world, order)]}
                dims = of_ticket(ticket, **_replier(ticket, order["placed_at"]))
                found.append(Unit("main", order["placed_at"], dims, number=1, more=more))
    return found


def _revenue(units: list[Unit], params: Params) -> Row:
    """The sum of what has a rate; `n` are these orders, the others are left out."""
    brought = [r for u in units if u.role == "main" for r in u.more["revenue"]]
    priced = [r for r in brought if r is not None]
    row = _of_mature(units, sum(priced))
    if brought and not priced:
        row["value"] = None
    missing = len(brought) - len(priced)
    return {**row, "n": len(priced), "n_excluded": missing, "partial": missing > 0}


METRICS = {
    "contact_rate": (contact_rate, _contacts_per_order),
    "ticket_conversion_rate": (ticket_conversion_rate, _converted),
    "tickets_converted": (ticket_conversion_rate, _sold),
    "revenue_from_support": (revenue_from_support, _revenue),
}
