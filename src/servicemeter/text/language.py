"""The language of what customers write, among those that are enabled; what is too short to tell is told by what is around it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from servicemeter.ground.libraries import when_used
from servicemeter.text.excerpt import take_excerpt

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

if TYPE_CHECKING:
    import numpy as np
else:
    np = when_used("numpy")

__all__ = ["SHORTEST", "conversation_languages", "recognise"]

SHORTEST = 20
"""A text of fewer letters than this does not tell its language."""

_CERTAIN = 60
_READ = 2_000  # of a long text so many characters tell its language
_SPOKEN = frozenset(re.findall("..", "arbgcsdadeelenesfifrhehuitjakonlnoplptrorusksvtrukzh"))
_NO_WORDS = re.compile(r"(?i:https?://|www\.)\S+|(?<![\w.+-])[\w.+-]{1,64}@[\w.-]{1,255}|[@#]\w+|\b[^\W\d]*\d\w*")
_ODD = re.compile(r"[@#\d]|://|www\.")
_LETTERS = re.compile(r"[^\W\d_]+")
_COMMA = str.maketrans("şţŞŢ", "șțȘȚ")


def recognise(text: str) -> str | None:
    """The language of a text as a code of two letters, or None when it has fewer than `SHORTEST` letters.

    Romanian may be written with cedillas, commas or neither. Only widely spoken languages are told apart, so that Dutch is
    not taken for one of its small neighbours.

    >>> recognise("Wanneer wordt mijn bestelling geleverd?"), recognise("Vă mulţumesc pentru ajutor!"), recognise("ok")
    ('nl', 'ro', None)
    """
    words = _words(text)
    return _classify(words) if _letters(words) >= SHORTEST else None


def conversation_languages(texts: Sequence[str], known: str | None = None) -> list[str | None]:
    """The language of each message of one customer in one conversation, None where it stays unknown.

    A long message speaks for itself. So does one of middle length that is in the customer's `known` language; else it goes with
    most of what was written in the conversation. A short one takes the known language, else that of the conversation.
    """
    written = [_words(text) for text in texts]
    sizes = [_letters(words) for words in written]
    own = [_classify(words) if size >= SHORTEST else None for words, size in zip(written, sizes, strict=True)]
    most = _most_written(own, sizes)
    return [
        language if size >= _CERTAIN or (language and language == known) else most if size >= SHORTEST else known or most
        for language, size in zip(own, sizes, strict=True)
    ]


def _most_written(languages: Sequence[str | None], sizes: Sequence[int]) -> str | None:
    """The language with the most letters, the first by name of equals; None when none was told."""
    votes: dict[str, int] = {}
    for language, size in zip(languages, sizes, strict=True):
        if language:
            votes[language] = votes.get(language, 0) + size
    return min(votes, key=lambda language: (-votes[language], language), default=None)


def _words(text: str) -> str:
    """A text as the recogniser reads it: the customer's own, small letters, without addresses, names of accounts and numbers."""
    own = take_excerpt(text).text
    if not own.isascii():
        own = own.translate(_COMMA)
    return (_NO_WORDS.sub(" ", own) if _ODD.search(own) else own).lower().strip()


def _letters(words: str) -> int:
    return len("".join(_LETTERS.findall(words)))


def _classify(words: str) -> str:
    language, _ = _identifier().classify(words[:_READ])
    return str(language)


@cache
def _identifier() -> LanguageIdentifier:
    """The recogniser; its model takes a second to read, once."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(sorted(_SPOKEN))
    # Rows that lie together in memory are summed several times as fast as half-precision ones in columns.
    identifier.nb_ptc = np.ascontiguousarray(identifier.nb_ptc, np.float32)
    return identifier
