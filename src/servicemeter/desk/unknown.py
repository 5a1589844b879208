"""What is asked for and no row has: a slip of the pen would otherwise be a zero that nobody doubts.

It is said and no error: the same question is right when the first such row comes, and a list may hold what only one of several
books has.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence

from servicemeter.ground.phrases import any_of, dimension, phrase
from servicemeter.model.question import Filter, Question, Scope

__all__ = ["NO_HOURS", "unknown_values"]

NO_HOURS = phrase("No opening hours are set: business time is all of the time.")

_MOST_SHOWN = 10
_OPEN = ("channel", "language")
"""What those may be told who see a part of the rows only: names of nobody's."""
_CLOSED: dict[str, tuple[str, ...]] = {
    "channel_class": ("asynchronous", "synchronous"),
    "status": ("new", "open", "pending", "on_hold", "solved", "closed"),
    "hour_of_day": tuple(map(str, range(24))),
    "weekday": tuple(map(str, range(1, 8))),
}

ValuesOf = Callable[[str], Sequence[str] | None]
"""The values of a dimension, the most frequent first; None where it is not known."""
NamesOf = Callable[[str], Mapping[str, str]]
"""The names of those values that are listed with one: an agent's, a team's."""


def unknown_values(question: Question, values_of: ValuesOf, names_of: NamesOf) -> tuple[str, ...]:
    """A sentence for each value of the question's conditions that no row has, with what was meant or which there are."""
    return tuple(text for held in question.where for text in _of_filter(held, question.scope, values_of, names_of))


def _of_filter(held: Filter, scope: Scope, values_of: ValuesOf, names_of: NamesOf) -> list[str]:
    names = names_of(held.dimension)
    # What is listed need not be looked for in rows; (unknown) and its kin are for rows without a value.
    doubtful = [value for value in held.values if value not in names and not value.startswith("(")]
    if not doubtful or (scope != Scope() and held.dimension not in (*_OPEN, *_CLOSED)):
        return []
    values = _CLOSED.get(held.dimension) or values_of(held.dimension)
    if values is None:
        return []
    return [_sentence(held.dimension, value, values, names) for value in doubtful if value not in values]


def _sentence(name: str, value: str, values: Sequence[str], names: Mapping[str, str]) -> str:
    meant = _meant(value, values, names)
    if meant:
        return phrase(f"No row has the {dimension(name)} '{value}'. Did you mean {any_of(meant)}?")
    if not values:
        return phrase(f"No row has the {dimension(name)} '{value}'. None says one.")
    shown = ", ".join(f"{one} ({names[one]})" if names.get(one, one) != one else one for one in values[:_MOST_SHOWN])
    if len(values) <= _MOST_SHOWN:
        return phrase(f"No row has the {dimension(name)} '{value}'. There are: {shown}.")
    return phrase(f"No row has the {dimension(name)} '{value}'. The most frequent: {shown}.")


def _meant(value: str, values: Sequence[str], names: Mapping[str, str]) -> list[str]:
    """The values that are spelled like it, or whose name is."""
    spoken = {one.casefold(): one for one in reversed(values)} | {name.casefold(): one for one, name in names.items()}
    near = difflib.get_close_matches(value.casefold(), spoken, n=3, cutoff=0.6)
    found = dict.fromkeys(spoken[one] for one in near)
    return [f"{one!r} ({names[one]})" if one in names and names[one] != one else repr(one) for one in found]
