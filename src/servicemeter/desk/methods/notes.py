"""What was noted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servicemeter.desk import targets
from servicemeter.desk.methods import method
from servicemeter.model.target import Note

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["notes"]


@method()
def notes(desk: Desk, metric: str | None = None) -> list[Note]:
    """The notes, the earliest first; of a metric those about it and those about all."""
    return targets.notes_of(desk, metric)
