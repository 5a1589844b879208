"""What changing the settings would do; nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from servicemeter.desk import setting
from servicemeter.desk.methods import method
from servicemeter.desk.setting import PlannedChange

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["SENDS", "plan_change"]

SENDS = (PlannedChange,)


@method()
def plan_change(desk: Desk, wanted: Mapping[str, str]) -> PlannedChange:
    """What the settings file would be with other values, checked; see `desk.setting`."""
    return setting.plan_change(desk, wanted)
