"""Who works in the demo shop: three teams, their agents, who joined, left and moved, and how fast each is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from servicemeter.sources.demo.columns import Floats, Ints, hashed, ids, instants, rows_of, words

__all__ = ["FIRST_LINE", "RETURNS", "SECOND_LINE", "TEAMS", "Staff", "staff_for"]

TEAMS = ("first_line", "second_line", "returns")
_TEAM_NAMES = ("First line", "Second line", "Returns")
_TIERS = (1, 2, 1)
FIRST_LINE, SECOND_LINE, RETURNS = 0, 1, 2
_TEAM_SHARES = (14, 5, 5)
_SMALLEST = 24
_TICKETS_PER_AGENT = 5_000


@dataclass(frozen=True)
class Staff:
    """Agents 1 … `count`, team after team. Three have a history: one left, one joined, one moved to the second line.

    `first` is the number of each team's first agent, `speed` how much time an agent takes (1 = as usual) and `warmth`
    what the agent adds to a customer's mark, both by agent number (number 0 is nobody).
    """

    count: int
    first: tuple[int, int, int]
    size: tuple[int, int, int]
    speed: Floats
    warmth: Floats
    opened_at: int
    joined_at: int
    left_at: int
    moved_at: int

    @property
    def joiner(self) -> int:
        """The agent who joined the first line during the year."""
        return self.size[FIRST_LINE]

    @property
    def leaver(self) -> int:
        """The agent of the first line who left during the year."""
        return self.size[FIRST_LINE] - 1

    @property
    def mover(self) -> int:
        """The agent who moved from the first to the second line during the year."""
        return self.first[SECOND_LINE]

    def pick(self, team: Ints, at: Ints, luck: Floats) -> Ints:
        """An agent of each team who is there at that instant."""
        agent = np.asarray(self.first)[team] + (luck * np.asarray(self.size)[team]).astype(np.int64)
        return self.on_duty(agent, at)

    def on_duty(self, agent: Ints, at: Ints) -> Ints:
        """The agent, or the next colleague of the team where the agent is not there yet or not any more."""
        away = ((agent == self.leaver) & (at >= self.left_at)) | ((agent == self.joiner) & (at < self.joined_at))
        agent = np.where(away, agent % (self.leaver - 1) + 1, agent)
        return np.where((agent == self.mover) & (at < self.moved_at), agent + 1, agent)

    def team_of(self, agent: Ints) -> Ints:
        """The team of each agent, the second line for the one who moved; null for nobody."""
        team = np.searchsorted(np.asarray(self.first), agent, side="right") - 1
        return np.where(agent > 0, team, -1).astype(np.int64)

    def tables(self) -> dict[str, Any]:
        """The rows of `teams`, `agents` (with the bot) and `agent_teams`."""
        opened = np.full(self.count + 1, self.opened_at, dtype=np.int64)
        numbers = np.arange(1, self.count + 1, dtype=np.int64)
        left = np.where(numbers == self.leaver, self.left_at, -1)
        names = [f"Agent {number}" for number in numbers] + ["Bot 1"]
        agents = {
            "agent_id": pa.concat_arrays([ids("a", numbers), pa.array(["bot1"])]),
            "name": pa.array(names),
            "kind": pa.array(["human"] * self.count + ["bot"]),
            "deleted_at": instants(np.append(left, -1)),
        }
        teams = {
            "team_id": pa.array(TEAMS),
            "name": pa.array(_TEAM_NAMES),
            "tier": np.array(_TIERS),
            "calendar_id": pa.repeat("shop", len(TEAMS)),
        }
        return {
            "teams": rows_of("teams", teams, opened[: len(TEAMS)]),
            "agents": rows_of("agents", agents, opened),
            "agent_teams": self._agent_teams(numbers),
        }

    def _agent_teams(self, numbers: Ints) -> Any:
        agent = np.append(numbers, self.mover)
        team = np.append(self.team_of(numbers), FIRST_LINE)
        start = np.full(len(agent), self.opened_at, dtype=np.int64)
        start[self.joiner - 1], start[self.mover - 1] = self.joined_at, self.moved_at
        end = np.full(len(agent), -1, dtype=np.int64)
        end[self.leaver - 1], end[-1] = self.left_at, self.moved_at
        columns = {
            "agent_id": ids("a", agent),
            "team_id": words(TEAMS, team),
            "valid_from": instants(start),
            "valid_to": instants(end),
        }
        return rows_of("agent_teams", columns, np.full(len(agent), self.opened_at, dtype=np.int64))


def staff_for(tickets: int, since: int, until: int, seed: int) -> Staff:
    """24 agents, or one for every 5,000 tickets where that is more, in the same proportions."""
    count = max(_SMALLEST, tickets // _TICKETS_PER_AGENT)
    second, returns = (count * share // sum(_TEAM_SHARES) for share in _TEAM_SHARES[1:])
    size = (count - second - returns, second, returns)
    numbers = np.arange(count + 1, dtype=np.int64)
    span = until - since
    return Staff(
        count=count,
        first=(1, size[0] + 1, size[0] + second + 1),
        size=size,
        speed=0.7 + 0.8 * hashed(numbers, seed + 101),
        warmth=0.5 * hashed(numbers, seed + 102) - 0.25,
        opened_at=since,
        joined_at=since + span * 3 // 10,
        left_at=since + span * 7 // 10,
        moved_at=since + span // 2,
    )
