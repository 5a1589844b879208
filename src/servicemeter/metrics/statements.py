"""The SQL of a plan: tallies grouped into statements, and the order statistics of a distribution."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from servicemeter.ground.clock import offsets
from servicemeter.ground.errors import BadQuestion
from servicemeter.metrics.plan import Plan
from servicemeter.model.metric import Agg, Distribution, Tally
from servicemeter.model.question import Filter
from servicemeter.store.build import FactFile, Facts, fact_files

__all__ = ["Statement", "classes_statement", "shape_of", "survival_statement", "tally_statement", "values_statement"]

_FEW_PERIODS = 20
_OF_TICKET = ("channel", "channel_class", "brand", "language", "reason", "source")
_CUSTOMER = """left join customers as c on c.source = {owner}.customer_source and c.customer_id = {owner}.customer_id"""
_PRIORITY = """left join {{{{ facts }}}}.priority_spans as ps
    on ps.ticket_no = f.ticket_no and {key} >= ps.from_key and {key} < ps.to_key"""


@dataclass(frozen=True)
class Statement:
    """The parts of a SELECT over one tally, apart from what is aggregated."""

    columns: tuple[str, ...]
    source: str
    where: str

    def select(self, aggregates: Sequence[str]) -> str:
        """The statement that groups by period and dimensions."""
        names = ["idx", *(f"d{i}" for i in range(len(self.columns)))]
        chosen = ", ".join(["p.idx as idx", *(f"{c} as d{i}" for i, c in enumerate(self.columns)), *aggregates])
        return f"select {chosen} {self.source} where {self.where} group by {', '.join(names)}"

    def base(self, extra: Sequence[str]) -> str:
        """The rows themselves: period, dimensions and extra columns."""
        chosen = ", ".join(["p.idx as idx", *(f"{c} as d{i}" for i, c in enumerate(self.columns)), *extra])
        return f"select {chosen} {self.source} where {self.where}"


def shape_of(tally: Tally) -> tuple[object, ...]:
    """What two tallies must share to be counted by one statement."""
    return (tally.over, tally.at, tally.until, tuple(sorted(tally.dimensions.items())), tally.joins)


def tally_statement(plan: Plan, facts: Facts, tallies: Sequence[Tally], wanted: Sequence[tuple[str, str, Agg]]) -> str | None:
    """One statement that counts several tallies of one shape; `wanted` are (column name, tally condition, aggregate).

    None when the fact lacks a dimension that was asked.
    """
    common = {t.where for t in tallies}
    shared = common.pop() if len(common) == 1 else "true"
    snippets = [sql for _, where, agg in wanted for sql in (where, agg.sql, agg.where)]
    parts = _statement(plan, facts, tallies[0], shared, snippets)
    if parts is None:
        return None
    aggregates = []
    for name, where, agg in wanted:
        conditions = [c for c in (where if shared == "true" else "", agg.where) if c and c != "true"]
        only = f" filter (where {' and '.join(f'({c})' for c in conditions)})" if conditions else ""
        aggregates.append(f"{agg.sql}{only} as {name}")
    return facts.render(parts.select(aggregates))


def classes_statement(plan: Plan, facts: Facts, of: Distribution) -> str | None:
    """Each group's numbers by class: how many, their sum, the least and the greatest. Negative numbers are class -1,
    unknown ones -2. None when the fact lacks a dimension that was asked."""
    base = _numbers(plan, facts, of)
    if base is None:
        return None
    groups = _groups(plan)
    return facts.render(f"""
        select {groups}, class, count(*) as n, sum(x) as total, min(x) as least, max(x) as greatest
        from (select {groups}, x, {_class(plan, facts)} as class from ({base}) as numbers) as classed
        group by {groups}, class
    """)


def values_statement(plan: Plan, facts: Facts, of: Distribution, places: Iterable[tuple[object, ...]]) -> str | None:
    """Every value of the given places, (period, dimensions, class), with how often it is there."""
    base = _numbers(plan, facts, of)
    if base is None:
        return None
    groups = _groups(plan)
    names = [*groups.split(", "), "class"]
    same = " and ".join(f"v.{name} = w.{name}" for name in names)
    chosen = ", ".join(f"v.{name}" for name in names)
    return facts.render(f"""
        select {chosen}, v.x, count(*) as n
        from (select {groups}, x, {_class(plan, facts)} as class from ({base}) as numbers) as v
        join {facts.engine.dialect.values(places, names)} as w on {same}
        group by {chosen}, v.x
    """)


def _class(plan: Plan, facts: Facts) -> str:
    """Classes a few per cent wide; wider ones when there are many periods, so that few rows come back."""
    dialect = facts.engine.dialect
    fineness = 12 if len(plan.periods) <= _FEW_PERIODS else 4
    number = f"cast(floor(ln({dialect.double('x')} + 1) * {fineness}) as integer)"
    return f"case when x is null then -2 when x < 0 then -1 else {number} end"


def survival_statement(plan: Plan, facts: Facts, of: Distribution) -> str | None:
    """How many cases ended and how many were still running after each number of seconds."""
    parts = _statement(plan, facts, of.of, of.of.where, [of.number, of.censored])
    if parts is None:
        return None
    groups = _groups(plan)
    base = parts.base([f"{of.number} as x", f"{of.censored} as y"])
    return facts.render(f"""
        select {groups}, coalesce(x, y) as seconds, count(x) as events, count(*) - count(x) as censored
        from ({base}) as cases where coalesce(x, y) >= 0
        group by {groups}, coalesce(x, y) order by {groups}, seconds
    """)


def _groups(plan: Plan) -> str:
    return ", ".join(["idx", *(f"d{i}" for i in range(len(plan.by)))])


def _numbers(plan: Plan, facts: Facts, of: Distribution) -> str | None:
    """The numbers of a distribution with their period and dimensions, joined into units where asked."""
    parts = _statement(plan, facts, of.of, of.of.where, [of.number, of.per])
    if parts is None:
        return None
    if not of.per:
        return parts.base([f"{of.number} as x"])
    groups = _groups(plan)
    base = parts.base([f"{of.number} as y", f"{of.per} as unit"])
    return f"select {groups}, {of.fold}(y) as x from ({base}) as units where y >= 0 group by {groups}, unit"


def _statement(plan: Plan, facts: Facts, tally: Tally, where: str, snippets: Sequence[str]) -> Statement | None:
    """FROM, WHERE and dimension columns of a tally, with the joins that its snippets and dimensions need."""
    file = fact_files()[tally.over]
    at = tally.at or "p.e"
    columns, filters = [], []
    needs: set[str] = set()
    for name in plan.by:
        column = _dimension(plan, facts, tally, name, at, needs)
        if column is None:
            return None
        columns.append(column)
    for condition in _all_filters(plan):
        column = _dimension(plan, facts, tally, condition.dimension, at, needs)
        if column is None:
            return None
        filters.append(_compare(facts, column, condition))
    said = " ".join([*snippets, where, tally.joins, *tally.dimensions.values()])
    if file.name != "tickets" and file.through and ("t." in _words(said) or needs):
        needs.add("t")
    said += " ".join([*columns, *filters])
    owner = "f" if not file.through or file.name == "tickets" else "t"
    joins = [
        f"join {_periods(plan, facts)} as p on {_in_period(plan, facts, tally)}",
        "left join {{ facts }}.tickets as t on t.ticket_no = f.ticket_no" if "t" in needs and owner == "t" else "",
        _CUSTOMER.format(owner=owner) if "customer" in needs else "",
        _PRIORITY.format(key=_key(file, tally)) if "priority" in needs else "",
        *(join for alias, join in file.joins.items() if f"{alias}." in said),
        tally.joins,
    ]
    source = f"from {{{{ facts }}}}.{tally.over} as f " + "\n".join(j for j in joins if j)
    conditions = [f"({c})" for c in [*_bounds(plan, tally), where, *filters] if c and c != "true"]
    return Statement(tuple(columns), source, " and ".join(conditions) or "true")


def _key(file: FactFile, tally: Tally) -> str:
    """The place of a row's instant among the ticket's changes: with its own change, the whole second, or just before."""
    if tally.at is None:
        return "(p.e * 1000000000 - 1)"
    return file.keys.get(tally.at, f"({tally.at} * 1000000000 + 999999999)")


def _words(sql: str) -> str:
    """The SQL with a blank before every `t.` that is an alias of its own and not the end of another word."""
    return " ".join(word for word in sql.replace("(", " ").replace(",", " ").split() if word.startswith("t."))


def _all_filters(plan: Plan) -> list[Filter]:
    scope = plan.question.scope
    filters = list(plan.question.where)
    for dimension, values in (("brand", scope.brands), ("team", scope.teams), ("agent", scope.agents)):
        if values:
            filters.append(Filter(dimension, values))
    names = tuple(s.name for s in plan.sources if not scope.sources or s.name in scope.sources)
    if not plan.all_sources or scope.sources:
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
        column = "cast(null as varchar)" if own is None else own if "." in own else f"f.{own}"
    elif name == "customer_segment":
        needs.add("customer")
        needs.add("t")
        column = "c.segment"
    elif name == "priority" and file.through:
        needs |= {"priority", "t"}
        column = "ps.priority"
    elif name in _OF_TICKET and file.through and file.name != "tickets":
        needs.add("t")
        column = f"t.{name}"
    elif name in _OF_TICKET:
        column = f"f.{name}"
    elif name in ("agent", "team", "priority"):
        column = "cast(null as varchar)"
    else:
        column = None
    return None if column is None else f"coalesce({column}, '{bucket}')"


def _compare(facts: Facts, column: str, condition: Filter) -> str:
    values = ", ".join(facts.engine.dialect.text(v) for v in condition.values) or "null"
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


def _in_period(plan: Plan, facts: Facts, tally: Tally) -> str:
    """The condition that joins a row to its period."""
    if tally.at is None:
        return "f.from_at < p.e and (f.to_at is null or f.to_at >= p.e)"
    if len(plan.periods) == 1:
        return "p.idx = 0"
    grain = plan.question.grain
    if grain in ("day", "week"):
        first = plan.periods[0].start.toordinal() - _EPOCH_DAY
        whole = facts.engine.dialect.whole
        day = f"({whole(_local(plan, tally.at), '86400')} - {first})"
        return f"p.idx = {day}" if grain == "day" else f"p.idx = {whole(day, '7')}"
    starts = " ".join(f"when {tally.at} < {p.p1} then {i}" for i, p in enumerate(plan.periods))
    return f"p.idx = case {starts} end"


_EPOCH_DAY = 719_163


def _bounds(plan: Plan, tally: Tally) -> list[str]:
    """The plain comparisons of instants: over all periods, and in each up to its evaluation instant."""
    if tally.at is None:
        return []
    first, last = plan.periods[0].p0, plan.periods[-1].p1
    end = "p.e" if tally.until == "e" else "p.p1"
    bounds = [f"{tally.at} >= {first}", f"{tally.at} < {min(last, plan.as_of)}", f"{tally.at} < {end}"]
    return bounds if len(plan.periods) == 1 else [*bounds, f"{tally.at} >= p.p0"]


def _periods(plan: Plan, facts: Facts) -> str:
    rows = [(i, p.p0, p.p1, e, plan.as_of) for i, (p, e) in enumerate(zip(plan.periods, plan.ends, strict=True))]
    instants = ("p0", "p1", "e", "as_of")
    casts = ", ".join(f"cast({name} as bigint) as {name}" for name in instants)
    return f"(select idx, {casts} from {facts.engine.dialect.values(rows, ['idx', *instants])} as given)"


def check_calendar_reaches(facts: Facts, plan: Plan) -> None:
    """Raise `BadQuestion` when business time is asked beyond the days the calendars are worked out for."""
    last = facts.engine.rows(f"select max(day_start) from {facts.schema}.cal_days")[0][0]
    if last is not None and max(plan.ends) >= last:
        raise BadQuestion("Business time is known up to two years after the last row; ask for an earlier moment.")
