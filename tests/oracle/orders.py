"""Valid orders, who placed them, and who is a customer (METRICS.md sections 2 and 4)."""

from __future__ import annotations

from typing import Any

from oracle.clock import local
from oracle.persons import Key
from oracle.rows import Row
from oracle.unit import Span, Unit, inside
from oracle.world import World

__all__ = ["Bought", "active", "bought", "exposed", "exposure", "of_customer", "placed", "taken_off", "valid_orders"]

DAY = 86400
Params = dict[str, Any]
Bought = list[tuple[Key | None, Row]]


def taken_off(world: World, order: Row) -> list[Row]:
    """What was cancelled or refunded of an order."""
    named = (order["source"], order["order_id"])
    return [e for e in world.seen("order_events", "occurred_at") if (e["order_source"], e["order_id"]) == named]


def _is_valid(world: World, order: Row) -> bool:
    """Not a test, not wholly cancelled or refunded; without an amount an event takes all of the order off."""
    events = taken_off(world, order)
    if order["is_test"] or any(e.get("amount") is None for e in events):
        return False
    return not events or sum(e["amount"] for e in events) < (order.get("amount") or 0)


def valid_orders(world: World) -> list[Row]:
    """The valid orders."""
    return [o for o in world.seen("orders", "placed_at") if _is_valid(world, o)]


def bought(order: Row) -> Row:
    """What is known of an order."""
    return {"brand": order.get("brand"), "source": order["source"]}


def placed(world: World, since: int, until: int) -> Bought:
    """The buyers of valid orders in `[since, until)`, None for guests, with what is known of the order."""
    return [(world.persons.of(o), bought(o)) for o in valid_orders(world) if since <= o["placed_at"] < until]


def active(world: World, at: int, params: Params) -> Bought:
    """Who had a contract on the local day that ends at an instant, or an order in the days before."""
    tz = params.get("report_tz") or world.settings.get("report_tz", "UTC")
    day = local(at - 1, tz).date()
    found = placed(world, at - params.get("activity_window_days", 365) * DAY, at)
    for row in world.rows["customer_contracts"]:
        if row["started_on"] <= day and (row.get("ended_on") is None or day < row["ended_on"]):
            found.append((world.persons.of(row), {"source": row["source"]}))
    return found


def of_customer(customer: Row) -> Row:
    """The dimensions of a customer."""
    return {"customer_segment": customer.get("segment"), "country": customer.get("country")}


def exposure(world: World, span: Span, params: Params) -> list[Unit]:
    """What tickets are divided by: orders of the period, the persons who placed them, or those active at its end."""
    orders = [o for o in valid_orders(world) if inside(o["placed_at"], span.p0, span.e)]
    named = params.get("denominator", "orders")
    if named == "orders":
        return [Unit("of", o["placed_at"], {**bought(o), **of_customer(world.persons.customer(o))}) for o in orders]
    if named == "customers":
        dated = [(world.persons.of(o), o["placed_at"], bought(o)) for o in orders]
    else:
        dated = [(person, span.e, dims) for person, dims in active(world, span.e, params)]
    found = []
    for person, at, dims in dated:
        if person is None:
            found.append(Unit("guest", at, dims))
        elif not world.persons.is_internal(person):
            found.append(Unit("of", at, {**dims, **of_customer(world.persons.face(person))}, group=person))
    return found


def exposed(units: list[Unit]) -> int:
    """How many orders, or persons each once."""
    return len({u.group or id(u) for u in units if u.role == "of"})
