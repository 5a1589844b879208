"""Everything about one customer, to hand out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicemeter.desk import erasing
from servicemeter.desk.methods import method

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["export_customer"]


@method()
def export_customer(desk: Desk, called: str, source: str | None = None) -> dict[str, Any]:
    """Everything about a person: the rows of the book in all versions, those of the office, the files; see `desk.erasing`."""
    return erasing.export_customer(desk, called, source)
