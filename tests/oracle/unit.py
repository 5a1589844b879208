"""What metrics count: one unit each, with the instant that puts it into a period and the dimensions it has."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from oracle.rows import Row
from oracle.ticket import Ticket
from oracle.world import World

__all__ = ["Span", "Unit", "at_moment", "created", "inside", "of_ticket", "population", "state"]


@dataclass(frozen=True)
class Span:
    """A period `[p0, p1)`, its evaluation instant `e`, and `as_of`."""

    p0: int
    p1: int
    e: int
    as_of: int


@dataclass
class Unit:
    """One thing counted: `role` says as what, `number` what it measures, `group` what it belongs to."""

    role: str
    at: int
    dims: dict[str, Any]
    number: float | None = None
    group: Any = None
    more: Row = field(default_factory=dict)


def inside(at: int | None, since: int, until: int) -> bool:
    """Whether an instant lies in `[since, until)`."""
    return at is not None and since <= at < until


def population(world: World, params: dict[str, Any], default: str = "inbound") -> list[Ticket]:
    """The valid tickets of the population asked."""
    name = params.get("population", default)
    return [t for t in world.valid if name == "all" or t.is_inbound == (name == "inbound")]


def created(world: World, span: Span, params: dict[str, Any]) -> list[tuple[Ticket, int]]:
    """The tickets created in the period, with when."""
    found = []
    for ticket in population(world, params):
        if ticket.created_at is not None and inside(ticket.created_at, span.p0, span.e):
            found.append((ticket, ticket.created_at))
    return found


def of_ticket(ticket: Ticket, **dims: Any) -> dict[str, Any]:
    """The dimensions that a ticket gives, and those named."""
    own = {"channel": ticket.channel, "brand": ticket.brand, "reason": ticket.latest("reason"), "source": ticket.key[0]}
    return {**own, "customer_segment": ticket.world.persons.segment(ticket.row), **dims}


def at_moment(ticket: Ticket, at: int) -> dict[str, Any]:
    """The dimensions of a ticket as it stands just before a moment."""
    fields = {"agent": "assignee_id", "team": "team_id", "priority": "priority"}
    return of_ticket(ticket, status=ticket.status(at), **{k: ticket.latest(v, at) for k, v in fields.items()})


def state(transition: Row) -> dict[str, Any]:
    """Assignee, team and priority at a transition, as dimensions."""
    return {"agent": transition["assignee_id"], "team": transition["team_id"], "priority": transition["priority"]}
