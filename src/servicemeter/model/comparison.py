"""A comparison of agents or teams: each with what luck explains, and one agent's own work beside everybody's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from servicemeter.model.answer import Answer, Row
from servicemeter.model.scorecard import Scorecard

__all__ = ["Comparison", "Group", "Limits", "OwnWork", "Standing"]

Standing = Literal["better", "worse", "apart", "within", "few", "none"]
"""Where a group stands: beyond what luck does (`apart` where neither way is better), within it, or too few cases to say."""


@dataclass(frozen=True)
class Limits:
    """How far luck alone reaches at `n` cases: shares between `low` and `high`, and between `far_low` and `far_high`."""

    n: int
    far_low: float
    low: float
    high: float
    far_high: float


@dataclass(frozen=True)
class Group:
    """One agent or team. `name` is what people call it, `row` what was measured.

    `expected` is the share that everybody would have with this group's mix of cases, `adjusted` the common share moved by the
    difference from it, `estimate` the adjusted share drawn towards the common one by how little its cases tell. `is_far` says
    that luck alone does this less often than twice in 1,000 (else: once in 20).
    """

    key: str
    name: str
    row: Row
    expected: float | None = None
    adjusted: float | None = None
    estimate: float | None = None
    standing: Standing = "none"
    is_far: bool = False

    @property
    def n(self) -> int:
        """How many cases it has."""
        return int(self.row.get("n") or 0)

    @property
    def stands_out(self) -> bool:
        """Whether it lies beyond what luck does."""
        return self.standing in ("better", "worse", "apart")


@dataclass(frozen=True)
class Comparison:
    """Groups by name, never by rank. `scorecard` has the metric over the same span for everybody together.

    `is_hidden` says that individuals may not be compared here; then there are no groups. `small_teams` counts the teams
    that were put together because they are so small that a team would be a person. `factor` is the over-dispersion.
    """

    by: str
    metric: str
    mix: str
    scorecard: Scorecard
    groups: list[Group] = field(default_factory=list)
    common: float | None = None
    factor: float = 1.0
    lines: list[Limits] = field(default_factory=list)
    is_hidden: bool = False
    small_teams: int = 0
    answers: list[Answer] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values, as the API returns them."""
        return {
            "by": self.by,
            "metric": self.metric,
            "mix": self.mix,
            "since": self.scorecard.since.isoformat(),
            "until": self.scorecard.until.isoformat(),
            "as_of": self.scorecard.as_of.isoformat(),
            "data_version": self.scorecard.data_version,
            "common": self.common,
            "over_dispersion": self.factor,
            "is_hidden": self.is_hidden,
            "small_teams": self.small_teams,
            "rows": self.rows(),
        }

    def rows(self) -> list[Row]:
        """A row a group, with what was worked out for it."""
        return [
            {
                **group.row,
                "name": group.name,
                "expected": group.expected,
                "adjusted": group.adjusted,
                "estimate": group.estimate,
                "standing": group.standing,
                "is_far": group.is_far,
            }
            for group in self.groups
        ]


@dataclass(frozen=True)
class OwnWork:
    """One agent's own figures, and everybody's over the same span; both empty where individuals are hidden."""

    agent: str
    name: str
    scorecard: Scorecard
    everybody: Scorecard
    is_hidden: bool = False
