"""Building parameters: options that change what happened, so that other facts are built for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["BUILDING", "FOR_ALL", "said_as", "with_defaults"]

BUILDING: Mapping[str, tuple[str, ...]] = {
    "merge_start": ("earliest", "survivor"),
    "calendar_mode": ("segmented", "at_end", "at_start"),
    "sla_pause_states": ("policy", "none", "pending", "on_hold", "pending+on_hold"),
    "reopen": ("new", "continue"),
}
"""The options of each, the default first."""

FOR_ALL = ("merge_start", "calendar_mode")
"""Those that every metric takes; the others belong to the metrics that declare them."""


def said_as(value: Any) -> str:
    """A value in the one way in which options are written: a list is its sorted words with plus signs between, or `none`.

    >>> said_as(["pending", "on_hold"]), said_as([]), said_as("on_hold,pending"), said_as("policy")
    ('pending+on_hold', 'none', 'pending+on_hold', 'policy')
    """
    parts = value if isinstance(value, list | tuple) else str(value).replace(",", "+").split("+")
    words = [str(part).strip() for part in parts if str(part).strip()]
    return "+".join(sorted(words, reverse=True)) or "none"


def with_defaults(given: Mapping[str, str]) -> dict[str, str]:
    """All building parameters: those given, the others as they are by default."""
    return {name: given.get(name, options[0]) for name, options in BUILDING.items()}
