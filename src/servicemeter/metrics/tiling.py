"""The work of making tiles, in pieces that can be left and begun again.

For what cannot be told by days (what costs lie in a period, say) rows are read when asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from servicemeter.ground.errors import BadQuestion
from servicemeter.ground.libraries import when_used
from servicemeter.metrics.cutting import NotOfDays, ended_of, is_of_end, is_of_start, literals_of
from servicemeter.metrics.plan import Plan
from servicemeter.metrics.quantiles import spreads_of_numbers
from servicemeter.metrics.statements import numbers_statement, shape_of, tally_statement
from servicemeter.metrics.tiled import Tiled, days_of, field_key, spread_key, stretches
from servicemeter.metrics.tilefields import Field, field_of, fold_of, only
from servicemeter.metrics.tiles import Fold, Found, Moments, Spread, read_column, read_tiles, read_values, small
from servicemeter.metrics.tilestatements import (
    cut_statement,
    depths_asked,
    first_met_statement,
    held_statement,
    running_statement,
    unit_rows_statement,
    units_statement,
)
from servicemeter.model.metric import Agg, Distribution, Tally
from servicemeter.store.build import Facts

if TYPE_CHECKING:
    import pyarrow as pa
else:
    pa = when_used("pyarrow")

__all__ = ["Piece", "pieces_of"]

Key = tuple[Any, ...]
ByDay = dict[int, dict[Key, dict[str, Any]]]
T = TypeVar("T")
Piece = Callable[[], None]
"""A part of the work, which can be done again from its start."""

_DAYS_AT_ONCE = 31
_MOST_OF_FIELDS = 2_000_000
"""Beyond, reading rows is no dearer."""
_MOST_NUMBERS = 64_000_000
"""Of all distributions together: some 0.8 GB."""
_MOST_OF_UNITS = 20_000_000
"""Rows of units, once for each stretch of days: beyond, a piece takes so long that it is begun again and again."""


def pieces_of(tiled: Tiled, plans: Sequence[Plan], facts_for: Callable[[Plan], Facts]) -> Iterator[Piece]:
    """What there is to do so that plans like these are known by days."""
    fields: dict[Key, tuple[Plan, Tally, Agg]] = {}
    spreads: dict[Key, tuple[Plan, Distribution]] = {}
    for one in plans:
        if not one.is_measured or one.invalid_dimension:
            continue
        for tally in one.measure.tallies:
            for agg in tally.fields.values():
                fields.setdefault(field_key(one, tally, agg), (one, tally, agg))
        if one.measure.distribution is not None and not one.measure.distribution.censored:
            spreads.setdefault(spread_key(one, one.measure.distribution), (one, one.measure.distribution))
    wanted = [(key, *value) for key, value in fields.items() if key not in tiled.fields]
    for same in _alike(wanted, lambda one, tally, agg: (one.asked, one.sources_of(tally), shape_of(tally), tally.where)):
        one, tally = same[0][1:3]
        with suppress(BadQuestion):  # rows of a year beyond those of the clock
            pieces = _Pieces(tiled, one, days_of(one), facts_for)
            yield from pieces.of_fields(tally, [(key, agg) for key, _, _, agg in same])
    for key, (one, of) in spreads.items():
        if key not in tiled.spreads:
            with suppress(BadQuestion):
                yield from _Pieces(tiled, one, days_of(one), facts_for).of_spread(key, of)


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
            made = [field for key, agg in fields if (field := field_of(key, tally, agg)) is not None]
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
            elif not is_of_start(f"{agg.sql} {agg.where} {_said_of(tally)}"):
                at_ends.append((key, agg))
        if at_ends:
            length = _DAYS_AT_ONCE if _is_of_instant(tally, [agg for _, agg in at_ends]) else len(self.days.periods)
            names = {key: f"c{i}" for i, (key, _) in enumerate(at_ends)}
            yield from self._day_by_day(
                length, lambda days: self._at_ends(days, tally, at_ends), lambda found: self.tiled.keep_fields(found, names)
            )

    def _day_by_day(self, length: int, find: Callable[[Plan], ByDay], keep: Callable[[Moments], None]) -> Iterator[Piece]:
        """What is to be found at the end of each day, in parts of several days; it is kept once all of them are there."""
        parts = list(stretches(self.days, length))
        found: dict[int, ByDay] = {}

        def find_part(offset: int, days: Plan) -> None:
            found[offset] = {day + offset: groups for day, groups in find(days).items()}

        def keep_all() -> None:
            if len(found) == len(parts):  # one for which memory was short is not there: its days are not empty ones
                keep(Moments({day: groups for part in found.values() for day, groups in part.items()}))

        for offset, days in parts:
            yield partial(find_part, offset, days)
        yield keep_all

    def of_spread(self, key: Key, of: Distribution) -> Iterator[Piece]:
        """A distribution."""
        if of.of.at is not None:
            yield partial(self._numbers, key, of)
        elif not of.of.during and not of.of.holding.starts and not of.per and not is_of_start(f"{of.number} {_said_of(of.of)}"):
            yield from self._day_by_day(
                _DAYS_AT_ONCE, lambda days: self._spreads_at_ends(days, of), lambda found: self.tiled.keep_spread(key, found)
            )

    def _cut(self, fields: Sequence[Field]) -> None:
        aggregates = [sql for i, field in enumerate(fields) for sql in field.aggregates(i)]
        sql = cut_statement(self.days, self.facts, fields[0].tally, fields[0].literals, aggregates)
        self._keep(sql and f"{sql} group by all", {f"c{i}": (field.key, field.fold) for i, field in enumerate(fields)})

    def _first_met(self, field: Field) -> None:
        self._keep(first_met_statement(self.days, self.facts, field.tally, field.unit, field.rest), {"c0": (field.key, "sum")})

    def _units(self, tally: Tally, fields: Sequence[tuple[Key, Agg]]) -> None:
        chosen, columns = [], {}
        for i, (key, agg) in enumerate(fields):
            fold = fold_of(agg)
            if fold in ("sum", "max", "min"):
                chosen.append(f"{agg.sql}{only(agg.where)} as c{i}")
                columns[f"c{i}"] = (key, fold)
        if chosen and self._are_few(tally):
            self._keep(units_statement(self.days, self.facts, tally, tally.units, chosen), columns)

    def _are_few(self, tally: Tally, where: str = "true") -> bool:
        """Whether putting together what units have on any stretch of their days is worth it: of many days there are very many."""
        sql = unit_rows_statement(self.days, self.facts, tally, where)
        return sql is not None and int(self.facts.rows(sql)[0][0]) <= _MOST_OF_UNITS

    def _held(self, tally: Tally, key: Key, agg: Agg) -> None:
        with suppress(NotOfDays):
            if agg.sql == "count(*)" and tally.holding.starts and bool(tally.per) == bool(agg.where):
                asked = depths_asked(agg.where) if agg.where else {}
                self._keep(held_statement(self.days, self.facts, tally, asked), {"c0": (key, "sum")})

    def _keep(self, sql: str | None, columns: Mapping[str, tuple[Key, Fold]]) -> None:
        """Read the tiles of a statement, unless they are too many to be worth it."""
        if not sql:
            return
        found = self.facts.arrow(f"select * from ({sql}) as tiles limit {_MOST_OF_FIELDS + 1}")
        if found.num_rows <= _MOST_OF_FIELDS:
            tiles, order = read_tiles(found, len(self.one.by), len(self.days.periods))
            made = {name: read_column(found, name, fold, order) for name, (_, fold) in columns.items()}
            self.tiled.keep_fields(Found(tiles, made), {key: name for name, (key, _) in columns.items()})

    def _at_ends(self, days: Plan, tally: Tally, fields: Sequence[tuple[Key, Agg]]) -> ByDay:
        """Fields at the end of each day."""
        wanted = [(f"c{i}", tally.where, agg) for i, (_, agg) in enumerate(fields)]
        sql = tally_statement(days, self.facts, [tally] * len(fields), wanted)
        width = len(self.one.by) + 1
        by_day: ByDay = defaultdict(dict)
        for row in self.facts.rows(sql) if sql else ():
            found = {name: value for (name, _, _), value in zip(wanted, row[width:], strict=True)}
            by_day[row[0]][tuple(row[1:width])] = found
        return by_day

    def _spreads_at_ends(self, days: Plan, of: Distribution) -> ByDay:
        sql = numbers_statement(days, self.facts, of)
        by_day: ByDay = defaultdict(dict)
        for (day, *group), found in spreads_of_numbers(self.facts.arrow(sql), 1)[0].items() if sql else ():
            by_day[day][tuple(group)] = found
        return by_day

    def _numbers(self, key: Key, of: Distribution) -> None:
        """The numbers of rows, or of units of rows, that count in the period of their own day."""
        try:
            parts = list(self._statements_of_numbers(of))
        except NotOfDays:
            return
        if None in parts:  # of rows in two parts one alone would be some of the numbers
            return
        tables = [self.facts.arrow(sql) for sql in parts if sql]
        whole = spread_key(replace(self.one, by=()), of)
        instead = self.tiled.spreads.get(whole) if self.one.by and not of.per else None
        room = _MOST_NUMBERS - self.tiled.count_numbers() + (len(instead.numbers) if isinstance(instead, Spread) else 0)
        if sum(table.num_rows for table in tables) <= room:
            found = tables[0] if len(tables) == 1 else pa.concat_tables(tables, promote_options="permissive")
            tiles, order = read_tiles(found, len(self.one.by), len(self.days.periods))
            numbers, is_known = read_values(found.column("x"))
            spread = Spread(tiles, small(numbers[order]), None if is_known.all() else is_known[order])
            self.tiled.keep_spread(key, spread)
            if isinstance(instead, Spread):  # those of all groups together are the same numbers: they are held once
                self.tiled.keep_spread(whole, Spread(tiles.together(), spread.numbers, spread.is_known, instead.kept))

    def _statements_of_numbers(self, of: Distribution) -> Iterator[str | None]:
        if of.per:
            tally = replace(of.of, per=of.per)
            if not self._are_few(tally, f"({of.number}) >= 0"):
                raise NotOfDays(of.per)
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


def _alike(items: Sequence[T], key: Callable[..., Any]) -> list[list[T]]:
    """Items in groups of the same key, in their order."""
    groups: dict[Any, list[T]] = defaultdict(list)
    for item in items:
        groups[key(*item[1:]) if isinstance(item, tuple) else key(item)].append(item)
    return list(groups.values())


def _said_of(tally: Tally) -> str:
    """What is said of the rows of a tally."""
    own = (*tally.dimensions.values(), *tally.lookups.values(), *tally.units.values())
    return " ".join([tally.where, tally.joins, tally.per, *own])


def _is_of_instant(tally: Tally, aggs: Sequence[Agg]) -> bool:
    """Whether more of the end of a day is asked than which rows hold it."""
    return any(agg.sql != "count(*)" or is_of_end(f"{agg.where} {tally.where} {tally.joins}") for agg in aggs)
