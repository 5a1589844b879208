"""Complaints flagged by rules."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from servicemeter.desk import complaints
from servicemeter.desk.methods import method

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["judge_complaints"]


@method(writes=True)
def judge_complaints(desk: Desk, *, now: datetime) -> dict[str, Any]:
    """Flag tickets as complaints by rules where nobody else says it; what was said how often, by which rule."""
    return complaints.judge_complaints(desk, now=now)
