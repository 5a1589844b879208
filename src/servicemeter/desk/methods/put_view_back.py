"""Putting back a saved view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servicemeter.desk.methods import method
from servicemeter.office import views
from servicemeter.office.views import SavedView

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["put_view_back"]


@method(writes=True)
def put_view_back(desk: Desk, view_id: int, *, owner: str | None = None) -> SavedView:
    """Put a forgotten view back."""
    return views.put_view_back(desk.office, view_id, owner)
