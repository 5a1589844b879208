"""How the working time is filled, and what a resolution costs (METRICS.md 5.4)."""

from __future__ import annotations

from typing import Any

from servicemeter.metrics.kinds import COUNT, FIRST_TEAM, interactions
from servicemeter.model.metric import Agg, Measure, Metric, Parameter, Params, Tally

__all__ = ["METRICS"]

_SECONDS = "sum(least(f.to_at, p.e) - greatest(f.from_at, p.p0))"
_DAYS = "(least(f.to_day, p.day1) - greatest(f.from_day, p.day0))"


def _occupancy(_: Params) -> Measure:
    """Seconds of all agents together, clipped to the period."""
    fields = {
        "handling": Agg(_SECONDS, "f.state = 'handling'"),
        "available": Agg(_SECONDS, "f.state = 'available'"),
        "other": Agg(_SECONDS, "f.state = 'other'"),
        "n_invalid": Agg("count(*)", "f.state = 'invalid'"),
    }

    def finish(found: dict[str, Any]) -> dict[str, Any]:
        handling, available, other = (int(found[name] or 0) for name in ("handling", "available", "other"))
        busy = handling + available
        return {
            "value": handling / busy if busy else None,
            "numerator": handling if busy else None,
            "n": busy,
            "utilisation": busy / (busy + other) if busy + other else None,
            "n_invalid": found["n_invalid"],
        }

    return Measure((Tally("agent_time", fields, during="f.from_at < p.e and f.to_at > p.p0"),), finish)


def _cost(p: Params) -> Measure:
    """Costs shared out over their days, by what they were spent on."""
    cost = f"sum({{{{ double('f.base_minor') }}}} * {_DAYS} / (f.to_day - f.from_day))"
    lasts = "f.to_day > f.from_day"
    fields = {
        "cost": Agg(cost, f"{lasts} and f.base_minor is not null"),
        "n_excluded": Agg("count(*)", f"{lasts} and f.base_minor is null"),
        "n_invalid": Agg("count(*)", f"not ({lasts})"),
        "late_days": Agg("min(f.from_day - p.day0)", lasts),
        "early_days": Agg("min(p.day1 - f.to_day)", lasts),
    }
    spent = Tally("costs", fields, during="f.from_day < p.day1 and greatest(f.to_day, f.from_day + 1) > p.day0", needs=("costs",))

    def finish(found: dict[str, Any]) -> dict[str, Any]:
        n, cost_minor = sum(found.get(name, 0) for name in _COUNTED), found["cost"]
        lost = found["n_excluded"] + found["n_invalid"]
        return {
            "value": cost_minor / n if n and cost_minor is not None else None,
            "numerator": cost_minor,
            "n": n,
            "cost_minor": cost_minor,
            "n_excluded": found["n_excluded"],
            "n_invalid": found["n_invalid"],
            "partial": cost_minor is not None and (found["late_days"] > 0 or found["early_days"] > 0 or lost > 0),
        }

    tallies, needs = _DENOMINATORS[p["denominator"]]
    return Measure((spent, *tallies), finish, needs=needs)


_COUNTED = ("solved", "created", "n_written", "n_live")


_HELD = "f.is_inbound and (f.reopened_at is null or f.reopened_at >= p.e)"
_SOLVED = Tally("solves", {"solved": COUNT}, at="f.solved_at", where=_HELD)
_CREATED = Tally("tickets", {"created": COUNT}, at="f.created_at", where="f.is_inbound", dimensions=FIRST_TEAM)
_CONTACTS = interactions({"unit": "turn", "include_self_service": False})
_DENOMINATORS: dict[str, tuple[tuple[Tally, ...], tuple[str, ...]]] = {
    "solved": ((_SOLVED,), ("tickets", "status_history")),
    "interactions": (_CONTACTS, ("messages|interactions",)),
    "created": ((_CREATED,), ("tickets",)),
}
_NO_TIME_OF_DAY = ("hour_of_day", "weekday")

METRICS = (
    Metric(
        "occupancy",
        "calls",
        {
            "en": ("Occupancy", "agent occupancy"),
            "nl": ("Bezettingsgraad",),
            "ro": ("Grad de ocupare",),
        },
        {
            "en": "Which part of the time that agents are ready is filled with work?",
            "nl": "Welk deel van de tijd dat medewerkers klaarstaan is gevuld met werk?",
            "ro": "Ce parte din timpul în care agenții sunt pregătiți este ocupată cu muncă?",
        },
        "handling / (handling + available), seconds inside the period, all agents together",
        "the time inside the period",
        "fraction",
        "neither",
        _occupancy,
        needs=("agent_states",),
        leaves_out="Breaks, meetings and being offline; they show in utilisation = (handling + available) / logged-in time. Two"
        " conversations at once fill the time once.",
        invalid=(
            "channel", "channel_class", "brand", "language", "customer_segment", "priority", "reason", *_NO_TIME_OF_DAY,
        ),
        beside=("utilisation",),
        peers="75-85 % is the usual band; above 90 % is an alarm.",
    ),
    Metric(
        "cost_per_resolution",
        "calls",
        {
            "en": ("Cost per resolution", "cost per ticket", "cost per contact"),
            "nl": ("Kosten per oplossing",),
            "ro": ("Cost per rezolvare",),
        },
        {
            "en": "What does a solved request cost?",
            "nl": "Wat kost een opgeloste vraag?",
            "ro": "Cât costă o solicitare rezolvată?",
        },
        "costs of the period, shared out over their calendar days / tickets solved; minor units of the base currency",
        "the period",
        "money",
        "lower",
        _cost,
        needs=("tickets", "status_history"),
        also_needs=("costs",),
        leaves_out="Costs in a currency without a rate on their first day (n_excluded); costs that end on or before the day they"
        " begin (n_invalid, in the period of that day). Tickets reopened before the end of the period are no resolutions. Team"
        " and channel only where the costs carry them.",
        parameters=(
            Parameter("denominator", "solved", ("solved", "interactions", "created"), "what the costs are shared by"),
        ),
        invalid=("agent", "brand", "language", "customer_segment", "priority", "reason", "source", *_NO_TIME_OF_DAY),
        beside=("cost_minor", "n_excluded", "n_invalid"),
    ),
)  # fmt: skip
