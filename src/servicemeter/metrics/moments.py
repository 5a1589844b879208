"""Units (persons) at several moments, from what their rows hold: each row is read once, however many moments there are."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["units_at_ends"]

_FEW = 3
"""Up to so many periods a unit's rows are counted at each moment; beyond, at the moments where their number changes."""


def units_at_ends(
    rows: str,
    dimensions: Sequence[str],
    parting: Sequence[str],
    ends: int,
    periods: str,
    counts: Sequence[str],
    *,
    starts: bool,
) -> str:
    """How many units there are in each period, by `u.was` and `u.remains`: how many rows (2 for more) held its start and its end.

    `rows` give the dimensions and, in the columns after them, a unit and the numbers of the first and the last period whose
    end they hold (-1: the start of the first). `counts` count units that hold the end (or, with `starts`, the start) of the
    period. `parting` are the dimensions that have more than one value.
    """
    if ends <= _FEW:
        return _at_each(rows, dimensions, ends, periods, counts, starts=starts)
    return _where_changed(rows, dimensions, parting, ends, periods, counts, starts=starts)


def _at_each(rows: str, dimensions: Sequence[str], ends: int, periods: str, counts: Sequence[str], *, starts: bool) -> str:
    """The rows of each unit are counted at every moment."""
    unit, first, last = (f"d{len(dimensions) + i}" for i in range(3))
    held = [f"count(case when {first} <= {n} and {last} >= {n} then 1 end) as held{n + 1}" for n in range(-1, ends)]
    units = f"select {', '.join([*dimensions, unit, *held])} from ({rows}) as f group by {', '.join([*dimensions, unit])}"
    was, remains = (f"case {' '.join(f'when p.idx = {n} then r.held{n + later}' for n in range(ends))} end" for later in (0, 1))
    chosen = ", ".join(["p.idx as idx", *(f"r.{name}" for name in dimensions)])
    names = ", ".join(["idx", *(f"u.{name}" for name in dimensions)])
    there = "u.was >= 1 or u.remains >= 1" if starts else "u.remains >= 1"
    return f"""
        select {names}, {", ".join(counts)}
        from (select {chosen}, {was} as was, {remains} as remains from ({units}) as r cross join {periods} as p) as u
        where {there} group by {names}
    """


def _where_changed(
    rows: str,
    dimensions: Sequence[str],
    parting: Sequence[str],
    ends: int,
    periods: str,
    counts: Sequence[str],
    *,
    starts: bool,
) -> str:
    """A unit's depth, how many of its rows hold an end, goes up at the first of a row and down after its last.

    Turns from one depth to another are counted where they happen; whoever has turned to a depth stays there in the periods
    after, until the next turn takes one away again.
    """
    unit, first, last = (f"d{len(dimensions) + i}" for i in range(3))
    groups = ", ".join([*dimensions, unit])
    steps = f"""
        select {groups}, turned, sum(step) as step
        from (select {groups}, case when w.step > 0 then {first} else {last} + 1 end as turned, w.step as step
              from ({rows}) as f
              join (select 1 as step union all select -1 as step) as w on w.step > 0 or {last} < {ends - 1}) as s
        group by {groups}, turned
    """
    parts = ", ".join([*parting, unit])
    depths = f"select *, sum(step) over (partition by {parts} order by turned) as depth from ({steps}) as s"
    alike = ", ".join([*dimensions, "turned", "before", "depth"])
    turns = f"""
        select {alike}, count(*) as units
        from (select {", ".join([*dimensions, "turned"])}, least(depth - step, 2) as before, least(depth, 2) as depth
              from ({depths}) as d) as d
        group by {alike}
    """
    names = ", ".join(["idx", *(f"u.{name}" for name in dimensions)])
    chosen = ", ".join(["p.idx as idx", *(f"r.{name}" for name in dimensions)])
    was = "case when r.turned = p.idx or w.side < 0 then r.before else r.depth end"
    remains = "case when w.side < 0 then r.before else r.depth end"
    # A unit without a row at the moment is only there to take away the one that it was before.
    there = "u.was >= 1 or u.remains >= 1" if starts else "u.remains >= 1"
    counted = ", ".join(count.replace("count(*)", f"sum(case when {there} then u.units end)", 1) for count in counts)
    return f"""
        select {names}, {counted}
        from (select {chosen}, {was} as was, {remains} as remains, w.side * r.units as units
              from ({turns}) as r join {periods} as p on p.idx >= r.turned
              cross join (select 1 as side union all select -1 as side) as w) as u
        group by {names}
    """
