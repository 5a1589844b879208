"""Forgetting a saved view."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from servicemeter.desk.methods import method
from servicemeter.office.views import SavedView, remove_view

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["drop_view"]


@method(writes=True)
def drop_view(desk: Desk, view_id: int, *, owner: str | None = None, now: datetime) -> SavedView:
    """Forget a saved view; `put_view_back` undoes it."""
    return remove_view(desk.office, view_id, now, owner)
