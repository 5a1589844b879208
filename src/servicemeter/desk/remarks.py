"""What is said beside an answer: values that no row has, promises that cannot be judged, business time without hours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from servicemeter.desk.unjudged import notes_on_promises
from servicemeter.desk.unknown import NO_HOURS, unknown_values
from servicemeter.engines.engine import BookEngine
from servicemeter.model.question import Question
from servicemeter.store.build import Facts
from servicemeter.store.values import count_values, names_of_values

__all__ = ["remarks_on"]

Known = Callable[[str, Callable[[], Any]], Any]
"""Something by its name, worked out once a data version."""


def remarks_on(question: Question, facts: Facts, book: BookEngine, known: Known) -> tuple[str, ...]:
    """The sentences that a question brings with it, whatever its figure is."""

    def values_of(dimension: str) -> Sequence[str] | None:
        counts: dict[str, int] | None = known(f"counts of {dimension}", lambda: count_values(book, dimension))
        return None if counts is None else list(counts)

    def names_of(dimension: str) -> Mapping[str, str]:
        names: dict[str, str] = known(f"names of {dimension}", lambda: names_of_values(book, dimension))
        return names

    said = (*unknown_values(question, values_of, names_of), *notes_on_promises(question, facts.policies))
    if question.params.get("clock") == "business" and not facts.calendars.are_known:
        return (*said, NO_HOURS)
    return said
