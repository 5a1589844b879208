"""What is done after every import, as the settings ask: `[text] after_import = ["complaints", "reasons"]`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from servicemeter.ground.errors import BadSettings

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["AFTERWARDS", "do_afterwards", "wanted_afterwards"]

_METHODS = {"complaints": "judge_complaints", "reasons": "sort_by_reason"}
AFTERWARDS = tuple(_METHODS)
"""What may be asked for."""


def wanted_afterwards(desk: Desk) -> tuple[str, ...]:
    """What the settings ask for; `BadSettings` for what nobody knows, before anything is imported."""
    if desk.home is None:
        return ()
    asked = desk.home.section("text").get("after_import", [])
    if not isinstance(asked, list) or not set(asked) <= set(AFTERWARDS):
        raise BadSettings(f"{desk.home.settings}: [text] after_import is a list of {', '.join(AFTERWARDS)}; not {asked!r}.")
    return tuple(asked)


def do_afterwards(desk: Desk, *, now: datetime) -> dict[str, dict[str, Any]]:
    """Judge what has come; what was done, by its name."""
    return {name: desk.ask(_METHODS[name], {"now": now}) for name in wanted_afterwards(desk)}
