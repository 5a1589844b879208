"""Statements that give rows as tiles (`metrics.tiles`): dimensions, the ends of their stretches, and what is chosen of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from servicemeter.metrics.conditions import conjuncts
from servicemeter.metrics.cutting import Cut, Literal, NotOfDays, is_of_end
from servicemeter.metrics.plan import Plan
from servicemeter.metrics.statements import Statement, period_number, statement_of
from servicemeter.metrics.tiles import ENDS
from servicemeter.model.metric import Distribution, Tally
from servicemeter.store.build import Facts

__all__ = [
    "cut_statement",
    "depths_asked",
    "first_met_statement",
    "held_statement",
    "running_statement",
    "unit_rows_statement",
    "units_statement",
]

_DEPTH = re.compile(r"u\.(was|remains) >= (\d+)")


def cut_statement(days: Plan, facts: Facts, tally: Tally, literals: Sequence[Literal], chosen: Sequence[str]) -> str | None:
    """Rows that count in the period of their own day while they meet the literals; grouped, where aggregates are chosen."""
    cut = _cut(days, facts, tally, literals)
    parts = statement_of(days, facts, tally, tally.where, [*chosen, *cut.columns])
    if parts is None:
        return None
    return _rendered(facts, replace(parts, where=f"{parts.where} and {cut.is_there}").base([*cut.columns, *chosen]))


def running_statement(
    days: Plan, facts: Facts, of: Distribution, literals: Sequence[Literal], number: str, ended: Literal
) -> str | None:
    """Numbers that change while a row runs: one for each day from the row's own to the last before it `ended`."""
    tally = of.of
    cut = _cut(days, facts, tally, (*literals, ended))
    assert tally.at
    is_there = f"{tally.at} >= {days.periods[0].p0} and {tally.at} < {days.ends[-1]} and {cut.is_there}"
    lasting = replace(
        tally, at=None, during=f"p.idx >= {cut.last_from} and p.idx < {cut.last_to}", where=f"{tally.where} and {is_there}"
    )
    parts = statement_of(days, facts, lasting, lasting.where, [number, *cut.columns])
    if parts is None:
        return None
    own = [*cut.columns[:2], "cast(p.idx as integer) as last_from", "cast(p.idx + 1 as integer) as last_to"]
    return facts.render(parts.base([*own, f"{number} as x"]))


def first_met_statement(days: Plan, facts: Facts, tally: Tally, unit: str, where: str) -> str | None:
    """How many units there are, each met for the first time in a period that begins after the day it was met before."""
    parts = statement_of(days, facts, tally, tally.where, [unit, where])
    if parts is None:
        return None
    rows = parts.base([f"case when {where} then {unit} end as u"])
    chain = _chain(rows, parts, len(days.periods))
    names = [f"d{i}" for i in range(len(parts.columns))]
    chosen = [*names, "before as first_from", "idx + 1 as first_to", "idx as last_from", f"{len(days.periods)} as last_to"]
    return _rendered(facts, f"select {', '.join([*chosen, 'count(*) as c0'])} from ({chain}) as chain group by all")


def units_statement(
    days: Plan, facts: Facts, tally: Tally, units: Mapping[str, str], chosen: Sequence[str], where: str = "true"
) -> str | None:
    """Units of rows (`tally.per`), once for each stretch of days with rows of theirs that a period may have in it."""
    count = len(days.periods)
    said = [tally.per, *units.values(), where]
    narrowed = tally.where if where == "true" else f"({tally.where}) and ({where})"
    parts = statement_of(days, facts, tally, narrowed, said)
    if parts is None:
        return None
    names = [f"d{i}" for i in range(len(parts.columns))]
    alike = " and ".join(f"a.{name} = b.{name}" for name in ["u", *names])
    spans = f"""
        select {", ".join(f"a.{name}" for name in ["u", *names])}, a.idx as begins, b.idx as ends,
               a.before as first_from, a.idx + 1 as first_to, b.idx as last_from, b.after as last_to
        from ({_chain(parts.base([f"{tally.per} as u"]), parts, count)}) as a
        join ({_chain(parts.base([f"{tally.per} as u"]), parts, count)}) as b on {alike} and b.idx >= a.idx
    """
    assert tally.at
    on = [f"spans.u = {tally.per}", *(f"spans.{name} = {column}" for name, column in zip(names, parts.columns, strict=True))]
    day = period_number(days, facts, tally.at)
    join = f"join ({spans}) as spans on {' and '.join(on)} and {day} >= spans.begins and {day} <= spans.ends"
    # The rows of a unit are together, whatever day each is of.
    joined = replace(parts, source=f"{parts.source}\n{join}", instants={**parts.instants, "idx": "0"})
    inner = joined.base(
        [*(f"spans.{end} as {end}" for end in ENDS), "spans.u as u", *(f"{sql} as {name}" for name, sql in units.items())]
    )
    columns = ", ".join([*names, *ENDS, *chosen])
    return _rendered(
        facts, f"select {columns} from ({inner} group by all) as u" + (" group by all" if _is_aggregate(chosen) else "")
    )


def unit_rows_statement(days: Plan, facts: Facts, tally: Tally, where: str = "true") -> str | None:
    """How many rows a `units_statement` puts together: each once for every stretch of its unit's days that holds its own."""
    parts = statement_of(days, facts, tally, f"({tally.where}) and ({where})", [tally.per])
    if parts is None:
        return None
    unit = ", ".join(["u", *(f"d{i}" for i in range(len(parts.columns)))])
    return _rendered(
        facts,
        f"""
        select coalesce(sum(rows * place * (count - place + 1)), 0) from (
            select *, row_number() over (partition by {unit} order by idx) as place, count(*) over (partition by {unit}) as count
            from (select {unit}, idx, count(*) as rows from ({parts.base([f"{tally.per} as u"])}) as rows
                  where u is not null group by {unit}, idx) as days
        ) as places
        """,
    )


def held_statement(days: Plan, facts: Facts, tally: Tally, asked: Mapping[str, int]) -> str | None:
    """How many units there are of which at least so many rows held the start (`was`) and the end (`remains`) of a period.

    Without units: how many rows held one or the other.
    """
    parts = statement_of(days, facts, tally, tally.where, [tally.per], by_ends=True)
    if parts is None:
        return None
    if not parts.held:
        raise NotOfDays(tally.over)
    names = [f"d{i}" for i in range(len(parts.columns))]
    rows = parts.base([f"{tally.per or 'null'} as u", f"{parts.held[0]} as since", f"{parts.held[1]} as until"])
    count = len(days.periods)
    if not tally.per:
        chosen = ", ".join([*names, *ENDS, "count(*) as c0"])
        both = f"""
            select *, {-count} as first_from, {count} as first_to, since as last_from, until + 1 as last_to from ({rows}) as held
            union all
            select *, since + 1, until + 2, until + 1, {count} from ({rows}) as held
        """
        return _rendered(facts, f"select {chosen} from ({both}) as tiles where last_from < last_to group by all")
    islands = {side: _islands(rows, names, depth) for side, depth in asked.items()}
    if len(islands) == 2:
        alike = " and ".join(f"was.{name} = remains.{name}" for name in ["u", *names])
        source = f"({islands['was']}) as was join ({islands['remains']}) as remains on {alike} and remains.until > was.since"
    else:
        source = " ".join(f"({sql}) as {side}" for side, sql in islands.items())
    side = next(iter(islands))
    ends = {
        "first_from": "was.since + 1" if "was" in islands else str(-count),
        "first_to": "was.until + 2" if "was" in islands else str(count),
        "last_from": "remains.since" if "remains" in islands else "greatest(was.since + 1, 0)",
        "last_to": "remains.until + 1" if "remains" in islands else str(count),
    }
    chosen = ", ".join([*(f"{side}.{name}" for name in names), *(f"{sql} as {name}" for name, sql in ends.items())])
    return _rendered(facts, f"select {chosen}, count(*) as c0 from {source} group by all")


def depths_asked(condition: str) -> dict[str, int]:
    """How many rows of a unit a condition asks for at each end; `NotOfDays` where it asks for something else."""
    found = {part: _DEPTH.fullmatch(part) for part in conjuncts(condition)}
    if not found or None in found.values():
        raise NotOfDays(condition)
    return {match[1]: int(match[2]) for match in found.values() if match}


def _islands(rows: str, names: Sequence[str], depth: int) -> str:
    """The stretches of moments (since, until; both held) in which at least `depth` rows of a unit hold."""
    groups = ", ".join(["u", *names])
    steps = f"""
        select {groups}, turned, sum(step) as step
        from (select {groups}, since as turned, 1 as step from ({rows}) as held
              union all select {groups}, until + 1, -1 from ({rows}) as held) as steps
        group by {groups}, turned
    """
    levels = f"""
        select {groups}, turned, sum(step) over (partition by {groups} order by turned) >= {depth} as is_held
        from ({steps}) as steps
    """
    turns = f"""
        select *, lag(is_held, 1, false) over (partition by {groups} order by turned) as was_held from ({levels}) as levels
    """
    return f"""
        select {groups}, turned as since, until from (
            select *, lead(turned) over (partition by {groups} order by turned) - 1 as until from ({turns}) as turns
            where is_held <> was_held
        ) as islands where is_held
    """


def _chain(rows: str, parts: Statement, count: int) -> str:
    """The days on which each unit has rows, with the first day after the one before, and the next."""
    names = ", ".join(["u", *(f"d{i}" for i in range(len(parts.columns)))])
    return f"""
        select *, coalesce(lag(idx) over own + 1, {-count}) as before, coalesce(lead(idx) over own, {count}) as after
        from (select distinct idx, {names} from ({rows}) as rows where u is not null) as days
        window own as (partition by {names} order by idx)
    """


def _cut(days: Plan, facts: Facts, tally: Tally, literals: Sequence[Literal]) -> Cut:
    assert tally.at
    own = period_number(days, facts, tally.at)
    whole, count = facts.engine.dialect.whole, len(days.periods)
    return Cut.of(own, literals, lambda instant: period_number(days, facts, instant), whole, days.as_of, count)


def _is_aggregate(chosen: Sequence[str]) -> bool:
    return any("(" in sql for sql in chosen)


def _rendered(facts: Facts, sql: str) -> str | None:
    """The statement, unless it speaks of more than days."""
    return None if is_of_end(re.sub(r"\bp\.idx\b", "", sql)) else facts.render(sql)
