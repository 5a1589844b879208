"""What a wish for opening hours would change; nothing is written."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from servicemeter.desk.hours import plan_wish
from servicemeter.desk.methods import method
from servicemeter.model.hours import Change, DayWish, HoursWish, SettingPlan

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["SENDS", "plan_hours"]

SENDS = (Change, DayWish, HoursWish, SettingPlan)


@method()
def plan_hours(desk: Desk, *, wish: HoursWish, now: datetime) -> SettingPlan:
    """The rows before and after, from when on they hold, and which metrics may change; see `desk.hours`."""
    return plan_wish(desk, wish, now)
