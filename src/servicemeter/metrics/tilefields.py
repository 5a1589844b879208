"""What must be known of a field of a tally to tell it by days: how it adds up, and what puts its rows into a period."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from servicemeter.metrics.conditions import conjuncts
from servicemeter.metrics.cutting import Literal, NotOfDays, is_of_end, literals_of
from servicemeter.metrics.tiles import Fold
from servicemeter.model.metric import Agg, Tally

__all__ = ["Field", "field_of", "fold_of", "only"]

Key = tuple[Any, ...]
_AGGREGATE = re.compile(r"(count|sum|max|min|avg)\((distinct )?(.*)\)", re.DOTALL)
_JOIN = re.compile(r"(?P<head>\s*left join .* as (?P<alias>\w+)\s+on )(?P<on>.*)", re.DOTALL)
_MEAN = (("sum", "c"), ("count", "n"))
_FOLDS: Mapping[str, Fold] = {"count": "sum", "sum": "sum", "max": "max", "min": "min", "avg": "mean"}


@dataclass(frozen=True)
class Field:
    """A field of a tally, and what is known of it: its fold, the comparisons that put it into a period, what else it asks for."""

    key: Key
    tally: Tally
    agg: Agg
    fold: Fold
    literals: tuple[Literal, ...]
    rest: str

    @property
    def unit(self) -> str:
        """What is counted once."""
        found = _AGGREGATE.fullmatch(self.agg.sql)
        return found[3] if found and self.fold == "distinct" else ""

    def aggregates(self, number: int) -> list[str]:
        """What is chosen of the rows of a tile."""
        if self.fold == "distinct":
            return [f"case when {self.rest} then {self.unit} end as c{number}"]
        chosen = [f"{self.agg.sql}{only(self.rest)} as c{number}"]
        if self.fold == "mean":
            chosen = [f"{name}{self.agg.sql.removeprefix('avg')}{only(self.rest)} as {short}{number}" for name, short in _MEAN]
        return chosen


def field_of(key: Key, tally: Tally, agg: Agg) -> Field | None:
    """What a field asks for; None where it cannot be told by days."""
    fold = fold_of(Agg(agg.sql))
    if fold is None:
        return None
    try:
        of_rows, rest_of_rows = literals_of(tally.where)
        own, rest = literals_of(agg.where)
        literals = list(of_rows) + list(own)
        asked = [agg.sql, *conjuncts(tally.where), *conjuncts(agg.where)]
        joins, on = _freed(tally.joins, asked)
        lookups = {}
        for alias, join in tally.lookups.items():
            is_asked = any(f"{alias}." in part for part in asked)
            lookups[alias], more = _freed(join, asked) if is_asked else (join, [])
            on += more
    except NotOfDays:
        return None
    made = replace(tally, where=rest_of_rows, joins=joins, lookups=lookups)
    return Field(key, made, agg, fold, tuple(sorted({*literals, *on})), rest)


def fold_of(agg: Agg) -> Fold | None:
    """How an aggregate of all rows comes of those of some; None where it does not."""
    found = _AGGREGATE.fullmatch(agg.sql)
    if found is None or not _is_whole(found[3]) or is_of_end(f"{agg.sql} {agg.where}"):
        return None
    if found[2]:
        return "distinct" if found[1] == "count" else None
    return _FOLDS[found[1]]


def only(where: str) -> str:
    """The filter of an aggregate."""
    return "" if where in ("", "true") else f" filter (where {where})"


def _is_whole(inner: str) -> bool:
    """Whether brackets within an aggregate are closed there: it is one, not a sum of several."""
    depth = 0
    for letter in inner:
        depth += (letter == "(") - (letter == ")")
        if depth < 0:
            return False
    return True


def _freed(joins: str, asked: Sequence[str]) -> tuple[str, list[Literal]]:
    """Joins without the comparisons with the period's ends in their conditions, and these: they put the joined row into a period.

    So it is only where every row that counts is a joined one: one of what is `asked`, all of which must hold, says so.
    """
    if not is_of_end(joins):
        return joins, []
    kept: list[str] = []
    literals: list[Literal] = []
    for join in re.split(r"(?=\bleft join\b)", joins):
        found = _JOIN.fullmatch(join)
        if not is_of_end(join):
            kept.append(join)
        elif (
            found is None
            or not _is_whole(found["on"])
            or not any(re.match(rf"(count\()?{found['alias']}\.\w+(\)$| (<>|<|=|>) [\w.]+$)", part) for part in asked)
        ):
            raise NotOfDays(join)
        else:
            own, rest = literals_of(found["on"])
            literals += own
            kept.append(f"{found['head']}{rest}\n")
    return "".join(kept), literals
