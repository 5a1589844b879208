"""The work of making tiles, in pieces that can be left and begun again.

For what cannot be told by days (what costs lie in a period, say) rows are read when asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

import pyarrow as pa

from servicemeter.metrics.cutting import NotOfDays, ended_of, is_of_end, literals_of
from servicemeter.metrics.plan import Plan
from servicemeter.metrics.quantiles import spread_of_numbers
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
    units_statement,
)
from servicemeter.model.metric import Agg, Distribution, Tally
from servicemeter.store.build import Facts

__all__ = ["Piece", "pieces_of"]

Key = tuple[Any, ...]
T = TypeVar("T")
Piece = Callable[[], None]
"""A part of the work, which can be done again from its start."""

_DAYS_AT_ONCE = 31
_MOST_OF_FIELDS = 2_000_000
"""Beyond, reading rows is no dearer."""
_MOST_NUMBERS = 64_000_000
"""Of all distributions together: some 0.7 GB."""


def pieces_of(tiled: Tiled, plans: Sequence[Plan], facts_for: Callable[[Plan], Facts]) -> Iterator[Piece]:
    """What there is to do so that plans like these are known by days."""
    fields: dict[Key, tuple[Plan, Tally, Agg]] = {}
    spreads: dict[Key, tuple[Plan, Distribution]] = {}
    for one in plans:
        if not one.is_measured or one.invalid_dimension or one.question.moment is not None:
            continue
        for tally in one.measure.tallies:
            for agg in tally.fields.values():
                fields.setdefault(field_key(one, tally, agg), (one, tally, agg))
        if one.measure.distribution is not None and not one.measure.distribution.censored:
            spreads.setdefault(spread_key(one, one.measure.distribution), (one, one.measure.distribution))
    wanted = [(key, *value) for key, value in fields.items() if key not in tiled.fields]
    for same in _alike(wanted, lambda one, tally, agg: (one.asked, one.sources_of(tally), shape_of(tally), tally.where)):
        one, tally = same[0][1:3]
        pieces = _Pieces(tiled, one, days_of(one), facts_for)
        yield from pieces.of_fields(tally, [(key, agg) for key, _, _, agg in same])
    for key, (one, of) in spreads.items():
        if key not in tiled.spreads:
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
            else:
                at_ends.append((key, agg))
        if at_ends:
            by_day: dict[int, dict[Key, dict[str, Any]]] = {}
            length = _DAYS_AT_ONCE if _is_of_instant(tally, [agg for _, agg in at_ends]) else len(self.days.periods)
            for offset, days in stretches(self.days, length):
                yield partial(self._at_ends, days, offset, tally, at_ends, by_day)
            names = {key: f"c{i}" for i, (key, _) in enumerate(at_ends)}
            yield partial(self.tiled.keep_fields, Moments(by_day), names)

    def of_spread(self, key: Key, of: Distribution) -> Iterator[Piece]:
        """A distribution."""
        if of.of.at is not None:
            yield partial(self._numbers, key, of)
        elif not of.of.during and not of.of.holding.starts and not of.per:
            by_day: dict[int, dict[Key, dict[str, Any]]] = {}
            for offset, days in stretches(self.days, _DAYS_AT_ONCE):
                yield partial(self._spreads_at_ends, days, offset, of, by_day)
            yield partial(self.tiled.keep_spread, key, Moments(by_day))

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
            tiles, order = read_tiles(found, len(self.one.by), len(self.days.periods))
            made = {name: read_column(found, name, fold, order) for name, (_, fold) in columns.items()}
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
        if tables and self.tiled.count_numbers() + sum(table.num_rows for table in tables) <= _MOST_NUMBERS:
            found = tables[0] if len(tables) == 1 else pa.concat_tables(tables, promote_options="permissive")
            tiles, order = read_tiles(found, len(self.one.by), len(self.days.periods))
            numbers, is_known = read_values(found.column("x"))
            spread = Spread(tiles, small(numbers[order]), None if is_known.all() else is_known[order])
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


def _alike(items: Sequence[T], key: Callable[..., Any]) -> list[list[T]]:
    """Items in groups of the same key, in their order."""
    groups: dict[Any, list[T]] = defaultdict(list)
    for item in items:
        groups[key(*item[1:]) if isinstance(item, tuple) else key(item)].append(item)
    return list(groups.values())


def _is_of_instant(tally: Tally, aggs: Sequence[Agg]) -> bool:
    """Whether more of the end of a day is asked than which rows hold it."""
    return any(agg.sql != "count(*)" or is_of_end(f"{agg.where} {tally.where} {tally.joins}") for agg in aggs)
