"""What taking back a load, or removing a source, would do; nothing is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servicemeter.desk.methods import method
from servicemeter.desk.withdrawing import plan
from servicemeter.model.withdrawal import LoadTaken, Withdrawal

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["SENDS", "plan_withdrawal"]

SENDS = (LoadTaken, Withdrawal)


@method()
def plan_withdrawal(
    desk: Desk, *, source: str | None = None, load: int | None = None, is_whole: bool = False, starts_over: bool = False
) -> Withdrawal:
    """The loads and rows that would go; see `desk.withdrawing`."""
    return plan(desk, source=source, load=load, is_whole=is_whole, starts_over=starts_over)
