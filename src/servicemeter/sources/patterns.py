"""Patterns for instants, such as `%d/%m/%Y %H:%M`; names of months in three languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

from servicemeter.ground.phrases import phrase
from servicemeter.sources.datewords import MONTH, offset

__all__ = ["DIRECTIVES", "check_pattern", "match_pattern"]

DIRECTIVES: dict[str, str] = {
    "Y": r"(?P<Y>\d{4})",
    "y": r"(?P<y>\d{2})",
    "m": r"(?P<m>1[0-2]|0?[1-9])",
    "d": r"(?P<d>3[01]|[12]\d|0?[1-9])",
    "b": r"(?P<b>[^\W\d]+)\.?",
    "B": r"(?P<b>[^\W\d]+)\.?",
    "H": r"(?P<H>2[0-3]|[01]?\d)",
    "I": r"(?P<I>1[0-2]|0?[1-9])",
    "M": r"(?P<M>[0-5]?\d)",
    "S": r"(?P<S>[0-5]?\d)",
    "f": r"(?P<f>\d{1,9})",
    "p": r"(?P<p>[aApP])\.?[mM]\.?",
    "z": r"(?P<z>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)",
    "%": "%",
}
_PIVOT = 69


def check_pattern(pattern: str) -> None:
    """Raise ValueError, in words, for a pattern with an unknown directive or without year, month and day."""
    names = re.findall(r"%(.?)", pattern)
    for name in names:
        if name not in DIRECTIVES:
            raise ValueError(phrase(f"%{name} is not known; known are {', '.join('%' + known for known in DIRECTIVES)}"))
    if not (set("Yy") & set(names) and set("mbB") & set(names) and "d" in names):
        raise ValueError(phrase("a format says year (%Y or %y), month (%m or %b) and day (%d)"))
    if len([n for n in names if n != "%"]) != len({n.replace("B", "b") for n in names if n != "%"}):
        raise ValueError(phrase("a directive stands twice in the format"))


def match_pattern(pattern: str, text: str) -> datetime | None:
    """Read a text by a pattern, or None when it does not fit. `%y` from 69 on is in the 1900s.

    >>> match_pattern("%d %b %Y", "4 mrt 2024")
    datetime.datetime(2024, 3, 4, 0, 0)
    """
    read, names = _compiled(pattern)
    found = read(text)
    if found is None:
        return None
    parts = dict(zip(names, found.groups(), strict=True))
    try:
        instant = datetime(_year(parts), _month(parts), int(parts["d"]), *_clock(parts))  # noqa: DTZ001
        return instant.replace(tzinfo=offset(parts["z"])) if "z" in parts else instant
    except ValueError:
        return None


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> tuple[Callable[[str], re.Match[str] | None], tuple[str, ...]]:
    pieces = re.split(r"%(.)", pattern)
    fixed = [re.sub(r"(\\?\s)+", r"\\s+", re.escape(piece)) for piece in pieces[::2]]
    directives = [DIRECTIVES[name] for name in pieces[1::2]]
    made = re.compile(fixed[0] + "".join(d + f for d, f in zip(directives, fixed[1:], strict=True)))
    return made.fullmatch, tuple(sorted(made.groupindex, key=lambda name: made.groupindex[name]))


def _year(parts: dict[str, str]) -> int:
    if "Y" in parts:
        return int(parts["Y"])
    short = int(parts["y"])
    return short + (1900 if short >= _PIVOT else 2000)


def _month(parts: dict[str, str]) -> int:
    return int(parts["m"]) if "m" in parts else MONTH.get(parts["b"].lower(), 0)


def _clock(parts: dict[str, str]) -> tuple[int, int, int, int]:
    hour = int(parts.get("H") or parts.get("I") or 0)
    if "p" in parts:
        hour = hour % 12 + (12 if parts["p"].lower() == "p" else 0)
    return (hour, int(parts.get("M", 0)), int(parts.get("S", 0)), int(parts.get("f", "0")[:6].ljust(6, "0")))
