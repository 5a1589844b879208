"""The values that tickets have in each dimension, with their names."""

from __future__ import annotations

from collections.abc import Mapping

from servicemeter.model.question import Scope
from servicemeter.store.build import Facts

__all__ = ["values_of_tickets"]

_COLUMNS = ("source", "channel", "brand", "language", "reason")
_SPANS = {
    "agent": ("assignee_spans", "agent_id"),
    "team": ("team_spans", "team_id"),
    "priority": ("priority_spans", "priority"),
}
_NAMES = {"agent": "select agent_id, name from agents", "team": "select team_id, name from teams"}
_PRIORITIES = ("low", "normal", "high", "urgent")


def values_of_tickets(facts: Facts, scope: Scope) -> dict[str, list[tuple[str, str]]]:
    """Each dimension with its values (value, name) in order; a scope leaves only its own sources, brands, teams and agents."""
    found: dict[str, list[tuple[str, str]]] = {}
    for column in _COLUMNS:
        values = [value for (value,) in facts.rows(f"select distinct {column} from {facts.schema}.tickets")]
        found[column] = _named(values, {}, "(unknown)")
    for dimension, (table, column) in _SPANS.items():
        values = [value for (value,) in facts.rows(f"select distinct {column} from {facts.schema}.{table}")]
        names = {str(key): name for key, name in facts.rows(_NAMES[dimension]) if name} if dimension in _NAMES else {}
        found[dimension] = _named([*values, None], names, "(unassigned)" if dimension == "agent" else "(unknown)")
    segments = [value for (value,) in facts.rows("select distinct segment from customers")]
    found["customer_segment"] = _named([*segments, None], {}, "(unknown)")
    found["priority"].sort(key=lambda pair: (pair[0] not in _PRIORITIES, [*_PRIORITIES, pair[0]].index(pair[0])))
    return {dimension: _within(scope, dimension, values) for dimension, values in found.items()}


def _named(values: list[str | None], names: Mapping[str, str], nobody: str) -> list[tuple[str, str]]:
    known = sorted({str(value) for value in values if value is not None}, key=lambda value: names.get(value, value).casefold())
    return [*((value, names.get(value, value)) for value in known), *([(nobody, nobody)] if None in values else [])]


def _within(scope: Scope, dimension: str, values: list[tuple[str, str]]) -> list[tuple[str, str]]:
    own = {"source": scope.sources, "brand": scope.brands, "team": scope.teams, "agent": scope.agents}.get(dimension, ())
    return [pair for pair in values if not own or pair[0] in own]
