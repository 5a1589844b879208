"""Who asks just now: found once a request, at the entrance, and known to everything that answers it.

Answers are made in threads and by desks that know nothing of requests; a context variable goes along into all of them. Where
nobody was let in there is nobody, who may nothing and sees nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Literal

from servicemeter.model.person import NOBODY, OWNER, Person
from servicemeter.web.rules import Rule

__all__ = ["MACHINE", "Asker", "asker", "asking", "note_export"]


@dataclass
class Asker:
    """A person and how they came: `machine` (nobody has an account and none is asked for), `token`, `session` or `key`.

    `place` is their address, `session_hash` their session, `was_noted` whether the audit log has what they did, `rule` the one of
    the address they asked.
    """

    person: Person = NOBODY
    by: Literal["nobody", "half", "machine", "token", "session", "key"] = "nobody"
    place: str = ""
    session_hash: str = ""
    key_id: str = ""
    was_noted: bool = False
    rule: Rule | None = field(default=None, repr=False)

    @property
    def is_known(self) -> bool:
        """Whether somebody is signed in, or nobody has to be."""
        return self.by not in ("nobody", "half")

    @property
    def has_account(self) -> bool:
        """Whether they are signed in with an account of their own."""
        return self.by == "session"

    @property
    def name(self) -> str:
        """How the logs call them."""
        if self.by == "key":
            return f"{self.person.email} (key {self.key_id})"
        return self.person.email or {"machine": "this machine", "token": "the terminal's token"}.get(self.by, "nobody")


MACHINE = Asker(OWNER, "machine")
"""Whoever is at this machine, while nobody has an account."""

_ASKER: ContextVar[Asker] = ContextVar("asker")


def asker() -> Asker:
    """Who asks now; nobody outside a request."""
    return _ASKER.get(None) or Asker()


def note_export(is_one: bool = True) -> None:
    """Say of the answer being made whether rows or words are taken along with it, whatever its address usually does."""
    one = asker()
    if one.rule is not None:
        one.rule = replace(one.rule, is_export=is_one)


@contextmanager
def asking(one: Asker) -> Iterator[Asker]:
    """As long as the block lasts it is this one who asks."""
    before = _ASKER.set(one)
    try:
        yield one
    finally:
        _ASKER.reset(before)
