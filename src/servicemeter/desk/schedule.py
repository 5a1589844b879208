"""What runs when, in a server: every active connection is pulled when it is due, one after the other, by one thread; another one
takes what was sent to us, so that it need not wait for a long pull; a third asks ahead what is likely to be asked."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from servicemeter.desk.deliveries import TOLD, forget_old_deliveries, get_ready_to_take, take_all_deliveries
from servicemeter.desk.sync import Clock, SyncStep, fetch_told
from servicemeter.ground.errors import ServicemeterError, SourceFailed, UnknownName
from servicemeter.office.connections import due_connections, find_connection, plan_next

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["keeping_time", "run_due", "take_what_came"]

_LOG = logging.getLogger("servicemeter.schedule")
_BETWEEN_LOOKS_S = 5.0
_BETWEEN_INBOX_LOOKS_S = 5.0
_BETWEEN_EXPIRIES = timedelta(hours=1)
_GRACE_S = 10.0
_BETWEEN_LOOKS_AHEAD_S = 1.0


class _Stopped(Exception):
    """The server ends: what was pulled stays, the rest comes with the next one."""


def run_due(desk: Desk, clock: Clock, stop: threading.Event | None = None) -> list[str]:
    """Pull what is due now, the longest waiting first; returns the names. When the next one is due stands in the office."""
    if desk.home is None or not desk.home.has_office():
        return []

    def tell(step: SyncStep) -> None:
        if stop is not None and stop.is_set():
            raise _Stopped

    pulled = []
    for connection in due_connections(desk.office, clock()):
        try:
            run = desk.sync(connection.name, clock=clock, progress=tell)
        except ServicemeterError as error:  # somebody is pulling it by hand just now, or removed it
            _LOG.info("%s: %s", connection.name, error)
            continue
        pulled.append(connection.name)
        level = logging.INFO if run.state == "done" else logging.WARNING
        _LOG.log(level, "%s: %s, %d new rows %s", run.connection, run.state, run.new_rows, run.error or "")
    return pulled


def take_what_came(desk: Desk, clock: Clock) -> list[str]:
    """Take what was sent to us, then ask for the tickets that it named; returns the sources of which something was taken."""
    if desk.home is None or not desk.home.has_office():
        return []
    taken = take_all_deliveries(desk, clock)
    with desk.on_book() as book:
        told = book.sources_with(TOLD)
    for name in told:
        try:
            connection = find_connection(desk.office, name)
            if connection.failure_count == 0:
                fetch_told(desk, name, clock=clock)
        except UnknownName:
            continue  # removed since
        except SourceFailed as error:
            _LOG.warning("%s: what it told of could not be asked for. %s", name, error)
            plan_next(desk.office, name, connection.next_run_at, failure_count=connection.failure_count + 1)
        except ServicemeterError as error:  # somebody is pulling it just now
            _LOG.info("%s: %s", name, error)
    return sorted(taken)


@contextmanager
def keeping_time(desk: Desk, clock: Clock) -> Iterator[None]:
    """Pull what is due, take what comes and ask ahead, by threads beside the block, until the block ends."""
    stop = threading.Event()
    made = [
        threading.Thread(target=_watch, args=(desk, clock, stop), name="schedule", daemon=True),
        threading.Thread(target=_watch_inbox, args=(desk, clock, stop), name="inbox schedule", daemon=True),
        threading.Thread(target=_work_ahead, args=(desk, stop), name="ahead", daemon=True),
    ]
    for thread in made:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in made:
            thread.join(_GRACE_S)


def _watch(desk: Desk, clock: Clock, stop: threading.Event) -> None:
    while not stop.wait(_BETWEEN_LOOKS_S):
        try:
            run_due(desk, clock, stop)
        except _Stopped:
            return
        except Exception:
            _LOG.exception("the schedule stumbled; it looks again in a moment")


def _watch_inbox(desk: Desk, clock: Clock, stop: threading.Event) -> None:
    expired_at, is_ready = None, False
    while not stop.wait(_BETWEEN_INBOX_LOOKS_S if is_ready else 0):
        try:
            if not is_ready:
                is_ready = True
                get_ready_to_take(desk)
            take_what_came(desk, clock)
            if expired_at is None or clock() - expired_at >= _BETWEEN_EXPIRIES:
                expired_at = clock()
                if desk.home is not None and desk.home.has_office():
                    forget_old_deliveries(desk, expired_at)
        except Exception:
            _LOG.exception("what was sent to us could not be taken; it is kept, and tried again in a moment")


def _work_ahead(desk: Desk, stop: threading.Event) -> None:
    while not stop.wait(_BETWEEN_LOOKS_AHEAD_S):
        try:
            desk.work_ahead(stop)
        except Exception:
            _LOG.exception("what is likely to be asked could not be worked out; it is when somebody asks")
