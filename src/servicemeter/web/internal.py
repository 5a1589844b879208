"""What the commands of the same home ask the server that holds its book: over loopback, with the owner's token.

This is no API for others: both ends are one version of the program, and the answers are whole Python values.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from functools import partial
from ipaddress import ip_address
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from servicemeter import __version__
from servicemeter.desk.anydesk import ASKED, AnyDesk
from servicemeter.desk.wire import pack, pack_error, unpack
from servicemeter.ground.errors import ServicemeterError
from servicemeter.web.guard import LOOPBACK, Guard, is_token

__all__ = ["PREFIX", "create_internal"]

PREFIX = "/internal/"
_LOG = logging.getLogger("servicemeter.web")
_BETWEEN_STEPS_S = 0.1
_DONE = frozenset(["load"])
_BROKEN = {"kind": "ServicemeterError", "says": "The server failed at this; nothing was changed. Its log says what."}


def create_internal(desk: AnyDesk, token: str) -> ASGIApp:
    """The interface under `PREFIX`: POST only, for loopback clients that carry the token."""
    app = Starlette(
        routes=[
            Route(PREFIX + "hello", _hello, methods=["POST"]),
            Route(PREFIX + "ask/{question}", _answer, methods=["POST"]),
            Route(PREFIX + "import", _import, methods=["POST"]),
            Route(PREFIX + "sync", _sync, methods=["POST"]),
        ]
    )
    app.state.desk = desk
    return Guard(_OwnMachine(app, token), allowed_hosts=LOOPBACK)


class _OwnMachine:
    """Refuses whoever does not come from this machine, or without the token of its owner's file."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self.app, self.token = app, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        client = scope.get("client")
        if client is None or not ip_address(client[0]).is_loopback:
            await PlainTextResponse("Only for commands on the server's own machine.", 403)(scope, receive, send)
            return
        scheme, _, given = Headers(scope=scope).get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not is_token(given, self.token):
            await PlainTextResponse("Only for commands of the server's owner.", 401)(scope, receive, send)
            return
        await self.app(scope, receive, send)


async def _hello(request: Request) -> Response:
    """Answers at once, also while an import keeps the desk busy."""
    return JSONResponse({"version": __version__})


async def _answer(request: Request) -> Response:
    question = request.path_params["question"]
    if question not in ASKED | _DONE:
        return _failed({"kind": "BadQuestion", "says": f"The server has no answer to {question!r}."}, 404)
    try:
        arguments = unpack(await request.json())
    except (ValueError, TypeError):
        return _failed({"kind": "BadQuestion", "says": "The server could not read the question."}, 400)
    ask = _load if question == "load" else _ask
    try:
        value = await run_in_threadpool(ask, request.app.state.desk, question, arguments)
    except ServicemeterError as error:
        return _failed(pack_error(error), 422)
    return Response(json.dumps(pack(value)), media_type="application/json")


def _ask(desk: AnyDesk, question: str, arguments: dict[str, Any]) -> Any:
    asked = getattr(desk, question)
    return asked(**arguments) if callable(asked) else asked


def _load(desk: AnyDesk, _: str, arguments: dict[str, Any]) -> Any:
    """Load tables that a program handed over: its own Parquet files by path, frames from the files they travelled in."""
    import pyarrow.parquet as pq

    given = arguments.pop("tables")
    tables = {name: path if kind == "path" else pq.read_table(path) for name, (kind, path) in given.items()}
    return desk.load(**arguments, **tables)


def _failed(error: dict[str, str], status: int) -> Response:
    return JSONResponse({"error": error}, status)


async def _import(request: Request) -> Response:
    """Import files that the server reads itself; steps and then the report, a JSON line each."""
    desk: AnyDesk = request.app.state.desk
    return await _work(request, "import", lambda wanted, tell: desk.import_files(wanted[0], now=wanted[1], progress=tell))


async def _sync(request: Request) -> Response:
    """Pull a connected source; steps and then the run."""
    desk: AnyDesk = request.app.state.desk
    return await _work(request, "sync", lambda wanted, tell: desk.sync(wanted[0], since=wanted[1], clock=_now, progress=tell))


async def _work(request: Request, name: str, work: Callable[[Any, Callable[[Any], None]], Any]) -> Response:
    try:
        wanted = unpack(await request.json())
    except (ValueError, TypeError):
        return _failed({"kind": "BadQuestion", "says": "The server could not read the request."}, 400)
    running = _Work(name, partial(work, wanted), asyncio.get_running_loop())
    return StreamingResponse(running.lines(), media_type="application/x-ndjson")


def _now() -> datetime:
    return datetime.now(UTC)


class _Stopped(Exception):
    """Whoever asked is gone: what was begun is undone."""


class _Work:
    """Something that takes a while, in a thread of its own, telling an answer that is being sent."""

    def __init__(self, name: str, work: Callable[[Callable[[Any], None]], Any], loop: asyncio.AbstractEventLoop) -> None:
        self._name, self._work, self._loop = name, work, loop
        self._said: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self._is_over = threading.Event()
        self._told_at = 0.0

    async def lines(self) -> AsyncIterator[str]:
        """The lines of the answer; when the one who asked goes away, the work is stopped at its next step."""
        threading.Thread(target=self._run, name=self._name).start()
        try:
            while (said := await self._said.get()) is not None:
                yield json.dumps(said) + "\n"
        finally:
            self._is_over.set()

    def _run(self) -> None:
        try:
            self._say({"value": pack(self._work(self._tell))})
        except ServicemeterError as error:
            self._say({"error": pack_error(error)})
        except _Stopped:
            _LOG.info("%s: stopped by the one who asked for it", self._name)
        except Exception:
            _LOG.exception("%s: failed", self._name)
            self._say({"error": _BROKEN})
        finally:
            self._say(None)

    def _tell(self, step: Any) -> None:
        if self._is_over.is_set():
            raise _Stopped
        if time.monotonic() - self._told_at >= _BETWEEN_STEPS_S:
            self._told_at = time.monotonic()
            self._say({"step": pack(step)})

    def _say(self, said: dict[str, Any] | None) -> None:
        try:
            self._loop.call_soon_threadsafe(self._said.put_nowait, said)
        except RuntimeError:  # the server is closing: nobody listens any more
            self._is_over.set()
