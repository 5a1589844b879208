"""Pulling a source soon."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from servicemeter.desk import states
from servicemeter.desk.methods import method

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["pull_soon"]


@method(writes=True)
def pull_soon(desk: Desk, name: str, now: datetime) -> None:
    """Let the schedule pull a source within seconds; see `desk.states`."""
    states.pull_soon(desk, name, now)
