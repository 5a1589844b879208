"""Numbers of people in a text: phones, cards, citizen numbers; told apart from numbers of orders, parcels and articles.

Digits are read as chains of groups ("06 1234 5678"), and every run of neighbouring groups is looked at. A checksum alone
is met by one random number in ten or eleven: the form and the nearest word decide with it (`text.context`). Where neither
says anything, a number that passes is taken for a person's: a masked order number is the smaller harm.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from servicemeter.text.checksums import is_bsn, is_card, is_cnp
from servicemeter.text.context import Near, word_near

__all__ = ["find_numbers"]

_JOINT = r"(?:[ \u00a0.\-/]|[ ]?\(|[ ]?\)[ ]?-?| - | / )"
_CHAIN = re.compile(rf"\+?\(?\+?\d{{1,32}}(?:{_JOINT}\d{{1,32}}){{0,12}}")
_FEWEST, _MOST, _MOST_GROUPS = 6, 19, 7
_GROUP = re.compile(r"\d+")
_DATE = re.compile(
    r"(?<![\d.])(?:(?:0?[1-9]|[12]\d|3[01])([-/.])(?:0?[1-9]|1[0-2])\1(?:19|20)\d\d"
    r"|(?:19|20)\d\d([-/.])(?:0?[1-9]|1[0-2])\2(?:0?[1-9]|[12]\d|3[01]))(?![\d])|(?<!\d)\d{1,2}:\d\d(?::\d\d)?(?!\d)"
)
_ADDRESS_OF_PAGE = re.compile(r"(?:https?://|www\.)\S+")
_MONEY_BEFORE = re.compile(r"[€$£] ?$")
_MONEY_AFTER = re.compile(r" ?(?:[€$£%]|,\d|\.\d|(?:lei|ron|eur|euro|usd|gbp|kg|gb|mb|ml|mm|cm|km|kwh)\b)", re.IGNORECASE)
_GLUED_BEFORE = re.compile(r"[\w#&=_@]$|[\w][-/.]$")
_GLUED_AFTER = re.compile(r"[\w@]|[-/_.]\w")


@dataclass(frozen=True)
class _Run:
    """Neighbouring groups of digits: what they say together, their form, and where they stand."""

    digits: str
    form: tuple[int, ...]
    joints: tuple[str, ...]
    start: int
    end: int
    is_international: bool
    chain: _Chain

    @property
    def word(self) -> str | None:
        """What the nearest word says the number is."""
        return self.chain.near.kind if self.chain.near else None

    @property
    def is_named_thing(self) -> bool:
        """Whether words name it as the number of an order, a parcel, an article, …"""
        return self.chain.near == Near("thing", True)


class _Chain:
    """Groups of digits with little between them, and the nearest word, looked up when it is asked for."""

    def __init__(self, text: str, folded: str, start: int, end: int) -> None:
        self.text, self.start = text, start
        self.groups = [m.span() for m in _GROUP.finditer(text, start, end)]
        self._where = folded, start, end

    @cached_property
    def near(self) -> Near | None:
        """The nearest word that says what these numbers are."""
        return word_near(*self._where)

    @property
    def is_long_enough(self) -> bool:
        """Whether it has as many digits as the shortest number that is looked for."""
        return sum(end - start for start, end in self.groups) >= _FEWEST

    def runs_from(self, first: int) -> Iterator[tuple[int, _Run]]:
        """The runs that begin with a group, the longest first, each with the place of the group after it."""
        for after in range(min(len(self.groups), first + _MOST_GROUPS), first, -1):
            run = self._run(self.groups[first:after])
            if run:
                yield after, run

    def _run(self, groups: list[tuple[int, int]]) -> _Run | None:
        """The run of these groups, or None when it is part of something longer, or an amount."""
        form = tuple(b - a for a, b in groups)
        if not _FEWEST <= sum(form) <= _MOST:
            return None
        start, end = groups[0][0], groups[-1][1]
        while start > self.start and self.text[start - 1] in "+(":
            start -= 1
        before, after = self.text[max(0, start - 2) : start], self.text[end : end + 6]
        if _GLUED_BEFORE.search(before) or _GLUED_AFTER.match(after) or _MONEY_BEFORE.search(before) or _MONEY_AFTER.match(after):
            return None
        digits = "".join(self.text[a:b] for a, b in groups)
        joints = tuple(self.text[b:c] for (_, b), (c, _) in pairwise(groups))
        is_international = "+" in self.text[start : groups[0][0]] or (digits[:2] == "00" and digits[2] != "0")
        return _Run(digits, form, joints, start, end, is_international, self)


def find_numbers(text: str, folded: str) -> Iterator[tuple[str, int, int]]:
    """Kind, start and end of each number of a person, in their order, without overlaps; the longest run first."""
    readable = _ADDRESS_OF_PAGE.sub(_blank, _DATE.sub(_blank, text))
    for found in _CHAIN.finditer(readable):
        chain = _Chain(readable, folded, *found.span())
        if chain.is_long_enough:
            yield from _in_chain(chain)


def _blank(found: re.Match[str]) -> str:
    """Something of the same length that neither holds digits nor joins them."""
    return ";" * len(found[0])


def _in_chain(chain: _Chain) -> Iterator[tuple[str, int, int]]:
    first = 0
    while first < len(chain.groups):
        told = ((after, run, kind) for after, run in chain.runs_from(first) if (kind := _kind(run)))
        after, run, kind = next(told, (first + 1, None, ""))
        if run:
            yield kind, run.start, run.end
        first = after


def _kind(run: _Run) -> str | None:
    if len(run.form) <= 4 and is_cnp(run.digits) and not run.is_international:
        return "cnp"
    if len(run.digits) >= 14 and is_card(run.digits) and _may_be_card(run):
        return "card"
    if len(run.digits) in (8, 9) and is_bsn(run.digits) and _may_be_bsn(run):
        return "bsn"
    return "phone" if _is_phone(run) else None


def _may_be_card(run: _Run) -> bool:
    return not run.is_international and (not run.is_named_thing or run.form in ((4, 4, 4, 4), (4, 6, 5)))


def _may_be_bsn(run: _Run) -> bool:
    """With its name, in its own form (1234.56.789), or nine digits of which nothing says what they are."""
    if run.word == "bsn":
        return True
    if run.word in ("thing", "card") or run.is_international:
        return False
    return run.form == (4, 2, 3) or (run.form == (9,) and run.word is None)


def _is_phone(run: _Run) -> bool:
    n = len(run.digits)
    if run.is_international:
        return 9 <= n - 2 * run.digits.startswith("00") <= 15 and run.word != "thing"
    if n > 15:
        return False
    if run.word == "phone":
        return n >= 7 and not (n == 8 and run.digits[:2] in ("19", "20"))
    if run.word is not None and run.word != "bsn":
        return False
    if run.digits[0] == "0" and run.digits[1] != "0":
        return n in (10, 11) and len(run.form) <= 5
    return run.form == (3, 3, 4) and run.digits[0] > "1" and any(joint.strip() for joint in run.joints)
