"""What the settings of a data folder say about privacy: whether words are masked before they are stored, and whether shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from servicemeter.ground.errors import BadSettings
from servicemeter.ground.settings import Home
from servicemeter.text.redact import KINDS, redact

__all__ = ["mask_of", "shows_words"]

_KNOWN = ("redact", "show_words")


def shows_words(home: Home | None) -> bool:
    """Whether pages and the API may show what customers wrote: `[privacy] show_words`, true unless it says false."""
    section = home.section("privacy") if home else {}
    _refuse_unknown(home, section)
    shown = section.get("show_words", True)
    if not isinstance(shown, bool):
        raise BadSettings(f"{home.settings if home else ''}: [privacy] show_words is true or false; not {shown!r}.")
    return shown


def _refuse_unknown(home: Home | None, section: Mapping[str, Any]) -> None:
    """Raise `BadSettings` for a key that nobody knows."""
    if home and (unknown := sorted(set(section) - set(_KNOWN))):
        raise BadSettings(f"{home.settings}: [privacy] has no key {unknown[0]!r}. Known: {', '.join(_KNOWN)}.")


def mask_of(home: Home | None) -> Callable[[str], str] | None:
    """What `[privacy] redact` asks for: `true` masks every kind, a list the kinds named; without it nothing is masked.

    Raises `BadSettings` for anything else, so that a slip of the pen does not store what was to be masked.
    """
    section = home.section("privacy") if home else {}
    asked = section.get("redact", False)
    _refuse_unknown(home, section)
    if asked is False:
        return None
    kinds = KINDS if asked is True else asked
    if not isinstance(kinds, list | tuple) or not kinds or not set(kinds) <= set(KINDS):
        where = home.settings if home else ""
        raise BadSettings(f"{where}: [privacy] redact is true, false or a list of {', '.join(KINDS)}; not {asked!r}.")
    return partial(redact, kinds=frozenset(kinds))
