"""Occupancy (METRICS.md 5.4)."""

from __future__ import annotations

from typing import Any

from oracle.rows import Row
from oracle.unit import Span, Unit
from oracle.world import World

__all__ = ["METRICS"]

Params = dict[str, Any]


def occupancy(world: World, span: Span, params: Params) -> list[Unit]:
    """Per agent the seconds handling, available and logged in, clipped to the period."""
    spans: dict[Any, list[tuple[str, int, int]]] = {}
    for row in world.seen("agent_states", "started_at"):
        a, b = max(row["started_at"], span.p0), span.e
        if row.get("ended_at") is not None:
            b = min(row["ended_at"], span.e)
        if a < b:
            spans.setdefault((row["source"], row["agent_id"]), []).append((row["state"], a, b))
    found = []
    for (source, agent), own in spans.items():
        more = {
            "handling": _union([(a, b) for state, a, b in own if state == "handling"]),
            "available": _union([(a, b) for state, a, b in own if state == "available"]),
            "present": _union([(a, b) for state, a, b in own if state != "offline"]),
        }
        found.append(Unit("main", span.p0, {"agent": agent, "source": source}, more=more))
    return found


def _union(spans: list[tuple[int, int]]) -> int:
    total, reached = 0, 0
    for a, b in sorted(spans):
        total += max(0, b - max(a, reached))
        reached = max(reached, b)
    return total


def _occupied(units: list[Unit], params: Params) -> Row:
    handling, available, present = (sum(u.more[k] for u in units) for k in ("handling", "available", "present"))
    busy = handling + available
    row: Row = {"value": handling / busy if busy else None, "numerator": handling if busy else None}
    return {**row, "utilisation": busy / present if present else None}


METRICS = {"occupancy": (occupancy, _occupied)}
