"""A text as its words, signs and breaks, each with its place."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from servicemeter.text.letters import fold

__all__ = ["START", "Token", "tokenize"]

START = "^"
"""The token before the first word; phrases of a lexicon may begin with it."""

_SKIPPED = re.compile(r"(?:https?://|www\.)\S+|(?<![\w.+-])[\w.+-]{1,64}@[\w.-]{1,255}|@\w+")
_MARKS = ("@", "://", "www.")
_WORD = r"[^\W_]+(?:'[^\W_]+)*"
_EMOTICON = r"(?<!\w)(?:>?[:;=][-']?[()\[dp/\\|@]|<3|\^\^)(?!\w)"
_SIGN = "(?P<sign>[\u2600-\u27bf\u2b00-\u2bff\U0001f300-\U0001faff])(?:[\ufe0f\U0001f3fb-\U0001f3ff]|(?P=sign))*"
_STOP = r"[.!?…]+|\n[ \t]*\n"
_PAUSE = r"[,;:()\"]"
_TOKEN = re.compile(rf"(?P<word>{_WORD})|(?P<emoticon>{_EMOTICON})|{_SIGN}|(?P<stop>{_STOP})|(?P<pause>{_PAUSE})")


class Token(NamedTuple):
    """A folded word, emoji or break with where it stands in the text.

    Its kind is `word`, `emoticon`, `sign` (an emoji), `stop` (a sentence ends) or `pause` (a clause ends).
    """

    text: str
    start: int
    end: int
    kind: str


def tokenize(text: str) -> Iterator[Token]:
    """Give the tokens of a composed text; addresses and handles are passed over, and `#fail` is the word `fail`.
    The same emoji in a row is one.

    >>> [token.text for token in tokenize("Nu-i RĂU, @shop 👍!!")]
    ['^', 'nu', 'i', 'rau', ',', '👍', '!!']
    """
    yield Token(START, 0, 0, "word")
    folded = fold(text)
    if any(mark in folded for mark in _MARKS):
        folded = _SKIPPED.sub(lambda skipped: " " * len(skipped[0]), folded)
    for found in _TOKEN.finditer(folded):
        kind = found.lastgroup or ""
        yield Token(found[kind], *found.span(), kind)
