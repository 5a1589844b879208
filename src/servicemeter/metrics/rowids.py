"""How a row of a fact is named to people: its source and ids, and the instant that puts it into a period."""

from __future__ import annotations

from servicemeter.model.metric import Tally
from servicemeter.store.build import Facts
from servicemeter.store.factfiles import fact_files

__all__ = ["anchor_of", "ids_of"]

_PEOPLE = ("agent_id", "team_id", "customer_id", "person_id")


def ids_of(facts: Facts, fact: str) -> list[tuple[str, str]]:
    """(name, expression) of the source and ids of a fact's rows."""
    file = fact_files()[fact]
    if file.through:
        owner = "f" if fact == "tickets" else "t"
        return [("source", f"{owner}.source"), ("ticket_id", f"{owner}.ticket_id")]
    columns = facts.columns(f"{facts.schema}.{fact}")
    own = [f"{file.kind}_id"] if f"{file.kind}_id" in columns else [c for c in columns if c.endswith("_id") and c not in _PEOPLE]
    if "answer_id" in columns:
        own.append("answer_id")
    return [(name, f"f.{name}") for name in ["source", *(own or _PEOPLE)] if name in columns]


def anchor_of(tally: Tally) -> str:
    """The instant that puts a row into its period; at a moment, since when it stands as it does."""
    return tally.at or "f.from_at"
