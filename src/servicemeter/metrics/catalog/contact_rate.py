"""How much support each sale causes (METRICS.md 5.1)."""

from __future__ import annotations

from typing import Any

from servicemeter.metrics.kinds import ACCOUNT, COUNT, HOLDS, active, ratio
from servicemeter.model.metric import Measure, Metric, Parameter, Params, Tally
from servicemeter.model.target import Target

__all__ = ["METRICS"]

_NEEDS = ("orders",)
_CUSTOMERS = "f.person_no is not null and not f.is_internal"


def _exposure(p: Params) -> tuple[Tally, ...]:
    """What the tickets are divided by (`n`), and the guest orders that are nobody's (`n_excluded`)."""
    if p["denominator"] == "orders":
        return (Tally("orders", {"n": COUNT}, at="f.placed_at", where=HOLDS, needs=_NEEDS, **ACCOUNT),)
    over, held = "orders", HOLDS
    moments: dict[str, Any] = {"at": "f.placed_at"}
    if p["denominator"] == "active_customers":
        over, held, moments = "activities", f"(f.from_day is not null or {HOLDS})", {"holding": active(p)}
    persons = Tally(over, {"n": COUNT}, where=f"{held} and {_CUSTOMERS}", needs=_NEEDS, per="f.person_no", **moments)
    guests = Tally(over, {"n_excluded": COUNT}, where=f"{held} and f.person_no is null", needs=_NEEDS, **moments)
    return persons, guests


def _contacts(p: Params) -> Measure:
    def finish(found: dict[str, Any]) -> dict[str, Any]:
        return {**ratio(found["tickets"], found["n"]), "n_excluded": found.get("n_excluded", 0)}

    tickets = Tally("tickets", {"tickets": COUNT}, at="f.created_at", where="f.is_inbound")
    return Measure((tickets, *_exposure(p)), finish)


METRICS = (
    Metric(
        "contact_rate",
        "volume",
        {
            "en": ("Contact rate", "tickets per order"),
            "nl": ("Contactratio", "tickets per bestelling"),
            "ro": ("Rata de contact", "tichete per comandă"),
        },
        {
            "en": "How much support does each sale cause?",
            "nl": "Hoeveel service vraagt elke verkoop?",
            "ro": "Câtă asistență generează fiecare vânzare?",
        },
        "inbound tickets created / valid orders placed in the same period",
        "the period of creation, and of the order",
        "ratio",
        "lower",
        _contacts,
        needs=("tickets", "creation"),
        also_needs=_NEEDS,
        leaves_out="Outbound and invalid tickets, test orders, orders wholly cancelled or refunded at as_of. Guest orders count; "
        "divided by customers they are nobody's (n_excluded).",
        target=Target("<=", 0.1, "2-10 per 100 orders is typical of web shops (Gorgias)"),
        parameters=(
            Parameter(
                "denominator",
                "orders",
                ("orders", "customers", "active_customers"),
                "valid orders, customers who ordered in the period, or customers active at its end",
            ),
            Parameter("activity_window_days", 365, (), "days after a valid order during which a customer is active"),
        ),
        dimensions=("country",),
        invalid=("agent", "team", "channel", "channel_class", "language", "priority", "reason", "source"),
        beside=("n_excluded",),
        peers="Shops show tickets per order, also per customer.",
    ),
)
