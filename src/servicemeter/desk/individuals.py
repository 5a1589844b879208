"""Works-council mode: in what a desk hands out, whoever works there is an agent and nobody in particular.

It is done once, to the answers with rows as they leave the desk, so that terminal, Python, API, pages and files cannot differ.
Ids of people become `(agent)`, in the story of one ticket or customer `(agent 1)`, `(agent 2)` in the order in which they appear;
pages say it in words. Names are left out. Bots and teams stay as they are. Answers of `measure` are not looked at: by agent they
are refused (`desk.privacy`).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast

from servicemeter.model.answer import Answer
from servicemeter.model.question import Filter, Question
from servicemeter.model.scorecard import Scorecard
from servicemeter.model.ticket import TicketWish

__all__ = ["hide_individuals"]

T = TypeVar("T")

_PEOPLE = frozenset(
    ("agent_id", "first_responder_id", "answering_bot_id", "solver_id", "replier_id", "next_agent_id", "assignee_id", "agent")
)
"""Fields that name who works here."""
_BY_KIND = {"author_id": "author_type", "actor_id": "actor_type"}
"""Fields that name anybody, and those that say who."""
_NAMES = frozenset(("agent_name", "is_agent_deleted"))
_OF_AGENTS = frozenset(("agents", "agent_teams", "agent_states"))
"""Tables of which every cell is about one of them."""
_FIGURES = (Answer, Filter, Question, Scorecard, TicketWish)
_ONE = "(agent)"


def hide_individuals(value: T, bots: Collection[str], people: Collection[str] = (), *, is_story: bool = False) -> T:
    """The same value without anybody's id or name; `bots` are the ids that are no people, whoever else has one is.

    `people` are ids and names of those who are known: looked for in rows that were kept aside, whose columns are a file's own.

    In a story people are told apart by numbers that begin anew in each. Not elsewhere: numbers that hold over a list would count
    what each of them did.
    """
    return cast(T, _Hiding(bots, people, is_story).value(value))


class _Hiding:
    """One value on its way out, with the numbers given so far."""

    def __init__(self, bots: Collection[str], people: Collection[str], is_story: bool) -> None:
        self._bots, self._people, self._is_story = bots, people, is_story
        self._numbers: dict[str, int] = {}

    def value(self, value: Any) -> Any:
        """Anything: rows by their fields, records and lists by their parts, and all else as it is."""
        if isinstance(value, Mapping):
            return self._fields(value)
        if isinstance(value, list | tuple):
            return type(value)([self.value(one) for one in value])
        if is_dataclass(value) and not isinstance(value, (type, *_FIGURES)):
            return replace(value, **self._fields({one.name: getattr(value, one.name) for one in fields(value)}))
        return value

    def _fields(self, row: Mapping[Any, Any]) -> dict[Any, Any]:
        """A row, or the fields of a record. What happened goes first, so that people are numbered as they appear in it."""
        first = {"entries": self.value(row["entries"])} if "entries" in row else {}
        left_out = self._left_out(row)
        return {name: first[name] if name in first else self._field(row, name) for name in row if name not in left_out}

    def _left_out(self, row: Mapping[Any, Any]) -> Collection[str]:
        """What of a row says who somebody is by itself."""
        return (*_NAMES, "name") if self._is_person(row.get("agent_id")) else ()

    def _field(self, row: Mapping[Any, Any], name: Any) -> Any:
        value = row[name]
        if name == "agents" and isinstance(value, Mapping):
            return {one: called for one, called in value.items() if not self._is_person(one)}
        if name == "agent" and isinstance(value, list | tuple):
            return [told for one in value if (told := self._of_agent(one)) is not None]
        if name == "row" and isinstance(value, str) and "value" in row:
            return self._kept_aside(value)
        if self._is_person(value) and self._names_agent(row, name):
            return self._word(value)
        return self.value(value)

    def _of_agent(self, one: Any) -> Any:
        """A span of who had a ticket; of what a form would offer (value, name) nobody and bots are left."""
        if isinstance(one, Mapping):
            return {name: self._word(v) if name == "value" and self._is_person(v) else v for name, v in one.items()}
        return None if self._is_person(one[0]) else one

    def _kept_aside(self, text: str) -> str:
        """A row that was kept aside: by the fields that are ours, and wherever a cell is somebody's id or name."""
        try:
            said = json.loads(text)
        except ValueError:
            return ""
        if not isinstance(said, dict):
            return ""
        hidden = {name: self._word(cell) if self._is_known(cell) else cell for name, cell in self._fields(said).items()}
        return json.dumps(hidden, ensure_ascii=False)

    def _is_known(self, cell: Any) -> bool:
        return isinstance(cell, str) and cell in self._people

    def _names_agent(self, row: Mapping[Any, Any], name: Any) -> bool:
        if name in _PEOPLE:
            return True
        if name in _BY_KIND:  # nobody said who it was: then it may be one of us
            return str(row.get(_BY_KIND[name], "agent")) == "agent"
        if name == "value":
            of = row.get("field") or row.get("column")
            is_aside = "row" in row or "column" in row
            return of in _PEOPLE or of in _BY_KIND or row.get("table") in _OF_AGENTS or (is_aside and self._is_known(row[name]))
        if name == "unit":
            return row.get("unit_of") == "agent"
        return name == "id" and str(row[name]) == row.get("agent_id")

    def _is_person(self, one: Any) -> bool:
        return isinstance(one, str) and bool(one) and not one.startswith("(") and one not in self._bots

    def _word(self, one: str) -> str:
        if not self._is_story:
            return _ONE
        return f"(agent {self._numbers.setdefault(one, len(self._numbers) + 1)})"
