"""Occupancy (METRICS.md 5.4)."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from oracle.rows import Row
from oracle.unit import Span, Unit, inside
from oracle.world import World

__all__ = ["METRICS"]

Params = dict[str, Any]


def occupancy(world: World, span: Span, params: Params) -> list[Unit]:
    """Per agent and team the seconds handling, handling or available, and logged in, in the period and up to the source's end."""
    found = []
    spans: dict[Any, list[tuple[str, int, int]]] = {}
    rows = [r for r in world.seen("agent_states", "started_at") if (r["source"], r["agent_id"]) not in world.bots]
    silent = {r["source"] for r in rows} - {r["source"] for r in rows if r["state"] == "handling"}
    for leg in world.seen("interactions", "started_at"):  # where states do not tell handling, calls and chats do
        end = leg.get("ended_at")
        if leg["source"] in silent and leg.get("agent_id") and world.is_handled(leg) and end is not None:
            until = end + (leg.get("acw_s") or 0)
            rows.append({**leg, "state": "handling", "started_at": leg["answered_at"], "ended_at": until})
    for row in rows:
        own_later = [r["started_at"] for r in rows if _who(r) == _who(row) and r["started_at"] > row["started_at"]]
        end = row["ended_at"] if row.get("ended_at") is not None else min(own_later, default=span.e)
        a, b = max(row["started_at"], span.p0), min(end, span.e, world.cut(row["source"]))
        if end < row["started_at"] and inside(row["started_at"], span.p0, span.e):
            found.append(Unit("invalid", span.p0, {"agent": row["agent_id"], "source": row["source"]}))
        if a < b:
            edges = [a, *(t for t in world.turns_of_team(*_who(row)) if a < t < b), b]
            for since, until in pairwise(edges):
                spans.setdefault((*_who(row), world.team_of(*_who(row), since)), []).append((row["state"], since, until))
    for (source, agent, team), own in spans.items():
        more = {
            "handling": _union([(a, b) for state, a, b in own if state == "handling"]),
            "busy": _union([(a, b) for state, a, b in own if state in ("handling", "available")]),
            "present": _union([(a, b) for state, a, b in own if state != "offline"]),
        }
        found.append(Unit("main", span.p0, {"agent": agent, "team": team, "source": source}, more=more))
    return found


def _who(row: Row) -> tuple[str, str]:
    return row["source"], row["agent_id"]


def _union(spans: list[tuple[int, int]]) -> int:
    total, reached = 0, 0
    for a, b in sorted(spans):
        total += max(0, b - max(a, reached))
        reached = max(reached, b)
    return total


def _occupied(units: list[Unit], params: Params) -> Row:
    handling, busy, present = (sum(u.more.get(k, 0) for u in units) for k in ("handling", "busy", "present"))
    row: Row = {"value": handling / busy if busy else None, "numerator": handling if busy else None, "n": busy}
    row["n_invalid"] = sum(1 for u in units if u.role == "invalid")
    return {**row, "utilisation": busy / present if present else None}


METRICS = {"occupancy": (occupancy, _occupied)}
