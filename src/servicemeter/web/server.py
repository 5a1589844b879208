"""The server of a home: it holds the book, serves the pages and the API, and lets commands in beside them."""

from __future__ import annotations

import gc
import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from ipaddress import ip_address
from types import FrameType

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from servicemeter.desk.desk import Desk
from servicemeter.desk.opening import ServerNote, leave_note, take_note_away
from servicemeter.desk.schedule import keeping_time
from servicemeter.ground.errors import PortTaken
from servicemeter.ground.settings import Home
from servicemeter.web.app import create_app
from servicemeter.web.guard import LOOPBACK
from servicemeter.web.internal import PREFIX, create_internal
from servicemeter.web.reception import Reception

__all__ = ["bind", "bind_next_free", "is_loopback", "serve"]

_QUEUE = 128
_GRACE_S = 5
_PORTS_TRIED = 50
_TURN_S = 0.001
"""How long one thread computes before another may: whoever receives must not wait for whoever takes or measures."""


def is_loopback(host: str) -> bool:
    """Whether a host is this machine alone."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; `PortTaken` when another program has the port or the address is not this machine's."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    # Named as TCP, its connections send at once; else every second answer waits 40 ms for the other side's acknowledgement.
    listening = socket.socket(found[0], socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(found[4])
        listening.listen(_QUEUE)
    except OSError as error:
        listening.close()
        raise PortTaken(
            f"Port {port} on {host} cannot be used: {error.strerror}. Give another with --port, or stop the program that has it."
        ) from error
    return listening


def bind_next_free(host: str, port: int) -> socket.socket:
    """A listening socket on the first free port from `port` on."""
    for candidate in range(port, port + _PORTS_TRIED):
        try:
            return bind(host, candidate)
        except PortTaken:
            continue
    raise PortTaken(f"No port from {port} to {port + _PORTS_TRIED - 1} is free. Give another with --port.")


def serve(
    home: Home,
    desk: Desk,
    listening: socket.socket,
    *,
    allowed_hosts: Collection[str] = (),
    token: str | None = None,
    is_secure: bool = False,
    address: str = "",
    ready: Callable[[Reception], None] | None = None,
    public: tuple[ASGIApp, socket.socket] | None = None,
) -> None:
    """Serve a desk until the process is told to stop; `ready` is called with the reception once people and commands can come.

    `token` is what people sign in with while nobody has an account (None = nobody has to), `allowed_hosts` are names besides
    the loopback's, `address` is where people find the pages; with `is_secure` they come over https, by a proxy of yours.
    `public` is an application for everybody on a socket of its own.
    """
    port = listening.getsockname()[1]
    sockets = [listening, *_loopback_beside(listening, port)]
    note = ServerNote(os.getpid(), port, secrets.token_urlsafe(32), address)
    reception = Reception(home, token=token, is_secure=is_secure)
    pages = create_app(desk, allowed_hosts=(*LOOPBACK, *allowed_hosts), reception=reception)
    before = signal.signal(signal.SIGTERM, _stop)
    turn_s = sys.getswitchinterval()
    sys.setswitchinterval(_TURN_S)
    try:
        with _beside(public), keeping_time(desk, _now):
            leave_note(home, note)
            if ready:
                ready(reception)
            # What the program is made of is not searched for garbage again: that stopped everything for an eighth of a second.
            gc.collect()
            gc.freeze()
            _Server(_config(_Faces(pages, create_internal(desk, note.token))), desk).run(sockets=sockets)
    except KeyboardInterrupt:
        pass  # told to stop, which is how a server ends
    finally:
        reception.close()
        take_note_away(home, note)
        for one in sockets:
            one.close()
        signal.signal(signal.SIGTERM, before)
        sys.setswitchinterval(turn_s)
        gc.unfreeze()


class _Server(uvicorn.Server):
    """A server that, told to stop, does not wait until what visitors asked has been worked out."""

    def __init__(self, config: uvicorn.Config, desk: Desk) -> None:
        super().__init__(config)
        self._desk = desk

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the questions, and then as always."""
        self._desk.stop_answering()
        await super().shutdown(sockets)


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        lifespan="off",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_S,
    )


@contextmanager
def _beside(public: tuple[ASGIApp, socket.socket] | None) -> Iterator[None]:
    """Serve the public application in a thread of its own, as long as the block lasts."""
    if public is None:
        yield
        return
    app, listening = public
    server = uvicorn.Server(_config(app))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def _loopback_beside(listening: socket.socket, port: int) -> list[socket.socket]:
    """A second socket where the first cannot be reached as 127.0.0.1, for the commands of this machine."""
    address = ip_address(listening.getsockname()[0])
    covers = address.version == 4 and (address.is_unspecified or str(address) == "127.0.0.1")
    return [] if covers else [bind("127.0.0.1", port)]


def _now() -> datetime:
    return datetime.now(UTC)


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


class _Faces:
    """The pages for people and programs, and beside them the interface for commands, which is guarded on its own."""

    def __init__(self, pages: ASGIApp, internal: ASGIApp) -> None:
        self.pages, self.internal = pages, internal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        is_internal = scope["type"] == "http" and scope["path"].startswith(PREFIX)
        await (self.internal if is_internal else self.pages)(scope, receive, send)
