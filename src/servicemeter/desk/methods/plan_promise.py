"""What a wish for a promise would change; nothing is written."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from servicemeter.desk.methods import method
from servicemeter.desk.promises import plan_promise_wish
from servicemeter.model.hours import SettingPlan
from servicemeter.model.promises import PromiseWish

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["SENDS", "plan_promise"]

SENDS = (PromiseWish,)


@method()
def plan_promise(desk: Desk, *, wish: PromiseWish, now: datetime) -> SettingPlan:
    """The rows before and after, and from when on they hold; see `desk.promises`."""
    return plan_promise_wish(desk, wish, now)
