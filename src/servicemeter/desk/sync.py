"""Connected sources into the book: pull, shape, take in pieces, each piece with the cursors that stand after it.

Whatever ends a sync (a token withdrawn, the process killed), the next one goes on from the last piece; what is pulled twice
is one row. When all streams have reached the same instant the source is covered up to it, and its days are counted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from servicemeter.desk.afterwards import do_afterwards
from servicemeter.desk.deliveries import TOLD, take_deliveries
from servicemeter.desk.known import KnownRows
from servicemeter.desk.pulling import Clock, Piece, alone, open_source
from servicemeter.ground.clock import epoch, local_day, local_midnight, moment
from servicemeter.ground.errors import (
    CursorExpired,
    ServicemeterError,
    SourceFailed,
    SourceForbids,
    SourceGarbled,
    SourceLacks,
)
from servicemeter.ground.phrases import phrase
from servicemeter.model.rows import Batch, KeptAside
from servicemeter.office.connections import Connection, find_connection, plan_next, reveal_secrets
from servicemeter.office.runs import SyncRun, begin_run, end_run, interrupt_runs
from servicemeter.sources.client import Pace, uncollected
from servicemeter.sources.finding import find_connector
from servicemeter.sources.gathering import gather, join_batches
from servicemeter.sources.source import Account, Cursor, Page, Stream

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["Clock", "SyncStep", "ToldSync", "fetch_told", "sync_source"]

_PIECE_ROWS = 150_000
_PIECE_S = 30.0
_LAG = timedelta(minutes=1)
_COUNTED_DAYS = 7
_FETCHED_AT_ONCE = 20
_SHAPES = (KeyError, TypeError, ValueError, AttributeError, IndexError)
_MOST_BACK_OFF = 16


@dataclass(frozen=True)
class SyncStep:
    """How far a sync is: the stream being pulled, its share done (0 to 1, None when unknown), pages and rows so far.

    `waiting_s` is how long is waited for the source's limits right now.
    """

    stream: str
    share: float | None = None
    pages: int = 0
    rows: int = 0
    waiting_s: float = 0.0


ToldSync = Callable[[SyncStep], None]


def sync_source(
    desk: Desk,
    name: str,
    *,
    clock: Clock,
    since: datetime | None = None,
    progress: ToldSync | None = None,
    pace: Pace | None = None,
) -> SyncRun:
    """Pull a connected source to the present; returns the run, which says what came and what went wrong.

    With `since` everything changed from then on is pulled again. A sync that fails is a run with an error, not an exception;
    `UnknownName` and `BadSettings` are raised for what was never connected or is being synced already.
    """
    connection = find_connection(desk.office, name)
    with alone(desk, name):
        interrupt_runs(desk.office, name, clock())
        run = begin_run(desk.office, name, clock())
        try:
            run = _with_deliveries(desk, connection, run, clock)
            if _is_pulled(desk, connection):
                run = _Sync(desk, connection, run, clock, since, progress, pace or Pace()).run()
            else:
                desk.prepare()
                run = replace(run, state="done", through=clock())
            do_afterwards(desk, now=clock())
        except ServicemeterError as error:
            run = replace(run, state="failed", error_kind=type(error).__name__, error=str(error))
        except BaseException:
            run = replace(run, state="interrupted")
            raise
        finally:
            run = replace(run, ended_at=clock())
            end_run(desk.office, run)
            _plan(desk, connection, run, clock())
        return run


def _is_pulled(desk: Desk, connection: Connection) -> bool:
    return find_connector(connection.kind, desk.home.connectors if desk.home else None).is_pulled


def _with_deliveries(desk: Desk, connection: Connection, run: SyncRun, clock: Clock) -> SyncRun:
    """What was sent to us in the meantime goes first: it tells what is to be asked for."""
    taken = take_deliveries(desk, connection, clock)
    return replace(
        run,
        new_rows=run.new_rows + taken.new_rows,
        changed_rows=run.changed_rows + taken.changed_rows,
        kept_aside=run.kept_aside + taken.kept_aside,
    )


def fetch_told(desk: Desk, name: str, *, clock: Clock, pace: Pace | None = None) -> int:
    """Ask a source for the tickets that it told of, one by one; how many. Raises a `SourceFailed`; what was fetched stays."""
    connection = find_connection(desk.office, name)
    with alone(desk, name):
        run = SyncRun(0, name, clock())
        return _Sync(desk, connection, run, clock, None, None, pace or Pace()).fetch()


def _plan(desk: Desk, connection: Connection, run: SyncRun, now: datetime) -> None:
    """When the connection is next due: after its usual time, or ever later while it fails; at once when it was stopped."""
    if run.state == "interrupted":
        return
    failures = 0 if run.state == "done" else connection.failure_count + 1
    every_s = connection.every_s
    back_off = min(2**failures, _MOST_BACK_OFF) if failures else 1
    due = None if every_s is None else now + timedelta(seconds=every_s * back_off)
    plan_next(desk.office, connection.name, due, failure_count=failures)


@dataclass
class _Gathered:
    """Pages of one stream that are not in the book yet."""

    items: list[Batch | KeptAside] = field(default_factory=list)
    row_count: int = 0
    cursor: Any = None
    through: datetime | None = None


class _Sync:
    """One sync of one source."""

    def __init__(
        self,
        desk: Desk,
        connection: Connection,
        run: SyncRun,
        clock: Clock,
        since: datetime | None,
        progress: ToldSync | None,
        pace: Pace,
    ) -> None:
        self._desk, self._connection, self._run, self._clock = desk, connection, run, clock
        self._since, self._tell = since, progress or (lambda step: None)
        self._step = SyncStep("account")
        self._pace = replace(pace, told=self._waits)
        folder = desk.home.connectors if desk.home else None
        self._source = open_source(connection, reveal_secrets(desk.office, connection.name), folder, self._pace)
        self._known = KnownRows(desk, connection.name)
        self._account = Account("")
        self._missing: list[str] = []
        self._pieces, self._label = 0, f"sync {run.run_id}"

    def run(self) -> SyncRun:
        """Pull every stream, state what is covered, count the days."""
        try:
            self._account = self._source.account()
            until = (self._account.at or self._clock()) - _LAG
            self._fetch_told()
            for stream in self._source.streams:
                self._pull_if_allowed(stream, until)
            gives = [c for s in self._source.streams if s.name not in self._missing for c in s.gives]
            self._take(_Gathered(through=until), None, tuple(sorted({*self._source.gives, *gives})))
            self._desk.prepare()
            counts = self._count(until)
            return replace(
                self._run,
                state="done",
                through=until,
                calls=self._source.client.calls,
                remarks=self._source.remarks,
                counts=counts,
            )
        except SourceFailed as error:
            said = replace(self._run, calls=self._source.client.calls, remarks=self._source.remarks)
            return replace(said, state="failed", error_kind=type(error).__name__, error=str(error))
        finally:
            self._source.close()

    def fetch(self) -> int:
        """Only what the source told of."""
        self._label = f"told of by {self._clock():%Y-%m-%d %H:%M:%S.%f}"
        try:
            return self._fetch_told()
        finally:
            self._source.close()

    def _fetch_told(self) -> int:
        """Ask for the tickets that deliveries named; each few of them leave the list in the transaction of their rows."""
        with self._desk.on_book() as book:
            told = book.cursors(self._connection.name).get(TOLD, []) if self._source.can_fetch else []
        for first in range(0, len(told), _FETCHED_AT_ONCE):
            gathered = _Gathered(cursor=told[first + _FETCHED_AT_ONCE :])
            try:
                for page in self._source.fetch(told[first : first + _FETCHED_AT_ONCE]):
                    gathered.items += gather(self._source.shape(page, self._known), page.stream)
                    self._told(SyncStep(TOLD, None, self._step.pages + 1, self._step.rows))
            except _SHAPES as error:
                raise self._garbled("a single ticket", error) from error
            self._take(gathered, TOLD)
        return len(told)

    def _said(self) -> SyncRun:
        return replace(self._run, calls=self._source.client.calls, remarks=self._source.remarks)

    def _pull_if_allowed(self, stream: Stream, until: datetime) -> None:
        try:
            self._pull(stream.name, until)
        except (SourceForbids, SourceLacks) as error:
            if stream.is_needed:
                raise
            self._missing.append(stream.name)
            gone = phrase(f"{stream.name} is left out. {phrase(str(error))}")
            if stream.gives:
                gone = phrase(f"{phrase(gone)} Not measured without it: {', '.join(stream.gives)}.")
            self._source.remarks.append(gone)

    def _pull(self, stream: str, until: datetime) -> None:
        """Pull one stream; a cursor that the source forgot is replaced by the time at which it stood."""
        with self._desk.on_book() as book:
            cursor: Cursor = book.cursors(self._connection.name).get(stream, {})
        if self._since is not None:
            cursor = self._source.restart(stream, cursor, self._since)
        try:
            self._pull_from(stream, cursor, until)
        except CursorExpired as error:
            self._source.remarks.append(phrase(f"{phrase(str(error))} Pulled again from shortly before it."))
            self._pull_from(stream, self._source.restart(stream, cursor, None), until)
        except _SHAPES as error:
            raise self._garbled(stream, error) from error

    def _garbled(self, stream: str, error: Exception) -> SourceGarbled:
        """What a vendor's changed field is said as: which one is missing, if that is what is wrong, and never what came."""
        missing = phrase(f": it lacks {error.args[0]!r}") if isinstance(error, KeyError) and error.args else ""
        return SourceGarbled(
            f"{stream} of {self._connection.name} came in another shape than its API describes{phrase(missing)}. "
            "What was pulled before is kept. Perhaps the vendor changed it: look for a newer version of servicemeter."
        )

    def _pull_from(self, stream: str, cursor: Cursor, until: datetime) -> None:
        gathered = _Gathered()
        began = self._pace.monotonic()
        self._told(SyncStep(stream, None, 0, self._step.rows))
        for page in self._source.pull(stream, cursor, until):
            self._add(gathered, page)
            is_late = self._pace.monotonic() - began > _PIECE_S
            if gathered.row_count >= _PIECE_ROWS or is_late:
                self._take(gathered, stream)
                gathered, began = _Gathered(), self._pace.monotonic()
        if gathered.cursor is not None:
            self._take(gathered, stream)

    def _add(self, gathered: _Gathered, page: Page) -> None:
        with uncollected():
            items = list(gather(self._source.shape(page, self._known), page.stream))
        count = sum(item.rows.num_rows for item in items if isinstance(item, Batch))
        gathered.items += items
        gathered.row_count += count
        gathered.cursor, gathered.through = page.cursor, page.through or gathered.through
        self._told(SyncStep(page.stream, page.share, self._step.pages + 1, self._step.rows + count))

    def _take(self, gathered: _Gathered, stream: str | None, capabilities: tuple[str, ...] = ()) -> None:
        """One transaction: the rows, where the stream then stands, and what is covered."""
        now = self._clock()
        piece = Piece(self._connection.name, self._account.tz, join_batches(gathered.items), capabilities)
        if gathered.through is not None:
            piece.loaded_from, piece.loaded_through = self._covered_from(), gathered.through
        cursors = {} if stream is None or gathered.cursor is None else {stream: gathered.cursor}
        self._pieces += 1
        label = f"{self._label}, piece {self._pieces}: {stream or 'end'}"
        report = self._desk.take(piece, now=now, label=label, cursors=cursors)
        self._known.note(report)
        changed = sum(m.corrected + m.older for m in report.tables.values())
        self._run = replace(
            self._run,
            new_rows=self._run.new_rows + report.taken,
            changed_rows=self._run.changed_rows + changed,
            kept_aside=self._run.kept_aside + report.kept_aside,
        )

    def _covered_from(self) -> datetime | None:
        """The local midnight of the first day that there is anything of, or the day from which was pulled."""
        with self._desk.on_book() as book:
            first = book.first_moment(self._connection.name)
            tz = book.settings().get("report_tz") or self._account.tz or "UTC"
        given = self._connection.options.get("since")
        if given:
            return datetime.fromisoformat(given).replace(tzinfo=UTC)
        return None if first is None else moment(local_midnight(local_day(epoch(first), tz), tz))

    def _count(self, until: datetime) -> dict[str, list[int]]:
        """The last days: tickets at the source and in the book, day by day; a difference is shown, never hidden."""
        last = until.date()
        days = [last - timedelta(days=back) for back in range(_COUNTED_DAYS, 0, -1)]
        first = self._covered_from()
        days = [day for day in days if first is None or _midnight(day) >= first]
        if not days:
            return {}
        try:
            there = self._source.count_tickets(days)
        except SourceFailed as error:
            self._source.remarks.append(phrase(f"The days could not be counted at the source. {phrase(str(error))}"))
            return {}
        except _SHAPES as error:
            garbled = self._garbled("their count", error)
            self._source.remarks.append(phrase(f"The days could not be counted at the source. {phrase(str(garbled))}"))
            return {}
        with self._desk.on_book() as book:
            here = book.count_days(self._connection.name, self._source.counted, _midnight(days[0]), _midnight(last))
        return {day.isoformat(): [there[day], here.get(day, 0)] for day in days if day in there}

    def _waits(self, seconds: float) -> None:
        self._told(replace(self._step, waiting_s=seconds))

    def _told(self, step: SyncStep) -> None:
        self._step = step
        self._tell(step)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
