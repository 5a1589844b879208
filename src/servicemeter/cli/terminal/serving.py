"""Serving a home from the terminal: says where, and what ends it."""

from __future__ import annotations

import os
import secrets
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Sequence
from contextlib import nullcontext

from servicemeter.cli.terminal.survey_pages import Surveys
from servicemeter.cli.terminal.words import remark
from servicemeter.desk.desk import Desk
from servicemeter.desk.opening import open_desk
from servicemeter.desk.remote import RemoteDesk
from servicemeter.ground.errors import BookHeld
from servicemeter.ground.settings import Home
from servicemeter.web.reception import Reception
from servicemeter.web.server import serve

__all__ = ["open_browser", "serve_home"]


def serve_home(
    home: Home,
    listen: Callable[[], socket.socket],
    *,
    allowed_hosts: Sequence[str] = (),
    needs_sign_in: bool = False,
    is_secure: bool = False,
    tells_setup: bool = True,
    opens_browser: bool = False,
    listen_for_surveys: Callable[[], socket.socket] | None = None,
    place_header: str | None = None,
) -> None:
    """Hold the book of a home and serve it until Ctrl-C. `listen` gives the socket once the book is held.

    With `needs_sign_in` people bring the printed token while nobody has an account; with `tells_setup` the address is printed at
    which the first account is made. With `listen_for_surveys` the survey pages are served there, apart; `place_header` is where
    a proxy says who asks.
    """
    desk = open_desk(home)
    if isinstance(desk, RemoteDesk):
        note = desk.note
        desk.close()
        raise BookHeld(f"{home.folder} is served already, at {note.address} by process {note.pid}. Stop that one first.")
    assert isinstance(desk, Desk)
    with desk:
        listening = listen()
        surveys = Surveys(home, desk, listen_for_surveys(), place_header) if listen_for_surveys else None
        token = secrets.token_urlsafe(24) if needs_sign_in else None
        address = _address(listening, allowed_hosts, is_secure=is_secure)
        entrance = f"{address}signin?token={token}" if token else address

        def ready(reception: Reception) -> None:
            has_people = reception.has_people
            remark(f"Serving {home.folder} at {address if has_people else entrance}  (Ctrl-C stops it)")
            if tells_setup and not has_people:
                remark(f"Nobody has an account yet; the owner's is made at {address}setup?token={reception.setup_token}")
            if surveys:
                remark(f"Survey pages and webhooks at {surveys.address}")
            if opens_browser:
                open_browser(address if has_people else entrance)

        with surveys or nullcontext() as public:
            serve(
                home, desk, listening, allowed_hosts=allowed_hosts, token=token, is_secure=is_secure, address=address,
                ready=ready, public=public,
            )  # fmt: skip
    remark("Stopped. The book is closed.")


def _address(listening: socket.socket, allowed_hosts: Sequence[str], *, is_secure: bool) -> str:
    """Where people find the pages; over https at the proxy's own port."""
    host, port = listening.getsockname()[:2]
    if is_secure and allowed_hosts:
        return f"https://{allowed_hosts[0]}/"
    name = allowed_hosts[0] if allowed_hosts else f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}/"


def open_browser(address: str) -> None:
    """Open the page in the person's browser, where there is a screen; never in the terminal itself."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return
    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
