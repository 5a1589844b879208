"""Opening hours as they are set: every calendar with its weeks, its days, and who runs by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servicemeter.desk.hours import hold_hours
from servicemeter.desk.methods import method
from servicemeter.model.hours import CalendarHeld, DayHeld, HoursHeld, WeekHeld

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["SENDS", "hours"]

SENDS = (CalendarHeld, DayHeld, HoursHeld, WeekHeld)


@method(is_kept=True)
def hours(desk: Desk) -> HoursHeld:
    """All calendars; see `desk.hours`."""
    return hold_hours(desk)
