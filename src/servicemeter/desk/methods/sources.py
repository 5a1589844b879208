"""The sources of the book."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicemeter.desk.methods import method

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["sources"]


@method()
def sources(desk: Desk) -> list[dict[str, Any]]:
    """The sources with their coverage (UTC) and capabilities."""
    with desk.on_book() as book:
        return book.sources()
