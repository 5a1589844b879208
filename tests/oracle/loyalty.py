"""Who stays and who comes back (METRICS.md 5.7)."""

from __future__ import annotations

from typing import Any

from oracle.clock import period_before
from oracle.figures import share
from oracle.orders import Bought, active, bought, of_customer, placed, valid_orders
from oracle.persons import Key
from oracle.rows import Row
from oracle.unit import Span, Unit
from oracle.world import World

__all__ = ["METRICS"]

DAY = 86400
Params = dict[str, Any]


def _parts(params: Params, *lists: Bought) -> list[tuple[Row, list[set[Key]]]]:
    """The persons of each list, apart by brand and source where the question is about them."""
    names = [d for d in ("brand", "source") if d in params.get("asked", ())]
    found: dict[Any, tuple[Row, list[set[Key]]]] = {}
    for i, who in enumerate(lists):
        for person, dims in who:
            own = {d: dims.get(d) for d in names}
            part = found.setdefault(tuple(own.values()), (own, [set() for _ in lists]))
            if person is not None:
                part[1][i].add(person)
    return list(found.values())


def _compared(world: World, span: Span, params: Params, of: Bought, to: Bought) -> list[Unit]:
    """The persons of one list, and whether they are in another too."""
    found = []
    for own, (persons, others) in _parts(params, of, to):
        for person in sorted(persons):
            if not world.persons.is_internal(person):
                dims = {**own, **of_customer(world.persons.face(person))}
                found.append(Unit("main", span.p0, dims, number=int(person in others)))
    return found


def _guests(span: Span, who: Bought) -> list[Unit]:
    return [Unit("guest", span.p0, dims) for person, dims in who if person is None]


def _kept(world: World, span: Span, params: Params) -> list[Unit]:
    """Customers of the start (or of the period before), and whether they are there at the end (or in this one)."""
    if params.get("mode", "point_to_point") == "period_over_period":
        tz = params.get("report_tz") or world.settings.get("report_tz", "UTC")
        before = period_before(span.p0, span.p1, tz)
        start, end = placed(world, before, span.p0), placed(world, span.p0, span.e)
        whole = placed(world, before, span.e)
        return _compared(world, span, params, start, end) + _guests(span, whole)
    start, end = active(world, span.p0, params), active(world, span.e, params)
    window = params.get("activity_window_days", 365) * DAY
    orders = [o for o in valid_orders(world) if any(at - window <= o["placed_at"] < at for at in (span.p0, span.e))]
    return _compared(world, span, params, start, end) + _guests(span, [(world.persons.of(o), bought(o)) for o in orders])


def _share(units: list[Unit], params: Params) -> Row:
    main = [u for u in units if u.role == "main"]
    row = share(sum(1 for u in main if u.number), len(main))
    return {**row, "n_excluded": sum(1 for u in units if u.role == "guest")}


def _churned(units: list[Unit], params: Params) -> Row:
    for unit in units:
        unit.number = int(not unit.number)
    return _share(units, params)


def repeat_purchase_rate(world: World, span: Span, params: Params) -> list[Unit]:
    """Persons with an order in the year before, and whether they have two."""
    year = placed(world, span.e - 365 * DAY, span.e)
    again = [one for i, one in enumerate(year) if any(_is_same(params, one, other) for other in year[:i])]
    return _compared(world, span, params, year, again) + _guests(span, year)


def _is_same(params: Params, one: tuple[Key | None, Row], other: tuple[Key | None, Row]) -> bool:
    names = [d for d in ("brand", "source") if d in params.get("asked", ())]
    return one[0] is not None and one[0] == other[0] and all(one[1].get(d) == other[1].get(d) for d in names)


def returning_customer_rate(world: World, span: Span, params: Params) -> list[Unit]:
    """Persons with an order in the period, and whether they had one before."""
    now, before = placed(world, span.p0, span.e), placed(world, 0, span.p0)
    return _compared(world, span, params, now, before) + _guests(span, now)


METRICS = {
    "customer_retention_rate": (_kept, _share),
    "customer_churn_rate": (_kept, _churned),
    "repeat_purchase_rate": (repeat_purchase_rate, _share),
    "returning_customer_rate": (returning_customer_rate, _share),
}
