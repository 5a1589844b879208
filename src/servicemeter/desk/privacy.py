"""What the settings say about privacy: whether words are shown, and who is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from servicemeter.ground.errors import BadQuestion, BadSettings
from servicemeter.ground.settings import Home
from servicemeter.model.question import Filter, Question, Scope
from servicemeter.text.masking import privacy_section

if TYPE_CHECKING:
    from servicemeter.surveys.results import Results

__all__ = ["Discretion", "discretion_of", "refuse_asked", "refuse_individuals", "results_shown", "shows_words"]

_SMALLEST_TEAM = 5
_NOBODY = frozenset(("(unassigned)", "(unknown)"))


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


def refuse_individuals(home: Home | None, questions: Iterable[Question]) -> None:
    """Refuse questions that split or filter by agent where individuals are hidden: on every face alike.

    A scope of agents is such a filter, but for that of agents who ask about their own work. What nobody has may be asked for.
    """
    if any("agent" in q.by or _names_agents(q.where, q.scope) for q in questions):
        _refuse(home)


def refuse_asked(home: Home | None, arguments: Mapping[str, Any]) -> None:
    """The same of a method that is asked by name: its `where`, that of its `wish`, and its `scope`."""
    where = (*(arguments.get("where") or ()), *getattr(arguments.get("wish"), "where", ()))
    if _names_agents(where, arguments.get("scope") or Scope()):
        _refuse(home)


def results_shown(home: Home | None, results: Results) -> Results:
    """What came of a survey; where individuals are hidden, without who was asked about whose work."""
    if not discretion_of(home).hides_individuals:
        return results
    return replace(results, differences=[one for one in results.differences if one.dimension != "agent_id"])


def _names_agents(where: Iterable[Filter], scope: Scope) -> bool:
    asked = any(one.dimension == "agent" and not _NOBODY.issuperset(one.values) for one in where)
    return asked or bool(scope.agents and not scope.is_own)


def _refuse(home: Home | None) -> None:
    if discretion_of(home).hides_individuals:
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
