"""Saving a wish for opening hours, as a load of its own."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from servicemeter.desk.hours import plan_wish
from servicemeter.desk.methods import method
from servicemeter.desk.ownrows import save
from servicemeter.model.hours import HoursWish, SettingPlan

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["save_hours"]


@method(writes=True)
def save_hours(desk: Desk, *, wish: HoursWish, seen: str, now: datetime) -> SettingPlan:
    """Write what `plan_hours` said under this mark; `BadSettings` when the rows are others by now."""
    plan = plan_wish(desk, wish, now)
    tz = wish.tz or desk.report_tz
    return save(desk, plan, seen=seen, tz=tz, label=f"opening hours: {wish.calendar_id}", now=now)
