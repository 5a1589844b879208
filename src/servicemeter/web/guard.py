"""What stands before everything: the check of the host's name, security headers on every response, no traces of failures."""

from __future__ import annotations

import hmac
import logging
import secrets
from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["HEADERS", "LOOPBACK", "Guard", "host_name", "is_token"]

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_HSTS = "max-age=31536000"
_ID_BYTES = 8
_LOG = logging.getLogger("servicemeter.web")


def host_name(host: str) -> str:
    """The name in a Host header without its port: `localhost:8321` → `localhost`, `[::1]:8321` → `[::1]`."""
    return (host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]).lower()


def is_token(given: str | None, token: str) -> bool:
    """Whether a token is the right one, in a time that tells nothing about it."""
    return given is not None and hmac.compare_digest(given.encode(), token.encode())


class Guard:
    """Stands before every page: refuses other hosts' names, and puts the headers on everything."""

    def __init__(self, app: ASGIApp, *, allowed_hosts: Collection[str], is_secure: bool = False) -> None:
        self.app, self.is_secure = app, is_secure
        self.allowed_hosts = {host.lower() for host in allowed_hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False
        request_id = secrets.token_hex(_ID_BYTES)

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)  # a page that allows itself even less says so
                if self.is_secure:
                    headers["Strict-Transport-Security"] = _HSTS
                headers["X-Request-Id"] = request_id
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        refusal = self._refusal(scope)
        try:
            await (refusal or self.app)(scope, receive, send_with_headers)
        except Exception:
            _LOG.exception("a page failed: %r (request %s)", scope["path"], request_id)
            if started:
                raise
            await _broken(request_id)(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        host = host_name(headers.get("host", ""))
        if "*" not in self.allowed_hosts and host not in self.allowed_hosts:
            text = f"This server does not answer to the name {host!r}. Open http://127.0.0.1 with the port it printed."
            return PlainTextResponse(text, 400)
        return None


def _broken(request_id: str) -> Response:
    text = (
        "Something went wrong on this page; your data is untouched. "
        f"The server's log says what (request {request_id}); then try again."
    )
    return PlainTextResponse(text, 500)
