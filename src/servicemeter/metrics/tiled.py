"""What is known by days: for any span of them, which fields and distributions need no rows any more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from servicemeter.ground.clock import epoch_day, local_day, local_midnight, periods
from servicemeter.metrics.plan import Plan
from servicemeter.metrics.statements import shape_of
from servicemeter.metrics.tiles import Point, Source, Spread
from servicemeter.model.metric import Agg, Distribution, Tally
from servicemeter.model.question import Filter, Scope

__all__ = ["Tiled", "days_of", "field_key", "spread_key", "stretches"]

Key = tuple[Any, ...]
_MOST_DAYS = 1500
"""Four years: longer ago rows are read."""


class Tiled:
    """Which fields and distributions are known by days, for as long as the data stay as they are."""

    def __init__(self) -> None:
        self.fields: dict[Key, tuple[Source, str]] = {}
        self.spreads: dict[Key, Source] = {}

    def clear(self) -> None:
        """Forget all: the data moved on."""
        self.fields.clear()
        self.spreads.clear()

    def field(self, one: Plan, tally: Tally, agg: Agg) -> tuple[Source, str] | None:
        """What gives a field of a tally, and its name there."""
        if not self.fields or not _is_told(one, tally):
            return None
        if found := self.fields.get(field_key(one, tally, agg)):
            return found
        split, value = _split(one)
        found = self.fields.get(field_key(split, tally, agg)) if split else None
        return (_OneOf(found[0], value), found[1]) if found else None

    def spread(self, one: Plan, of: Distribution) -> Source | None:
        """What gives the statistics of a distribution."""
        if not self.spreads or not _is_told(one, of.of):
            return None
        if found := self.spreads.get(spread_key(one, of)):
            return found
        split, value = _split(one)
        found = self.spreads.get(spread_key(split, of)) if split else None
        return _OneOf(found, value) if found else None

    def count_numbers(self) -> int:
        """How many numbers the distributions hold; those that several share count once."""
        held = {id(source.numbers): len(source.numbers) for source in self.spreads.values() if isinstance(source, Spread)}
        return sum(held.values())

    def points(self, one: Plan) -> list[Point | None] | None:
        """The periods of a plan by days; None for one without days.

        None at all where some lie too long ago, or where a moment is not the end of a day.
        """
        first = _first_day(one)
        if one.question.moment is not None:
            last = local_day(one.ends[0] - 1, one.tz)
            is_end = one.ends[0] in (one.as_of, local_midnight(last + timedelta(days=1), one.tz))
            number = epoch_day(last) - epoch_day(first)
            return [Point(number, number)] if is_end and number >= 0 else None
        found: list[Point | None] = []
        for period, end in zip(one.periods, one.ends, strict=True):
            if one.as_of <= period.p0 or (one.covered_from and period.p1 <= min(one.covered_from)):
                found.append(None)
                continue
            start = epoch_day(period.start) - epoch_day(first)
            if start < 0:
                return None
            found.append(Point(start, epoch_day(local_day(end - 1, one.tz)) - epoch_day(first)))
        return found

    def keep_fields(self, source: Source, names: Mapping[Key, str]) -> None:
        """Keep what gives these fields, by their names there."""
        self.fields |= {key: (source, name) for key, name in names.items()}

    def keep_spread(self, key: Key, source: Source) -> None:
        """Keep what gives a distribution's statistics."""
        self.spreads[key] = source


@dataclass(frozen=True)
class _OneOf:
    """Of what is known by a dimension, the groups of one value of it: the last one of their keys, which they lose."""

    of: Source
    value: str

    def at(self, point: Point) -> Mapping[Key, Mapping[str, Any]]:
        """The fields of these groups in a period."""
        return {key[:-1]: fields for key, fields in self.of.at(point).items() if str(key[-1]) == self.value}


def _is_told(one: Plan, tally: Tally) -> bool:
    """Whether days tell what a tally counts; at a moment that is what holds it, however a period would have begun."""
    return one.question.moment is None or (tally.at is None and not tally.during and not tally.holding.starts)


def _split(one: Plan) -> tuple[Plan | None, str]:
    """A plan narrowed to one value of a dimension as the plan by that dimension, with the value; None for any other."""
    q = one.question
    scoped = {"source": q.scope.sources, "brand": q.scope.brands, "team": q.scope.teams, "agent": q.scope.agents}
    narrowed = [*q.where, *(Filter(name, values) for name, values in scoped.items() if values)]
    if len(narrowed) != 1 or narrowed[0].negated or len(narrowed[0].values) != 1 or narrowed[0].dimension in one.by:
        return None, ""
    by = (*one.by, narrowed[0].dimension)
    return replace(one, question=replace(q, where=(), scope=Scope()), by=by), narrowed[0].values[0]


def field_key(one: Plan, tally: Tally, agg: Agg) -> Key:
    """What tells a field of a tally from others, whatever the periods."""
    return (one.asked, one.sources_of(tally), shape_of(tally), tally.where, agg.sql, agg.where)


def spread_key(one: Plan, of: Distribution) -> Key:
    """What tells a distribution from others, whatever the periods."""
    return (one.asked, one.sources_of(of.of), shape_of(of.of), of.of.where, of.number, of.per, of.fold, of.censored)


def _first_day(one: Plan) -> date:
    """The first day that is told by days: a year before the first rows, so that periods in which they begin are too."""
    begins = local_day(one.as_of - 1, one.tz) - timedelta(days=_MOST_DAYS - 1)
    if not one.covered_from or min(one.covered_from) <= one.as_of - _MOST_DAYS * 86400:
        return begins
    return max(begins, local_day(min(min(one.covered_from), one.as_of - 1), one.tz) - timedelta(days=366))


def days_of(one: Plan) -> Plan:
    """A plan of every day up to `as_of`."""
    first, until = _first_day(one), local_day(one.as_of - 1, one.tz) + timedelta(days=1)
    spans = tuple(periods(first, until, "day", one.tz))
    question = replace(one.question, since=first, until=until, moment=None, grain="day")
    return replace(one, question=question, periods=spans, ends=tuple(min(s.p1, one.as_of) for s in spans))


def stretches(days: Plan, length: int) -> Iterator[tuple[int, Plan]]:
    """A plan of days in parts of several days, each with the number of its first day."""
    for start in range(0, len(days.periods), length):
        spans = days.periods[start : start + length]
        question = replace(days.question, since=spans[0].start, until=spans[-1].end)
        yield start, replace(days, question=question, periods=spans, ends=days.ends[start : start + length])
