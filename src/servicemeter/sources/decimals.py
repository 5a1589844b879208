"""Numbers as people write them: with a decimal point or a decimal comma, with or without marks between thousands."""

from __future__ import annotations

import re
from decimal import Decimal

from servicemeter.sources.table import Cell

__all__ = ["MARKS", "numbers"]

MARKS = (".", ",")

_SPACES = "[ \u00a0\u202f'’]"
_BARE = re.compile(r"^[€$£\s]*|[€$£\s]*$")
_PLAIN = re.compile(r"[+-]?\d+$")


def _pattern(mark: str, between: str) -> re.Pattern[str]:
    grouped = rf"[1-9]\d{{0,2}}(?:(?:{between}\d{{3}})+|(?:{_SPACES}\d{{3}})+)"
    return re.compile(rf"[+-]?(?:\d+|{grouped})(?:{re.escape(mark)}\d+)?(?:[eE][+-]?\d{{1,3}})?$")


_POINT = _pattern(".", ",")
_COMMA = _pattern(",", r"\.")


def numbers(cell: Cell) -> dict[str, Decimal]:
    """What a cell says as a number with a decimal point and with a decimal comma; a style it does not fit is left out.

    A number cell of a typed file says the same in both. Currency signs around the number are passed over.

    >>> numbers("1.234")
    {'.': Decimal('1.234'), ',': Decimal('1234')}
    >>> numbers("1 234,56")
    {',': Decimal('1234.56')}
    """
    if isinstance(cell, (int, float, Decimal)) and not isinstance(cell, bool):
        made = Decimal(str(cell))
        return dict.fromkeys(MARKS, made) if made.is_finite() else {}
    if not isinstance(cell, str):
        return {}
    text = cell.strip()
    if _PLAIN.match(text):
        return dict.fromkeys(MARKS, Decimal(text))
    text = _BARE.sub("", text)
    found = {}
    if _POINT.match(text):
        found["."] = Decimal(re.sub(f"{_SPACES}|,", "", text))
    if _COMMA.match(text):
        found[","] = Decimal(re.sub(rf"{_SPACES}|\.", "", text).replace(",", "."))
    return found
