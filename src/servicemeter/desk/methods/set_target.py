"""Setting a target on a page."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from servicemeter.desk import targets
from servicemeter.desk.methods import method
from servicemeter.model.target import KeptGoal

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["set_target"]


@method(writes=True)
def set_target(
    desk: Desk, metric: str, goal: str, *, channel: str | None = None, month: str | None = None, now: datetime
) -> tuple[KeptGoal, int | None]:
    """Set a target in words (`at most 4 h`), for always, a channel or a month; with the number of the one it replaced."""
    return targets.set_target(desk, metric, goal, channel=channel, month=month, now=now)
