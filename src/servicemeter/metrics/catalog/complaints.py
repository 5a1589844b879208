"""How many contacts are complaints (METRICS.md 5.3)."""

from __future__ import annotations

from typing import Any

from servicemeter.metrics.kinds import ACCOUNT, COUNT, FIRST_TEAM, HOLDS, interactions, ratio, share
from servicemeter.model.metric import Agg, Measure, Metric, Parameter, Params, Tally

__all__ = ["METRICS"]

_TICKETS: tuple[str, ...] = ("tickets", "complaint_flag|complaint_rules", "creation")
_FLAGGING = ("tickets", "complaint_flag", "creation", "no complaint_rules")
_JUDGED = ("tickets", "complaint_rules", "creation")


def _complaints(p: Params) -> Measure:
    """Tickets flagged as complaints, by what is asked."""
    is_share, needs = p["denominator"] == "tickets", _TICKETS

    def finish(found: dict[str, Any]) -> dict[str, Any]:
        n = sum(found.get(name, 0) for name in ("tickets", "n_written", "n_live", "bought"))
        known = found["flagging"] + found["judged"]
        coverage = known / found["asked"] if found["asked"] else None
        beside = {"n_excluded": found.get("n_guests", 0), "coverage": coverage}
        return {**(share if is_share else ratio)(found["complaints"], n), **beside}

    fields = {"complaints": Agg("count(*)", "f.is_complaint"), "asked": COUNT} | ({"tickets": COUNT} if is_share else {})
    if p["denominator"] == "interactions":
        needs = (*_TICKETS, "messages|interactions")
    of = (_of_tickets(fields, _TICKETS), *_known())
    return Measure((*of, *_exposure(p["denominator"])), finish, needs=needs)


def _known() -> tuple[Tally, ...]:
    """The tickets of which somebody says whether they are complaints: a source that flags them says it of all of its tickets,
    the rules of those that they could read."""
    judged = {"judged": Agg("count(*)", "f.has_complaint_flag")}
    return _of_tickets({"flagging": COUNT}, _FLAGGING), _of_tickets(judged, _JUDGED)


def _of_tickets(fields: dict[str, Agg], needs: tuple[str, ...]) -> Tally:
    return Tally("tickets", fields, at="f.created_at", where="f.is_inbound", dimensions=FIRST_TEAM, needs=needs)


def _exposure(denominator: str) -> tuple[Tally, ...]:
    """What the complaints are divided by, beside the tickets themselves."""
    if denominator == "interactions":
        return interactions({"unit": "turn", "include_self_service": False})
    if denominator == "orders":
        return (_bought("bought", HOLDS, **ACCOUNT),)
    if denominator == "customers":
        known = f"{HOLDS} and f.person_no is not null and not f.is_internal"
        guests = f"{HOLDS} and f.person_no is null"
        return (_bought("bought", known, per="f.person_no"), _bought("n_guests", guests))
    return ()


def _bought(field: str, where: str, **more: Any) -> Tally:
    return Tally("orders", {field: COUNT}, at="f.placed_at", where=where, needs=("orders",), **more)


METRICS = (
    Metric(
        "complaint_ratio",
        "resolution",
        {
            "en": ("Complaint ratio", "complaint rate"),
            "nl": ("Klachtenverhouding", "klachtenpercentage"),
            "ro": ("Rata reclamațiilor",),
        },
        {
            "en": "How many contacts are complaints?",
            "nl": "Hoeveel contacten zijn klachten?",
            "ro": "Câte contacte sunt reclamații?",
        },
        "inbound tickets flagged as complaint / customer interactions",
        "the period of creation, and of the interaction",
        "ratio",
        "lower",
        _complaints,
        needs=(*_TICKETS, "messages|interactions"),
        leaves_out="Outbound and invalid tickets. A complaint is what the source or the rules of complaints call one, never"
        " sentiment alone; tickets that neither speaks of count as none, see coverage. Guest orders are nobody's"
        " when divided by customers (n_excluded).",
        parameters=(
            Parameter(
                "denominator",
                "interactions",
                ("interactions", "tickets", "orders", "customers"),
                "contacts, inbound tickets, valid orders placed, or customers who placed one in the period",
            ),
        ),
        invalid=("agent",),
        beside=("n_excluded", "coverage"),
        peers="ISO 10002: an expression of dissatisfaction to which a response is explicitly or implicitly expected.",
    ),
)
