"""What identifies a person in a text, found and masked: `redact` before anything is stored.

Kinds: `email`, `iban`, `cnp`, `card`, `bsn`, `phone`, `address`. Nothing here keeps, logs or sends what it finds.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from servicemeter.text.addresses import find_addresses
from servicemeter.text.checksums import iban_length, is_iban
from servicemeter.text.letters import fold
from servicemeter.text.numbers import find_numbers

__all__ = ["KINDS", "Personal", "find_personal", "redact"]

KINDS = ("email", "iban", "cnp", "card", "bsn", "phone", "address")
"""Every kind of thing that is found; where two overlap, the one named first holds."""

_EMAIL = re.compile(
    r"(?<![\w.+%-])[\w.+%'-]{1,64}(?:@|[ ]?[\[(](?:at|@)[\])][ ]?)(?:[\w-]{1,63}\.){1,6}"
    r"(?!(?:png|jpe?g|gif|svg|webp|pdf|js|css|json|zip)\b)[^\W\d_]{2,24}(?![\w@])",
    re.IGNORECASE,
)
_IBAN = re.compile(r"(?<![\w-])[A-Z]{2}\d{2}(?:[ .\-\u00a0]?[A-Z0-9]){11,30}", re.IGNORECASE)
_WORTH_A_LOOK = re.compile(r"[\d@]|[\[(]at[\])]", re.IGNORECASE)


@dataclass(frozen=True)
class Personal:
    """One thing that identifies a person: its kind, and where it stands in the text."""

    kind: str
    start: int
    end: int


def redact(text: str, kinds: Collection[str] = KINDS) -> str:
    """The text with every such thing replaced by its kind in brackets; masking twice changes nothing.

    >>> redact("Mail jan@example.com or pay to NL91 ABNA 0417 1643 00, order 123456782")
    'Mail [email] or pay to [iban], order 123456782'
    """
    pieces, done = [], 0
    for found in find_personal(text, kinds):
        pieces += [text[done : found.start], f"[{found.kind}]"]
        done = found.end
    return "".join(pieces) + text[done:]


def find_personal(text: str, kinds: Collection[str] = KINDS) -> list[Personal]:
    """What identifies a person in a text, in its order and without overlaps."""
    if not _WORTH_A_LOOK.search(text):
        return []
    found: list[Personal] = []
    is_taken = bytearray(len(text))
    for kind, start, end in sorted(_candidates(text), key=lambda one: KINDS.index(one[0])):
        if kind in kinds and not any(is_taken[start:end]):
            is_taken[start:end] = b"\1" * (end - start)
            found.append(Personal(kind, start, end))
    return sorted(found, key=lambda one: one.start)


def _candidates(text: str) -> Iterator[tuple[str, int, int]]:
    for match in _EMAIL.finditer(text):
        yield "email", *match.span()
    yield from _ibans(text)
    yield from find_numbers(text, fold(text))
    yield from find_addresses(text)


def _ibans(text: str) -> Iterator[tuple[str, int, int]]:
    """Account numbers, however they are grouped; what follows the country's length is no longer part of them."""
    for match in _IBAN.finditer(text):
        length = iban_length(match[0][:2].upper())
        signs = [place for place in range(*match.span()) if text[place].isalnum()]
        if length is None or len(signs) < length:
            continue
        end = signs[length - 1] + 1
        if is_iban("".join(text[place] for place in signs[:length]).upper()) and not text[end : end + 1].isalnum():
            yield "iban", match.start(), end
