"""Values in a statement that is still being written: they are data, and no part of the template that it is until then.

Whoever asks chooses them (`--where`, an address, words to search for). Templates are rendered and names replaced in the statement
around them, so a value with any sign that means something there is written in hexadecimal, until the statement is whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = ["quoted", "unquoted"]

_PLAIN = re.compile(r"[\w ()-]*")
_MARK = "\N{SYMBOL FOR SUBSTITUTE}"
_HIDDEN = re.compile(f"'{_MARK}([0-9a-f]*){_MARK}'")


def quoted(value: str) -> str:
    """The text literal of a value, for a statement that `Facts.render` makes whole.

    >>> quoted("email"), quoted("{{ x }}")
    ("'email'", "'␚7b7b2078207d7d␚'")
    """
    if _PLAIN.fullmatch(value):
        return f"'{value}'"
    return f"'{_MARK}{value.encode('utf-8', 'surrogatepass').hex()}{_MARK}'"


def unquoted(sql: str, text: Callable[[str], str]) -> str:
    """A whole statement with its values as literals of the engine, which `text` writes."""
    if _MARK not in sql:
        return sql
    return _HIDDEN.sub(lambda found: text(bytes.fromhex(found[1]).decode("utf-8", "surrogatepass")), sql)
