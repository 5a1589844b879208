"""Saved views."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servicemeter.desk.methods import method
from servicemeter.office.views import SavedView, list_views

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["SENDS", "views"]

SENDS = (SavedView,)


@method()
def views(desk: Desk, owner: str | None = None) -> list[SavedView]:
    """Everybody's saved views, and those of an owner."""
    return list_views(desk.office, owner) if desk.home is not None and desk.home.has_office() else []
