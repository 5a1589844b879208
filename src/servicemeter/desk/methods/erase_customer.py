"""One customer erased everywhere."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from servicemeter.desk import erasing
from servicemeter.desk.methods import method

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["erase_customer"]


@method(writes=True)
def erase_customer(desk: Desk, called: str, source: str | None = None, *, now: datetime, dry_run: bool = False) -> dict[str, Any]:
    """Take a person's names, addresses and words out of the book and the office, and leave what is counted."""
    return erasing.erase_customer(desk, called, source, now=now, dry_run=dry_run)
