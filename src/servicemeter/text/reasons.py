"""Why customers write: reasons as a person keeps them in a file, and which of them a message has.

A reason has an id that never changes, a name that is yours to edit, and the words (or tags) it is known by. Two reasons of
one name are one reason: that is how they are merged, also across languages. A reason without a name is put aside.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from servicemeter.text.letters import fold
from servicemeter.text.topics import Topic, stem, topic_words

__all__ = ["Reason", "Reasons", "suggest"]


@dataclass(frozen=True)
class Reason:
    """One reason: its id, name, language (None: tags alone), words, tags, and tickets when proposed."""

    reason_id: str
    name: str
    language: str | None = None
    words: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    tickets: int = 0


class Reasons:
    """Reasons as a set that sorts messages."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        self.reasons = tuple(reasons)
        self._weights: dict[str, dict[str, dict[str, float]]] = {}
        for language in {r.language for r in reasons if r.language}:
            self._weights[language] = _weights([r for r in reasons if r.language == language])
        self._by_id = {r.reason_id: r for r in reasons}

    @property
    def languages(self) -> frozenset[str]:
        """The languages that have reasons known by words."""
        return frozenset(self._weights)

    @property
    def version(self) -> str:
        """What the reasons are known by: another name, word or tag makes it another."""
        told = repr([(r.reason_id, r.name, r.language, r.words, r.tags) for r in self.reasons])
        return hashlib.sha256(told.encode()).hexdigest()[:12]

    def by_tags(self, tags: Iterable[str]) -> Reason | None:
        """The first reason that one of a ticket's tags stands for; capitals do not matter."""
        folded = [fold(tag) for tag in tags]
        return next(
            (r for r in self.reasons if r.name and any(fnmatchcase(tag, fold(t)) for t in r.tags for tag in folded)), None
        )

    def by_words(self, text: str, language: str) -> Reason | None:
        """The reason whose words a message has most of, or None: no word of any, or as many of two.

        A word weighs one, shared among the reasons that have it; the first words of a reason weigh a little more.
        """
        weights = self._weights.get(language, {})
        scores: dict[str, float] = {}
        for word in {stem(word) for word in topic_words(text, language)}:
            for reason_id, weight in weights.get(word, {}).items():
                scores[reason_id] = scores.get(reason_id, 0.0) + weight
        (best, most), (second, next_most) = [*_highest(scores), ("", 0.0), ("", 0.0)][:2]
        if most < 0.5:
            return None
        is_tie = most - next_most < 1e-9 and self._by_id[second].name != self._by_id[best].name if second else False
        found = self._by_id[best]
        return None if is_tie or not found.name else found


def _highest(scores: dict[str, float]) -> list[tuple[str, float]]:
    return sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))


def _weights(reasons: Sequence[Reason]) -> dict[str, dict[str, float]]:
    """For each stem the reasons known by it, with what it weighs for them."""
    found: dict[str, dict[str, float]] = {}
    for reason in reasons:
        for place, word in enumerate(reason.words):
            found.setdefault(stem(fold(word)), {}).setdefault(reason.reason_id, 1.0 - 0.02 * min(place, 10))
    return {word: {r: weight / len(of) for r, weight in of.items()} for word, of in found.items()}


def suggest(topics: Iterable[Topic], language: str, known: Iterable[Reason]) -> list[Reason]:
    """New reasons from topics: named after their first words, with ids that no known reason has."""
    taken = {reason.reason_id for reason in known}
    found = []
    for topic in topics:
        reason_id = f"{language}-{hashlib.sha256(' '.join(sorted(topic.words)).encode()).hexdigest()[:8]}"
        if reason_id not in taken:
            taken.add(reason_id)
            found.append(Reason(reason_id, ", ".join(topic.words[:3]), language, topic.words, (), topic.count))
    return found
