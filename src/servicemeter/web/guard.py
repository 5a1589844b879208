"""Who may ask, and what every response carries: host check, token, security headers, and no traces of failures."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Collection
from http.cookies import SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from servicemeter.web.posted import is_foreign

__all__ = ["COOKIE", "HEADERS", "LOOPBACK", "Guard", "host_name", "is_token"]

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
COOKIE = "servicemeter_token"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_OPEN_PATHS = ("/health", "/signin", "/static/", "/look.css")
_LOG = logging.getLogger("servicemeter.web")


def host_name(host: str) -> str:
    """The name in a Host header without its port: `localhost:8321` → `localhost`, `[::1]:8321` → `[::1]`."""
    return (host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]).lower()


def is_token(given: str | None, token: str) -> bool:
    """Whether a token is the right one, in a time that tells nothing about it."""
    return given is not None and hmac.compare_digest(given.encode(), token.encode())


class Guard:
    """Stands before every page: refuses other hosts' names and missing tokens, and puts the headers on everything."""

    def __init__(self, app: ASGIApp, *, allowed_hosts: Collection[str], token: str | None) -> None:
        self.app, self.token = app, token
        self.allowed_hosts = {host.lower() for host in allowed_hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)  # a page that allows itself even less says so
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        refusal = self._refusal(scope)
        try:
            await (refusal or self.app)(scope, receive, send_with_headers)
        except Exception:
            _LOG.exception("a page failed: %s", scope["path"])
            if started:
                raise
            await _broken()(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        host = host_name(headers.get("host", ""))
        if "*" not in self.allowed_hosts and host not in self.allowed_hosts:
            text = f"This server does not answer to the name {host!r}. Open http://127.0.0.1 with the port it printed."
            return PlainTextResponse(text, 400)
        if is_foreign(scope["method"], headers.get("sec-fetch-site"), headers.get("origin"), headers.get("host")):
            return PlainTextResponse("A page of another site may not send this. Open the page here and try again.", 403)
        if self.token is None or scope["path"].startswith(_OPEN_PATHS) or self._is_signed_in(headers, self.token):
            return None
        return PlainTextResponse("Not signed in. Open the address with the sign-in token that the terminal printed.", 401)

    def _is_signed_in(self, headers: Headers, token: str) -> bool:
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and is_token(bearer, token):
            return True
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        return cookie is not None and is_token(cookie.value, token)


def _broken() -> Response:
    text = "Something went wrong on this page; your data is untouched. The server's log says what; then try again."
    return PlainTextResponse(text, 500)
