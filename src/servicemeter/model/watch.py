"""What is going on at a moment, and when it is busy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from servicemeter.model.answer import Row
from servicemeter.model.question import Filter
from servicemeter.model.scorecard import Scorecard

__all__ = ["BusyTimes", "Watch", "WatchList"]


@dataclass(frozen=True)
class WatchList:
    """Things that wait: how many there are, and the most pressing of them. `where` finds all of them among the tickets.

    The count is None where no source supplies what it would be counted of: nobody knows whether something waits.
    """

    name: str
    count: int | None
    rows: list[dict[str, Any]]
    where: tuple[Filter, ...] = ()
    sort: str = ""


@dataclass(frozen=True)
class Watch:
    """A moment: the rows of `backlog`, `backlog_age` and `sla_at_risk` then, of the backlog a day before, and what waits.

    `notes` say which promises cannot be judged, and why.
    """

    backlog: Row
    before: Row
    age: Row
    at_risk: Row
    lists: list[WatchList]
    data_version: int
    as_of: datetime
    report_tz: str
    lagging_sources: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values, as the API returns them."""
        return {
            "as_of": self.as_of.isoformat(), "report_tz": self.report_tz, "data_version": self.data_version,
            "notes": list(self.notes),
            "lagging_sources": list(self.lagging_sources), "backlog": self.backlog, "backlog_a_day_before": self.before,
            "backlog_age": self.age, "sla_at_risk": self.at_risk,
            "lists": {one.name: {"count": one.count, "rows": one.rows} for one in self.lists},
        }  # fmt: skip


@dataclass(frozen=True)
class BusyTimes:
    """Arrivals and the work they bring, by hour of the week, over a scorecard's span.

    `cells` has a row for each channel (and for all, channel None), weekday (1 to 7, or None for any) and hour of the day that
    the span has: `arrivals`, `hours` (how many such hours there were), `per_hour` with `ci_low` and `ci_high`, `load` (how many
    people the work of such an hour keeps busy) and, where that is not known, its `null_reason`. `channels` has for each channel
    its `arrivals`, the `handle_seconds` spent on it, and those for each arrival.
    """

    scorecard: Scorecard
    cells: list[Row]
    channels: list[Row]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values, as the API returns them."""
        card = self.scorecard
        return {
            "since": card.since.isoformat(), "until": card.until.isoformat(), "as_of": card.as_of.isoformat(),
            "report_tz": card.report_tz, "data_version": card.data_version, "lagging_sources": list(card.lagging_sources),
            "channels": self.channels, "cells": self.cells,
        }  # fmt: skip
