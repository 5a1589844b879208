"""Receiving webhooks: POST to a door's address; verified on the raw bytes, kept for good, then acknowledged.

Whoever is refused is not told why: a wrong address, a wrong signature and a time out of date are one answer.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from time import monotonic

from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from servicemeter.desk.webhooks import PREFIX, hook_of
from servicemeter.ground.errors import ServicemeterError
from servicemeter.office.connections import list_connections
from servicemeter.office.database import Office
from servicemeter.office.doors import Door, list_doors, note_refusals
from servicemeter.office.inbox import Arrival, receive_many
from servicemeter.sources.webhook import Delivery, Webhook
from servicemeter.surveys.likeness import Rates
from servicemeter.web.webhooks.writing import Crowded, NotKept, Writer

__all__ = ["LARGEST_BODY", "Receiver"]

LARGEST_BODY = 4_000_000
_LONGEST_KEY = 150
_LOG = logging.getLogger("servicemeter.webhooks")
_LOOK_AGAIN_S, _AT_MOST_S = 5.0, 1.0
_HEADERS = (
    (b"content-type", b"text/plain; charset=utf-8"),
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
)
_SAYS = {
    200: b"",
    401: b"Not accepted.",
    405: b"Only POST.",
    413: b"Too large.",
    429: b"Too many at once.",
    503: b"Not kept; send it again.",
}


class _Refused(Exception):
    """The answer to whoever is turned away, and the word under which it is counted."""

    def __init__(self, status: int, reason: str, connection: str = "", retry_after_s: int = 0) -> None:
        super().__init__(reason)
        self.status, self.reason, self.connection, self.retry_after_s = status, reason, connection, retry_after_s


@dataclass(frozen=True)
class _Open:
    """A door as it stands in memory."""

    door: Door
    hook: Webhook
    until: datetime | None


class _Refusals:
    """How much was refused since that was last noted in the office. Counting never waits for the office."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, date, str]] = Counter()
        self._counting, self._noting = threading.Lock(), threading.Lock()

    def count(self, connection: str, day: date, reason: str) -> None:
        """One more."""
        with self._counting:
            self._counts[connection, day, reason] += 1

    def note(self, office: Office) -> None:
        """Write it down; what cannot be written is kept for the next time."""
        with self._noting:
            with self._counting:
                counts, self._counts = self._counts, Counter()
            try:
                if counts:
                    note_refusals(office, counts)
            except BaseException:
                with self._counting:
                    self._counts.update(counts)
                raise


class Receiver:
    """The doors of an office as an application (ASGI). `close` it at the end: what waits is written, what was refused noted."""

    def __init__(
        self,
        office: Office,
        *,
        folder: Path | None = None,
        per_minute: int = 60_000,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        self._office, self._folder, self._clock, self._seconds = office, folder, clock, seconds
        self._rates = Rates(per_minute)
        self._writer = Writer(self._write)
        self._doors: dict[bytes, _Open] = {}
        self._looked_at = float("-inf")
        self._looking = asyncio.Lock()
        self._look_again: asyncio.Future[None] | None = None
        self._refusals = _Refusals()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        try:
            found = await self._door(scope)
            await self._take(found, scope, receive)
            status, retry_after_s = 200, 0
        except _Refused as refused:
            self._refusals.count(refused.connection, self._clock().date(), refused.reason)
            status, retry_after_s = refused.status, refused.retry_after_s
        headers = [*_HEADERS, *([(b"retry-after", str(retry_after_s).encode())] if retry_after_s else [])]
        says = _SAYS[status] if scope["method"] != "HEAD" else b""
        headers.append((b"content-length", str(len(_SAYS[status])).encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": says})

    def close(self) -> None:
        """Write what waits, and how much was refused."""
        self._writer.close()
        self._refusals.note(self._office)

    async def _door(self, scope: Scope) -> _Open:
        """The door of an address. One that is not known may have been opened just now."""
        key = hashlib.sha256(scope["path"].removeprefix(PREFIX).encode()).digest()
        if key not in self._doors:
            await self._look(_AT_MOST_S)
        elif self._seconds() - self._looked_at >= _LOOK_AGAIN_S and (self._look_again is None or self._look_again.done()):
            self._look_again = asyncio.ensure_future(self._look(_LOOK_AGAIN_S))  # nobody waits for it
        found = self._doors.get(key)
        if found is None or (found.until is not None and found.until <= self._clock()):
            raise _Refused(401, "unknown_address")
        return found

    async def _look(self, every_s: float) -> None:
        async with self._looking:
            if self._seconds() - self._looked_at >= every_s:
                self._doors = await run_in_threadpool(self._list)
                self._looked_at = self._seconds()

    def _list(self) -> dict[bytes, _Open]:
        """The doors as they are now; and what was refused since is noted on the way."""
        self._refusals.note(self._office)
        connections = {one.name: one for one in list_connections(self._office)}
        found = {}
        for door in list_doors(self._office):
            try:
                hook = hook_of(connections[door.connection], self._folder) if door.connection in connections else None
            except ServicemeterError as error:
                _LOG.error("%s receives nothing: %s", door.connection, error)
                continue
            if hook is not None:
                for path in door.paths:
                    found[hashlib.sha256(path.text.encode()).digest()] = _Open(door, hook, path.until)
        return found

    async def _take(self, found: _Open, scope: Scope, receive: Receive) -> None:
        name = found.door.connection
        if scope["method"] == "HEAD":  # some vendors look whether anybody is there
            return
        if scope["method"] != "POST":
            raise _Refused(405, "method", name)
        headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
        delivery = Delivery(headers, await _body(headers, receive, name), self._clock())
        secrets_now = found.door.secrets_at(delivery.received_at)
        if not found.hook.is_genuine(delivery, secrets_now, is_signed=found.door.is_signed):
            raise _Refused(401, "not_genuine", name)
        wait_s = self._rates.wait_s(name, self._seconds())
        if wait_s:
            raise _Refused(429, "too_many", name, retry_after_s=int(wait_s) + 1)
        try:
            await self._writer.keep(_arrival(found, delivery))
        except Crowded:
            raise _Refused(503, "crowded", name, retry_after_s=5) from None
        except NotKept:
            raise _Refused(503, "not_kept", name, retry_after_s=30) from None

    def _write(self, arrivals: Sequence[Arrival]) -> None:
        receive_many(self._office, arrivals)


async def _body(headers: dict[str, str], receive: Receive, name: str) -> bytes:
    """The raw body; one that is too large is refused before it is read, or as soon as it turns out to be."""
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > LARGEST_BODY:
        raise _Refused(413, "too_large", name)
    parts, total = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Refused(401, "cut_off", name)  # nobody is there any more to be told
        parts.append(message.get("body", b""))
        total += len(parts[-1])
        if total > LARGEST_BODY:
            raise _Refused(413, "too_large", name)
        if not message.get("more_body"):
            return b"".join(parts)


def _arrival(found: _Open, delivery: Delivery) -> Arrival:
    """What is kept. A delivery without an id of its own gets one that no other has."""
    try:
        key = found.hook.key(delivery)
    except (ValueError, KeyError, TypeError, AttributeError):
        key = None  # what it says cannot be read; that is told when it is taken
    if key and len(key) > _LONGEST_KEY:
        key = hashlib.sha256(key.encode()).hexdigest()
    made = key or f"{delivery.received_at:%Y%m%dT%H%M%S}-{secrets.token_hex(8)}"
    kept = found.hook.kept(delivery.headers)
    return Arrival(found.door.connection, made, delivery.body, delivery.received_at, kept, found.hook.repeats_differ)
