"""What the settings of a data folder say about privacy: whether words are masked before they are stored, and of what."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from servicemeter.ground.errors import BadSettings
from servicemeter.ground.settings import Home

__all__ = ["mask_of", "privacy_section"]

_KNOWN = ("redact", "show_words", "hide_individuals", "smallest_team")


def privacy_section(home: Home | None) -> dict[str, Any]:
    """`[privacy]` of the settings; raises `BadSettings` for a key that nobody knows."""
    section = home.section("privacy") if home else {}
    if home and (unknown := sorted(set(section) - set(_KNOWN))):
        raise BadSettings(f"{home.settings}: [privacy] has no key {unknown[0]!r}. Known: {', '.join(_KNOWN)}.")
    return section


def mask_of(home: Home | None) -> Callable[[str], str] | None:
    """What `[privacy] redact` asks for: `true` masks every kind, a list the kinds named; without it nothing is masked.

    Raises `BadSettings` for anything else, so that a slip of the pen does not store what was to be masked.
    """
    asked = privacy_section(home).get("redact", False)
    if asked is False:
        return None
    from servicemeter.text.redact import KINDS, redact  # its patterns take long to make, and most folders mask nothing

    kinds = KINDS if asked is True else asked
    if not isinstance(kinds, list | tuple) or not kinds or not set(kinds) <= set(KINDS):
        where = home.settings if home else ""
        raise BadSettings(f"{where}: [privacy] redact is true, false or a list of {', '.join(KINDS)}; not {asked!r}.")
    return partial(redact, kinds=frozenset(kinds))
