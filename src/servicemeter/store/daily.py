"""How many rows a source has of each local day: what its coverage looks like from near."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from servicemeter.ground.clock import epoch, local_day
from servicemeter.model.tables import TABLES
from servicemeter.store.build import Facts
from servicemeter.store.checks import local_day_sql, rows_at_fault

__all__ = ["SourceDays", "count_by_day"]

_COUNTED = ("tickets", "messages", "interactions", "survey_answers", "orders")
MOST_DAYS = 371
"""A year and a week: fifty-three whole weeks."""


@dataclass(frozen=True)
class SourceDays:
    """One source: the last days that it covers, how many rows each has, and which of them lack rows they should have.

    `row_counts` begins on `first_on`; its days are those of the report's zone. Days of `missing` usually have rows.
    """

    source: str
    first_on: date
    row_counts: tuple[int, ...]
    missing: frozenset[date]

    @property
    def last_on(self) -> date:
        """The last day."""
        return self.first_on + timedelta(days=len(self.row_counts) - 1)


def count_by_day(facts: Facts, tz: str) -> list[SourceDays]:
    """Each source with rows, by name: at most `MOST_DAYS` days, up to the one in which it was last read."""
    counted: dict[str, dict[date, int]] = {}
    for source, day, count in facts.rows(_statement(facts, tz)):
        counted.setdefault(source, {})[date(1970, 1, 1) + timedelta(days=int(day))] = int(count)
    spans = {source: (since, through) for source, since, through in facts.rows(_SPANS)}
    missing = {(str(row["source"]), date.fromisoformat(str(row["missing_on"]))) for row in rows_at_fault(_GAPS, facts, tz)}
    found = []
    for source, days in sorted(counted.items()):
        since, through = spans.get(source, (None, None))
        last = max(days) if through is None else _day(through - timedelta(seconds=1), tz)
        first = max(min(days) if since is None else _day(since, tz), last - timedelta(days=MOST_DAYS - 1))
        if first <= last:
            counts = tuple(days.get(first + timedelta(days=n), 0) for n in range((last - first).days + 1))
            own = frozenset(day for name, day in missing if name == source and first <= day <= last)
            found.append(SourceDays(source, first, counts, own))
    return found


def _day(at: datetime, tz: str) -> date:
    """The local day of an instant (naive UTC)."""
    return local_day(epoch(at.replace(tzinfo=UTC)), tz)


_GAPS = "days_without_rows"
_SPANS = "select source, loaded_from, loaded_through from sources"


def _statement(facts: Facts, tz: str) -> str:
    """Rows of a source by the local day of their moment, as days since 1970."""
    dated = " union all ".join(
        f"select source, {facts.engine.dialect.epoch(TABLES[name].moment or '')} as s from {name}" for name in _COUNTED
    )
    return f"select source, day, count(*) from (select source, {local_day_sql(facts, tz)} as day from ({dated}) as happened " + (
        "where s is not null) as dated group by source, day"
    )
