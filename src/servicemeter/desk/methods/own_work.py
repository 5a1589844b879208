"""One agent's own figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicemeter.desk import comparing
from servicemeter.desk.methods import method
from servicemeter.model.comparison import OwnWork

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["SENDS", "own_work"]

SENDS = (OwnWork,)


@method()
def own_work(desk: Desk, /, agent: str, **span: Any) -> OwnWork:
    """One agent's own figures beside everybody's; `span` is that of a scorecard. See `desk.comparing`."""
    return comparing.own_work(desk, agent, **span)
