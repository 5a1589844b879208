"""Tiles made ahead, so that a span of days that nobody asked before is answered without reading its rows.

For what cannot be told by days (a ticket's messages within the period, persons at both of its ends) rows are read when asked.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from servicemeter.ground.clock import epoch_day, local_day, periods
from servicemeter.metrics.cutting import Literal, NotOfDays, ended_of, is_of_end, literals_of
from servicemeter.metrics.plan import Plan
from servicemeter.metrics.quantiles import plain, spread_of_numbers
from servicemeter.metrics.statements import numbers_statement, shape_of, tally_statement
from servicemeter.metrics.tiles import Column, Fold, Found, Moments, Point, Source, Spread, Tiles
from servicemeter.metrics.tilestatements import (
    ENDS,
    cut_statement,
    depths_asked,
    first_met_statement,
    held_statement,
    running_statement,
    units_statement,
)
from servicemeter.model.metric import Agg, Distribution, Tally
from servicemeter.store.build import Facts

__all__ = ["Piece", "Tiled"]

Key = tuple[Any, ...]
T = TypeVar("T")
Piece = Callable[[], None]
"""A part of the work, which can be done again from its start."""

_MOST_DAYS = 1500
"""Four years: longer ago rows are read."""
_DAYS_AT_ONCE = 31
_MOST_OF_FIELDS = 2_000_000
"""Beyond, reading rows is no dearer."""
_MOST_NUMBERS = 20_000_000
_AGGREGATE = re.compile(r"(count|sum|max|min|avg)\((distinct )?(.*)\)", re.DOTALL)
_JOIN = re.compile(r"(?P<head>\s*left join .* as (?P<alias>\w+)\s+on )(?P<on>.*)", re.DOTALL)
_MEAN = (("sum", "c"), ("count", "n"))
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

    def aggregates(self, number: int) -> list[str]:
        """What is chosen of the rows of a tile."""
        if self.fold == "distinct":
            return [f"case when {self.rest} then {self.unit} end as c{number}"]
        chosen = [f"{self.agg.sql}{_only(self.rest)} as c{number}"]
        if self.fold == "mean":
            chosen = [f"{name}{self.agg.sql.removeprefix('avg')}{_only(self.rest)} as {short}{number}" for name, short in _MEAN]
        return chosen


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
            if one.measure.distribution is not None and not one.measure.distribution.censored:
                spreads.setdefault(_spread_key(one, one.measure.distribution), (one, one.measure.distribution))
        wanted = [(key, *value) for key, value in fields.items() if key not in self._fields]
        for same in _alike(wanted, lambda one, tally, agg: (one.asked, one.sources_of(tally), shape_of(tally), tally.where)):
            one, tally = same[0][1:3]
            pieces = _Pieces(self, one, _days(one), facts_for)
            yield from pieces.of_fields(tally, [(key, agg) for key, _, _, agg in same])
        for key, (one, of) in spreads.items():
            if key not in self._spreads:
                yield from _Pieces(self, one, _days(one), facts_for).of_spread(key, of)

    def keep_fields(self, source: Source, names: Mapping[Key, str]) -> None:
        """Keep what gives these fields, by their names there."""
        self._fields |= {key: (source, name) for key, name in names.items()}

    def keep_spread(self, key: Key, source: Source) -> None:
        """Keep what gives a distribution's statistics."""
        self._spreads[key] = source


@dataclass(frozen=True)
class _Pieces:
    """The pieces of work for one plan (`one`, as `days` one by one) that put what they find into `tiled`."""

    tiled: Tiled
    one: Plan
    days: Plan
    facts_for: Callable[[Plan], Facts]

    @property
    def facts(self) -> Facts:
        """The facts that are read: asked for when a piece is done, for they may have to be made."""
        return self.facts_for(self.one)

    def of_fields(self, tally: Tally, fields: Sequence[tuple[Key, Agg]]) -> Iterator[Piece]:
        """Fields of one tally."""
        if tally.at is None:
            yield from self._of_moments(tally, fields)
        elif tally.per:
            yield partial(self._units, tally, fields)
        else:
            made = [field for key, agg in fields if (field := _field_of(key, tally, agg)) is not None]
            for same in _alike(made, lambda field: (field.literals, field.unit)):
                if same[0].unit and not same[0].literals:
                    yield from (partial(self._first_met, field) for field in same)
                else:
                    yield partial(self._cut, same)

    def _of_moments(self, tally: Tally, fields: Sequence[tuple[Key, Agg]]) -> Iterator[Piece]:
        if tally.during:
            return
        at_ends = []
        for key, agg in fields:
            if tally.holding.starts or "u.was" in f"{agg.sql} {agg.where}":
                yield partial(self._held, tally, key, agg)
            else:
                at_ends.append((key, agg))
        if at_ends:
            by_day: dict[int, dict[Key, dict[str, Any]]] = {}
            length = _DAYS_AT_ONCE if _is_of_instant(tally, [agg for _, agg in at_ends]) else len(self.days.periods)
            for offset, days in _stretches(self.days, length):
                yield partial(self._at_ends, days, offset, tally, at_ends, by_day)
            names = {key: f"c{i}" for i, (key, _) in enumerate(at_ends)}
            yield partial(self.tiled.keep_fields, Moments(by_day), names)

    def of_spread(self, key: Key, of: Distribution) -> Iterator[Piece]:
        """A distribution."""
        if of.of.at is not None:
            yield partial(self._numbers, key, of)
        elif not of.of.during and not of.of.holding.starts and not of.per:
            by_day: dict[int, dict[Key, dict[str, Any]]] = {}
            for offset, days in _stretches(self.days, _DAYS_AT_ONCE):
                yield partial(self._spreads_at_ends, days, offset, of, by_day)
            yield partial(self.tiled.keep_spread, key, Moments(by_day))

    def _cut(self, fields: Sequence[_Field]) -> None:
        aggregates = [sql for i, field in enumerate(fields) for sql in field.aggregates(i)]
        sql = cut_statement(self.days, self.facts, fields[0].tally, fields[0].literals, aggregates)
        self._keep(sql and f"{sql} group by all", {f"c{i}": (field.key, field.fold) for i, field in enumerate(fields)})

    def _first_met(self, field: _Field) -> None:
        self._keep(first_met_statement(self.days, self.facts, field.tally, field.unit, field.rest), {"c0": (field.key, "sum")})

    def _units(self, tally: Tally, fields: Sequence[tuple[Key, Agg]]) -> None:
        chosen, columns = [], {}
        for i, (key, agg) in enumerate(fields):
            fold = _fold_of(agg)
            if fold in ("sum", "max", "min"):
                chosen.append(f"{agg.sql}{_only(agg.where)} as c{i}")
                columns[f"c{i}"] = (key, fold)
        if chosen:
            self._keep(units_statement(self.days, self.facts, tally, tally.units, chosen), columns)

    def _held(self, tally: Tally, key: Key, agg: Agg) -> None:
        with suppress(NotOfDays):
            if agg.sql == "count(*)" and bool(tally.per) == bool(agg.where):
                asked = depths_asked(agg.where) if agg.where else {}
                self._keep(held_statement(self.days, self.facts, tally, asked), {"c0": (key, "sum")})

    def _keep(self, sql: str | None, columns: Mapping[str, tuple[Key, Fold]]) -> None:
        """Read the tiles of a statement, unless they are too many to be worth it."""
        if not sql:
            return
        found = self.facts.arrow(f"select * from ({sql}) as tiles limit {_MOST_OF_FIELDS + 1}")
        if found.num_rows <= _MOST_OF_FIELDS:
            tiles, order = _tiles(found, len(self.one.by), len(self.days.periods))
            made = {name: _column(found, name, fold, order) for name, (_, fold) in columns.items()}
            self.tiled.keep_fields(Found(tiles, made), {key: name for name, (key, _) in columns.items()})

    def _at_ends(
        self,
        days: Plan,
        offset: int,
        tally: Tally,
        fields: Sequence[tuple[Key, Agg]],
        by_day: dict[int, dict[Key, dict[str, Any]]],
    ) -> None:
        """Fields at the end of each day."""
        wanted = [(f"c{i}", tally.where, agg) for i, (_, agg) in enumerate(fields)]
        sql = tally_statement(days, self.facts, [tally] * len(fields), wanted)
        width = len(self.one.by) + 1
        for row in self.facts.rows(sql) if sql else ():
            found = {name: value for (name, _, _), value in zip(wanted, row[width:], strict=True)}
            by_day.setdefault(row[0] + offset, {})[tuple(row[1:width])] = found

    def _spreads_at_ends(self, days: Plan, offset: int, of: Distribution, by_day: dict[int, dict[Key, dict[str, Any]]]) -> None:
        sql = numbers_statement(days, self.facts, of)
        for (day, *group), found in spread_of_numbers(self.facts.arrow(sql)).items() if sql else ():
            by_day.setdefault(day + offset, {})[tuple(group)] = found

    def _numbers(self, key: Key, of: Distribution) -> None:
        """The numbers of rows, or of units of rows, that count in the period of their own day."""
        try:
            parts = [sql for sql in self._statements_of_numbers(of) if sql]
        except NotOfDays:
            return
        tables = [self.facts.arrow(sql) for sql in parts]
        if tables and sum(table.num_rows for table in tables) <= _MOST_NUMBERS:
            found = tables[0] if len(tables) == 1 else pa.concat_tables(tables, promote_options="permissive")
            tiles, order = _tiles(found, len(self.one.by), len(self.days.periods))
            numbers, is_known = _values(found.column("x"))
            spread = Spread(tiles, _small(numbers[order]), None if is_known.all() else is_known[order])
            self.tiled.keep_spread(key, spread)

    def _statements_of_numbers(self, of: Distribution) -> Iterator[str | None]:
        if of.per:
            tally = replace(of.of, per=of.per)
            yield units_statement(self.days, self.facts, tally, {"x": f"{of.fold}({of.number})"}, ["x"], f"({of.number}) >= 0")
            return
        literals, rest = literals_of(of.of.where)
        of = replace(of, of=replace(of.of, where=rest))
        ended = ended_of(of.number)
        if ended is None:
            yield cut_statement(self.days, self.facts, of.of, literals, [f"{of.number} as x"])
            return
        if {*self.one.by, *(condition.dimension for condition in self.one.question.where)} & {
            "hour_of_day",
            "weekday",
            "priority",
        }:
            raise NotOfDays(of.number)  # those of the row's own instant, which has passed while it runs
        yield cut_statement(self.days, self.facts, of.of, [*literals, ended.literal], [f"{ended.after} as x"])
        yield running_statement(self.days, self.facts, of, literals, ended.before, ended.literal.denied)


def _only(where: str) -> str:
    return "" if where in ("", "true") else f" filter (where {where})"


def _alike(items: Sequence[T], key: Callable[..., Any]) -> list[list[T]]:
    """Items in groups of the same key, in their order."""
    groups: dict[Any, list[T]] = defaultdict(list)
    for item in items:
        groups[key(*item[1:]) if isinstance(item, tuple) else key(item)].append(item)
    return list(groups.values())


def _fold_of(agg: Agg) -> Fold | None:
    """How an aggregate of all rows comes of those of some; None where it does not."""
    found = _AGGREGATE.fullmatch(agg.sql)
    if found is None or not _is_whole(found[3]) or is_of_end(f"{agg.sql} {agg.where}"):
        return None
    return "distinct" if found[2] else _FOLDS[found[1]]


def _field_key(one: Plan, tally: Tally, agg: Agg) -> Key:
    return (one.asked, one.sources_of(tally), shape_of(tally), tally.where, agg.sql, agg.where)


def _spread_key(one: Plan, of: Distribution) -> Key:
    return (one.asked, one.sources_of(of.of), shape_of(of.of), of.of.where, of.number, of.per, of.fold, of.censored)


def _field_of(key: Key, tally: Tally, agg: Agg) -> _Field | None:
    """What a field asks for; None where it cannot be told by days."""
    fold = _fold_of(Agg(agg.sql))
    if fold is None:
        return None
    try:
        of_rows, rest_of_rows = literals_of(tally.where)
        own, rest = literals_of(agg.where)
        literals = list(of_rows) + list(own)
        joins, on = _freed(tally.joins, f"{agg.sql} {tally.where} {agg.where}")
        lookups = {}
        for alias, join in tally.lookups.items():
            is_asked = f"{alias}." in f"{agg.sql} {tally.where} {agg.where}"
            lookups[alias], more = _freed(join, f"{agg.sql} {tally.where} {agg.where}") if is_asked else (join, [])
            on += more
    except NotOfDays:
        return None
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


def _first_day(one: Plan) -> date:
    """The first day that is told by days: a year before the first rows, so that periods in which they begin are too."""
    begins = local_day(one.as_of - 1, one.tz) - timedelta(days=_MOST_DAYS - 1)
    if not one.covered_from or min(one.covered_from) <= one.as_of - _MOST_DAYS * 86400:
        return begins
    return max(begins, local_day(min(min(one.covered_from), one.as_of - 1), one.tz) - timedelta(days=366))


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


def _is_of_instant(tally: Tally, aggs: Sequence[Agg]) -> bool:
    """Whether more of the end of a day is asked than which rows hold it."""
    return any(agg.sql != "count(*)" or is_of_end(f"{agg.where} {tally.where} {tally.joins}") for agg in aggs)


def _tiles(found: pa.Table, width: int, days: int) -> tuple[Tiles, npt.NDArray[Any]]:
    """The tiles of rows, and the order that they are in."""
    ends = [found.column(name).to_numpy() for name in ENDS]
    order = np.argsort(ends[2], kind="stable")
    keys: list[Key] = [()]
    group = np.zeros(found.num_rows, dtype=np.int32)
    for i in range(width):
        coded = found.column(f"d{i}").combine_chunks().dictionary_encode()
        values = coded.dictionary.to_pylist()
        keys = [(*key, value) for key in keys for value in values]
        group = group * len(values) + coded.indices.to_numpy()
    first_from, first_to, last_from, last_to = (_small(end[order]) for end in ends)
    return Tiles(first_from, first_to, last_from, last_to, group[order] if len(keys) > 1 else group[:0], keys, days), order


def _small(numbers: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Whole numbers in as little room as holds them; one number that all are, once."""
    if not len(numbers) or numbers.dtype.kind not in "iu":
        return numbers
    low, high = numbers.min(), numbers.max()
    kind = next(kind for kind in (np.int16, np.int32, np.int64) if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max)
    return np.broadcast_to(low.astype(kind), numbers.shape) if low == high else numbers.astype(kind)


def _column(found: pa.Table, name: str, fold: Fold, order: npt.NDArray[Any]) -> Column:
    """A column of tiles in their order."""
    if fold == "distinct":  # told apart by numbers, which are quicker than words
        coded = found.column(name).combine_chunks().dictionary_encode().indices
        return Column(
            fold, coded.fill_null(0).to_numpy(zero_copy_only=False)[order], coded.is_valid().to_numpy(zero_copy_only=False)[order]
        )
    values, is_known = _values(found.column(name))
    counts = _values(found.column(f"n{name.removeprefix('c')}"))[0][order] if fold == "mean" else None
    return Column(fold, values[order], is_known[order], counts)


def _values(column: pa.ChunkedArray) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """The values of a column, with which of them are known."""
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_decimal(column.type):
        return plain(column)
    return np.array(column.to_pylist(), dtype=object), column.is_valid().to_numpy()
