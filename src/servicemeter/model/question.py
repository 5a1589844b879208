"""What every face asks: a question as a value."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

__all__ = ["FIRST_SPLIT", "GRAINS", "Filter", "Grain", "Question", "Scope"]

Grain = Literal["day", "week", "month", "quarter", "year"]
GRAINS: tuple[Grain, ...] = ("day", "week", "month", "quarter", "year")
FIRST_SPLIT = "channel"
"""The dimension that a figure is shown by before anybody chose one."""


@dataclass(frozen=True)
class Filter:
    """One condition: the dimension is one of `values`, or (with `negated`) none of them."""

    dimension: str
    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True)
class Scope:
    """What the asker may see; empty tuples mean all. Permissions narrow this and nothing else.

    `is_own` says that `agents` are the ids of whoever asks.
    """

    sources: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    is_own: bool = False


@dataclass(frozen=True)
class Question:
    """One metric, over one span or at one moment.

    `since` and `until` are local dates in the reporting zone, half-open; with `grain` there is a row a period and both
    lie on its boundaries. `moment` (an aware instant) asks a metric of a moment. `as_of` and `known_at` are aware
    instants; None means the latest `loaded_through` of the sources, and everything recorded. `params` are the options
    of METRICS.md 1.10 that differ from their defaults.
    """

    metric: str
    since: date | None = None
    until: date | None = None
    moment: datetime | None = None
    grain: Grain | None = None
    by: tuple[str, ...] = ()
    where: tuple[Filter, ...] = ()
    as_of: datetime | None = None
    known_at: datetime | None = None
    params: dict[str, Any] = field(default_factory=dict)
    scope: Scope = Scope()

    def __post_init__(self) -> None:
        object.__setattr__(self, "by", tuple(dict.fromkeys(self.by)))  # a dimension said twice is said once

    def to_dict(self) -> dict[str, Any]:
        """The question with the keys of conformance/FORMAT.md, defaults left out."""
        out: dict[str, Any] = {"metric": self.metric}
        if self.since is not None:
            out["from"] = self.since.isoformat()
        if self.until is not None:
            out["to"] = self.until.isoformat()
        if self.moment is not None:
            out["at"] = self.moment.isoformat()
        if self.grain:
            out["grain"] = self.grain
        if self.by:
            out["by"] = list(self.by)
        if self.where:
            out["where"] = [
                {"dimension": f.dimension, "values": list(f.values), **({"not": True} if f.negated else {})} for f in self.where
            ]
        if self.as_of is not None:
            out["as_of"] = self.as_of.isoformat()
        if self.known_at is not None:
            out["known_at"] = self.known_at.isoformat()
        if self.params:
            out["params"] = dict(self.params)
        scope = {k: list(v) for k, v in vars(self.scope).items() if v and k != "is_own"}
        if scope:
            out["scope"] = scope
        return out
