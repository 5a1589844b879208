"""Agents or teams beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicemeter.desk import comparing
from servicemeter.desk.methods import method
from servicemeter.model.comparison import Comparison, Group, Limits

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["SENDS", "compare"]

SENDS = (Comparison, Group, Limits)


@method()
def compare(desk: Desk, /, by: str, metric: str, *, mix: str = "channel", **span: Any) -> Comparison:
    """Agents or teams in a share, without rewarding luck; `span` is that of a scorecard. See `desk.comparing`."""
    return comparing.compare(desk, by, metric, mix=mix, **span)
