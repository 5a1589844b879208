"""Every load of the book."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicemeter.desk.methods import method

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["list_loads"]


@method()
def list_loads(desk: Desk) -> list[dict[str, Any]]:
    """The loads, oldest first, as `Desk.loads` gives them."""
    return desk.loads()
