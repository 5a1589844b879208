"""Service level agreements (METRICS.md 5.6)."""

from __future__ import annotations

from typing import Any

from oracle.figures import describe, share
from oracle.promises import Instance, instances
from oracle.rows import Row
from oracle.unit import Span, Unit, inside, of_ticket, population
from oracle.world import World

__all__ = ["METRICS"]

Params = dict[str, Any]
STATES = ("met", "breached", "running", "paused", "cancelled")


def _dims(one: Instance, at: int) -> Row:
    """Who had the ticket when the outcome became known."""
    fields = {"agent": "assignee_id", "team": "team_id", "priority": "priority"}
    own = {k: one.ticket.latest(v, at + 1) for k, v in fields.items()}
    return of_ticket(one.ticket, policy=one.policy, metric=one.metric, **own)


def _all(world: World, until: int, params: Params) -> list[Instance]:
    names = ("sla_pause_states", "sla_solve_fulfils", "reopen", "population")
    if params.get("reopen", "new") == "new":  # what comes after an instant does not change what was promised before it
        key = repr([params.get(n) for n in names])
        if key not in world.memory:
            world.memory[key] = [one for ticket in population(world, params) for one in instances(ticket, world.as_of, params)]
        return [one for one in world.memory[key] if one.promised_at < until]
    return [one for ticket in population(world, params) for one in instances(ticket, until, params)]


def sla_compliance_rate(world: World, span: Span, params: Params) -> list[Unit]:
    """Instances by their state: outcomes of the period, and what still runs at its end; or those begun in the period."""
    if params.get("attribution", "ended") == "created":
        return _begun(world, span, params)
    found = []
    for one in _all(world, span.e, params):
        state, at = one.state(span.e)
        if state in ("running", "paused"):
            found.append(Unit(state, span.e, _dims(one, span.e - 1)))
        elif inside(at, span.p0, span.e):
            number = one.overrun(span.e) if state == "breached" else None
            found.append(Unit(state, at, _dims(one, at), number=number))
    return found


def _begun(world: World, span: Span, params: Params) -> list[Unit]:
    """Instances begun in the period as they stand at `as_of`, once their target would have gone by."""
    found = []
    for one in _all(world, span.as_of, params):
        if inside(one.start, span.p0, span.e):
            role = one.state(span.as_of)[0] if one.clock.matures() < span.as_of else "immature"
            found.append(Unit(role, one.start, {**_dims(one, one.start), "agent": None, "team": None}))
    return found


def _complied(units: list[Unit], params: Params) -> Row:
    states = {name: sum(1 for u in units if u.role == name) for name in STATES}
    row = share(states["met"], states["met"] + states["breached"])
    return {**row, **states, "n_immature": sum(1 for u in units if u.role == "immature")}


def _breached(units: list[Unit], params: Params) -> Row:
    row = describe([u.number for u in units if u.role == "breached" and u.number is not None])
    spread = {f"overrun_{name}_seconds": row[name] for name in ("mean", "median", "p90")}
    return {"value": row["n"], "n": row["n"], **spread}


def sla_at_risk(world: World, span: Span, params: Params) -> list[Unit]:
    """Instances that run at a moment and have most of their target behind them."""
    found = []
    share_from = params.get("at_risk_from", 0.75)
    for one in _all(world, span.e, params):
        state, _ = one.state(span.e)
        target = one.clock.target(span.e - 1)
        if state in ("running", "paused") and target is not None and one.clock.elapsed(span.e) / target >= share_from:
            found.append(Unit(state, span.e, _dims(one, span.e - 1)))
    return found


def _at_risk(units: list[Unit], params: Params) -> Row:
    running, paused = (sum(1 for u in units if u.role == role) for role in ("running", "paused"))
    return {"value": running, "paused_over_threshold": paused}


METRICS = {
    "sla_compliance_rate": (sla_compliance_rate, _complied),
    "sla_breaches": (sla_compliance_rate, _breached),
    "sla_at_risk": (sla_at_risk, _at_risk),
}
