"""Building the facts: in full, or only for what new rows touch; and scratch facts for a past moment or other parameters.

A fact is one file in `facts/` (see `store.factfiles`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from servicemeter.engines.engine import Engine, Read
from servicemeter.ground.clock import epoch, offsets
from servicemeter.ground.currencies import UNUSUAL_DIGITS, minor_digits
from servicemeter.ground.libraries import when_used
from servicemeter.model.scales import USUAL_SCALES
from servicemeter.model.tables import TABLES
from servicemeter.store.calendars import Calendars, build_cal_days, read_calendars
from servicemeter.store.coverage import capabilities_of
from servicemeter.store.factfiles import VIRTUAL, FactFile, fact_files
from servicemeter.store.identities import build_persons
from servicemeter.store.policies import Policies, read_policies
from servicemeter.store.quoting import unquoted
from servicemeter.store.reach import PIECEWISE, STAGED, Reach, belongs, rows_that_make_room
from servicemeter.store.standing import Standing
from servicemeter.store.templates import rendered, rendered_file
from servicemeter.store.touched import EVERYTHING
from servicemeter.store.variants import with_defaults
from servicemeter.store.versions import known_versions

if TYPE_CHECKING:
    import pyarrow as pa
else:
    pa = when_used("pyarrow")

__all__ = ["FAR_OFF", "LONG_AGO", "Facts", "Horizon", "policies_set"]

LONG_AGO = -6_000_000_000
FAR_OFF = 253_402_300_799
_KEYS = 1_000_000_000
_PRIMITIVES = (
    "epoch", "year", "text", "values", "tie", "whole", "numbered", "double", "decimal", "rounded", "row_hash", "first_by",
    "last_by", "last_known", "last_known_before",
)  # fmt: skip
_CASES = frozenset({"ticket", "contact", "invitation"})
_WHOLE = {
    "all": _CASES,
    "order": frozenset({"order", "customer"}),
    "person": frozenset({"order", "customer"}),
    "cost": frozenset({"cost", "order", "customer"}),
    "agent_state": frozenset({"agent_state", "contact"}),
}
"""Kinds of facts that are replaced as a whole, with what must have been touched for it."""


@dataclass(frozen=True)
class Horizon:
    """Up to when the rows exist that facts are built from: `as_of` and `known_at` (aware; None = everything)."""

    as_of: datetime | None = None
    known_at: datetime | None = None


def policies_set(engine: Engine, settings: dict[str, str]) -> Policies:
    """What is promised, as the facts of a book would have it; they need not be there."""
    return _policies(engine, read_calendars(engine, settings), with_defaults({}))


def _policies(engine: Engine, calendars: Calendars, building: Mapping[str, str]) -> Policies:
    return read_policies(engine, calendars.by_id, building["sla_pause_states"]).knowing(capabilities_of(engine))


class Facts:
    """The facts of one book in one schema, for one horizon and one set of building parameters.

    With `on_demand` each is built when a statement first reads it, scaffolds stay, and there is no `update`.
    """

    def __init__(
        self,
        engine: Engine,
        settings: dict[str, str],
        *,
        schema: str = "",
        horizon: Horizon | None = None,
        building: Mapping[str, str] | None = None,
        on_demand: bool = False,
    ) -> None:
        self.engine = engine
        self.on_demand = on_demand
        self._absent: set[str] = set()
        self._bare: frozenset[str] = frozenset()
        self.schema = schema or engine.dialect.schema("facts")
        self.horizon = horizon or Horizon()
        self.building = with_defaults(building or {})
        self.calendars: Calendars = replace(read_calendars(engine, settings), mode=self.building["calendar_mode"])
        self.policies: Policies = _policies(engine, self.calendars, self.building)
        self._standing = Standing(engine.dialect, self._ends_of_sources())
        self._tz = settings.get("report_tz") or "UTC"
        self._base_currency = settings.get("base_currency") or self._only_currency()
        self._has_agent_teams = bool(engine.rows("select 1 from agent_teams limit 1"))
        self._has_macros = bool(engine.rows("select 1 from messages where macro_id is not null limit 1"))
        self._has_bots = bool(engine.rows("select 1 from agents where kind = 'bot' limit 1"))

    @property
    def base_currency(self) -> str | None:
        """What amounts of the facts are in; None where several currencies have no base."""
        return self._base_currency or None

    def definition(self) -> str:
        """A hash of everything the facts depend on besides the rows: the templates, the calendars, the parameters."""
        calendars = replace(self.calendars, openings=1)  # how many a day has is learnt by building, and follows from the hours
        said = [repr(self.building), self._tz, self._base_currency, repr(calendars), repr(self.policies)]
        said += [repr(USUAL_SCALES), *(f.text for f in fact_files().values())]
        return hashlib.sha256("\0".join(said).encode()).hexdigest()[:16]

    def build(self, *, progress: Callable[[str], None] | None = None) -> None:
        """Build every fact from all rows. Runs inside the caller's transaction, if there is one."""
        if self.on_demand:
            self.engine.drop_schema(self.schema)
            self._begin_build()
            self._absent = {"persons", *(fact.name for fact in self._ordered())}
            return
        for name, work in self.pieces():
            if progress:
                progress(name)
            work()

    def pieces(self) -> list[tuple[str, Callable[[], None]]]:
        """What building every fact from all rows is made of, in order: (what is built, the work). Each may be done again."""
        return [
            ("calendar", self._begin_build),
            ("what is empty", self._find_bare),
            ("persons", lambda: build_persons(self.engine, self.schema)),
            *((fact.name, partial(self._build_whole, fact)) for fact in self._ordered()),
            ("scaffolding", self._drop_scaffolding),
        ]

    def _begin_build(self) -> None:
        self.engine.make_schema(self.schema)
        self._build_calendar()

    def _build_whole(self, fact: FactFile) -> None:
        with self.engine.as_written():
            self._replace_all(fact)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a statement over these facts."""
        self._provide(sql)
        return self.engine.rows(sql)

    def each(self, readings: Sequence[tuple[str, Read]]) -> list[Any]:
        """What each of several statements gives, read in its own way; they may run side by side."""
        for sql, _ in readings:
            self._provide(sql)
        return self.engine.each(readings)

    def records(self, sql: str) -> list[dict[str, Any]]:
        """The rows of a statement over these facts, each by the names of its columns."""
        self._provide(sql)
        names, rows = self.engine.table(sql)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def columns(self, relation: str) -> list[str]:
        """The names of the columns that a relation over these facts has."""
        sql = f"select * from {relation} limit 0"
        self._provide(sql)
        return self.engine.table(sql)[0]

    def arrow(self, sql: str) -> pa.Table:
        """The rows of a statement over these facts, with the names of its columns."""
        self._provide(sql)
        return self.engine.arrow(sql)

    def _provide(self, sql: str) -> None:
        """Build what a statement reads and nothing has built yet."""
        names = self._absent and self._absent.intersection(re.findall(rf"\b{re.escape(self.schema)}\.(\w+)", sql))
        for name in sorted(names):
            if name in self._absent:
                self._absent.remove(name)
                try:
                    self._build_one(name)
                except BaseException:  # it was interrupted, or could not be built: whoever asks next tries again
                    self._absent.add(name)
                    raise

    def _build_one(self, name: str) -> None:
        if name == "persons":
            build_persons(self.engine, self.schema)
            return
        rows = self.sql(name)
        self._provide(rows)
        with self.engine.as_written():
            self._make(fact_files()[name], rows)

    def build_beside(self, kept: Facts, differing: Collection[str]) -> None:
        """Build only the facts that the building parameters `differing` change; the others are lent by `kept`."""
        self.engine.make_schema(self.schema)
        self.calendars = replace(kept.calendars, mode=self.calendars.mode)
        lent = [f.name for f in self._ordered() if f.keep and not set(differing) & set(f.variants)]
        for name in (*VIRTUAL, *lent):
            self.engine.lend(f"{kept.schema}.{name}", f"{self.schema}.{name}")
        with self.engine.as_written():
            for fact in self._ordered():
                if set(differing) & set(fact.variants):
                    self._replace_all(fact)
        self._drop_scaffolding()

    def update(self, version: int) -> None:
        """Build again what the loads after data version `version` touched."""
        touched = self.engine.rows(f"select distinct kind from meta.touched where data_version > {version}")
        kinds = {kind for (kind,) in touched}
        if EVERYTHING in kinds or not self._covers_new_days():
            self.build()
            return
        if "customer" in kinds and self.policies.are_by_segment:
            kinds.add("ticket")
        self._find_bare()
        if "customer" in kinds:
            build_persons(self.engine, self.schema)
        reach = Reach(self.engine, self.schema)
        if kinds & _CASES:
            self._replace_all(fact_files()["merges"])
            reach.mark(version, with_customers=self.policies.are_by_segment)
            self._stage_touched()
        for fact in self._ordered():
            if fact.kind in _WHOLE and kinds & _WHOLE[fact.kind]:
                if fact.name != "merges":
                    self._replace_all(fact)
            elif kinds & _CASES and fact.kind in PIECEWISE:
                if fact.kind == "person":
                    reach.mark_persons()
                self._replace_touched(fact)
        if kinds & _CASES:
            reach.forget()
        self._drop_scaffolding()

    def _stage_touched(self) -> None:
        """Put the rows of what is touched aside, so that the large tables are read once and not by every fact."""
        for (table, kind), name in STAGED.items():
            self.engine.run(f"create or replace temp table {name} as select * from {self._existing(table, kind)}")

    def sql(self, name: str, *, touched: bool = False) -> str:
        """The statement that selects the rows of a fact, with what they carry of their tickets."""
        rows = rendered_file(name, self._context(touched)).strip()
        file = fact_files()[name]
        if not file.carries:
            return rows
        tickets = f"select ticket_no, {', '.join(file.carries)} from {self.schema}.tickets"
        numbers = "asked_numbers" if file.kind == "person" else "touched_numbers"
        only = f" where ticket_no in (select ticket_no from {numbers})" if touched else ""
        carried = ", ".join(f"t.{column}" for column in file.carries)
        join = "left join" if file.kind == "person" else "join"  # calls of persons have no ticket
        return f"select own.*, {carried} from (\n{rows}\n) as own {join} ({tickets}{only}) as t on t.ticket_no = own.ticket_no"

    def render(self, sql: str, **given: object) -> str:
        """A statement over these facts, made whole: `{{ facts }}` is their schema, `m.` the macros of business time.

        `given` are names of its own; values in it are those of `quoted`.
        """
        whole = sql.replace("{{ facts }}", self.schema)
        if "{" in whole:
            whole = rendered(whole, self._context(False) | given)
        return unquoted(whole.strip(), self.engine.dialect.text)

    def _ordered(self) -> Iterator[FactFile]:
        for fact in fact_files().values():
            if fact.name == "calendar_spans" and not self.calendars.has_spans:
                continue
            yield fact

    def _find_bare(self) -> None:
        """See which of the tables that facts come of have no rows."""
        names = sorted({name for fact in fact_files().values() for name in fact.of})
        found = (f"select '{name}' from {self.engine.dialect.name_of(name)} having count(*) = 0" for name in names)
        self._bare = frozenset(name for (name,) in self.engine.rows(" union all ".join(found)))

    def _is_bare(self, fact: FactFile) -> bool:
        """Whether a fact has no rows, because there are none that they would come of."""
        return bool(fact.of) and self._bare.issuperset(fact.of)

    def _replace_all(self, fact: FactFile) -> None:
        self._make(fact, self.sql(fact.name))

    def _make(self, fact: FactFile, rows: str) -> None:
        """Make a fact's table; scaffolds are temporary tables."""
        keep = self.engine.keep_none if self._is_bare(fact) else self.engine.keep_rows
        keep(self._place(fact), rows)

    def _place(self, fact: FactFile) -> str:
        return f"{self.schema if fact.keep else self._work}.{fact.name}"

    @property
    def _work(self) -> str:
        """Where scaffolds stand."""
        return self.schema if self.on_demand else self.engine.dialect.temporary

    def _replace_touched(self, fact: FactFile) -> None:
        """Replace the rows of what was touched; a fact that does not stay holds only those."""
        if not fact.keep:
            self._make(fact, self.sql(fact.name, touched=True))
            return
        if self._is_bare(fact):
            return
        target = f"{self.schema}.{fact.name}"
        self.engine.run(f"create or replace temp table fresh_rows as {self.sql(fact.name, touched=True)}")
        if fact.name == "members":
            self.engine.run(
                "create or replace temp table touched_numbers as "
                f"select ticket_no from {target} where exists (select 1 from touched_tickets as t "
                f"where t.source = {target}.source and t.ticket_id = {target}.ticket_id) "
                "union select ticket_no from fresh_rows"
            )
        self.engine.run(f"delete from {target} where {rows_that_make_room(fact.name, fact.kind)}")
        self.engine.run(f"insert into {target} by name select * from fresh_rows")

    def _drop_scaffolding(self) -> None:
        for fact in fact_files().values():
            if not fact.keep:
                self.engine.drop_table(self._place(fact))

    def _build_calendar(self) -> None:
        first, last = self._first_and_last()
        most = build_cal_days(self.engine, self.calendars, self.schema, first, last, with_fills=self.policies.use_business)
        self.calendars = replace(self.calendars, openings=most)

    def read_calendar(self) -> None:
        """Learn from `cal_days`, as it stands, how many openings its days have."""
        for day in self.engine.rows(f"select * from {self.schema}.cal_days limit 1"):
            self.calendars = replace(self.calendars, openings=(len(day) - 3) // 2)

    def _covers_new_days(self) -> bool:
        """Whether `cal_days` still reaches over all rows."""
        known = self.engine.rows(f"select min(day_start), max(day_start) from {self.schema}.cal_days")[0]
        self.read_calendar()
        first, last = self._first_and_last()
        return bool(known[0] is not None and known[0] <= first and last < known[1])

    def _first_and_last(self) -> tuple[int, int]:
        """The first and the last instant of what the facts need calendars for."""
        epoch = self.engine.dialect.epoch
        spans = (("tickets", "created_at", "created_at"), ("ticket_events", "occurred_at", "occurred_at"),
                 ("messages", "occurred_at", "occurred_at"), ("interactions", "started_at", "ended_at"))  # fmt: skip
        parts = " union all ".join(
            f"select {epoch(f'min({a})')} as first_s, {epoch(f'greatest(max({a}), max({b}))')} as last_s from {table}"
            for table, a, b in spans
        )
        first, last = self.engine.rows(f"select min(first_s), max(last_s) from ({parts}) as spans")[0]
        return (0, 0) if first is None else (int(first), int(last))

    def _ends_of_sources(self) -> tuple[tuple[str, datetime], ...]:
        """(source, first instant that does not exist for it): its `loaded_through`, or `as_of` if that is earlier."""
        ends = []
        as_of = self.horizon.as_of.astimezone(UTC).replace(tzinfo=None) if self.horizon.as_of else None
        for source, through in self.engine.rows("select source, loaded_through from sources"):
            end = min((t for t in (through, as_of) if t), default=None)
            if end:
                ends.append((source, end))
        return tuple(ends)

    def _rows(self, table: str, kind: str | None, touched: bool) -> str:
        """A relation of the rows of a canonical table that exist at the horizon (and are touched)."""
        if touched and kind and (table, kind) in STAGED:
            return STAGED[table, kind]
        return self._existing(table, kind if touched else None)

    def _existing(self, table: str, touched: str | None) -> str:
        return self._begun(table, touched, self._standing.columns(table))

    def _begun(self, table: str, touched: str | None = None, columns: str = "r.*") -> str:
        """A relation of the rows that have begun to exist, with all that they tell, of whatever time."""
        conditions = [self._standing.has_begun(table), belongs(table, touched) if touched else ""]
        said = " and ".join(filter(None, conditions))
        relation = self._versions(table)
        return f"(select {columns} from {relation} as r where {said})" if said else relation

    def _change_key(self, alias: str) -> str:
        """One number that orders the changes of a ticket: the second, then the source's sequence (or a fixed order)."""
        dialect = self.engine.dialect
        second = f"coalesce({dialect.epoch(f'{alias}.occurred_at')}, {LONG_AGO})"
        return f"({second} * {_KEYS} + coalesce({alias}.seq % {_KEYS}, {dialect.tie(f'{alias}.event_id')}))"

    def _local_day(self, at: str) -> str:
        """The local date of an instant in the reporting zone, as days since 1970."""
        first, last = self.engine.rows("select min(placed_at), max(placed_at) from orders")[0]
        changes = offsets(self._tz, epoch(first.replace(tzinfo=UTC)), epoch(last.replace(tzinfo=UTC))) if first else [(0, 0)]
        offset = str(changes[0][1])
        for since, seconds in changes[1:]:
            offset = f"case when {at} >= {since} then {seconds} else {offset} end"
        return self.engine.dialect.whole(f"{at} + {offset}", "86400")

    def _only_currency(self) -> str:
        """The one currency of all amounts, which then is the base currency; empty when there are several or none."""
        found = self.engine.rows("select currency from orders union select currency from costs")
        known = {currency for (currency,) in found if currency}
        return str(*known) if len(known) == 1 else ""

    def _minor_factor(self, digits: int) -> float:
        """What turns a rate between units into one between minor units, for a currency of so many digits."""
        return float(10.0 ** (minor_digits(self._base_currency) - digits))

    def _versions(self, table: str) -> str:
        """The versions that hold: the table itself, or those known at `known_at`."""
        name = self.engine.dialect.name_of(table)
        if self.horizon.known_at is None:
            return name
        known_at = self.horizon.known_at.astimezone(UTC).replace(tzinfo=None)
        return known_versions(self.engine, TABLES[table], known_at)

    def _context(self, touched: bool) -> dict[str, Any]:
        dialect = self.engine.dialect
        return {
            "facts": self.schema,
            "work": self._work,
            "rows": lambda table, kind=None: self._rows(table, kind, touched),
            "begun": self._begun,
            "end_of": lambda source: self._standing.end_of(source, dialect.constant(FAR_OFF)),
            "touched": touched,
            **self.building,
            "calendar": self.calendars,
            "policies": self.policies,
            "local_day": self._local_day,
            "base_currency": self._base_currency,
            "minor_factor": self._minor_factor(2),
            "minor_factors": [(code, self._minor_factor(digits)) for code, digits in UNUSUAL_DIGITS.items()],
            "has_agent_teams": self._has_agent_teams,
            "has_bots": self._has_bots,
            "has_macros": self._has_macros,
            "change_key": self._change_key,
            "first_key": dialect.constant(LONG_AGO * _KEYS),
            "last_key": dialect.constant(2**63 - 1),
            "event_order": lambda: [
                f"coalesce({dialect.epoch('occurred_at')}, {dialect.constant(LONG_AGO)})",
                "coalesce(seq, 0)",
                "event_id",
            ],
            "usual_scales": [astuple(scale) for scale in USUAL_SCALES.values()],
            "long_ago": dialect.constant(LONG_AGO),
            "far_off": dialect.constant(FAR_OFF),
            **{name: getattr(dialect, name) for name in _PRIMITIVES},
        }
