"""Rows as they stand where the facts of their source end: what a row tells of later is not there yet.

A call that was answered before that instant and ended after it is in progress; work that ended after it has no end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from servicemeter.engines.dialect import Dialect
from servicemeter.model.tables import BOOKKEEPING, TABLES

__all__ = ["Standing", "tells_beyond"]

_BOOKKEEPING = {column.name for column in BOOKKEEPING}
_DONE = "({ended_at} + coalesce(r.acw_s, 0))"
"""When a leg of a call or chat is done with, the work after it included."""


@dataclass(frozen=True)
class Standing:
    """Where the facts of sources end: (source, the first instant that does not exist for it, naive UTC).

    A row is `r` in its SQL.
    """

    dialect: Dialect
    ends: tuple[tuple[str, datetime], ...]

    def has_begun(self, table: str) -> str:
        """The condition that a row exists; empty where all do."""
        moment = _moment(table)
        return f"(r.{moment} is null or not ({self._is_late(f'r.{moment}')}))" if moment and self.ends else ""

    def columns(self, table: str) -> str:
        """The columns of a row, without what they tell of later."""
        late = {name: self._is_late(f"r.{name}") for name in _later(table)} if self.ends else {}
        if not late:
            return "r.*"
        said = {name: f"case when {is_late} then null else r.{name} end" for name, is_late in late.items()}
        if table == "interactions":
            said["outcome"] = self._outcome(late)
        q = self.dialect.name_of
        return ", ".join(f"{said.get(c.name, f'r.{q(c.name)}')} as {q(c.name)}" for c in TABLES[table].all_columns)

    def end_of(self, source: str, otherwise: str) -> str:
        """Where the facts of a source end (epoch seconds); `otherwise` where nothing says."""
        ends = " ".join(f"when {self.dialect.text(name)} then {self._second(end)}" for name, end in self.ends)
        return f"case {source} {ends} else {otherwise} end" if ends else otherwise

    def _outcome(self, late: dict[str, str]) -> str:
        """What had become of a leg: one that nobody had answered waits, one that was still worked on is in progress."""
        done = _DONE.format(ended_at=self.dialect.epoch("r.ended_at"))
        is_at_work = f"{done} >= {self.end_of('r.source', done + ' + 1')}"
        waits = f"case when r.queued_at is null or {late['queued_at']} then 'in_progress' else 'in_queue' end"
        return f"""case when r.outcome = 'self_served' then r.outcome
            when {late["answered_at"]} or r.answered_at is null and ({late["ended_at"]}) then {waits}
            when r.answered_at is not null and {is_at_work} then 'in_progress' else r.outcome end"""

    def _is_late(self, instant: str) -> str:
        text, literal = self.dialect.text, self.dialect.literal
        return " or ".join(f"(r.source = {text(name)} and {instant} >= {literal(end)})" for name, end in self.ends)

    def _second(self, instant: datetime) -> str:
        return self.dialect.epoch(self.dialect.literal(instant))


def tells_beyond(dialect: Dialect, table: str, instant: datetime) -> str:
    """The condition that a row (`r`) tells of an instant (naive UTC) or later, or lasts until then; empty where none can."""
    since, names = dialect.literal(instant), [*filter(None, [_moment(table)]), *_later(table)]
    conditions = [f"r.{name} >= {since}" for name in names]
    if table == "interactions":
        conditions.append(f"{_DONE.format(ended_at=dialect.epoch('r.ended_at'))} >= {dialect.epoch(since)}")
    if table == "agent_states":
        conditions.append("r.ended_at is null")
    return " or ".join(conditions)


def _moment(table: str) -> str | None:
    """When a row begins to exist; customers are there as soon as anything of theirs is."""
    return None if table == "customers" else TABLES[table].moment


def _later(table: str) -> list[str]:
    """The instants that a row tells of after the one in which it begins to exist."""
    instants = [c.name for c in TABLES[table].columns if c.kind == "ts" and c.name not in _BOOKKEEPING]
    return [name for name in instants if name != _moment(table)] if _moment(table) else []
