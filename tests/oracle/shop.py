"""Orders, contracts and what they have to do with tickets (METRICS.md 5.1, 5.7)."""

from __future__ import annotations

from typing import Any

from oracle.clock import local
from oracle.efforts import created
from oracle.figures import ratio, share
from oracle.money import Money
from oracle.persons import Key
from oracle.rows import Row
from oracle.ticket import Ticket
from oracle.unit import Span, Unit, inside, of_ticket
from oracle.world import World

__all__ = ["METRICS"]

DAY = 86400
Params = dict[str, Any]


def _taken_off(world: World, order: Row) -> list[Row]:
    named = (order["source"], order["order_id"])
    return [e for e in world.seen("order_events", "occurred_at") if (e["order_source"], e["order_id"]) == named]


def _is_valid(world: World, order: Row) -> bool:
    """Not a test, not wholly cancelled or refunded; without an amount an event takes all of the order off."""
    events = _taken_off(world, order)
    if order["is_test"] or any(e.get("amount") is None for e in events):
        return False
    return not events or sum(e["amount"] for e in events) < (order.get("amount") or 0)


def _orders(world: World) -> list[Row]:
    return [o for o in world.seen("orders", "placed_at") if _is_valid(world, o)]


def _segment(world: World, row: Row) -> Row:
    return {"customer_segment": world.persons.segment(row), "brand": row.get("brand"), "source": row["source"]}


def contact_rate(world: World, span: Span, params: Params) -> list[Unit]:
    """Tickets and valid orders of the period."""
    found = [Unit("ticket", at, of_ticket(ticket)) for ticket, at in created(world, span, params)]
    for order in _orders(world):
        if inside(order["placed_at"], span.p0, span.e):
            found.append(Unit("order", order["placed_at"], _segment(world, order)))
    return found


def _contacts_per_order(units: list[Unit], params: Params) -> Row:
    tickets, orders = (sum(1 for u in units if u.role == role) for role in ("ticket", "order"))
    return ratio(tickets, orders)


# loyalty


def _known(world: World, since: int, until: int) -> tuple[dict[Key, list[Row]], int]:
    """Valid orders in `[since, until)` by person, and how many have none."""
    found: dict[Key, list[Row]] = {}
    guests = 0
    for order in _orders(world):
        person = world.persons.of(order)
        if not since <= order["placed_at"] < until or world.persons.is_internal(person):
            continue
        if person is None:
            guests += 1
        else:
            found.setdefault(person, []).append(order)
    return found, guests


def _active(world: World, at: int, params: Params, tz: str) -> set[Key]:
    """The persons with a contract on the local day that ends at an instant, or an order in the days before."""
    day = local(at - 1, tz).date()
    found = set(_known(world, at - params.get("activity_window_days", 365) * DAY, at)[0])
    for row in world.rows["customer_contracts"]:
        person = world.persons.of(row)
        if person and row["started_on"] <= day and (row.get("ended_on") is None or day < row["ended_on"]):
            found.add(person)
    return {person for person in found if not world.persons.is_internal(person)}


def _kept(world: World, span: Span, params: Params) -> list[Unit]:
    tz = params.get("report_tz") or world.settings.get("report_tz", "UTC")
    start, end = _active(world, span.p0, params, tz), _active(world, span.e, params, tz)
    return [Unit("main", span.p0, {}, number=int(person in end)) for person in sorted(start)]


def _share(units: list[Unit], params: Params) -> Row:
    main = [u for u in units if u.role == "main"]
    row = share(sum(1 for u in main if u.number), len(main))
    return {**row, "n_excluded": sum(1 for u in units if u.role == "guest")}


def _retained(units: list[Unit], params: Params) -> Row:
    return share(sum(1 for u in units if u.number), len(units))


def _churned(units: list[Unit], params: Params) -> Row:
    return share(sum(1 for u in units if not u.number), len(units))


def repeat_purchase_rate(world: World, span: Span, params: Params) -> list[Unit]:
    """Persons with an order in the year before, and whether they have two."""
    persons, guests = _known(world, span.e - 365 * DAY, span.e)
    found = [Unit("main", span.e, {}, number=int(len(own) > 1)) for own in persons.values()]
    return found + [Unit("guest", span.e, {}) for _ in range(guests)]


def returning_customer_rate(world: World, span: Span, params: Params) -> list[Unit]:
    """Persons with an order in the period, and whether they had one before."""
    persons, guests = _known(world, span.p0, span.e)
    before, _ = _known(world, 0, span.p0)
    found = [Unit("main", span.p0, {}, number=int(person in before)) for person in persons]
    return found + [Unit("guest", span.p0, {}) for _ in range(guests)]


# conversion


def _credited(world: World, params: Params) -> dict[tuple[str, str], list[Row]]:
    """The orders of each ticket: an order goes to the newest ticket of its customer that it followed in time."""
    window = params.get("conversion_window_days", 5) * DAY
    tickets = [t for t in world.valid if t.is_inbound and t.created_at is not None]
    found: dict[tuple[str, str], list[Row]] = {}
    for order in _orders(world):
        person, placed = world.persons.of(order), order["placed_at"]
        if person is None:
            continue
        own = [t for t in tickets if world.persons.of(t.row) == person and 0 < placed - (t.created_at or 0) <= window]
        if params.get("require_reply", False):
            own = [t for t in own if any(t.is_reply(m) and m["occurred_at"] <= placed for m in t.messages)]
        if own:
            newest = max(own, key=lambda t: (t.created_at or 0, t.key))
            found.setdefault(newest.key, []).append(order)
    return found


def ticket_conversion_rate(world: World, span: Span, params: Params) -> list[Unit]:
    """Tickets of the period, whether an order followed, and what it brought."""
    window = params.get("conversion_window_days", 5) * DAY
    credited = _credited(world, params)
    found = []
    for ticket, at in created(world, span, {}):
        if world.persons.of(ticket.row) is None and not params.get("include_anonymous", False):
            found.append(Unit("excluded", at, of_ticket(ticket)))
            continue
        orders = credited.get(ticket.key, [])
        role = "main" if at + window < span.as_of else "immature"
        more = {"revenue": [_brought(world, o) for o in orders]}
        found.append(Unit(role, at, of_ticket(ticket), number=int(bool(orders)), more=more))
    return found


def _brought(world: World, order: Row) -> int | None:
    tz = world.settings.get("report_tz", "UTC")
    net = (order.get("amount") or 0) - sum(e["amount"] for e in _taken_off(world, order))
    return Money(world).in_base(net, order.get("currency"), local(order["placed_at"], tz).date())


def _converted(units: list[Unit], params: Params) -> Row:
    main = [u for u in units if u.role == "main"]
    row = share(sum(1 for u in main if u.number), len(main))
    row["revenue_minor"] = sum(r for u in main for r in u.more["revenue"] if r is not None) if main else None
    row["n_immature"] = sum(1 for u in units if u.role == "immature")
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
                found.append(Unit("main", order["placed_at"], of_ticket(ticket), number=1, more=more))
    return found


def _revenue(units: list[Unit], params: Params) -> Row:
    return _of_mature(units, _converted(units, params)["revenue_minor"] or 0)


METRICS = {
    "contact_rate": (contact_rate, _contacts_per_order),
    "customer_retention_rate": (_kept, _retained),
    "customer_churn_rate": (_kept, _churned),
    "repeat_purchase_rate": (repeat_purchase_rate, _share),
    "returning_customer_rate": (returning_customer_rate, _share),
    "ticket_conversion_rate": (ticket_conversion_rate, _converted),
    "tickets_converted": (ticket_conversion_rate, _sold),
    "revenue_from_support": (revenue_from_support, _revenue),
}
