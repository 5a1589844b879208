"""Changing the settings, as it was looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from servicemeter.desk import setting
from servicemeter.desk.methods import method
from servicemeter.desk.setting import PlannedChange

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["change_settings"]


@method(writes=True)
def change_settings(desk: Desk, wanted: Mapping[str, str], *, seen: str) -> PlannedChange:
    """Write the settings file with other values, if it is still the one that was `seen`."""
    return setting.change_settings(desk, wanted, seen=seen)
