"""Tickets without a reason, sorted by those of the file."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from servicemeter.desk import reasons
from servicemeter.desk.methods import method

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["sort_by_reason"]


@method(writes=True)
def sort_by_reason(desk: Desk, *, now: datetime) -> dict[str, Any]:
    """Give tickets without a reason the one of `reasons.toml` that they belong to; what was given how often."""
    return reasons.sort_by_reason(desk, reasons.file_of(desk.home), now=now)
