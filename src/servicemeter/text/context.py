"""What a number nearby is: the words around it, from `rules/numbers.toml`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from servicemeter.text.phrases import pattern_of

__all__ = ["Near", "word_near"]

_BEFORE, _AFTER = 48, 24
_SENTENCE_END = re.compile(r"[!?\n]|\w{4,}\.\s")
_NAMING = re.compile(
    r"(?:\s|[:#=(\"'-]|(?:nr|no|num|numar\w*|nummer|number|code?|codul|is|was|are|este|e|era|with|the|my|de|het|mijn|van|of|id)\b\.?)*"
)


@dataclass(frozen=True)
class Near:
    """The word nearest to a number: its kind (`card`, `bsn`, `phone`, `thing`), and whether it names the number outright."""

    kind: str
    is_named: bool


def word_near(folded: str, start: int, end: int) -> Near | None:
    """The word that says what the number at [start, end) is, or None.

    Looks within the sentence, in front of the number before behind it: a word behind counts as twice as far away. A word
    names the number when nothing but "number", "is" and the like stands between.

    >>> text = "my order 55 was paid by card 4111, for the order i used 020"
    >>> [word_near(text, *span) for span in ((9, 11), (29, 33), (56, 59))]
    [Near(kind='thing', is_named=True), Near(kind='card', is_named=True), Near(kind='thing', is_named=False)]
    """
    before = folded[max(0, start - _BEFORE) : start]
    since = max((mark.end() for mark in _SENTENCE_END.finditer(before)), default=0)
    after = _SENTENCE_END.split(folded[end : end + _AFTER], maxsplit=1)[0]
    near = [(len(before) - m.end(), m.lastgroup, before[m.end() :]) for m in _words().finditer(before, since)]
    near += [(2 * m.start(), m.lastgroup, after[: m.start()]) for m in _words().finditer(after)]
    if not near:
        return None
    _, kind, between = min(near, key=lambda one: one[0])
    return Near(str(kind), _NAMING.fullmatch(between) is not None)


@cache
def _words() -> re.Pattern[str]:
    """All words of the rules, a named group a kind."""
    rules = tomllib.loads(resources.files("servicemeter.text").joinpath("rules/numbers.toml").read_text(encoding="utf-8"))
    return re.compile("|".join(f"(?P<{kind}>{pattern_of(words)})" for kind, words in rules.items()))
