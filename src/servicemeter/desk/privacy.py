"""What the settings say about privacy: whether words are shown, and who is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from servicemeter.ground.errors import BadQuestion, BadSettings
from servicemeter.ground.settings import Home
from servicemeter.model.question import Question
from servicemeter.text.masking import privacy_section

__all__ = ["Discretion", "discretion_of", "refuse_individuals", "shows_words"]

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
    section = privacy_section(home)
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
    shown = privacy_section(home).get("show_words", True)
    if not isinstance(shown, bool):
        raise BadSettings(f"{_where(home)}: [privacy] show_words is true or false; not {shown!r}.")
    return shown


def _where(home: Home | None) -> str:
    return str(home.settings) if home else ""
