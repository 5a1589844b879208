"""The book: the canonical tables on an engine. Create, upgrade, append, correct, and number every load.

Schemas: the tables themselves (latest versions), `past` (versions before), `meta` (loads, rows kept aside, what was
touched) and `facts` (built by `store.build`, rebuilt whenever their definition changes).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from servicemeter.engines.engine import BookEngine
from servicemeter.ground.errors import BadBook
from servicemeter.ground.libraries import when_used
from servicemeter.ground.phrases import phrase
from servicemeter.model.rows import Delivery, KeptAside
from servicemeter.model.tables import TABLES, Table
from servicemeter.model.withdrawal import Withdrawal
from servicemeter.store.arrivals import Arrivals
from servicemeter.store.coverage import loaded_through, note_coverage
from servicemeter.store.cursors import (
    count_days,
    count_rows,
    first_moment,
    keep_cursors,
    known_tags,
    known_values,
    make_cursors,
    read_cursors,
    sources_with,
)
from servicemeter.store.deliveries import keep_deliveries, make_deliveries, taken_deliveries
from servicemeter.store.erasing import Account, erase_rows, forget_answers, note_erasure
from servicemeter.store.loads import LoadKind, free_moment, list_loads, make_withdrawable, note_load, note_rows, was_loaded
from servicemeter.store.touched import note_revealed, note_touched
from servicemeter.store.unknownscales import tell_unknown_scales
from servicemeter.store.versions import Merged, merge_staged
from servicemeter.store.withdrawing import UNCOUNTED, UNDOABLE, plan_removal, plan_undo, withdraw
from servicemeter.store.words import Mask, mask_kept, mask_stored

if TYPE_CHECKING:
    import pyarrow as pa
else:
    pa = when_used("pyarrow")

__all__ = ["Book", "LoadReport", "Progress"]

Progress = Callable[[str, int], None]

_MARK = "md5(concat_ws(chr(31), source, file, cast(row_number as varchar), row))"
_MARKS_AT_ONCE = 1_000
_NAMED = ("agents", "customers", "teams")  # who somebody is may be written in several ways, and nothing is counted by it
_ROWS_SAID = 20  # of those kept aside, one of each reason first; `meta.kept_aside` has them all, but not those of a dry run


@dataclass
class LoadReport:
    """What a load did: its data version, rows per table, and what was kept aside and why; the first of those rows in words."""

    data_version: int
    source: str
    tables: dict[str, Merged] = field(default_factory=dict)
    kept_aside: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    is_dry_run: bool = False
    first_aside: list[str] = field(default_factory=list)

    @property
    def taken(self) -> int:
        """Rows that were new."""
        return sum(m.taken for m in self.tables.values())

    @property
    def changed(self) -> bool:
        """Whether the book changed at all."""
        return any(m.changed for m in self.tables.values()) or self.kept_aside > 0


class Book:
    """The canonical tables on one engine. All writing goes through `load` (one transaction, one data version).

    With a `mask` no words of customers are stored before it has passed over them.
    """

    def __init__(self, engine: BookEngine, *, identity_key: bytes, mask: Mask | None = None) -> None:
        self.engine = engine
        self.identity_key = identity_key
        self._mask = mask
        self._upgrade()

    @property
    def data_version(self) -> int:
        """The number of the last load; 0 for an empty book."""
        return int(self.engine.rows("select coalesce(max(data_version), 0) from meta.loads")[0][0])

    def settings(self) -> dict[str, str]:
        """The settings that numbers depend on: report_tz, default_calendar, base_currency, …"""
        rows = self.engine.rows("select name, value, recorded_at from settings order by recorded_at, source")
        return {name: value for name, value, _ in rows}

    def load(
        self,
        delivery: Delivery,
        *,
        now: datetime,
        label: str = "",
        digest: str = "",
        progress: Progress | None = None,
        after: Callable[[LoadReport], None] | None = None,
        dry_run: bool = False,
        cursors: Mapping[str, Any] | None = None,
        delivered: Sequence[str] = (),
        kind: LoadKind = "import",
    ) -> LoadReport:
        """Take a delivery in one transaction: all of its good rows, or nothing when anything fails.

        `now` (aware) is when the rows were recorded; `label` names the file or pull, `digest` its content. `after` runs
        inside the same transaction (the facts that the rows touch). With `dry_run` everything is done and then undone.
        Rows that break a rule are kept aside with their reason. With `cursors` (where each stream of the source stands after
        these rows) the delivery is a piece of a longer pull: it covers what it states and no more. `delivered` are the ids of
        what was sent to us and is hereby taken. `kind` says what sort of load it is.
        """
        try:
            with self.engine.transaction():
                report = self._take(delivery, now, label, digest, progress, kind, is_piece=cursors is not None)
                keep_cursors(self.engine, delivery.source, cursors or {}, report.data_version)
                keep_deliveries(self.engine, delivery.source, delivered, report.data_version)
                if after:
                    after(report)
                if dry_run:
                    report.is_dry_run = True
                    raise _Undo(report)
        except _Undo as undo:
            return undo.report  # type: ignore[no-any-return]
        return report

    def mask_stored(self) -> dict[str, int]:
        """Pass the mask over what was stored before it was switched on; how many cells it changed, by table."""
        if self._mask is None:
            return {}
        with self.engine.transaction():
            return mask_stored(self.engine, self._mask)

    def erase(
        self, aliases: Mapping[Account, str], words: Sequence[str], *, now: datetime, dry_run: bool = False
    ) -> dict[str, int]:
        """Erase accounts in every version, in one transaction and one data version; how many rows were theirs, by table."""
        try:
            with self.engine.transaction():
                counts = erase_rows(self.engine, aliases, words)
                if dry_run:
                    raise _Undo(counts)
                if counts:
                    note_erasure(self.engine, self.data_version + 1, now)
        except _Undo as undo:
            return dict(undo.report)
        return counts

    def forget_answers(self, source: str, before: datetime, *, now: datetime, dry_run: bool = False) -> int:
        """Take the words out of a source's survey answers from before an instant; how many rows had some."""
        try:
            with self.engine.transaction():
                count = forget_answers(self.engine, source, before)
                if dry_run:
                    raise _Undo(count)
                if count:
                    note_erasure(self.engine, self.data_version + 1, now)
        except _Undo as undo:
            return int(undo.report)
        return count

    def was_loaded(self, source: str, digest: str) -> int | None:
        """The data version in which this very content was loaded last from this source, or None."""
        return was_loaded(self.engine, source, digest)

    def loads(self) -> list[dict[str, Any]]:
        """Every load, oldest first: its data version, source, when it was recorded (UTC), its label and kind, and, for one that
        was taken back, in which data version.
        """
        return list_loads(self.engine)

    def plan_undo(self, source: str | None, load: int | None, never: Collection[str] = ()) -> Withdrawal:
        """What taking back a load would do; see `store.withdrawing`."""
        return plan_undo(self.engine, source, load, never)

    def plan_removal(self, source: str) -> Withdrawal:
        """What removing a source would do."""
        return plan_removal(self.engine, source)

    def withdraw(self, plan: Withdrawal, *, now: datetime) -> Withdrawal:
        """Do what was planned, in one transaction and one data version."""
        version = self.data_version + 1
        with self.engine.transaction():
            withdraw(self.engine, plan, version, free_moment(self.engine, now))
        return replace(plan, data_version=version)

    def kept_aside(self) -> list[dict[str, Any]]:
        """Every row that could not be taken, oldest load first, with the `mark` by which it is known when it comes once more."""
        columns = ("data_version", "source", "file", "row_number", "table", "column", "file_column", "value", "reason", "row")
        rows = self.engine.rows(
            f'select data_version, source, file, row_number, "table", "column", file_column, value, reason, row, {_MARK} '
            "from meta.kept_aside where replaced_in is null order by data_version, file, row_number"
        )
        return [dict(zip((*columns, "mark"), row, strict=True)) for row in rows]

    def configured(self, name: str) -> list[dict[str, Any]]:
        """The rows of a small table of settings or names: their source and declared columns, in the order of the key."""
        table = TABLES[name]
        columns = ["source", *(column.name for column in table.columns)]
        order = ", ".join(f'"{column}"' for column in table.key)
        chosen = ", ".join(f'"{column}"' for column in columns)
        return [dict(zip(columns, row, strict=True)) for row in self.engine.rows(f"select {chosen} from {name} order by {order}")]

    def kept_counts(self) -> dict[str, int]:
        """How many rows were kept aside, by source."""
        return {
            str(source): int(n)
            for source, n in self.engine.rows(
                "select source, count(*) from meta.kept_aside where replaced_in is null group by source"
            )
        }

    def still_aside(self, data_version: int) -> int:
        """How many of the rows that a load kept aside are still waiting to be mended."""
        still = f"data_version = {data_version} and replaced_in is null"
        return int(self.engine.rows(f"select count(*) from meta.kept_aside where {still}")[0][0])

    def sources(self) -> list[dict[str, Any]]:
        """The sources with their coverage (UTC) and capabilities."""
        rows = self.engine.rows("select source, loaded_from, loaded_through, ended_at, capabilities from sources order by source")
        names = ("source", "loaded_from", "loaded_through", "ended_at", "capabilities")
        return [dict(zip(names, row, strict=True)) for row in rows]

    def cursors(self, source: str) -> dict[str, Any]:
        """Where the streams of a source stand, by name; empty before the first pull."""
        return read_cursors(self.engine, source)

    def sources_with(self, stream: str) -> list[str]:
        """The sources of which a stream's cursor is not empty."""
        return sources_with(self.engine, stream)

    def taken_deliveries(self, source: str, ids: Collection[str]) -> set[str]:
        """Which of these deliveries of a source were taken already."""
        return taken_deliveries(self.engine, source, ids)

    def known_values(self, source: str, table: str, column: str, ids: Collection[str] | None = None) -> dict[str, Any]:
        """What a column holds for rows of a source, by id (None: of all rows); ids that are not there are left out."""
        return known_values(self.engine, source, table, column, ids)

    def count_rows(self, source: str, table: str) -> int:
        """How many rows of a table a source has."""
        return count_rows(self.engine, source, table)

    def known_tags(self, source: str, ids: Collection[str]) -> dict[str, set[str]]:
        """The tags that are on tickets of a source now, by ticket; tickets without any are left out."""
        return known_tags(self.engine, source, ids)

    def count_days(self, source: str, table: str, since: datetime, until: datetime) -> dict[date, int]:
        """Rows of a table by UTC day, in [since, until) (aware); deleted tickets are not counted."""
        return count_days(self.engine, source, table, since, until)

    def first_moment(self, source: str) -> datetime | None:
        """The first instant (aware) of any fact of a source, or None."""
        return first_moment(self.engine, source)

    def _take(
        self,
        delivery: Delivery,
        now: datetime,
        label: str,
        digest: str,
        progress: Progress | None,
        kind: LoadKind,
        *,
        is_piece: bool,
    ) -> LoadReport:
        version = self.data_version + 1
        recorded = free_moment(self.engine, now)
        report = LoadReport(version, delivery.source)
        arrivals = Arrivals(self.engine, delivery.source, recorded, self.identity_key, self._mask)
        kept: list[KeptAside] = []
        for item in delivery:
            if isinstance(item, KeptAside):
                kept.append(item)
            else:
                arrivals.stage(item)
                if progress:
                    progress(item.table, arrivals.staged_rows)
        note_load(self.engine, version, delivery.source, recorded, label, digest, kind)
        for table, staged in arrivals.clean(kept, label):
            merged = merge_staged(self.engine, table, staged, is_empty=self._holds_nothing(table, staged))
            report.tables[table.name] = merged
            if merged.disputed and not is_piece and table.name not in _NAMED:
                report.notes.append(_said_of_disputed(table, merged.disputed))
            if merged.changed:
                note_touched(self.engine, table, staged, version)
        if not is_piece and report.tables.get("survey_invitations", Merged()).changed:
            report.notes += tell_unknown_scales(self.engine, arrivals.sources())
        brought = sum(m.brought for name, m in report.tables.items() if name not in UNCOUNTED)
        note_rows(self.engine, version, brought, arrivals.sources())
        if self._mask:
            kept = [mask_kept(one, self._mask) for one in kept]
        self._take_from_aside(version, delivery)
        self._keep_aside(version, delivery.source, label, kind, kept, report)
        before = loaded_through(self.engine, delivery.source)
        report.notes += note_coverage(self.engine, delivery, arrivals.tables, recorded, is_piece=is_piece)
        note_revealed(
            self.engine, delivery.source, before, loaded_through(self.engine, delivery.source), version, is_piece=is_piece
        )
        arrivals.drop()
        return report

    def _holds_nothing(self, table: Table, staged: str) -> bool:
        q = self.engine.dialect.name_of(table.name)
        if not self.engine.rows(f"select 1 from {q} limit 1"):
            return True
        found = self.engine.rows(
            f"select 1 from (select distinct source from {staged}) as given "
            f"where exists (select 1 from {q} as held where held.source = given.source) limit 1"
        )
        return not found

    def _take_from_aside(self, version: int, delivery: Delivery) -> None:
        """Let go of rows that came once more by their marks, mended or not: what is still wrong is kept aside anew."""
        marks = sorted(getattr(delivery, "retried", ()))
        is_its = f"source = {self.engine.dialect.text(delivery.source)} and replaced_in is null"
        for start in range(0, len(marks), _MARKS_AT_ONCE):
            some = ", ".join(map(self.engine.dialect.text, marks[start : start + _MARKS_AT_ONCE]))
            self.engine.run(f"update meta.kept_aside set replaced_in = {version} where {is_its} and {_MARK} in ({some})")

    def _keep_aside(
        self, version: int, source: str, label: str, kind: LoadKind, kept: Iterable[KeptAside], report: LoadReport
    ) -> None:
        """Replace what an earlier attempt at the same file left aside by what this one leaves."""

        text = self.engine.dialect.text
        same = f"source = {text(source)} and label = {text(label)}"
        gone = "replaced_in is not null" if kind in UNDOABLE else "true"  # what can be taken back has one attempt before it
        self.engine.run(f"delete from meta.kept_aside where {same} and {gone}")
        self.engine.run(f"update meta.kept_aside set replaced_in = {version} where {same}")
        rows = [
            (version, source, label, k.file or label, k.row_number, k.table, k.column, k.value, k.reason,
             json.dumps(k.row, ensure_ascii=False, default=str), k.file_column or None)
            for k in kept
        ]  # fmt: skip
        for k in kept:
            report.reasons[k.reason] = report.reasons.get(k.reason, 0) + 1
        report.kept_aside = len(rows)
        first = {id(each) for each in {k.reason: k for k in reversed(list(kept))}.values()}
        report.first_aside = [_said(k) for k in sorted(kept, key=lambda k: id(k) not in first)[:_ROWS_SAID]]
        if rows:
            names = (
                "data_version", "source", "label", "file", "row_number",
                "table", "column", "value", "reason", "row", "file_column",
            )  # fmt: skip
            named = {name: [row[place] for row in rows] for place, name in enumerate(names)}
            own = pa.array(named.pop("file_column"), pa.string())  # typed, as perhaps none has one
            self.engine.stage("meta.kept_aside", pa.table({**named, "file_column": own}))

    def _upgrade(self) -> None:
        """Bring the book to this program's version by its numbered steps, in one transaction."""
        with self.engine.transaction():
            self.engine.run("create schema if not exists meta; create table if not exists meta.book (version integer)")
            found = self.engine.rows("select max(version) from meta.book")[0][0] or 0
            if found > len(_STEPS):
                raise BadBook(
                    f"This book was written by a newer servicemeter (book version {found}, this program knows "
                    f"{len(_STEPS)}). Nothing was changed. Upgrade servicemeter and try again."
                )
            for number, step in enumerate(_STEPS[found:], start=found + 1):
                step(self.engine)
                self.engine.run(f"insert into meta.book values ({number})")


class _Undo(Exception):
    """Carries a dry run's report out of its transaction, which is thereby undone."""

    def __init__(self, report: Any) -> None:
        self.report = report


def _said(kept: KeptAside) -> str:
    column = kept.file_column or kept.column
    return phrase(f"row {kept.row_number}, {column} {kept.value!r}: {phrase(kept.reason)}")


def _said_of_disputed(table: Table, count: int) -> str:
    key = ", ".join(table.key)
    return phrase(
        f"{table.name}: rows with the same {key} say different things (of how many: {count:,}). One of them counts, and nothing "
        "says which is newer. Is each a row of its own, such as a leg of a call? Then the mapping has to give each its own."
    )


def _first_tables(engine: BookEngine) -> None:
    """Step 1: every canonical table with its past, and the bookkeeping."""
    q = engine.dialect.name_of
    engine.run("create schema if not exists past")
    for table in TABLES.values():
        columns = ", ".join(f"{q(c.name)} {engine.dialect.types[c.kind]}" for c in table.all_columns)
        engine.run(f"create table {q(table.name)} ({columns}); create table past.{q(table.name)} ({columns})")
    engine.run("""
        create table meta.loads (data_version bigint, source varchar, recorded_at timestamp, label varchar, digest varchar);
        create table meta.kept_aside (data_version bigint, source varchar, label varchar, file varchar, row_number bigint,
            "table" varchar, "column" varchar, value varchar, reason varchar, row varchar);
        create table meta.touched (data_version bigint, kind varchar, source varchar, id varchar);
        create table meta.facts (name varchar, value varchar)
    """)


def _name_file_columns(engine: BookEngine) -> None:
    """Step 5: what a file itself calls the column at fault, and the load that took another go at the rows."""
    engine.run("alter table meta.kept_aside add column file_column varchar")
    engine.run("alter table meta.kept_aside add column replaced_in bigint")


_STEPS: tuple[Callable[[BookEngine], None], ...] = (
    _first_tables,
    make_cursors,
    make_deliveries,
    make_withdrawable,
    _name_file_columns,
)
