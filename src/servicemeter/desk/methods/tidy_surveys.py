"""What surveys have kept long enough, taken out."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from servicemeter.desk import retaining
from servicemeter.desk.methods import method

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["tidy_surveys"]


@method(writes=True)
def tidy_surveys(desk: Desk, *, now: datetime, dry_run: bool = False) -> dict[str, int]:
    """Take out of surveys what is older than `[retention]` lets them keep; how much of each kind. See `desk.retaining`."""
    return retaining.tidy_surveys(desk, now=now, dry_run=dry_run)
