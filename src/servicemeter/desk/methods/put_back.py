"""Putting back a target or a note."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from servicemeter.desk import targets
from servicemeter.desk.methods import method
from servicemeter.desk.targets import Kind

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["put_back"]


@method(writes=True)
def put_back(desk: Desk, kind: Kind, number: int, *, now: datetime) -> None:
    """Put back what `drop` took away."""
    targets.put_back(desk, kind, number, now=now)
