"""Taking back a load, or removing a source, as it was looked at."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from servicemeter.desk import withdrawing
from servicemeter.desk.methods import method
from servicemeter.model.withdrawal import Withdrawal

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["withdraw"]


@method(writes=True)
def withdraw(
    desk: Desk,
    *,
    source: str,
    load: int | None = None,
    is_whole: bool = False,
    seen: str,
    now: datetime,
    starts_over: bool = False,
) -> Withdrawal:
    """Do what `plan_withdrawal` said under the mark `seen`; `BadQuestion` when there were loads since."""
    return withdrawing.withdraw(desk, source=source, load=load, is_whole=is_whole, seen=seen, now=now, starts_over=starts_over)
