"""Saving a wish for a promise, as a load of its own."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from servicemeter.desk.methods import method
from servicemeter.desk.ownrows import save
from servicemeter.desk.promises import plan_promise_wish
from servicemeter.model.hours import SettingPlan
from servicemeter.model.promises import PromiseWish

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["save_promise"]


@method(writes=True)
def save_promise(desk: Desk, *, wish: PromiseWish, seen: str, now: datetime) -> SettingPlan:
    """Write what `plan_promise` said under this mark; `BadSettings` when the rows are others by now."""
    plan = plan_promise_wish(desk, wish, now)
    return save(desk, plan, seen=seen, tz=desk.report_tz, label="agreements", now=now)
