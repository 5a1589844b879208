"""What runs when, in a server: every active connection is pulled when it is due, one after the other, by one thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from servicemeter.desk.sync import Clock, SyncStep
from servicemeter.ground.errors import ServicemeterError
from servicemeter.office.connections import due_connections

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["keeping_time", "run_due"]

_LOG = logging.getLogger("servicemeter.schedule")
_BETWEEN_LOOKS_S = 5.0
_GRACE_S = 10.0


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


@contextmanager
def keeping_time(desk: Desk, clock: Clock) -> Iterator[None]:
    """Pull what is due, by a thread beside the block, until the block ends."""
    stop = threading.Event()
    thread = threading.Thread(target=_watch, args=(desk, clock, stop), name="schedule", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(_GRACE_S)


def _watch(desk: Desk, clock: Clock, stop: threading.Event) -> None:
    while not stop.wait(_BETWEEN_LOOKS_S):
        try:
            run_due(desk, clock, stop)
        except _Stopped:
            return
        except Exception:
            _LOG.exception("the schedule stumbled; it looks again in a moment")
