"""Marks on what is said to people, so that it is found in the code and translated. They change nothing of the English.

A sentence may be marked with its values in it: `phrase(f"{column} is missing")`. Its translation is looked up by the text with
the names of the values, `{column} is missing`; `show.retelling` finds it again in what was said, wherever that has been since.
Errors need no mark: what one of `ground.errors` is raised with is a sentence. Inside a sentence a marked value is a phrase of its
own (`{phrase(kind)}`), `{either(names)}` and `{any_of(quoted)}` are a choice, `{dimension(name)}` is the name of a dimension, and
`{count:,}` a number.
"""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["any_of", "dimension", "either", "phrase", "plural"]


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


def any_of(quoted: Iterable[str]) -> str:
    """The same with what is quoted already.

    >>> any_of(["'a1' (Ann)", "'a2'"])
    "'a1' (Ann) or 'a2'"
    """
    return " or ".join(quoted)


def dimension(name: str) -> str:
    """What a dimension is called in such a sentence.

    >>> dimension("customer_segment")
    'customer segment'
    """
    return name.replace("_", " ")
