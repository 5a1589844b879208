"""How right the rules of complaints are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from servicemeter.desk import complaints
from servicemeter.desk.methods import method

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["rate_complaints"]


@method()
def rate_complaints(desk: Desk, corrections: Mapping[tuple[str, str], bool] | None = None) -> dict[str, Any]:
    """Precision and recall of the rules where a person has said it; see `desk.complaints`."""
    return complaints.rate_complaints(desk, corrections)
