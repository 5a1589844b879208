"""Reading what customers wrote, a step at a time."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from servicemeter.desk import analysing
from servicemeter.desk.analysing import TICKETS_AT_ONCE, Analysis
from servicemeter.desk.feeling import live_model
from servicemeter.desk.methods import method

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["SENDS", "analyse_texts"]

SENDS = (Analysis,)


@method(writes=True)
def analyse_texts(desk: Desk, *, now: datetime, most_tickets: int = TICKETS_AT_ONCE) -> Analysis:
    """Read the language and sentiment of messages that have not been read yet; see `desk.analysing`."""
    live = live_model(desk.home)
    return analysing.analyse_texts(desk, now=now, most_tickets=most_tickets, model=live.feel, name=live.name)
