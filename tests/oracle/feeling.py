"""How customers sound (METRICS.md 5.3)."""

from __future__ import annotations

from typing import Any

from oracle.rows import Row
from oracle.unit import Span, Unit, inside, of_ticket, population
from oracle.world import World

__all__ = ["METRICS"]

Params = dict[str, Any]
SLACK = 1e-12  # of the mean of decimals


def sentiment(world: World, span: Span, params: Params) -> list[Unit]:
    """Tickets with customer messages in the period, and what their scored ones say together."""
    model = params.get("model")
    scores = {(r["message_source"], r["message_id"]): r["score"] for r in world.rows["message_sentiment"]
              if r.get("score") is not None and model in (None, r["model"])}  # fmt: skip
    models = len({r["model"] for r in world.rows["message_sentiment"] if model in (None, r["model"])})
    found = []
    for ticket in population(world, params):
        said = [m for m in ticket.messages if ticket.is_question(m) and inside(m["occurred_at"], span.p0, span.e)]
        if not said:
            continue
        own = [scores[m["source"], m["message_id"]] for m in said if (m["source"], m["message_id"]) in scores]
        valid = [s for s in own if -1 <= s <= 1]
        number = None
        if valid:
            number = valid[-1] if params.get("aggregate", "mean") == "last" else sum(valid) / len(valid)
        more = {"invalid": len(own) - len(valid), "models": models, "shift": valid[-1] - valid[0] if valid else None}
        found.append(Unit("main", said[0]["occurred_at"], of_ticket(ticket), number=number, more=more))
    return found


def _felt(units: list[Unit], params: Params) -> Row:
    numbers = [u.number for u in units if u.number is not None]
    n = len(numbers)
    high, low = params.get("sentiment_positive_from", 0.05), params.get("sentiment_negative_to", -0.05)
    row: Row = {"n": n, "value": None, "n_invalid": sum(u.more["invalid"] for u in units)}
    row["coverage"] = n / len(units) if units else None
    if n:
        if any(u.more["models"] > 1 for u in units):
            return {"value": None, "null_reason": "mixed_scales"}
        good = sum(1 for s in numbers if s >= high - SLACK)
        bad = sum(1 for s in numbers if s <= low + SLACK)
        row |= {"positive": good / n, "negative": bad / n, "neutral": (n - good - bad) / n}
        row["value"] = row["net"] = (good - bad) / n
        row["shift"] = sum(u.more["shift"] for u in units if u.number is not None) / n
    return row


METRICS = {"sentiment": (sentiment, _felt)}
