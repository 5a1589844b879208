"""Promises (SLA policies) as they are set."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from servicemeter.desk.methods import method
from servicemeter.desk.promises import hold_promises
from servicemeter.desk.unjudged import unjudged_notes
from servicemeter.model.promises import PromiseHeld, PromisesHeld

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["SENDS", "promises"]

SENDS = (PromiseHeld, PromisesHeld)


@method()
def promises(desk: Desk, *, now: datetime) -> PromisesHeld:
    """All promises in the order in which they are tried; see `desk.promises`."""
    return replace(hold_promises(desk, now), notes=unjudged_notes(desk.policies()))
