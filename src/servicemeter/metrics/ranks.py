"""The SQL of a distribution: the numbers that stand at the ranks of its quantiles, in one statement over its rows.

Each group's numbers are counted in classes that grow with the number, so that a few dozen classes hold seconds and months
alike; only the classes that hold a rank that is needed are counted number by number. No engine's percentile function is used,
so that all engines agree, and nothing large has to be sorted.
"""

from __future__ import annotations

from servicemeter.metrics.plan import Plan
from servicemeter.metrics.statements import groups_of, numbers_of
from servicemeter.model.metric import Distribution
from servicemeter.store.build import Facts

__all__ = ["classes_statement", "ranks_statement"]

_FINENESS = 12
_QUANTILES = (0.5, 0.9)
_END = 1.959964
"""How many standard deviations from a quantile's rank its interval ends."""


def ranks_statement(plan: Plan, facts: Facts, of: Distribution) -> str | None:
    """Each group (period and dimensions) with its n, sum and sum of squares, how many of its numbers are negative and how many
    unknown; and once for each number x near a rank that is needed, with the ranks it stands at: after `below` up to `upto`.

    None when the fact lacks a dimension that was asked.
    """
    base = numbers_of(plan, facts, of)
    if base is None:
        return None
    groups, double = groups_of(plan), facts.engine.dialect.double
    names = groups.split(", ")
    near = _near(double("total_n"))
    return facts.render(f"""
        with numbers as (select {groups}, x, {_class(facts)} as class from ({base}) as found),
        classes as (
            select {groups}, class, count(*) as n, sum(x) as total, sum({double("x")} * x) as squares
            from numbers group by {groups}, class
        ),
        ranked as (
            select {groups}, class, n, sum(n) over (partition by {groups} order by class) as upto,
                   sum(n) over (partition by {groups}) as total_n
            from classes where class >= 0
        ),
        wanted as (
            select {groups}, class, below, total_n from (select *, upto - n as below from ranked) as r where {near}
        ),
        counted as (
            select {_of("v", names)}, v.class, w.below, w.total_n, v.x, count(*) as n
            from numbers as v join wanted as w on {_same("v", "w", [*names, "class"])}
            group by {_of("v", names)}, v.class, w.below, w.total_n, v.x
        ),
        placed as (
            select {groups}, x, n, total_n, below + sum(n) over (partition by {groups}, class order by x) as upto from counted
        ),
        places as (
            select {groups}, x, below, upto from (select *, upto - n as below from placed) as p where {near}
        ),
        sums as (
            select {groups}, sum(case when class >= 0 then n else 0 end) as n, sum(case when class >= 0 then total end) as total,
                   sum(case when class >= 0 then squares end) as squares,
                   sum(case when class = -1 then n else 0 end) as n_invalid,
                   sum(case when class = -2 then n else 0 end) as n_excluded
            from classes group by {groups}
        )
        select {_of("s", names)}, s.n, s.total, s.squares, s.n_invalid, s.n_excluded, p.x, p.below, p.upto
        from sums as s left join places as p on {_same("s", "p", names)}
    """)


def classes_statement(plan: Plan, facts: Facts, of: Distribution) -> str | None:
    """All groups' numbers by class: how many and the greatest; negative and unknown ones are left out."""
    base = numbers_of(plan, facts, of)
    if base is None:
        return None
    classed = f"select x, {_class(facts)} as class from ({base}) as found where x >= 0"
    return facts.render(f"select class, count(*) as n, max(x) as greatest from ({classed}) as classed group by class")


def _of(alias: str, names: list[str]) -> str:
    return ", ".join(f"{alias}.{name}" for name in names)


def _same(one: str, other: str, names: list[str]) -> str:
    return " and ".join(f"{one}.{name} = {other}.{name}" for name in names)


def _near(n: str) -> str:
    """Whether the ranks after `below` up to `upto` hold one that is needed of n: at a quantile, or at an end of its interval.

    The exact ranks, which the binomial distribution gives, are less than 1 below and less than 2 above these.
    """
    conditions = []
    for q in _QUANTILES:
        for side in (f" - {_END} * sqrt({n} * {q * (1 - q):.2f})", "", f" + {_END} * sqrt({n} * {q * (1 - q):.2f})"):
            middle = f"{n} * {q}{side}"
            conditions.append(f"(below < {middle} + 2 and upto > {middle} - 1)")
    return f"({' or '.join(conditions)})"


def _class(facts: Facts) -> str:
    """Classes a few per cent wide. Negative numbers are class -1, unknown ones -2."""
    dialect = facts.engine.dialect
    number = f"cast(floor(ln({dialect.double('x')} + 1) * {_FINENESS}) as integer)"
    return f"case when x is null then -2 when x < 0 then -1 else {number} end"
