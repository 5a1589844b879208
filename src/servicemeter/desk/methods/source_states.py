"""How the sources are doing."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from servicemeter.desk import states
from servicemeter.desk.methods import method
from servicemeter.desk.states import SourceStates

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["SENDS", "source_states"]

SENDS = (SourceStates,)


@method()
def source_states(desk: Desk, now: datetime) -> SourceStates:
    """How every source is doing; see `desk.states`."""
    return states.source_states(desk, now)
