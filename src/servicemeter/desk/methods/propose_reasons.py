"""Reasons proposed from what customers wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicemeter.desk import reasons
from servicemeter.desk.methods import method

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["propose_reasons"]


@method(writes=True)
def propose_reasons(desk: Desk, least: int | None = None) -> dict[str, Any]:
    """Append to `reasons.toml` what tickets without a reason have in common; see `desk.reasons`."""
    return reasons.propose_reasons(desk, reasons.file_of(desk.home), least=least)
