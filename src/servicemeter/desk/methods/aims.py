"""What the organisation set itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servicemeter.desk import targets
from servicemeter.desk.methods import method
from servicemeter.model.target import Aims, Goal, KeptGoal, Note

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["SENDS", "aims"]

SENDS = (Aims, Goal, KeptGoal, Note)


@method()
def aims(desk: Desk) -> Aims:
    """The targets with where each was set, and the notes; see `desk.targets`."""
    return targets.list_aims(desk)
