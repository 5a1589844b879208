"""A text as its words, signs and breaks, each with its place."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from servicemeter.text.letters import fold

__all__ = ["START", "Token", "tokenize"]

START = "^"
"""The token before the first word; phrases of a lexicon may begin with it."""

_SKIPPED = r"(?:https?://|www\.)\S+|[\w.+-]{1,64}@[\w.-]{1,255}|@\w+"
_WORD = r"[^\W_]+(?:'[^\W_]+)*"
_EMOTICON = r"(?<!\w)(?:>?[:;=][-']?[()\[dp/\\|@]|<3|\^\^)(?!\w)"
_SIGN = "(?P<sign>[\u2600-\u27bf\u2b00-\u2bff\U0001f300-\U0001faff])(?:[\ufe0f\U0001f3fb-\U0001f3ff]|(?P=sign))*"
_BREAK = r"[.!?…]+|[,;:()\"]|\n[ \t]*\n"
_TOKEN = re.compile(rf"{_SKIPPED}|({_EMOTICON}|{_SIGN}|{_WORD}|{_BREAK})")
_STOPS = ".!?…\n"
_PAUSES = ',;:()"'


class Token(NamedTuple):
    """A word, sign or break: folded, with where it stands in the text."""

    text: str
    start: int
    end: int

    @property
    def is_stop(self) -> bool:
        """Whether a sentence ends here."""
        return self.text[0] in _STOPS

    @property
    def is_word(self) -> bool:
        """Whether it begins with a letter or figure; emoji and emoticons do not."""
        return self.text[0].isalnum()

    @property
    def is_pause(self) -> bool:
        """Whether a clause ends here and the sentence goes on."""
        return self.text in _PAUSES


def tokenize(text: str) -> Iterator[Token]:
    """Give the tokens of a composed text; addresses and handles are passed over, and `#fail` is the word `fail`.
    The same emoji in a row is one.

    >>> [token.text for token in tokenize("Nu-i RĂU, @shop 👍!!")]
    ['^', 'nu', 'i', 'rau', ',', '👍', '!!']
    """
    yield Token(START, 0, 0)
    for found in _TOKEN.finditer(fold(text)):
        if found[1]:
            yield Token(found["sign"] or found[1], found.start(), found.end())
