"""Who asks: a person with a role and what they may see; and the one function that narrows a question to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, get_args

from servicemeter.ground.errors import NotAllowed
from servicemeter.model.question import Question, Scope

__all__ = ["NOBODY", "OWNER", "RIGHTS", "ROLES", "SCOPED", "Person", "Right", "Role", "narrowed", "within"]

Role = Literal["owner", "admin", "analyst", "lead", "agent", "viewer"]
ROLES: tuple[Role, ...] = get_args(Role)
Right = Literal[
    "see_figures", "see_rows", "read_words", "see_data", "set_targets", "load_data", "change_settings", "manage_people",
    "read_audit",
]  # fmt: skip
"""What a rule may ask for: figures; single tickets, customers and rows; what people wrote; what is wrong with the data;
targets and notes; loading data; connections and settings; accounts; the log of what was done."""

_AGENT: tuple[Right, ...] = ("see_figures", "see_rows", "read_words")
_ANALYST: tuple[Right, ...] = (*_AGENT, "see_data", "set_targets", "load_data")
RIGHTS: dict[Role, frozenset[Right]] = {
    "owner": frozenset(get_args(Right)),
    "admin": frozenset(get_args(Right)),
    "analyst": frozenset(_ANALYST),
    "lead": frozenset(_AGENT),
    "agent": frozenset(_AGENT),
    "viewer": frozenset(("see_figures",)),
}
"""What each role may do."""

_OF_THE_WHOLE: frozenset[Right] = frozenset(get_args(Right)) - frozenset(_AGENT)
SCOPED = ("sources", "brands", "teams", "agents")
"""The lists by which sight is narrowed, as a `Scope` has them."""
_UNSCOPED: tuple[Role, ...] = ("owner", "admin")
_NEEDS = {"lead": "teams", "agent": "agents"}
_DIMENSIONS = {"source": "sources", "brand": "brands", "team": "teams", "agent": "agents"}


@dataclass(frozen=True)
class Person:
    """Somebody with a role. Empty lists narrow nothing, but a lead needs `teams` and an agent `agents` (their own ids).

    `rights` narrows what the role may do, as an API key does; None is all of the role.
    """

    person_id: str
    email: str
    role: Role
    language: str | None = None
    sources: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    rights: frozenset[Right] | None = None

    @property
    def scope(self) -> Scope | None:
        """What this person sees; None is nothing at all."""
        if self.role in _UNSCOPED:
            return Scope()
        need = _NEEDS.get(self.role)
        if need is not None and not getattr(self, need):
            return None
        return Scope(self.sources, self.brands, self.teams, self.agents, is_own=self.role == "agent")

    @property
    def sees_everything(self) -> bool:
        """Whether nothing is hidden from this person."""
        return self.scope == Scope()

    def may(self, right: Right) -> bool:
        """Whether the role, and the key they came with, allows it; what concerns the whole needs sight of the whole."""
        if right not in RIGHTS[self.role] or (self.rights is not None and right not in self.rights):
            return False
        return right not in _OF_THE_WHOLE or self.sees_everything


OWNER = Person("", "", "owner")
"""The owner of this machine, who needs no account while nobody has one."""

NOBODY = Person("", "", "agent", rights=frozenset())
"""Somebody who is not signed in: no right, and no sight."""


def narrowed(question: Question, person: Person) -> Question:
    """The question as this person may ask it: their sight is merged into its scope, and nothing else is changed.

    `NotAllowed` for somebody who sees nothing yet, and for a scope or a condition that names what they do not see: it is
    refused alike whether it exists or not, and nothing is left out in silence.
    """
    scope = within(question.scope, person)
    for held in question.where:
        name = _DIMENSIONS.get(held.dimension)
        if name and not held.negated:
            _check(held.dimension, held.values, getattr(person.scope, name))
    return replace(question, scope=scope)


def within(asked: Scope, person: Person) -> Scope:
    """What of a scope this person may ask: all that was asked, or all that they see; `NotAllowed` for more than that."""
    seen = person.scope
    if seen is None:
        raise NotAllowed("Nothing is shown to this account yet: it has no team or no agent of its own. Ask whoever invited you.")
    for dimension, name in _DIMENSIONS.items():
        _check(dimension, getattr(asked, name), getattr(seen, name))
    both = {name: getattr(asked, name) or getattr(seen, name) for name in SCOPED}
    return replace(seen, **both)


def _check(dimension: str, wanted: Iterable[str], seen: tuple[str, ...]) -> None:
    hidden = [value for value in wanted if seen and value not in seen]
    if hidden:
        raise NotAllowed(f"Your account does not show the {dimension} {hidden[0]!r}. Ask for what it shows: {', '.join(seen)}.")
