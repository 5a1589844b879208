"""Words that were stored before masking was switched on, masked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servicemeter.desk.methods import method

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["mask_stored"]


@method(writes=True)
def mask_stored(desk: Desk) -> dict[str, int]:
    """Mask the words that were stored before masking was switched on; cells changed, by table. Nothing when it is off."""
    with desk.on_book() as book:
        return book.mask_stored()
