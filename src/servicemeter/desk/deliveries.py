"""What was sent to us into the book: read, shaped like what is pulled, taken once however often it came.

A delivery's id is noted in the transaction of its rows. Should the process end between that and the inbox, the next look finds
the id in the book. What cannot be read is settled as failed, with why, and holds up nothing else.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from servicemeter.desk.known import KnownRows
from servicemeter.desk.pulling import Clock, Piece, alone, open_source
from servicemeter.ground.errors import AmbiguousColumn, BadBook, BadMapping, BadSettings, ServicemeterError, UnknownName
from servicemeter.model.rows import Batch, KeptAside
from servicemeter.office.connections import Connection, find_connection, list_connections, plan_next, reveal_secrets
from servicemeter.office.inbox import InboxItem, expire, settle, waiting_items, waiting_sources
from servicemeter.office.runs import last_run
from servicemeter.sources.gathering import gather, join_batches
from servicemeter.sources.source import Row, Source
from servicemeter.sources.webhook import BadDelivery, Delivery, Told, Webhook
from servicemeter.text.masking import mask_of

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["TOLD", "Taken", "forget_old_deliveries", "get_ready_to_take", "take_all_deliveries", "take_deliveries"]

TOLD = "told"
"""The stream under which the ids stand that were named and are still to be asked for."""

_LOG = logging.getLogger("servicemeter.webhooks")
_BATCH, _MOST_BYTES = 5_000, 64_000_000
_BETWEEN_PULLS = timedelta(minutes=2)
_FAULTS = (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError, ServicemeterError)


@dataclass
class Taken:
    """What came of deliveries: how many by what became of them, and the rows that were new, changed or kept aside."""

    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    new_rows: int = 0
    changed_rows: int = 0
    kept_aside: int = 0


def take_all_deliveries(desk: Desk, clock: Clock) -> dict[str, Taken]:
    """Take what waits of every connected source that nobody is busy with; by source."""
    done = {}
    for source in waiting_sources(desk.office):
        try:
            connection = find_connection(desk.office, source)
        except UnknownName:  # surveys have their own way; what was sent to a source that was removed waits for its return
            continue
        try:
            with alone(desk, source):
                done[source] = take_deliveries(desk, connection, clock)
        except BadSettings as error:
            _LOG.info("%s: %s", source, error)
        except BadBook:
            raise
        except ServicemeterError as error:
            _LOG.error("%s: what was sent could not be taken: %s", source, error)
    return done


def take_deliveries(desk: Desk, connection: Connection, clock: Clock) -> Taken:
    """Take what waits of one source, in the order in which it came. Whoever calls is alone with the source."""
    taken = Taken()
    if not waiting_items(desk.office, 1, connection.name):
        return taken
    folder = desk.home.connectors if desk.home else None
    source, hook = open_source(connection, reveal_secrets(desk.office, connection.name), folder), None
    try:
        hook = source.told_by(connection.options)
        while hook is not None and (items := waiting_items(desk.office, _BATCH, connection.name, _MOST_BYTES)):
            _Batch(desk, connection, source, hook, clock(), taken).take(items)
    finally:
        source.close()
    return taken


def get_ready_to_take(desk: Desk) -> None:
    """Load the connectors, and what they load, before anything has to be taken: that would stop whoever receives meanwhile."""
    if desk.home is None or not desk.home.has_office():
        return
    for connection in list_connections(desk.office):
        with suppress(ServicemeterError):  # told when something of it is taken or pulled
            open_source(connection, reveal_secrets(desk.office, connection.name), desk.home.connectors).close()


def forget_old_deliveries(desk: Desk, now: datetime) -> int:
    """Let deliveries expire that were settled long enough ago; how many."""
    assert desk.home is not None
    return expire(desk.office, now - timedelta(days=desk.home.webhook_settings().keep_days))


class _Batch:
    """Some deliveries of one source, on their way into the book."""

    def __init__(self, desk: Desk, connection: Connection, source: Source, hook: Webhook, now: datetime, taken: Taken) -> None:
        self._desk, self._connection, self._source, self._hook, self._now = desk, connection, source, hook, now
        self._taken = taken
        self._known = KnownRows(desk, connection.name)
        self._is_masked = mask_of(desk.home) is not None

    def take(self, items: Sequence[InboxItem]) -> None:
        """Take what is not taken yet; should the book refuse some of it, one by one."""
        with self._desk.on_book() as book:
            before = book.taken_deliveries(self._connection.name, {item.delivery_id for item in items})
        again = [item for item in items if item.delivery_id in before]
        self._settle(again, "taken")
        fresh = [item for item in items if item.delivery_id not in before]
        try:
            self._take_together(fresh)
        except BadBook:
            raise  # nothing is wrong with what came: the book cannot be written now
        except Exception as error:
            if len(fresh) < 2:
                _LOG.exception("%s: a delivery could not be taken", self._connection.name)
                self._settle(fresh, "failed", f"the book does not take its rows ({type(error).__name__})")
                return
            for item in fresh:
                self.take([item])

    def _take_together(self, items: Sequence[InboxItem]) -> None:
        rows, of, wanted = list[Row | KeptAside](), dict[int, InboxItem](), dict[str, None]()
        reasons: dict[int, tuple[str, str]] = {}
        counts: dict[int, int] = {}
        for item in items:
            try:
                told = self._hook.read(Delivery(item.headers, item.body, item.received_at))
                made = list(self._rows(told))
            except _FAULTS as error:
                reasons[item.item_id] = ("failed", _why(error))
                continue
            if told.unused:
                reasons[item.item_id] = ("unused", told.unused)
            wanted.update(dict.fromkeys(told.wanted))
            counts[item.item_id] = sum(not isinstance(row, KeptAside) for row in made)
            for row in made:
                of[id(row.row if isinstance(row, KeptAside) else row[1])] = item
            rows += made
        gathered = self._gathered(rows, of, counts, reasons)
        self._load(items, gathered, list(wanted), reasons)

    def _rows(self, told: Told) -> Iterator[Row | KeptAside]:
        yield from told.rows
        for page in told.pages:
            yield from self._source.shape(page, self._known)

    def _gathered(
        self,
        rows: Sequence[Row | KeptAside],
        of: dict[int, InboxItem],
        counts: dict[int, int],
        reasons: dict[int, tuple[str, str]],
    ) -> list[Batch | KeptAside]:
        """Typed rows. A delivery of which no row could be read has failed; where only some could not, those are kept aside."""
        found: list[Batch | KeptAside] = []
        for one in gather(rows, "webhook"):
            if isinstance(one, KeptAside):
                item = of[id(one.row)]
                is_shaped = one.file == "webhook"  # by `gather`: it was counted as a row
                counts[item.item_id] -= int(is_shaped)
                if counts[item.item_id] <= 0:
                    reasons[item.item_id] = ("failed", f"{one.table}: {one.reason}")
                one = KeptAside(
                    f"webhook {item.delivery_id}", one.row_number, one.table, one.column, one.value, one.reason, one.row
                )
            found.append(one)
        return found

    def _load(
        self,
        items: Sequence[InboxItem],
        gathered: Sequence[Batch | KeptAside],
        wanted: Sequence[str],
        reasons: dict[int, tuple[str, str]],
    ) -> None:
        """One transaction: the rows, what is still to be asked for, and the ids of what is hereby taken."""
        failed = [item for item in items if reasons.get(item.item_id, ("", ""))[0] == "failed"]
        told = {one.file for one in gathered if isinstance(one, KeptAside)}
        asides = [
            KeptAside(f"webhook {i.delivery_id}", 1, "", "", "", reasons[i.item_id][1])
            for i in failed
            if f"webhook {i.delivery_id}" not in told
        ]
        delivered = [item.delivery_id for item in items if item not in failed]
        cursors = self._still_wanted(wanted)
        if gathered or asides or cursors:  # what changes nothing makes no new version of the data
            piece = Piece(self._connection.name, self._connection.options.get("tz"), join_batches([*asides, *gathered]))
            piece.capabilities = () if self._source.is_pulled else None
            label = f"webhooks {items[0].item_id} to {items[-1].item_id}"
            report = self._desk.take(piece, now=self._now, label=label, cursors=cursors, delivered=delivered)
            self._known.note(report)
            self._taken.new_rows += report.taken
            self._taken.changed_rows += sum(m.corrected + m.older for m in report.tables.values())
            self._taken.kept_aside += report.kept_aside
        self._settle([item for item in items if item.item_id not in reasons], "taken")
        for item in items:
            if item.item_id in reasons:
                self._settle([item], *reasons[item.item_id])
        if wanted and not self._source.can_fetch:
            self._make_due()

    def _still_wanted(self, wanted: Sequence[str]) -> dict[str, Any] | None:
        """The cursor of what is to be asked for; None for what is not pulled, whose rows state their own coverage."""
        if not self._source.is_pulled:
            return None
        if not wanted or not self._source.can_fetch:
            return {}
        with self._desk.on_book() as book:
            held = book.cursors(self._connection.name).get(TOLD, [])
        return {TOLD: list(dict.fromkeys([*held, *wanted]))}

    def _make_due(self) -> None:
        """Pull the source soon, where it cannot be asked for one ticket; but not more often than every two minutes."""
        connection = find_connection(self._desk.office, self._connection.name)
        if connection.every_s is None or connection.failure_count:
            return
        run = last_run(self._desk.office, connection.name)
        at = max(self._now, run.started_at + _BETWEEN_PULLS) if run else self._now
        if connection.next_run_at is not None and at < connection.next_run_at:
            plan_next(self._desk.office, connection.name, at, failure_count=0)

    def _settle(self, items: Sequence[InboxItem], state: str, error: str | None = None) -> None:
        if items:
            is_purged = self._is_masked and state != "failed"
            ids = [item.item_id for item in items]
            settle(self._desk.office, ids, state, error, now=self._now, is_purged=is_purged)
            self._taken.counts[state] += len(items)


def _why(error: BaseException) -> str:
    """Why a delivery could not be read; never in its own words."""
    if isinstance(error, KeyError):
        return f"it lacks {error.args[0]!r}" if error.args else "it lacks something"
    if isinstance(error, AmbiguousColumn):
        return "a column can be read in more than one way; say in the mapping how: format, date_order, time_zone or decimal"
    if isinstance(error, BadDelivery | BadMapping):
        return str(error)
    return "it does not have the shape it should have"
