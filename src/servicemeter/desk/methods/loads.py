"""Every load of the book."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicemeter.desk.methods import method

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["loads"]


@method()
def loads(desk: Desk) -> list[dict[str, Any]]:
    """Every load, oldest first: its data version, source, when it was recorded (UTC) and its label."""
    with desk.on_book() as book:
        return book.loads()
