"""From conditions on the ends of a period to days: in which periods a row counts, as a tile (see `metrics.tiles`) in SQL.

A row counts in a period of whole days by its own day and by comparisons of its instants with the period's ends, and the first
and last days for which one of these holds are a stretch.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from servicemeter.metrics.conditions import conjuncts

__all__ = ["Cut", "Ended", "Literal", "NotOfDays", "ended_of", "is_of_end", "is_of_start", "literals_of"]

_COMPARED = re.compile(r"(?P<instant>[\w.]+) (?P<sign><|>=) p\.(?P<end>e|p0)(?P<key> \* 1000000000)?")
_UNLESS_UNKNOWN = re.compile(rf"\(?(?P<name>[\w.]+) is null or {_COMPARED.pattern}\)?")
_ENDED = re.compile(r"case when (?P<ended>[\w.]+ < p\.e) then (?P<after>[\w.]+) else (?P<before>.*) end", re.DOTALL)
_OF_PERIOD = re.compile(r"\bp\.(e|p0|p1|day0|day1|before|idx|midnight)\b")
_OF_START = re.compile(r"\bp\.(p0|day0|before|idx)\b")

Day = Callable[[str], str]
"""The number of the local day of an instant, in SQL."""


class NotOfDays(Exception):
    """What a row adds depends on more of a period than which of its days a row's instants are on."""


@dataclass(frozen=True, order=True)
class Literal:
    """An instant of a row compared with an end of the period; `holds_unknown` when one nobody knows meets it too."""

    instant: str
    sign: str
    end: str
    is_key: bool
    holds_unknown: bool

    @property
    def denied(self) -> Literal:
        """What holds where this does not."""
        return replace(self, sign=">=" if self.sign == "<" else "<", holds_unknown=not self.holds_unknown)


@dataclass(frozen=True)
class Ended:
    """A number that is one thing while a row runs and stays another once it ended: by the comparison that tells."""

    literal: Literal
    after: str
    before: str


@dataclass(frozen=True)
class Cut:
    """The stretches of first and last days (numbers; the ends are exclusive) in which a row counts, as SQL."""

    first_from: str
    first_to: str
    last_from: str
    last_to: str

    @property
    def columns(self) -> list[str]:
        """The stretches by name."""
        return [f"cast({sql} as integer) as {name}" for name, sql in vars(self).items()]

    @property
    def is_there(self) -> str:
        """Whether there is a period in which the row counts."""
        return f"{self.first_from} < {self.first_to} and {self.last_from} < {self.last_to}"

    @classmethod
    def of(cls, own: str, literals: Sequence[Literal], day: Day, whole: Callable[[str, str], str], as_of: int, count: int) -> Cut:
        """The tile of a row of the day `own` that must meet all `literals`; `count` days there are, the last up to `as_of`."""
        first_from, first_to, last_from, last_to = [str(-count)], [f"{own} + 1"], [own], [str(count)]
        for one in literals:
            instant = whole(one.instant, "1000000000") if one.is_key else one.instant
            on = f"case when {instant} >= {as_of} then {count} else {day(instant)} end"
            if one.end == "e" and one.sign == "<":
                last_from.append(f"coalesce({on}, {0 if one.holds_unknown else count})")
            elif one.end == "e":
                last_to.append(f"coalesce({on}, {count if one.holds_unknown else -count})")
            elif one.sign == "<":
                first_from.append(f"coalesce({day(instant)} + 1, {-count if one.holds_unknown else count})")
            else:
                first_to.append(f"coalesce({day(instant)} + 1, {count if one.holds_unknown else -count})")
        return cls(_most(first_from), _least(first_to), _most(last_from), _least(last_to))


def _most(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"greatest({', '.join(parts)})"


def _least(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"least({', '.join(parts)})"


def is_of_end(sql: str) -> bool:
    """Whether SQL speaks of an end or a day of the period."""
    return bool(_OF_PERIOD.search(sql))


def is_of_start(sql: str) -> bool:
    """Whether SQL speaks of where the period begins: the last day of a span then does not tell what it gives."""
    return bool(_OF_START.search(sql))


def literals_of(condition: str) -> tuple[tuple[Literal, ...], str]:
    """The comparisons with the period's ends that a condition asks for, and what else it does; `NotOfDays` where it is neither.

    >>> literals_of("f.is_inbound and (f.reopened_at is null or f.reopened_at >= p.e)")[1]
    'f.is_inbound'
    """
    literals, rest = [], []
    for part in conjuncts(condition):
        if not is_of_end(part):
            rest.append(part)
        else:
            literals.append(_literal(part))
    return tuple(sorted(set(literals))), " and ".join(f"({part})" for part in rest) if len(rest) > 1 else "".join(rest) or "true"


def ended_of(number: str) -> Ended | None:
    """How a number depends on the end of the period, None where it does not; `NotOfDays` where it does so in another way."""
    if not is_of_end(number):
        return None
    found = _ENDED.fullmatch(number)
    if found is None or is_of_start(found["before"]) or is_of_end(found["after"]):
        raise NotOfDays(number)
    return Ended(_literal(found["ended"]), found["after"], found["before"])


def _literal(part: str) -> Literal:
    found = _COMPARED.fullmatch(part) or _UNLESS_UNKNOWN.fullmatch(part)
    unknown = found.groupdict().get("name") if found else None
    if found is None or unknown not in (None, found["instant"]):
        raise NotOfDays(part)
    return Literal(found["instant"], found["sign"], found["end"], bool(found["key"]), bool(unknown))
