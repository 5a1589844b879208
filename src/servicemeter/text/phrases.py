"""Lists of words and phrases as patterns, for rules that stand in data files."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["pattern_of"]

_GAP = r"(?:\W+\w+){0,4}?\W+"


def pattern_of(phrases: Iterable[str]) -> str:
    """A pattern that finds any of the phrases, whole words only, in folded text.

    A star stands for any ending of a word, three dots for up to four words in between; words may be apart by any signs.

    >>> import re
    >>> found = re.compile(pattern_of(["waste of ... money", "frustrat*"]))
    >>> [m[0] for m in found.finditer("so frustrating, what a waste of all my money. wasted")]
    ['frustrating', 'waste of all my money']
    """
    return rf"(?<!\w)(?:{'|'.join(map(_one, phrases))})(?!\w)"


def _one(phrase: str) -> str:
    parts = [re.escape(part).replace(r"\*", r"\w*") for part in phrase.split()]
    return r"\W{1,3}".join(parts).replace(rf"\W{{1,3}}{re.escape('...')}\W{{1,3}}", _GAP)
