"""Units (persons) at several moments, from what their rows hold: each row is read once, however many moments there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["UnitsAtEnds"]

_FEW = 3
"""Up to so many periods a unit's rows are counted at each moment; beyond, at the moments where their number changes."""


@dataclass(frozen=True)
class UnitsAtEnds:
    """How many units there are in each period, by `u.was` and `u.remains`: how many rows (2 for more) held its start and its end.

    `rows` give the dimensions and, in the columns after them, a unit and the numbers of the first and the last of the `ends`
    that they hold (-1: the start of the first period). `counts` count units that hold the end (or, with `starts`, the start) of
    the period. `parting` are the dimensions that have more than one value.
    """

    rows: str
    dimensions: Sequence[str]
    parting: Sequence[str]
    ends: int
    periods: str
    counts: Sequence[str]
    starts: bool

    def select(self) -> str:
        """The statement, grouped by period (idx) and dimensions."""
        return self._at_each() if self.ends <= _FEW else self._where_changed()

    def _at_each(self) -> str:
        """The rows of each unit are counted at every moment."""
        unit, first, last = self._held
        held = [f"count(case when {first} <= {n} and {last} >= {n} then 1 end) as held{n + 1}" for n in range(-1, self.ends)]
        groups = ", ".join([*self.dimensions, unit])
        units = f"select {groups}, {', '.join(held)} from ({self.rows}) as f group by {groups}"
        was, remains = (
            f"case {' '.join(f'when p.idx = {n} then r.held{n + later}' for n in range(self.ends))} end" for later in (0, 1)
        )
        return f"""
            select {self._names}, {", ".join(self.counts)}
            from (select {self._chosen}, {was} as was, {remains} as remains
                  from ({units}) as r cross join {self.periods} as p) as u
            where {self._there} group by {self._names}
        """

    def _where_changed(self) -> str:
        """A unit's depth, how many of its rows hold an end, goes up at the first of a row and down after its last.

        Turns from one depth to another are counted where they happen; whoever has turned to a depth stays there in the periods
        after, until the next turn takes one away again. Of several turns at one moment each goes on from the one before, `since`
        the depth that the unit had before them all.
        """
        unit, first, last = self._held
        groups = ", ".join([*self.dimensions, unit])
        steps = f"""
            select {groups}, case when w.step > 0 then {first} else {last} + 1 end as turned, w.step as step
            from ({self.rows}) as f
            join (select 1 as step union all select -1 as step) as w on w.step > 0 or {last} < {self.ends - 1}
        """
        parts = ", ".join([*self.parting, unit])
        in_order = f"partition by {parts} order by turned"
        before = f"sum(step) over ({in_order} range between unbounded preceding and 1 preceding)"
        since = f"coalesce({before}, 0)" if self.starts else "0"
        depths = f"""
            select *, sum(step) over ({in_order} rows between unbounded preceding and current row) as depth, {since} as since
            from ({steps}) as s
        """
        alike = ", ".join([*self.dimensions, "turned", "since", "before", "depth"])
        turns = f"""
            select {alike}, count(*) as units
            from (select {", ".join([*self.dimensions, "turned"])}, least(since, 2) as since,
                         least(depth - step, 2) as before, least(depth, 2) as depth
                  from ({depths}) as d) as d
            group by {alike}
        """
        was = "case when r.turned = p.idx then r.since when w.side < 0 then r.before else r.depth end"
        remains = "case when w.side < 0 then r.before else r.depth end"
        # A unit without a row at the moment is only there to take away the one that it was before.
        units = f"sum(case when {self._there} then u.units end)"
        counted = ", ".join(count.replace("count(*)", units, 1) for count in self.counts)
        return f"""
            select {self._names}, {counted}
            from (select {self._chosen}, {was} as was, {remains} as remains, w.side * r.units as units
                  from ({turns}) as r join {self.periods} as p on p.idx >= r.turned
                  cross join (select 1 as side union all select -1 as side) as w) as u
            group by {self._names}
        """

    @property
    def _held(self) -> tuple[str, str, str]:
        """The columns of the unit, and of the first and the last end it holds."""
        width = len(self.dimensions)
        return f"d{width}", f"d{width + 1}", f"d{width + 2}"

    @property
    def _chosen(self) -> str:
        return ", ".join(["p.idx as idx", *(f"r.{name}" for name in self.dimensions)])

    @property
    def _names(self) -> str:
        return ", ".join(["idx", *(f"u.{name}" for name in self.dimensions)])

    @property
    def _there(self) -> str:
        """Whether a unit is there at the end of the period, or at its start where that counts."""
        return "u.was >= 1 or u.remains >= 1" if self.starts else "u.remains >= 1"
