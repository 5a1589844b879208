"""The scorecard: every metric of a set, now, before, and over time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from servicemeter.model.answer import Row
from servicemeter.model.question import Question
from servicemeter.model.target import Outcome, Target

__all__ = ["Card", "Family", "Scorecard"]


@dataclass(frozen=True)
class Card:
    """One metric of a scorecard: the row of the span asked, of the span before, and one row a period for the trend.

    `before` compares the same elapsed part when the span is still in progress; None when there is nothing to compare.
    `target` is the one that holds for the span, `outcome` what came of it; None without a target or a value.
    """

    metric: str
    question: Question
    now: Row
    before: Row | None
    trend: list[Row]
    target: Target | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True)
class Family:
    """Cards that belong together: volume, speed, resolution, calls, voice."""

    name: str
    cards: list[Card]


@dataclass(frozen=True)
class Scorecard:
    """All families over `[since, until)`, compared with `[before_since, before_until)`; what the data covers.

    `notes` are what every answer of it remarks: values asked for that no row has.
    """

    since: date
    until: date
    before_since: date
    before_until: date
    grain: str
    as_of: datetime
    data_version: int
    report_tz: str
    families: list[Family]
    lagging_sources: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values, as the API returns them."""
        return {
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "before_since": self.before_since.isoformat(),
            "before_until": self.before_until.isoformat(),
            "grain": self.grain,
            "as_of": self.as_of.isoformat(),
            "data_version": self.data_version,
            "report_tz": self.report_tz,
            "lagging_sources": list(self.lagging_sources),
            "notes": list(self.notes),
            "families": [
                {
                    "name": family.name,
                    "cards": [
                        {
                            "metric": card.metric,
                            "question": card.question.to_dict(),
                            "now": card.now,
                            "before": card.before,
                            "trend": card.trend,
                            "target": vars(card.target) if card.target else None,
                            "outcome": card.outcome,
                        }
                        for card in family.cards
                    ],
                }
                for family in self.families
            ],
        }
