"""The words of a language and what they weigh, read from the data files beside (`lexicons/`).

A file has sections. Under a number (`[+3]` to `[-3]`) stand words of that weight; under a name (`[negators]`, …) words with
a part to play. `*` stands for any letters at the end of a word (or at its beginning), a lone `*` in a phrase for any word, `~`
for up to four words of the same clause none of which negates, `_` joins the words of a phrase, `^` is the beginning of the text,
`/a`, `/v` and `/n` stand for the forms of an adjective, verb and noun, and `<` after a word says that a negation after it counts
too. The longest phrase counts, then the exact word, then the longest beginning, then the longest ending; of an unknown word what
follows its prefix (`[boosting]`: "super", `[reversing]`: "un").
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files

from servicemeter.text.inflection import forms
from servicemeter.text.letters import fold
from servicemeter.text.tokens import Token

__all__ = ["LANGUAGES", "PLAIN", "Lexicon", "Word", "load_lexicon"]

LANGUAGES = ("en", "nl", "ro")
"""The languages that have a lexicon."""

_ROLES = (
    "negators", "intensifiers", "softeners", "contrast", "concession", "conditional", "excess", "unreal", "undoing", "asking",
    "story", "plot",
)  # fmt: skip
_PREFIXES = ("boosting", "reversing")
_GAP = 4
_LEAST_LEFT = 4  # letters of a word behind its prefix
_REMEMBERED = 50_000
_LONGEST = 40
_STRETCHED = re.compile(r"(.)\1{2,}")


@dataclass(frozen=True)
class Word:
    """What a word or phrase weighs (0 = nothing), the parts it plays, and how many tokens it takes."""

    weight: int = 0
    roles: frozenset[str] = frozenset()
    length: int = 1
    is_undone_by_later: bool = False
    has_negator: bool = False
    ends_negated: bool = False


PLAIN = Word()
"""The word of which nothing is known, as most are."""


@dataclass
class _Node:
    """Where a phrase has got to: what it is if it ends here, and where each next word leads."""

    word: Word | None = None
    exact: dict[str, _Node] = field(default_factory=dict)
    beginnings: dict[str, _Node] = field(default_factory=dict)
    gap: _Node | None = None

    def grow(self, pattern: str) -> _Node:
        """The node that a pattern leads to, made if need be."""
        if pattern == "~":
            self.gap = self.gap or _Node()
            return self.gap
        if pattern.endswith("*"):
            return self.beginnings.setdefault(pattern[:-1], _Node())
        return self.exact.setdefault(pattern, _Node())

    def longest(self, tokens: Sequence[Token], at: int, barred: Set[str]) -> tuple[int, Word] | None:
        """The longest phrase that goes on with the tokens from `at`, and where it ends; no gap holds a word that is barred."""
        longest = (at, self.word) if self.word else None
        if at >= len(tokens):
            return longest
        text = tokens[at].text
        if text in self.exact:
            longest = _longer(longest, self.exact[text].longest(tokens, at + 1, barred))
        for beginning, node in self.beginnings.items():
            if text.startswith(beginning):
                longest = _longer(longest, node.longest(tokens, at + 1, barred))
        if self.gap:
            for end in range(at, min(at + _GAP + 1, len(tokens))):
                longest = _longer(longest, self.gap.longest(tokens, end, barred))
                if tokens[end].kind != "word" or tokens[end].text in barred:
                    break
        return longest


def _longer(one: tuple[int, Word] | None, other: tuple[int, Word] | None) -> tuple[int, Word] | None:
    """The phrase that ends later; of two with one end, the one of more words of its own."""
    if one is None or other is None:
        return one or other
    return other if (other[0], other[1].length) > (one[0], one[1].length) else one


@dataclass
class _Table:
    """Values by exact word, by beginning and by ending."""

    exact: dict[str, int] = field(default_factory=dict)
    beginnings: dict[str, int] = field(default_factory=dict)
    endings: dict[str, int] = field(default_factory=dict)

    def put(self, word: str, weight: int) -> None:
        if word.endswith("*"):
            self.beginnings[word[:-1]] = weight
        elif word.startswith("*"):
            self.endings[word[1:]] = weight
        else:
            self.exact[word] = weight

    def find(self, word: str) -> int | None:
        if word in self.exact:
            return self.exact[word]
        for length in range(min(len(word), _LONGEST), 1, -1):
            if word[:length] in self.beginnings:
                return self.beginnings[word[:length]]
        for length in range(min(len(word), _LONGEST) if self.endings else 0, 2, -1):
            if word[-length:] in self.endings:
                return self.endings[word[-length:]]
        return None


class Lexicon:
    """One language's words. Looking a word up is quick: what was found is remembered."""

    def __init__(self, sections: Sequence[tuple[str, Sequence[str]]], language: str = "") -> None:
        self._weights, self._roles = _Table(), defaultdict[str, set[str]](set)
        self._phrases = _Node()
        self._undone: set[str] = set()
        self._known: dict[str, tuple[Word, tuple[_Node, ...]]] = {}
        self._prefixes = {name: tuple(words) for name, words in sections if name in _PREFIXES}
        self._negators = {word for name, words in sections if name == "negators" for word in words}
        derived: list[tuple[str, str]] = []
        for section, words in sorted(sections, key=lambda part: part[0] not in _ROLES):
            for entry in words if section not in _PREFIXES else ():
                word, *others = forms(entry, language)
                self._put(word, section)
                derived.extend((other, section) for other in others)
        for word, section in derived:
            if word not in self._weights.exact and word not in self._roles:
                self._put(word, section)

    def find(self, tokens: Sequence[Token], at: int) -> Word:
        """What stands at a place of a text: the longest phrase, or the word."""
        word, begun = self._known_of(tokens[at].text)
        if not begun:
            return word
        longest: tuple[int, Word] | None = None
        for node in begun:
            longest = _longer(longest, node.longest(tokens, at + 1, self._negators))
        if longest is None:
            return word
        end, phrase = longest
        return phrase if end - at == phrase.length else replace(phrase, length=end - at)

    def _known_of(self, text: str) -> tuple[Word, tuple[_Node, ...]]:
        known = self._known.get(text)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[text] = self._look_up(text)
        return known

    def _put(self, entry: str, section: str) -> None:
        first, *rest = entry.split("_")
        if rest:
            node = self._phrases
            for pattern in (first, *rest):
                node = node.grow(pattern)
            node.word = self._phrase((first, *rest), section)
        elif section in _ROLES:
            self._roles[first].add(section)
        else:
            if first.endswith("<"):
                first = first[:-1]
                self._undone.add(first)
            self._weights.put(first, int(section))

    def _phrase(self, parts: Sequence[str], section: str) -> Word:
        negations = ["negators" in self._roles.get(part, ()) for part in parts]
        is_role = section in _ROLES
        return Word(
            0 if is_role else int(section),
            frozenset([section]) if is_role else frozenset(),
            sum(part != "~" for part in parts),
            has_negator=any(negations),
            ends_negated=negations[-1],
        )

    def _look_up(self, text: str) -> tuple[Word, tuple[_Node, ...]]:
        for spelling in _spellings(text):
            weight, roles = self._weights.find(spelling), frozenset(self._roles.get(spelling, ()))
            begun = tuple(self._begun_by(spelling))
            if weight or roles:
                return Word(weight or 0, roles, is_undone_by_later=spelling in self._undone), begun
            if weight is not None or begun:
                return PLAIN, begun
        weight = self._behind_prefix(text)
        return (Word(weight) if weight else PLAIN), ()

    def _behind_prefix(self, text: str) -> int:
        """What an unknown word weighs by the known word behind its prefix: "supersnel" like snel, "ungenerous" turned."""
        for name, sign in (("boosting", 1), ("reversing", -1)):
            for prefix in self._prefixes.get(name, ()):
                rest = text.removeprefix(prefix)
                if rest != text and len(rest) >= _LEAST_LEFT:
                    weight = self._weights.exact.get(rest, 0)
                    if sign > 0 or weight >= 2:
                        return sign * weight
        return 0

    def _begun_by(self, text: str) -> Iterator[_Node]:
        if text in self._phrases.exact:
            yield self._phrases.exact[text]
        for length in range(2, min(len(text), _LONGEST) + 1):
            if text[:length] in self._phrases.beginnings:
                yield self._phrases.beginnings[text[:length]]


def _spellings(text: str) -> Iterator[str]:
    """A word as written, then with stretched letters ("sooo goooood") taken together: twice, then once."""
    yield text
    if _STRETCHED.search(text):
        yield _STRETCHED.sub(r"\1\1", text)
        yield _STRETCHED.sub(r"\1", text)


@cache
def load_lexicon(language: str) -> Lexicon:
    """The lexicon of one of `LANGUAGES`, with the emoji that all share; read once."""
    return Lexicon([*_sections("shared"), *_sections(language)], language)


def _sections(name: str) -> Iterator[tuple[str, list[str]]]:
    text = files("servicemeter.text").joinpath("lexicons", f"{name}.txt").read_text("utf-8")
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("# "))
    for part in lines.split("\n[")[1:]:
        section, _, words = part.partition("]\n")
        yield section, fold(words).split()
