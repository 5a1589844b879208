"""The base of every fake vendor: an app served on loopback, its clock, its limits, its faults, and a ledger of what was asked."""

from __future__ import annotations

import json
import random
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import uvicorn
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from servicemeter.sources.client import Pace

__all__ = ["Expired", "Forbidden", "Limit", "Missing", "Time", "Vendor"]


class Forbidden(Exception):
    """The token may not read this."""


class Missing(Exception):
    """There is nothing at this path."""


class Expired(Exception):
    """The cursor is no longer known."""


@dataclass
class Time:
    """Time that passes only when somebody sleeps; a client and its vendor share one."""

    seconds: float = 0.0

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def pace(self, seed: int = 1) -> Pace:
        return Pace(self.monotonic, self.sleep, random.Random(seed))


@dataclass
class Limit:
    """At most `calls` calls in `per_s` seconds to paths that begin so (with a slash at its end), or to this one path."""

    prefix: str
    calls: int
    per_s: float = 60.0

    def covers(self, path: str) -> bool:
        """Whether a call of this path counts."""
        return path.startswith(self.prefix) if self.prefix.endswith("/") else path == self.prefix


@dataclass
class Vendor:
    """A vendor. Subclasses answer in `respond`; faults come before that, by chance or by the number of the request.

    `began_at` is the vendor's clock at the start; it goes on with `time`. `asked` is the ledger: when, which path, and the
    status it was answered with; `body` is the JSON that came with the request, if any. `on_request` is called before each
    answer, for things that change while they are read. `more_headers` are those of the answer being given.
    """

    began_at: datetime
    time: Time = field(default_factory=Time)
    limits: list[Limit] = field(default_factory=list)
    faults: Mapping[int, str] = field(default_factory=dict)
    fault_share: float = 0.0
    chance: random.Random = field(default_factory=lambda: random.Random(7))
    forbidden: tuple[str, ...] = ()
    on_request: Callable[[], None] = lambda: None
    asked: list[tuple[float, str, int]] = field(default_factory=list)
    body: Any = None
    more_headers: dict[bytes, bytes] = field(default_factory=dict)

    def now(self) -> datetime:
        """The vendor's clock."""
        return self.began_at.astimezone(UTC) + timedelta(seconds=self.time.seconds)

    def respond(self, path: str, params: Mapping[str, str], headers: Mapping[str, str]) -> Any:
        """The JSON of a path; raises `Missing`, `Forbidden` or `Expired`."""
        raise NotImplementedError

    def is_allowed(self, headers: Mapping[str, str]) -> bool:
        """Whether the token is right."""
        return True

    def most_in_window(self, prefix: str, per_s: float = 60.0) -> int:
        """The most calls under a path that were made in any window."""
        limit = Limit(prefix, 0)
        times = [at for at, path, _ in self.asked if limit.covers(path)]
        return max((sum(1 for other in times if at <= other < at + per_s) for at in times), default=0)

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Serve on a free port of loopback while the block lasts; gives the address."""
        with socket.socket(proto=socket.IPPROTO_TCP) as listening:
            listening.bind(("127.0.0.1", 0))
            port = listening.getsockname()[1]
            config = uvicorn.Config(
                self, log_level="critical", access_log=False, lifespan="off", date_header=False, timeout_graceful_shutdown=1
            )
            server = uvicorn.Server(config)
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
            thread.start()
            try:
                while not server.started and thread.is_alive():
                    threading.Event().wait(0.005)
                yield f"http://127.0.0.1:{port}"
            finally:
                server.should_exit = True
                thread.join(10)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        self.body = json.loads(await request.body() or b"null")
        path = request.url.path
        at, number = self.time.seconds, len(self.asked)
        fault = self._fault(number)
        status, body, more = self._answer(request, at) if fault is None else _FAULTS[fault]
        self.asked.append((at, path, status))
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        kind = b"text/html" if isinstance(body, bytes) else b"application/json"
        headers = {b"content-type": kind, b"date": format_datetime(self.now(), usegmt=True).encode(), **more}
        length = len(content) + (1000 if fault == "drop" else 0)
        headers[b"content-length"] = str(length).encode()
        await send({"type": "http.response.start", "status": status, "headers": list(headers.items())})
        await send({"type": "http.response.body", "body": content, "more_body": fault == "drop"})

    def _fault(self, number: int) -> str | None:
        if number in self.faults:
            return self.faults[number]
        if self.chance.random() < self.fault_share:
            return self.chance.choice(["500", "503", "drop"])
        return None

    def _answer(self, request: Request, at: float) -> tuple[int, Any, dict[bytes, bytes]]:
        path, headers = request.url.path, request.headers
        if not self.is_allowed(headers):
            return 401, {"error": "Couldn't authenticate you"}, {}
        for limit in self.limits:
            recent = [t for t, p, s in self.asked if limit.covers(p) and s != 429 and t > at - limit.per_s]
            if limit.covers(path) and len(recent) >= limit.calls:
                wait_s = int(recent[-limit.calls] + limit.per_s - at) + 1
                return 429, {"error": "TooManyRequests"}, {b"retry-after": str(wait_s).encode()}
        if path.startswith(self.forbidden) and self.forbidden:
            return 403, {"error": "Forbidden"}, {}
        self.on_request()
        self.more_headers = {}
        try:
            return 200, self.respond(path, dict(request.query_params), headers), self.more_headers
        except Missing:
            return 404, {"error": "RecordNotFound"}, {}
        except Expired:
            return 422, {"error": "InvalidCursor"}, {}


_FAULTS: dict[str, tuple[int, Any, dict[bytes, bytes]]] = {
    "500": (500, {"error": "InternalError"}, {}),
    "503": (503, b"<html>Down for maintenance</html>", {b"retry-after": b"2"}),
    "429": (429, {"error": "TooManyRequests"}, {b"retry-after": b"7"}),
    "drop": (200, {"tickets": []}, {}),
    "html": (200, b"<html>Sign in</html>", {}),
    "moved": (302, {}, {b"location": b"https://elsewhere.example/sign-in?token=secret"}),
}
