"""Calls and chats that wait in a queue at a moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from servicemeter.model.question import Filter, Scope
from servicemeter.store.build import Facts
from servicemeter.store.sqlfiles import plain_rows

__all__ = ["QUEUED_BY", "contacts_waiting"]

QUEUED_BY = {
    "channel": "channel",
    "brand": "brand",
    "language": "language",
    "source": "source",
    "team": "team_id",
    "agent": "agent_id",
}
"""What waiting contacts can be narrowed by, and the column of it."""


def contacts_waiting(
    facts: Facts, at: int, scope: Scope, where: Sequence[Filter], limit: int
) -> tuple[int, list[dict[str, Any]]]:
    """How many inbound contacts are in a queue, and those that have waited longest (at most `limit`)."""
    conditions = [
        f"f.is_inbound and f.queued_at < {at}",
        f"(f.outcome in ('in_queue', 'in_progress', 'overflowed') or f.decided_at >= {at})",
        *(_compared(facts, one) for one in where if one.dimension in QUEUED_BY),
    ]
    asked = {"source": scope.sources, "brand": scope.brands, "team": scope.teams, "agent": scope.agents}
    conditions += [_compared(facts, Filter(name, values)) for name, values in asked.items() if values]
    which = f"from {facts.schema}.contacts as f where {' and '.join(conditions)}"
    count = int(facts.rows(f"select count(*) {which}")[0][0])
    rows = plain_rows(
        facts,
        f"select f.source, f.contact_id, f.ticket_id, f.channel, f.queue, f.brand, f.language, f.team_id, f.queued_at, "
        f"{at} - f.queued_at as wait_seconds {which} order by f.queued_at, f.source, f.contact_id limit {int(limit)}",
    )
    return count, rows


def _compared(facts: Facts, one: Filter) -> str:
    values = ", ".join(facts.engine.dialect.text(value) for value in one.values)
    bucket = "(unassigned)" if one.dimension == "agent" else "(unknown)"
    return f"coalesce(f.{QUEUED_BY[one.dimension]}, '{bucket}') {'not in' if one.negated else 'in'} ({values})"
