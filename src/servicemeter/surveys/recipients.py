"""Whom a mail can go to, and from whom: one plain address, as every mail server reads it."""

from __future__ import annotations

import re

__all__ = ["is_address", "is_sender"]

_LONGEST = 254
_WORD = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_PLAIN = rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_WORD}(?:\.{_WORD})*"
_ADDRESS = re.compile(_PLAIN)
_SENDER = re.compile(rf"""(?:(?:"[^"\\]*"|[^<>@,;:"\\()\[\]]*)<({_PLAIN})>|{_PLAIN})""")


def is_address(text: str) -> bool:
    """Whether a text is one address and nothing besides; as browsers take it in a field for an address (HTML, 4.10.5.1.5).

    >>> is_address("ann@example.com"), is_address("ann@example.com, bob@example.com"), is_address("ann")
    (True, False, False)
    """
    return len(text) <= _LONGEST and _ADDRESS.fullmatch(text) is not None


def is_sender(text: str) -> bool:
    """Whether a text is an address, alone or in angle brackets after a name.

    >>> is_sender("desk@example.com"), is_sender("Front desk <desk@example.com>"), is_sender("Front desk")
    (True, True, False)
    """
    found = _SENDER.fullmatch(text)
    return found is not None and text.isprintable() and is_address(found[1] or text)
