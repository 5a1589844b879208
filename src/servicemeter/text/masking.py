"""What the settings say about privacy: which words are masked before they are stored, whether words are shown, and who is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from servicemeter.ground.errors import BadQuestion, BadSettings
from servicemeter.ground.settings import Home
from servicemeter.model.question import Question
from servicemeter.text.redact import KINDS, redact

__all__ = ["Discretion", "discretion_of", "mask_of", "refuse_individuals", "shows_words"]

_KEYS = ("redact", "show_words", "hide_individuals", "smallest_team")
_SMALLEST_TEAM = 5


@dataclass(frozen=True)
class Discretion:
    """Whether individuals are hidden (works-council mode), and then how many people a team needs to be shown alone."""

    hides_individuals: bool = False
    smallest_team: int = _SMALLEST_TEAM


def discretion_of(home: Home | None) -> Discretion:
    """`[privacy] hide_individuals` (true or false) and `smallest_team`; `BadSettings` for anything else.

    Raises rather than guesses, so that a slip of the pen does not show what was to be hidden.
    """
    section = _section(home)
    hides, smallest = section.get("hide_individuals", False), section.get("smallest_team", _SMALLEST_TEAM)
    if not isinstance(hides, bool):
        raise BadSettings(f"{_where(home)}: [privacy] hide_individuals is true or false; not {hides!r}.")
    if not isinstance(smallest, int) or isinstance(smallest, bool) or smallest < 2:
        raise BadSettings(f"{_where(home)}: [privacy] smallest_team is a number of people from 2 on; not {smallest!r}.")
    return Discretion(hides, smallest)


def refuse_individuals(home: Home | None, questions: Sequence[Question]) -> None:
    """Refuse questions that split or filter by agent where individuals are hidden: on every face alike."""
    asks_agents = any("agent" in q.by or any(f.dimension == "agent" for f in q.where) for q in questions)
    if asks_agents and discretion_of(home).hides_individuals:
        raise BadQuestion(
            "Works-council mode is on: nothing is split or filtered by agent here. Ask by team, or change [privacy] "
            "hide_individuals in servicemeter.toml."
        )


def shows_words(home: Home | None) -> bool:
    """Whether pages and the API may show what customers wrote: `[privacy] show_words`, true unless it says false."""
    shown = _section(home).get("show_words", True)
    if not isinstance(shown, bool):
        raise BadSettings(f"{_where(home)}: [privacy] show_words is true or false; not {shown!r}.")
    return shown


def _section(home: Home | None) -> dict[str, Any]:
    section = home.section("privacy") if home else {}
    if unknown := sorted(set(section) - set(_KEYS)):
        raise BadSettings(f"{_where(home)}: [privacy] has no key {unknown[0]!r}. Known: {', '.join(_KEYS)}.")
    return section


def _where(home: Home | None) -> str:
    return str(home.settings) if home else ""


def mask_of(home: Home | None) -> Callable[[str], str] | None:
    """What `[privacy] redact` asks for: `true` masks every kind, a list the kinds named; without it nothing is masked.

    Raises `BadSettings` for anything else, so that a slip of the pen does not store what was to be masked.
    """
    asked = _section(home).get("redact", False)
    if asked is False:
        return None
    kinds = KINDS if asked is True else asked
    if not isinstance(kinds, list | tuple) or not kinds or not set(kinds) <= set(KINDS):
        raise BadSettings(f"{_where(home)}: [privacy] redact is true, false or a list of {', '.join(KINDS)}; not {asked!r}.")
    return partial(redact, kinds=frozenset(kinds))
