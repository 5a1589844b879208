"""Marks on what is said to people, so that it is found in the code and translated. They change nothing of the English.

A sentence may be marked with its values in it: `phrase(f"{column} is missing")`. Its translation is looked up by the text with
the names of the values, `{column} is missing`; `show.retelling` finds it again in what was said, wherever that has been since.
Errors need no mark: what one of `ground.errors` is raised with is a sentence. Inside a sentence a marked value is a phrase of its
own (`{phrase(kind)}`), `{either(names)}` is a choice, and `{count:,}` a number.
"""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["either", "phrase", "plural"]


def phrase(english: str) -> str:
    """The text itself, marked as one that is said to people later."""
    return english


def plural(one: str, many: str) -> tuple[str, str]:
    """The two forms of a counted phrase, marked in the same way."""
    return one, many


def either(names: Iterable[object]) -> str:
    """Names to choose from, quoted.

    >>> either(["csat", "ces"])
    "'csat' or 'ces'"
    """
    return " or ".join(repr(name) for name in names)
