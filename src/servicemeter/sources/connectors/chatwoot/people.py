"""Agents, bots and teams, shaped. Bots are numbered apart from agents, so their ids say what they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from servicemeter.sources.source import Page, Row, Shaped, each

__all__ = ["bot_id", "shape_agents", "shape_bots", "shape_teams"]


def shape_agents(page: Page) -> Shaped:
    """Agents as they are now; who is gone from the list keeps his name."""
    return each(page.items, lambda raw: [("agents", {"agent_id": raw["id"], "name": raw.get("name")})], page.stream, "agents")


def shape_bots(page: Page) -> Shaped:
    """Bots answer too."""

    def bot(raw: dict[str, Any]) -> Iterator[Row]:
        yield "agents", {"agent_id": bot_id(raw["id"]), "name": raw.get("name"), "kind": "bot"}

    return each(page.items, bot, page.stream, "agents")


def bot_id(given: Any) -> str:
    """The id of a bot among agents."""
    return f"bot/{given}"


def shape_teams(page: Page) -> Shaped:
    """Teams; who is in one alone answers for it."""
    counts = Counter(m["id"] for raw in page.items for m in raw.get("members") or ())
    return each(page.items, partial(_team, counts), page.stream, "teams")


def _team(counts: Mapping[Any, int], raw: dict[str, Any]) -> Iterator[Row]:
    yield "teams", {"team_id": raw["id"], "name": raw.get("name")}
    for member in raw.get("members") or ():
        if counts[member["id"]] == 1:
            yield "agent_teams", {"agent_id": member["id"], "team_id": raw["id"], "valid_from": None}
