"""The values that rows of the book have in a dimension: how many rows have each, what people call them, which to offer."""

from __future__ import annotations

from servicemeter.engines.engine import BookEngine
from servicemeter.ground.errors import BadQuestion

__all__ = ["count_values", "list_values", "names_of_values"]

_SAID: dict[str, tuple[tuple[str, str], ...]] = {
    "source": (("sources", "source"),),
    "channel": (("tickets", "channel"), ("interactions", "channel"), ("survey_invitations", "channel"), ("costs", "channel")),
    "brand": (("tickets", "brand"), ("interactions", "brand"), ("survey_invitations", "brand"), ("orders", "brand")),
    "language": (("tickets", "language"), ("interactions", "language"), ("survey_invitations", "language")),
    "team": (
        ("ticket_events", "team_id"), ("teams", "team_id"), ("agent_teams", "team_id"), ("interactions", "team_id"),
        ("survey_invitations", "team_id"), ("costs", "team_id"),
    ),
    "agent": (
        ("ticket_events", "assignee_id"), ("agents", "agent_id"), ("interactions", "agent_id"), ("agent_states", "agent_id"),
        ("work_sessions", "agent_id"), ("survey_invitations", "agent_id"), ("messages", "author_id"), ("agent_teams", "agent_id"),
    ),
    "reason": (("ticket_events", "reason"), ("interactions", "reason")),
    "priority": (("ticket_events", "priority"),),
    "queue": (("interactions", "queue"),),
    "customer_segment": (("customers", "segment"),),
    "country": (("customers", "country"),),
    "macro_id": (("messages", "macro_id"),),
}  # fmt: skip
"""Where rows say it: (table, column), of ticket events (table, field)."""
_ONLY = {("messages", "author_id"): " where author_type in ('agent', 'bot')"}
_OFFERED: dict[str, tuple[tuple[str, str], ...]] = {
    "channel": (("tickets", "channel"), ("interactions", "channel")),
    "brand": (("tickets", "brand"), ("interactions", "brand"), ("orders", "brand")),
    "language": (("tickets", "language"),),
    "team": (("teams", "team_id"),),
    "agent": (("agents", "agent_id"),),
    "source": (("sources", "source"),),
}
_NAMES = {"agent": "select agent_id, name from agents", "team": "select team_id, name from teams"}


def count_values(engine: BookEngine, dimension: str) -> dict[str, int] | None:
    """The values, those of most rows first; None for a dimension of which rows are not asked."""
    said = _SAID.get(dimension)
    if said is None:
        return None
    rows = " union all ".join(
        f"select value as v from ticket_events where field = '{column}'"
        if table == "ticket_events"
        else f"select {column} as v from {table}{_ONLY.get((table, column), '')}"
        for table, column in said
    )
    found = engine.rows(f"select v, count(*) as n from ({rows}) as said where v is not null group by v order by n desc, v")
    return {str(value): int(count) for value, count in found}


def names_of_values(engine: BookEngine, dimension: str) -> dict[str, str]:
    """What agents and teams are called, by id; by the id itself where they have no name."""
    if dimension not in _NAMES:
        return {}
    return {str(one): str(name or one) for one, name in engine.rows(_NAMES[dimension])}


def list_values(engine: BookEngine, dimension: str) -> list[str]:
    """The values that a filter offers, in their order; `BadQuestion` for a dimension that is not offered."""
    if dimension not in _OFFERED:
        raise BadQuestion(f"The values of {dimension} cannot be listed; choose {', '.join(_OFFERED)}.")
    rows = " union ".join(f"select {column} as v from {table}" for table, column in _OFFERED[dimension])
    return [str(value) for (value,) in engine.rows(f"select distinct v from ({rows}) as found where v is not null order by v")]
