"""Tiles made ahead, so that a span of days that nobody asked before is answered without reading its rows.

For what cannot be told by days (a ticket's messages within the period, persons at both of its ends) rows are read when asked.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from servicemeter.ground.clock import epoch_day, local_day, periods
from servicemeter.metrics.cutting import Cut, Literal, NotOfDays, is_of_end, literals_of
from servicemeter.metrics.plan import Plan
from servicemeter.metrics.quantiles import plain, spread_of_numbers
from servicemeter.metrics.statements import numbers_statement, period_number, shape_of, statement_of, tally_statement
from servicemeter.metrics.tiles import Column, Fold, Found, Moments, Point, Source, Spread, Tiles
from servicemeter.model.metric import Agg, Distribution, Tally
from servicemeter.store.build import Facts

__all__ = ["Piece", "Tiled"]

Key = tuple[Any, ...]
Piece = Callable[[], None]
"""A part of the work, which can be done again from its start."""

_MOST_DAYS = 1100
"""Three years: longer ago rows are read."""
_DAYS_AT_ONCE = 31
_MOST_OF_FIELDS = 500_000
"""Beyond, as many tiles as rows, reading them is no dearer."""
_MOST_NUMBERS = 20_000_000
_AGGREGATE = re.compile(r"(count|sum|max|min|avg)\((distinct )?(.*)\)", re.DOTALL)
_JOIN = re.compile(r"(?P<head>\s*left join .* as (?P<alias>\w+)\s+on )(?P<on>.*)", re.DOTALL)
_FOLDS: Mapping[str, Fold] = {"count": "sum", "sum": "sum", "max": "max", "min": "min", "avg": "mean"}


@dataclass(frozen=True)
class _Field:
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


class Tiled:
    """Which fields and distributions are known by days, for as long as the data stay as they are."""

    def __init__(self) -> None:
        self._fields: dict[Key, tuple[Source, str]] = {}
        self._spreads: dict[Key, Source] = {}

    def clear(self) -> None:
        """Forget all: the data moved on."""
        self._fields.clear()
        self._spreads.clear()

    def field(self, one: Plan, tally: Tally, agg: Agg) -> tuple[Source, str] | None:
        """What gives a field of a tally, and its name there."""
        return self._fields.get(_field_key(one, tally, agg)) if self._fields else None

    def spread(self, one: Plan, of: Distribution) -> Source | None:
        """What gives the statistics of a distribution."""
        return self._spreads.get(_spread_key(one, of)) if self._spreads else None

    def points(self, one: Plan) -> list[Point | None] | None:
        """The periods of a plan by days; None for one without days. None at all where some lie too long ago."""
        first = _first_day(one)
        found: list[Point | None] = []
        for period, end in zip(one.periods, one.ends, strict=True):
            if end <= period.p0 or (one.covered_from and period.p1 <= min(one.covered_from)):
                found.append(None)
                continue
            start = epoch_day(period.start) - epoch_day(first)
            if start < 0:
                return None
            found.append(Point(start, epoch_day(local_day(end - 1, one.tz)) - epoch_day(first)))
        return found

    def pieces(self, plans: Sequence[Plan], facts_for: Callable[[Plan], Facts]) -> Iterator[Piece]:
        """What there is to do so that plans like these are known by days."""
        fields: dict[Key, tuple[Plan, Tally, Agg]] = {}
        spreads: dict[Key, tuple[Plan, Distribution]] = {}
        for one in plans:
            if not one.is_measured or one.invalid_dimension or one.question.moment is not None:
                continue
            for tally in one.measure.tallies:
                for agg in tally.fields.values():
                    fields.setdefault(_field_key(one, tally, agg), (one, tally, agg))
            of = one.measure.distribution
            if of is not None and not of.per and not of.censored:
                spreads.setdefault(_spread_key(one, of), (one, of))
        yield from self._pieces_of_fields({key: value for key, value in fields.items() if key not in self._fields}, facts_for)
        for key, (one, of) in spreads.items():
            if key not in self._spreads:
                yield from self._pieces_of_spread(key, one, of, facts_for)

    def _pieces_of_fields(
        self, fields: Mapping[Key, tuple[Plan, Tally, Agg]], facts_for: Callable[[Plan], Facts]
    ) -> Iterator[Piece]:
        by_day: dict[Key, list[tuple[Plan, _Field]]] = defaultdict(list)
        at_end: dict[Key, list[tuple[Plan, Key, Tally, Agg]]] = defaultdict(list)
        for key, (one, tally, agg) in fields.items():
            shape = (one.asked, one.sources_of(tally), shape_of(tally), tally.where)
            if tally.at is not None and not tally.per:
                made = _field_of(key, tally, agg)
                if made is not None:
                    by_day[(*shape, made.literals, made.unit)].append((one, made))
            elif tally.at is None and not tally.during and not tally.holding.starts and "u.was" not in f"{agg.sql} {agg.where}":
                at_end[shape].append((one, key, tally, agg))
        for same in by_day.values():
            yield partial(self._cut, same[0][0], [field for _, field in same], facts_for)
        for those in at_end.values():
            yield from self._at_ends(those[0][0], [(key, tally, agg) for _, key, tally, agg in those], facts_for)

    def _cut(self, one: Plan, fields: Sequence[_Field], facts_for: Callable[[Plan], Facts]) -> None:
        facts = facts_for(one)
        aggregates = []
        for i, field in enumerate(fields):
            only = "" if field.rest == "true" else f" filter (where {field.rest})"
            if field.fold == "distinct":
                aggregates.append(
                    f"{field.unit} as c{i}" if not only else f"case when {field.rest} then {field.unit} end as c{i}"
                )
            elif field.fold == "mean":
                inner = field.agg.sql.removeprefix("avg")
                aggregates += [f"sum{inner}{only} as c{i}", f"count{inner}{only} as n{i}"]
            else:
                aggregates.append(f"{field.agg.sql}{only} as c{i}")
        sql = _cut_statement(one, facts, fields[0].tally, fields[0].literals, aggregates)
        if sql is None:
            return
        found = facts.arrow(f"{sql} group by all limit {_MOST_OF_FIELDS + 1}")
        if found.num_rows > _MOST_OF_FIELDS:
            return
        columns = {}
        tiles, order = _tiles(found, len(one.by))
        for i, field in enumerate(fields):
            values, is_known = _values(found.column(f"c{i}"))
            counts = _values(found.column(f"n{i}"))[0][order] if field.fold == "mean" else None
            columns[f"c{i}"] = Column(field.fold, values[order], is_known[order], counts)
        source = Found(tiles, columns)
        for i, field in enumerate(fields):
            self._fields[field.key] = (source, f"c{i}")

    def _at_ends(
        self, one: Plan, fields: Sequence[tuple[Key, Tally, Agg]], facts_for: Callable[[Plan], Facts]
    ) -> Iterator[Piece]:
        """Fields at the end of each day."""
        by_day: dict[int, dict[Key, dict[str, Any]]] = {}
        for offset, days in _stretches(_days(one), _DAYS_AT_ONCE if _is_of_instant(fields) else _MOST_DAYS + 1):
            yield partial(self._read_ends, one, days, offset, fields, by_day, facts_for)
        source = Moments(by_day)

        def keep() -> None:
            for i, (key, _, _) in enumerate(fields):
                self._fields[key] = (source, f"c{i}")

        yield keep

    def _read_ends(
        self,
        one: Plan,
        days: Plan,
        offset: int,
        fields: Sequence[tuple[Key, Tally, Agg]],
        by_day: dict[int, dict[Key, dict[str, Any]]],
        facts_for: Callable[[Plan], Facts],
    ) -> None:
        facts = facts_for(one)
        wanted = [(f"c{i}", tally.where, agg) for i, (_, tally, agg) in enumerate(fields)]
        sql = tally_statement(days, facts, [tally for _, tally, _ in fields], wanted)
        width = len(one.by) + 1
        for row in facts.rows(sql) if sql else ():
            found = {name: value for (name, _, _), value in zip(wanted, row[width:], strict=True)}
            by_day.setdefault(row[0] + offset, {})[tuple(row[1:width])] = found

    def _pieces_of_spread(self, key: Key, one: Plan, of: Distribution, facts_for: Callable[[Plan], Facts]) -> Iterator[Piece]:
        if of.of.at is not None:
            if not is_of_end(of.number):
                yield partial(self._cut_numbers, key, one, of, facts_for)
        elif not of.of.during and not of.of.holding.starts:
            by_day: dict[int, dict[Key, dict[str, Any]]] = {}
            for offset, days in _stretches(_days(one), _DAYS_AT_ONCE):
                yield partial(self._read_spreads, one, days, offset, of, by_day, facts_for)
            yield partial(self._spreads.__setitem__, key, Moments(by_day))

    def _read_spreads(
        self,
        one: Plan,
        days: Plan,
        offset: int,
        of: Distribution,
        by_day: dict[int, dict[Key, dict[str, Any]]],
        facts_for: Callable[[Plan], Facts],
    ) -> None:
        facts = facts_for(one)
        sql = numbers_statement(days, facts, of)
        for (day, *group), found in spread_of_numbers(facts.arrow(sql)).items() if sql else ():
            by_day.setdefault(day + offset, {})[tuple(group)] = found

    def _cut_numbers(self, key: Key, one: Plan, of: Distribution, facts_for: Callable[[Plan], Facts]) -> None:
        facts = facts_for(one)
        try:
            literals, rest = literals_of(of.of.where)
        except NotOfDays:
            return
        sql = _cut_statement(one, facts, replace(of.of, where=rest), literals, [f"{of.number} as x"], rest)
        if sql is None:
            return
        found = facts.arrow(sql)
        if found.num_rows > _MOST_NUMBERS:
            return
        tiles, order = _tiles(found, len(one.by))
        numbers, is_known = _values(found.column("x"))
        self._spreads[key] = Spread(tiles, _small(numbers[order]), None if is_known.all() else is_known[order])


def _field_key(one: Plan, tally: Tally, agg: Agg) -> Key:
    return (one.asked, one.sources_of(tally), shape_of(tally), tally.where, agg.sql, agg.where)


def _spread_key(one: Plan, of: Distribution) -> Key:
    return (one.asked, one.sources_of(of.of), shape_of(of.of), of.of.where, of.number, of.per, of.fold, of.censored)


def _field_of(key: Key, tally: Tally, agg: Agg) -> _Field | None:
    """What a field asks for; None where it cannot be told by days."""
    found = _AGGREGATE.fullmatch(agg.sql)
    if found is None or not _is_whole(found[3]) or is_of_end(agg.sql):
        return None
    try:
        of_rows, rest_of_rows = literals_of(tally.where)
        own, rest = literals_of(agg.where)
        literals = list(of_rows) + list(own)
        joins, on = _freed(tally.joins, f"{agg.sql} {tally.where} {agg.where}")
        lookups = {}
        for alias, join in tally.lookups.items():
            if not is_of_end(join) or f"{alias}." in f"{agg.sql} {tally.where} {agg.where}":
                lookups[alias], more = _freed(join, f"{agg.sql} {tally.where} {agg.where}")
                on += more
    except NotOfDays:
        return None
    fold: Fold = "distinct" if found[2] else _FOLDS[found[1]]
    made = replace(tally, where=rest_of_rows, joins=joins, lookups=lookups)
    return _Field(key, made, agg, fold, tuple(sorted({*literals, *on})), rest)


def _is_whole(inner: str) -> bool:
    """Whether brackets within an aggregate are closed there: it is one, not a sum of several."""
    depth = 0
    for letter in inner:
        depth += (letter == "(") - (letter == ")")
        if depth < 0:
            return False
    return True


def _freed(joins: str, said: str) -> tuple[str, list[Literal]]:
    """Joins without the comparisons with the period's ends in their conditions, and these: they put the joined row into a period.

    So it is only where every row that counts is a joined one.
    """
    if not is_of_end(joins):
        return joins, []
    kept: list[str] = []
    literals: list[Literal] = []
    for join in re.split(r"(?=\bleft join\b)", joins):
        found = _JOIN.fullmatch(join)
        if not is_of_end(join):
            kept.append(join)
        elif found is None or not _is_whole(found["on"]):
            raise NotOfDays(join)
        elif f"{found['alias']}." in said:
            if not re.search(rf"count\({found['alias']}\.|(?<![\w.(]){found['alias']}\.\w+ (<>|<|=|>)", said):
                raise NotOfDays(join)
            own, rest = literals_of(found["on"])
            literals += own
            kept.append(f"{found['head']}{rest}\n")
        else:
            raise NotOfDays(join)
    return "".join(kept), literals


def _cut_statement(
    one: Plan, facts: Facts, tally: Tally, literals: Sequence[Literal], chosen: Sequence[str], where: str | None = None
) -> str | None:
    """Rows with their dimensions, tiles and what is `chosen` of them."""
    days = _days(one)
    assert tally.at
    cut = Cut.of(
        period_number(days, facts, tally.at),
        literals,
        lambda instant: period_number(days, facts, instant),
        facts.engine.dialect.whole,
        one.as_of,
        len(days.periods),
    )
    parts = statement_of(days, facts, tally, tally.where if where is None else where, [*chosen, *cut.columns])
    if parts is None:
        return None
    sql = replace(parts, where=f"{parts.where} and {cut.is_there}").base([*cut.columns, *chosen])
    return None if is_of_end(re.sub(r"\bp\.idx\b", "", sql)) else facts.render(sql)


def _first_day(one: Plan) -> date:
    """The first day that is told by days: that of the first rows, or three years back."""
    last = local_day(one.as_of - 1, one.tz)
    begins = last - timedelta(days=_MOST_DAYS - 1)
    if not one.covered_from or min(one.covered_from) <= one.as_of - _MOST_DAYS * 86400:
        return begins
    return max(begins, min(last, local_day(min(one.covered_from), one.tz)))


def _days(one: Plan) -> Plan:
    """A plan of every day up to `as_of`."""
    first, until = _first_day(one), local_day(one.as_of - 1, one.tz) + timedelta(days=1)
    spans = tuple(periods(first, until, "day", one.tz))
    question = replace(one.question, since=first, until=until, grain="day")
    return replace(one, question=question, periods=spans, ends=tuple(min(s.p1, one.as_of) for s in spans))


def _stretches(days: Plan, length: int) -> Iterator[tuple[int, Plan]]:
    """A plan of days in parts of several days, each with the number of its first day."""
    for start in range(0, len(days.periods), length):
        spans = days.periods[start : start + length]
        question = replace(days.question, since=spans[0].start, until=spans[-1].end)
        yield start, replace(days, question=question, periods=spans, ends=days.ends[start : start + length])


def _is_of_instant(fields: Sequence[tuple[Key, Tally, Agg]]) -> bool:
    """Whether more of the end of a day is asked than which rows hold it."""
    return any(agg.sql != "count(*)" or is_of_end(f"{agg.where} {tally.where} {tally.joins}") for _, tally, agg in fields)


def _tiles(found: pa.Table, width: int) -> tuple[Tiles, npt.NDArray[Any]]:
    """The tiles of rows, and the order that they are in."""
    ends = [found.column(name).to_numpy() for name in ("first_from", "first_to", "last_from", "last_to")]
    order = np.argsort(ends[2], kind="stable")
    keys: list[Key] = [()]
    group = np.zeros(found.num_rows, dtype=np.int32)
    for i in range(width):
        coded = found.column(f"d{i}").combine_chunks().dictionary_encode()
        values = coded.dictionary.to_pylist()
        keys = [(*key, value) for key in keys for value in values]
        group = group * len(values) + coded.indices.to_numpy()
    first_from, first_to, last_from, last_to = (_small(end[order]) for end in ends)
    return Tiles(first_from, first_to, last_from, last_to, group[order] if len(keys) > 1 else group[:0], keys), order


def _small(numbers: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Whole numbers in as little room as holds them; one number that all are, once."""
    if not len(numbers) or numbers.dtype.kind not in "iu":
        return numbers
    low, high = numbers.min(), numbers.max()
    kind = next(kind for kind in (np.int16, np.int32, np.int64) if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max)
    return np.broadcast_to(low.astype(kind), numbers.shape) if low == high else numbers.astype(kind)


def _values(column: pa.ChunkedArray) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """The values of a column, with which of them are known."""
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_decimal(column.type):
        return plain(column)
    return np.array(column.to_pylist(), dtype=object), column.is_valid().to_numpy()
