"""Taking a target of the page or a note away."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from servicemeter.desk import targets
from servicemeter.desk.methods import method
from servicemeter.desk.targets import Kind

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["drop"]


@method(writes=True)
def drop(desk: Desk, kind: Kind, number: int, *, now: datetime) -> None:
    """Take a target of the page or a note away; `put_back` undoes it."""
    targets.drop(desk, kind, number, now=now)
