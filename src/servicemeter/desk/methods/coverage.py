"""How many rows each source has of each day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicemeter.desk.methods import method
from servicemeter.store.daily import count_by_day

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["coverage"]


@method()
def coverage(desk: Desk) -> list[dict[str, Any]]:
    """By source: source, first_on, row_counts from then on, and the days that lack rows."""
    return [
        {
            "source": one.source,
            "first_on": one.first_on.isoformat(),
            "row_counts": list(one.row_counts),
            "missing": [day.isoformat() for day in sorted(one.missing)],
        }
        for one in count_by_day(desk.facts_in_book(), desk.report_tz)
    ]
