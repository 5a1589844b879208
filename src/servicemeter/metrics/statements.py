"""The SQL of a plan: tallies grouped into statements, and the order statistics of a distribution."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

from servicemeter.ground.clock import Period, epoch_day, local_day, local_midnight, offsets, start_before
from servicemeter.ground.errors import BadQuestion
from servicemeter.metrics.conditions import conjuncts
from servicemeter.metrics.moments import UnitsAtEnds
from servicemeter.metrics.plan import Plan
from servicemeter.model.metric import Agg, Distribution, Holding, Tally
from servicemeter.model.question import Filter
from servicemeter.store.build import Facts
from servicemeter.store.factfiles import FactFile, fact_files
from servicemeter.store.quoting import quoted

__all__ = [
    "Statement",
    "counted_apart",
    "groups_of",
    "numbers_of",
    "numbers_statement",
    "period_number",
    "shape_of",
    "statement_of",
    "survival_statement",
    "tally_statement",
]

_NOTHING = "cast(null as varchar)"
_PERIODS = "<periods>"
"""Stands in a FROM until it is known which instants of the periods a statement names."""
_OF_TICKET = ("channel", "channel_class", "brand", "language", "reason", "source")
_OF_CUSTOMER = {"customer_segment": "segment", "country": "country"}
_CUSTOMER = """left join customers as c on c.source = {owner}.customer_source and c.customer_id = {owner}.customer_id"""
_INSTANT = re.compile(r"\bp\.(idx|p0|p1|e|as_of|day0|day1|before)\b")
_MIDNIGHT = re.compile(r"\bp\.midnight\(([\w.]+)\)")
_OF_ITS_TICKET = re.compile(r"\bt\.(\w+)")
_COUNTED = re.compile(r"count\((\w+\.\w+)\)")
_UNTIL = re.compile(r"\((f\.\w+) is null or \1 >= p\.e\)")
_RANK = "ps.priority"
"""The priority of a fact's ticket at its instant; a fact that is no ticket's own names it among its dimensions."""
_PRIORITY = """left join {{{{ facts }}}}.priority_spans as ps
    on ps.ticket_no = f.ticket_no and {key} >= ps.from_key and {key} < ps.to_key"""


@dataclass(frozen=True)
class Statement:
    """The parts of a SELECT over one tally, apart from what is aggregated."""

    columns: tuple[str, ...]
    source: str
    where: str
    instants: Mapping[str, str]
    periods: Callable[[Collection[str]], str]
    """The relation of the periods, with those of their instants that are named."""
    held: tuple[str, str] | None = None
    """The numbers of the first and the last period whose end a row holds, where rows are not joined with periods."""
    carried: tuple[str, ...] = ()
    """What a row has of its ticket by itself."""

    def select(self, aggregates: Sequence[str]) -> str:
        """The statement that groups by period and dimensions."""
        names = ["idx", *(f"d{i}" for i in range(len(self.columns)))]
        return f"{self.base(aggregates)} group by {', '.join(names)}"

    def select_units(self, per: str, units: Mapping[str, str], aggregates: Sequence[str]) -> str:
        """The same over units: rows of one `per`, each with its own aggregates."""
        names = ", ".join(["idx", *(f"d{i}" for i in range(len(self.columns)))])
        inner = replace(self, columns=(*self.columns, per))
        rows = inner.select([f"{sql} as {name}" for name, sql in units.items()])
        return f"select {names}, {', '.join(aggregates)} from ({rows}) as u group by {names}"

    def select_at_ends(self, ends: int, tally: Tally, aggregates: Sequence[str]) -> str:
        """The same of rows that hold ends of periods: they are counted by the ends they hold, and only then meet the periods.

        All aggregates are counts.
        """
        assert self.held
        width = len(self.columns)
        names = [f"d{i}" for i in range(width)]
        if tally.per:
            rows = replace(self, columns=(*self.columns, tally.per, *self.held)).base([])
            parting = [name for name, column in zip(names, self.columns, strict=True) if not column.startswith("'")]
            units = UnitsAtEnds(rows, names, parting, ends, self.periods(()), aggregates, tally.holding.starts)
            return units.select()
        inner = replace(self, columns=(*self.columns, *self.held)).select(aggregates)
        counts = [f"sum(r.{name}) as {name}" for name in (aggregate.rsplit(" ", 1)[1] for aggregate in aggregates)]
        groups = ", ".join(["p.idx", *(f"r.{name}" for name in names)])
        after = " + 1" if tally.holding.starts else ""
        return f"""select {groups}, {", ".join(counts)} from ({inner}) as r
            join {self.periods(())} as p on p.idx >= r.d{width} and p.idx <= r.d{width + 1}{after} group by {groups}"""

    def base(self, extra: Sequence[str]) -> str:
        """The rows themselves: period, dimensions and extra columns."""
        chosen = ", ".join(["p.idx as idx", *(f"{c} as d{i}" for i, c in enumerate(self.columns)), *extra])
        sql = _carried(f"select {chosen} {self.source} where {self.where}", self.carried)
        named = {found[1] for found in _INSTANT.finditer(sql)}
        sql = sql.replace(_PERIODS, self.periods(named - self.instants.keys()))
        sql = _MIDNIGHT.sub(lambda found: self.instants["midnight"].format(day=found[1]), sql)
        return _INSTANT.sub(lambda found: self.instants.get(found[1], found[0]), sql)


def shape_of(tally: Tally) -> tuple[object, ...]:
    """What two tallies must share to be counted by one statement."""
    own = tuple(sorted(tally.dimensions.items()))
    units = tuple(sorted(tally.units.items()))
    lookups = tuple(tally.lookups.items())
    return (tally.over, tally.at, own, tally.joins, lookups, tally.during, tally.needs, tally.per, units, tally.holding)


def counted_apart(tally: Tally, field: str) -> Tally:
    """The tally by which a field is counted: what needs no lookup is counted without, the rest of rows that meet its condition.

    Only fields of rows in a period are, and only beside others that need no lookup, which have a row for every group.

    >>> of = Tally("tickets", {"n": Agg("count(*)"), "hits": Agg("count(*)", "s.x > 1")}, "f.at", "f.a", lookups={"s": "join s"})
    >>> counted_apart(of, "n").lookups, counted_apart(of, "hits").where
    ({}, '(f.a) and (s.x > 1)')
    """
    always = " ".join([tally.where, tally.joins, *tally.dimensions.values()])
    is_by_period = any(_INSTANT.search(join) for join in tally.lookups.values())  # made inner joins, DuckDB may fail to bind them
    if tally.at is None or tally.per or not tally.lookups or is_by_period or _reads(tally, always):
        return tally
    plain = [name for name, agg in tally.fields.items() if not _reads(tally, f"{agg.sql} {agg.where}")]
    if not plain:
        return tally
    if field in plain:
        return replace(tally, lookups={})
    agg = tally.fields[field]
    known = _COUNTED.fullmatch(agg.sql)
    conditions = [tally.where, agg.where, f"{known[1]} is not null" if known else ""]
    where = " and ".join(f"({condition})" for condition in conditions if condition)
    return replace(tally, where=where, fields={field: Agg("count(*)" if known else agg.sql)})


def _reads(tally: Tally, sql: str) -> bool:
    """Whether SQL speaks of a lookup of the tally."""
    return any(_speaks_of(alias, sql) for alias in tally.lookups)


def _speaks_of(alias: str, sql: str) -> bool:
    return re.search(rf"\b{alias}\.", sql) is not None


def tally_statement(plan: Plan, facts: Facts, tallies: Sequence[Tally], wanted: Sequence[tuple[str, str, Agg]]) -> str | None:
    """One statement that counts several tallies of one shape; `wanted` are (column name, tally condition, aggregate).

    None when the fact lacks a dimension that was asked.
    """
    common = {t.where for t in tallies}
    shared = common.pop() if len(common) == 1 else "true"
    first = tallies[0]
    snippets = [sql for _, where, agg in wanted for sql in (where if shared == "true" else "", agg.sql, agg.where)]
    units = first.told_of_units
    by_ends = all(_adds_up(agg) for _, _, agg in wanted) and not first.units
    parts = statement_of(plan, facts, first, shared, [*snippets, first.per, *first.units.values()], by_ends=by_ends)
    if parts is None:
        return None
    aggregates = []
    for name, where, agg in wanted:
        own = where if shared == "true" and where != "true" else ""
        conditions = [_whole(own) if own else "", f"({agg.where})" if agg.where and agg.where != "true" else ""]
        only = " and ".join(condition for condition in conditions if condition)
        aggregates.append(f"{agg.sql}{f' filter (where {only})' if only else ''} as {name}")
    if parts.held:
        return facts.render(parts.select_at_ends(len(plan.ends), first, aggregates))
    if first.per:
        return facts.render(parts.select_units(first.per, units, aggregates))
    return facts.render(parts.select(aggregates))


def _whole(condition: str) -> str:
    """A condition of several fields as one, which an engine then works out once a row and not for each of them."""
    return f"(({condition}) is true)"


def survival_statement(plan: Plan, facts: Facts, of: Distribution) -> str | None:
    """How many cases ended and how many were still running after each number of seconds; unknown ones come last, as null."""
    parts = statement_of(plan, facts, of.of, of.of.where, [of.number, of.censored])
    if parts is None:
        return None
    groups = groups_of(plan)
    base = parts.base([f"{of.number} as x", f"{of.censored} as y"])
    return facts.render(f"""
        select {groups}, coalesce(x, y) as seconds, count(x) as events, count(*) - count(x) as censored
        from ({base}) as cases group by {groups}, coalesce(x, y) order by {groups}, seconds nulls last
    """)


def groups_of(plan: Plan) -> str:
    """The columns of a group: its period and dimensions."""
    return ", ".join(["idx", *(f"d{i}" for i in range(len(plan.by)))])


def numbers_statement(plan: Plan, facts: Facts, *of: Distribution) -> str | None:
    """Every number of distributions of one shape with its period and dimensions; None when the fact lacks one that was asked.

    The numbers of one are called x; of several x0, x1 …, and k0, k1 … say which rows have one.
    """
    numbers = numbers_of(plan, facts, of[0]) if len(of) == 1 else _numbers_of_several(plan, facts, of)
    return None if numbers is None else facts.render(numbers)


def numbers_of(plan: Plan, facts: Facts, of: Distribution) -> str | None:
    """The numbers of a distribution (x) with their period and dimensions, joined into units where asked."""
    parts = statement_of(plan, facts, of.of, of.of.where, [of.number, of.per])
    if parts is None:
        return None
    if not of.per:
        return parts.base([f"{of.number} as x"])
    groups = groups_of(plan)
    base = parts.base([f"{of.number} as y", f"{of.per} as unit"])
    return f"select {groups}, {of.fold}(y) as x from ({base}) as units where y >= 0 group by {groups}, unit"


def _numbers_of_several(plan: Plan, facts: Facts, several: Sequence[Distribution]) -> str | None:
    any_of = " or ".join(dict.fromkeys(f"({of.of.where})" for of in several))
    parts = statement_of(plan, facts, several[0].of, any_of, [of.number for of in several])
    if parts is None:
        return None
    counted = [_whole(of.of.where) for of in several]
    numbers = [f"case when {one} then {of.number} end as x{i}" for i, (one, of) in enumerate(zip(counted, several, strict=True))]
    return parts.base([*numbers, *(f"{one} as k{i}" for i, one in enumerate(counted))])


def statement_of(
    plan: Plan, facts: Facts, tally: Tally, where: str, snippets: Sequence[str], *, by_ends: bool = False
) -> Statement | None:
    """FROM, WHERE and dimension columns of a tally, with the joins that its snippets and dimensions need.

    With `by_ends` rows at a moment are told which periods' ends they hold instead of being joined with them, if they can be.
    """
    file = fact_files()[tally.over]
    if plan.ticket_no is not None and file.through != "ticket_no":
        return None
    if _meets_ends(plan, tally):
        tally, where = _held_until(tally, where)
    at = tally.at or "p.e"
    columns, filters = [], []
    needs: set[str] = set()
    for name in plan.by:
        column = _dimension(plan, facts, tally, name, at, needs)
        if column is None:
            return None
        columns.append(column)
    for condition in _all_filters(plan, tally):
        column = _dimension(plan, facts, tally, condition.dimension, at, needs)
        if column is None:
            return None
        filters.append(_compare(column, condition))
    said = _carried(" ".join([*snippets, where, tally.joins, *columns, *filters]), file.carries)
    if file.name != "tickets" and file.through and _speaks_of("t", said):
        needs.add("t")
    owner = "f" if not file.through or file.name == "tickets" else "t"
    joins = [
        "left join {{ facts }}.tickets as t on t.ticket_no = f.ticket_no" if "t" in needs and owner == "t" else "",
        _CUSTOMER.format(owner=owner) if "customer" in needs else "",
        _PRIORITY.format(key=_key(file, tally)) if "priority" in needs else "",
        *(join for alias, join in file.joins.items() if _speaks_of(alias, said)),
        tally.joins,
        *(join for alias, join in tally.lookups.items() if _speaks_of(alias, said)),
    ]
    own = "" if plan.ticket_no is None else f"f.ticket_no = {plan.ticket_no}"
    conditions = [f"({c})" for c in [own, *_bounds(plan, facts, tally), where, *filters] if c and c != "true"]
    said = " ".join([said, *joins, where, *filters])
    held = ends_held(plan, facts, tally.holding) if by_ends and _is_by_ends(plan, tally, said) else None
    period, instants = ("", {"idx": "0", "as_of": _wide(plan.as_of)}) if held else _period(plan, facts, tally, said)
    if "p.midnight(" in tally.holding.since:
        instants["midnight"] = _midnight(plan)
    source = f"from {{{{ facts }}}}.{tally.over} as f " + "\n".join(j for j in [period, *joins] if j)
    chosen = " and ".join(conditions) or "true"
    return Statement(tuple(columns), source, chosen, instants, partial(_periods, plan, facts), held, file.carries)


def _carried(sql: str, columns: Collection[str]) -> str:
    """What is said of a row's ticket, read from the row itself where it carries it; then no ticket need be joined for it.

    >>> _carried("t.channel = 'chat' and t.brand is null", ("channel",))
    "f.channel = 'chat' and t.brand is null"
    """
    return _OF_ITS_TICKET.sub(lambda found: f"f.{found[1]}" if found[1] in columns else found[0], sql)


def _meets_ends(plan: Plan, tally: Tally) -> bool:
    """Whether rows are put into several periods by the moments they hold."""
    return tally.at is None and not tally.during and len(plan.periods) > 1


def _held_until(tally: Tally, where: str) -> tuple[Tally, str]:
    """The tally whose rows hold moments until a condition says that they no longer count, without the condition.

    >>> of, where = _held_until(Tally("sla_spans", {}), "f.is_inbound and (f.passed_at is null or f.passed_at >= p.e)")
    >>> of.holding.until, where
    ('least(f.to_at, f.passed_at)', 'f.is_inbound and true')
    """
    until = tally.holding.until
    if not tally.holding.starts:
        for condition in conjuncts(where):
            if (found := _UNTIL.fullmatch(condition)) and where.count(condition) == 1:
                until, where = f"least({until}, {found[1]})", where.replace(condition, "true")
    return replace(tally, holding=replace(tally.holding, until=until)), where


def _is_by_ends(plan: Plan, tally: Tally, said: str) -> bool:
    """Whether all that a row counts for is which of several moments it holds."""
    return _meets_ends(plan, tally) and all(found[1] == "as_of" for found in _INSTANT.finditer(said))


def _adds_up(agg: Agg) -> bool:
    """Whether an aggregate of some rows and that of the others add up to that of all."""
    return agg.sql == "count(*)"


def _midnight(plan: Plan) -> str:
    """The local midnight of a day (days since 1970), by the offsets of the zone over the periods."""
    first, last = min(p.p0 for p in plan.periods) - 86400, max(p.p1 for p in plan.periods) + 86400
    changes = offsets(plan.tz, first, last)
    offset = str(changes[0][1])
    for since, after in changes[1:]:
        offset = f"case when {{day}} > {(since + after) // 86400} then {after} else {offset} end"
    return f"({{day}} * 86400 - {offset})"


def _period(plan: Plan, facts: Facts, tally: Tally, said: str) -> tuple[str, dict[str, str]]:
    """The join that gives a row its period, and how the instants of the period are written.

    One period needs no join, nor do several when nothing depends on more than which one a row is in.
    """
    as_of = _wide(plan.as_of)
    rows = _instants(plan)
    if len(rows) == 1:
        return "", {"idx": "0", "as_of": as_of, **{name: _wide(value) for name, value in rows[0].items()}}
    if tally.at is not None and not any(found[1] in rows[0] for found in _INSTANT.finditer(said)):
        return "", {"idx": period_number(plan, facts, tally.at), "as_of": as_of}
    if tally.at:
        within = f"p.idx = {period_number(plan, facts, tally.at)}"
    elif tally.during:
        within = tally.lies_in
    else:
        first, last = ends_held(plan, facts, tally.holding)
        after = " + 1" if tally.holding.starts else ""
        within = f"p.idx >= {first} and p.idx <= {last}{after}"
    return f"join {_PERIODS} as p on {within}", {"as_of": as_of}


def ends_held(plan: Plan, facts: Facts, of: Holding) -> tuple[str, str]:
    """The numbers of the first and the last period whose end a row holds; -1 is the start of the first period.

    The first is the greater where it holds none. What a row holds begins before the last end.
    """
    start, last = plan.periods[0].p0, len(plan.ends) - 1
    first = f"case when {of.since} < {start} then -1 else {period_number(plan, facts, of.since)} end"
    closed = f"case when {of.until} is null or {of.until} >= {plan.ends[-1]} then {last} when {of.until} < {start} then -2"
    return first, f"{closed} else {period_number(plan, facts, of.until)} - 1 end"


def _key(file: FactFile, tally: Tally) -> str:
    """The place of a row's instant among the ticket's changes: with its own change, the whole second, or just before."""
    if tally.at is None:
        return "(p.e * 1000000000 - 1)"
    return file.keys.get(tally.at, f"({tally.at} * 1000000000 + 999999999)")


def _all_filters(plan: Plan, tally: Tally) -> list[Filter]:
    scope = plan.question.scope
    filters = list(plan.question.where)
    for dimension, values in (("brand", scope.brands), ("team", scope.teams), ("agent", scope.agents)):
        if values:
            filters.append(Filter(dimension, values))
    able = plan.sources_of(tally)
    names = tuple(s.name for s in able if not scope.sources or s.name in scope.sources)
    if len(able) < len(plan.known) or scope.sources:
        filters.append(Filter("source", names))
    return filters


def _dimension(plan: Plan, facts: Facts, tally: Tally, name: str, at: str, needs: set[str]) -> str | None:
    """The expression of a dimension, nulls in their bucket; None when the fact cannot have it. Notes what must be joined."""
    file = fact_files()[tally.over]
    bucket = "(unassigned)" if name == "agent" else "(unknown)"
    if name in ("hour_of_day", "weekday"):
        return _clock_dimension(plan, facts, name, at)
    if name in tally.dimensions:
        column: str | None = tally.dimensions[name]
    elif name in file.dimensions:
        own = file.dimensions[name]
        column = _NOTHING if own is None else own if "." in own else f"f.{own}"
    elif name in _OF_CUSTOMER:
        needs |= {"customer", "t"}
        column = f"c.{_OF_CUSTOMER[name]}"
    elif name == "priority" and file.through:
        column = _RANK
    elif name in _OF_TICKET and file.through and file.name != "tickets":
        column = f"t.{name}"
    elif name in _OF_TICKET:
        column = f"f.{name}"
    elif name in ("agent", "team", "priority"):
        column = _NOTHING
    else:
        column = None
    if column == _RANK:
        needs.add("priority")
    if column == _NOTHING:
        return f"'{bucket}'"
    return None if column is None else f"coalesce({column}, '{bucket}')"


def _compare(column: str, condition: Filter) -> str:
    values = ", ".join(quoted(v) for v in condition.values) or "null"
    compared = f"cast({column} as varchar)"
    return f"{compared} {'not in' if condition.negated else 'in'} ({values})"


def _local(plan: Plan, at: str) -> str:
    """Local seconds since 1970 of an instant: the zone's offsets over the span, written out as a CASE."""
    first = min(p.p0 for p in plan.periods) - 86400
    last = max(p.p1 for p in plan.periods) + 86400
    changes = offsets(plan.tz, first, last)
    text = str(changes[0][1])
    for since, offset in changes[1:]:
        text = f"case when {at} >= {since} then {offset} else {text} end"
    return f"({at} + {text})"


def _clock_dimension(plan: Plan, facts: Facts, name: str, at: str) -> str:
    local, whole = _local(plan, at), facts.engine.dialect.whole
    if name == "hour_of_day":
        return whole(f"{local} % 86400", "3600")
    return f"(({whole(local, '86400')} + 3) % 7 + 1)"


def _wide(instant: int) -> str:
    """An instant as a wide integer, so that it can be multiplied."""
    return f"cast({instant} as bigint)"


def period_number(plan: Plan, facts: Facts, at: str) -> str:
    """The number of the period an instant is in."""
    grain = plan.question.grain
    if grain in ("day", "week"):
        first, local, whole = epoch_day(plan.periods[0].start), _local(plan, at), facts.engine.dialect.whole
        if grain == "day":
            return f"({whole(local, '86400')} - {first})"
        return whole(f"{local} - {first * 86400}", "604800")
    starts = " ".join(f"when {at} < {p.p1} then {i}" for i, p in enumerate(plan.periods))
    return f"case {starts} end"


def _bounds(plan: Plan, facts: Facts, tally: Tally) -> list[str]:
    """The plain comparisons of instants that hold over all periods together; within them every row has its period."""
    if tally.at is None and (tally.during or len(plan.periods) == 1):
        return [tally.lies_in] if len(plan.periods) == 1 else []
    if tally.at is None:
        first, last = ends_held(plan, facts, tally.holding)
        since, until, start = tally.holding.since, tally.holding.until, plan.periods[0].p0
        until_start = start if tally.holding.starts else plan.ends[0]
        return [f"{since} < {plan.ends[-1]}", f"{until} is null or {until} >= {until_start}", f"{first} <= {last}"]
    return [f"{tally.at} >= {plan.periods[0].p0}", f"{tally.at} < {min(plan.periods[-1].p1, plan.as_of)}"]


def _instants(plan: Plan) -> list[dict[str, int]]:
    """The instants (and local days) of each period that snippets may name."""
    return _instants_of(plan.periods, plan.ends, plan.tz)


@lru_cache(maxsize=64)
def _instants_of(periods: tuple[Period, ...], ends: tuple[int, ...], tz: str) -> list[dict[str, int]]:
    return [
        {
            "p0": p.p0,
            "p1": p.p1,
            "e": e,
            "day0": epoch_day(p.start),
            "day1": max(epoch_day(p.start), epoch_day(local_day(e - 1, tz)) + 1),
            "before": local_midnight(start_before(p.start, p.end), tz),
        }
        for p, e in zip(periods, ends, strict=True)
    ]


def _periods(plan: Plan, facts: Facts, named: Collection[str]) -> str:
    """The periods by number, with some of their instants."""
    names = [name for name in _instants(plan)[0] if name in named]
    casts = "".join(f", cast({name} as bigint) as {name}" for name in names)
    rows = [(i, *(row[name] for name in names)) for i, row in enumerate(_instants(plan))]
    return f"(select idx{casts} from {facts.engine.dialect.values(rows, ['idx', *names])} as given)"


def check_calendar_reaches(facts: Facts, plan: Plan) -> None:
    """Raise `BadQuestion` when business time is asked beyond the days the calendars are worked out for."""
    last = facts.rows(f"select max(day_start) from {facts.schema}.cal_days")[0][0]
    if last is not None and max(plan.ends) >= last:
        raise BadQuestion("Business time is known up to two years after the last row; ask for an earlier moment.")
