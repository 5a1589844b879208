"""Whether a single ticket lies within what somebody may see, and which entries of a customer's story do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from servicemeter.ground.errors import NotAllowed
from servicemeter.model.question import Scope
from servicemeter.store.build import Facts

__all__ = ["check_ticket", "is_within"]

_WORK = {
    "agents": ("agent_id", ("assignee_spans", "replies", "solves", "handlings")),
    "teams": ("team_id", ("team_spans", "replies", "solves", "handlings")),
}
"""Where it stands who worked on a ticket, and which team had it."""


def check_ticket(facts: Facts, source: str, ticket_id: str, scope: Scope) -> None:
    """`NotAllowed` for a ticket outside the scope, in the same words as for one that is not there.

    A ticket lies within a team's or an agent's work when it was ever theirs: assigned, answered, solved or handled.
    """
    if scope == Scope() or _is_seen(facts, source, ticket_id, scope):
        return
    raise NotAllowed(f"Your account does not show a ticket {ticket_id!r}.")


def is_within(entry: Mapping[str, Any], scope: Scope) -> bool:
    """Whether an entry (with `source` and `brand`) lies within the sources and brands of a scope."""
    in_source = not scope.sources or entry.get("source") in scope.sources
    return in_source and (not scope.brands or (entry.get("brand") or "(unknown)") in scope.brands)


def _is_seen(facts: Facts, source: str, ticket_id: str, scope: Scope) -> bool:
    text = facts.engine.dialect.text
    one = f"source = {text(source)} and ticket_id = {text(ticket_id)}"
    rows = facts.rows(f"select source, brand from tickets where {one}")
    if not rows or not is_within(dict(zip(("source", "brand"), rows[0], strict=True)), scope):
        return False
    return all(_had(facts, one, what, getattr(scope, what)) for what in _WORK)


def _had(facts: Facts, one: str, what: str, wanted: tuple[str, ...]) -> bool:
    """Whether any of these agents, or teams, had the ticket; true where nobody is asked for."""
    if not wanted:
        return True
    column, places = _WORK[what]
    text, schema = facts.engine.dialect.text, facts.schema
    number = f"select ticket_no from {schema}.members where {one}"
    parts = [f"select {column} as who from {schema}.{fact} where ticket_no in ({number})" for fact in places]
    named = ", ".join(text(value) for value in wanted)
    return bool(facts.rows(f"select who from ({' union all '.join(parts)}) as work where who in ({named}) limit 1"))
