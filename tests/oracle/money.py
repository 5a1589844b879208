"""Amounts in the base currency, and what the service costs (METRICS.md sections 2 and 5.4)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from oracle.clock import day_start
from oracle.rows import Row
from oracle.unit import Span, Unit, created
from oracle.volume import interactions_count, tickets_solved
from oracle.world import World

__all__ = ["METRICS", "Money"]

DIGITS = {"JPY": 0, "KRW": 0, "KWD": 3, "BHD": 3, "TND": 3}
Params = dict[str, Any]


class Money:
    """Exchange by the rate of a date."""

    def __init__(self, world: World) -> None:
        self.base = world.settings.get("base_currency")
        self._rates = {(r["date"], r["currency"]): Decimal(str(r["rate_to_base"])) for r in world.rows["exchange_rates"]}

    def in_base(self, amount: int, currency: str | None, day: date) -> int | None:
        """Minor units of the base currency, rounded half away from zero; None without a rate."""
        if currency is None or currency == self.base:
            return amount
        rate = self._rates.get((day, currency))
        if rate is None:
            return None
        shift = Decimal(10) ** (DIGITS.get(self.base or "", 2) - DIGITS.get(currency, 2))
        return int((amount * rate * shift).quantize(Decimal(1), ROUND_HALF_UP))


def _costs(world: World, span: Span, tz: str) -> list[Unit]:
    """Each row's part by the local days that it has in common with the period."""
    found = []
    money = Money(world)
    for row in world.rows["costs"]:
        dims = {"team": row.get("team_id"), "channel": row.get("channel"), "source": row["source"]}
        days = [row["from"] + timedelta(days=i) for i in range((row["to"] - row["from"]).days)]
        inside = sum(1 for day in days if span.p0 <= day_start(day, tz) < span.e)
        if not inside:
            continue
        amount = money.in_base(row["amount"], row.get("currency"), row["from"])
        if amount is None:
            found.append(Unit("excluded", span.p0, dims))
        else:
            found.append(Unit("cost", span.p0, dims, number=float(Fraction(amount) * inside / len(days))))
    return found


def cost_per_resolution(world: World, span: Span, params: Params) -> list[Unit]:
    """Costs of the period and what they are divided by."""
    tz = params.get("report_tz") or world.settings.get("report_tz", "UTC")
    found = _costs(world, span, tz)
    denominator = params.get("denominator", "solved")
    if denominator == "solved":
        found += [Unit("of", u.at, u.dims) for u in tickets_solved(world, span, {})]
    elif denominator == "interactions":
        found += [Unit("of", u.at, u.dims) for u in interactions_count(world, span, {})]
    else:
        found += [Unit("of", at, {"channel": ticket.channel}) for ticket, at in created(world, span, {})]
    return found


def _cost(units: list[Unit], params: Params) -> Row:
    n = sum(1 for u in units if u.role == "of")
    costs = [u.number or 0 for u in units if u.role == "cost"]
    row: Row = {"n": n, "cost_minor": sum(costs) if costs else None, "value": sum(costs) / n if n and costs else None}
    return {**row, "n_excluded": sum(1 for u in units if u.role == "excluded")}


METRICS = {"cost_per_resolution": (cost_per_resolution, _cost)}
