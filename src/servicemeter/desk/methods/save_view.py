"""Saved views: which addresses may be kept, and under which names."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from servicemeter.desk.methods import method
from servicemeter.ground.errors import BadQuestion
from servicemeter.office.views import SavedView, keep_view

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["save_view"]

_LONGEST_NAME, _LONGEST_ADDRESS = 100, 2000


@method(writes=True)
def save_view(desk: Desk, name: str, address: str, *, owner: str | None = None, now: datetime) -> SavedView:
    """Keep an address of our own pages (never of another host) under a name; one of that name is replaced."""
    words = " ".join(name.split())
    if not 1 <= len(words) <= _LONGEST_NAME:
        raise BadQuestion(f"A name has 1 to {_LONGEST_NAME} letters; this has {len(words)}.")
    is_ours = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable() and "\\" not in address
    if not is_ours or len(address) > _LONGEST_ADDRESS:
        raise BadQuestion("Only addresses of these pages can be kept. Open the page and choose Save this view below it.")
    return keep_view(desk.office, words, address, now, owner)
