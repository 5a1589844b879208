"""What is set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servicemeter.desk.methods import method
from servicemeter.desk.setting import SettingsShown, settings_shown

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["SENDS", "settings"]

SENDS = (SettingsShown,)


@method()
def settings(desk: Desk) -> SettingsShown:
    """What is set, where, and what of it can be changed here; see `desk.setting`."""
    return settings_shown(desk)
