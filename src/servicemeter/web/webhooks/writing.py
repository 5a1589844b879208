"""Keeping what comes: deliveries that wait at the same time are written in one transaction, and each is answered once that is
on the disk. So a flood costs few commits, and one alone waits for no other."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from servicemeter.office.inbox import Arrival

__all__ = ["Crowded", "NotKept", "Writer"]

_LOG = logging.getLogger("servicemeter.webhooks")
_MOST_AT_ONCE = 1_000
_MOST_BYTES_WAITING = 64_000_000


class Crowded(Exception):
    """More waits already than is good; nothing was kept."""


class NotKept(Exception):
    """The delivery could not be written; its sender has to send it again."""


@dataclass
class _Waiting:
    arrival: Arrival
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[None]


class Writer:
    """One thread that writes. `keep` returns once a delivery is kept for good, and raises `NotKept` or `Crowded` otherwise."""

    def __init__(self, write: Callable[[Sequence[Arrival]], None], most_bytes: int = _MOST_BYTES_WAITING) -> None:
        self._write, self._most_bytes = write, most_bytes
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._bytes = 0  # touched by the loop's thread alone
        self._thread: threading.Thread | None = None

    async def keep(self, arrival: Arrival) -> None:
        """Wait until a delivery is on the disk."""
        size = len(arrival.body)
        if self._bytes + size > self._most_bytes and self._bytes:
            raise Crowded
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="inbox", daemon=True)
            self._thread.start()
        loop = asyncio.get_running_loop()
        waiting = _Waiting(arrival, loop, loop.create_future())
        self._bytes += size
        self._queue.put(waiting)
        try:
            await waiting.answer
        finally:
            self._bytes -= size

    def close(self) -> None:
        """Write what waits and end."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        while True:
            batch, is_last = self._next()
            if batch:
                self._write_all(batch)
            if is_last:
                return

    def _next(self) -> tuple[list[_Waiting], bool]:
        """All that waits now; when nothing does, the next one."""
        found = [self._queue.get()]
        while len(found) < _MOST_AT_ONCE and found[-1] is not None:
            try:
                found.append(self._queue.get_nowait())
            except queue.Empty:
                break
        return [one for one in found if one is not None], found[-1] is None

    def _write_all(self, batch: list[_Waiting]) -> None:
        error: Exception | None = None
        try:
            self._write([one.arrival for one in batch])
        except Exception as failure:
            _LOG.exception("%d deliveries could not be kept; their senders were told to send them again", len(batch))
            error = failure
        by_loop: dict[asyncio.AbstractEventLoop, list[_Waiting]] = {}
        for one in batch:
            by_loop.setdefault(one.loop, []).append(one)
        for loop, some in by_loop.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(_answer, some, error)


def _answer(batch: list[_Waiting], error: Exception | None) -> None:
    for one in batch:
        if not one.answer.done():
            if error is None:
                one.answer.set_result(None)
            else:
                one.answer.set_exception(NotKept())
