"""Noting what was changed on a day."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from servicemeter.desk import targets
from servicemeter.desk.methods import method
from servicemeter.model.target import Note

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["note"]


@method(writes=True)
def note(desk: Desk, happened_on: date, text: str, *, metric: str | None = None, now: datetime) -> Note:
    """Note what was changed on a day, about a metric or about all."""
    return targets.note(desk, happened_on, text, metric=metric, now=now)
