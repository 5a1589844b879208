"""The entrance of the pages: refuses what another site sends, finds out who asks, holds addresses to their rules, keeps logs."""

from __future__ import annotations

from contextlib import nullcontext
from urllib.parse import urlsplit

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from servicemeter.desk.making import patient_for
from servicemeter.ground.errors import NotAllowed, NotSignedIn
from servicemeter.office.audit import audit
from servicemeter.web.asker import Asker, asker, asking
from servicemeter.web.reception import Reception
from servicemeter.web.rules import OWNERS, Needed, rule_of

__all__ = ["SAFE", "Entrance", "check_rule", "foreign", "is_allowed"]

SAFE = ("GET", "HEAD", "OPTIONS")
"""Methods that change nothing."""

_PATIENCE_S = 1.0
"""How long a page waits for facts that are being made anew, before it says so. Programs and what was sent, which no browser sends
again by itself, wait as long as it takes."""
_OWN_SITE = ("same-origin", "none")


class Entrance:
    """Stands before the pages and behind the guard."""

    def __init__(self, app: ASGIApp, *, reception: Reception) -> None:
        self.app, self.reception = app, reception

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        one = await run_in_threadpool(self.reception.recognise, HTTPConnection(scope))
        refusal = _refusal(scope, one)
        status = 500

        async def send_and_see(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if status < 400:
                    await run_in_threadpool(self._note, scope, one)
            await send(message)

        is_looked_at = scope["method"] in SAFE and not scope["path"].startswith("/api/")
        with asking(one), patient_for(_PATIENCE_S) if is_looked_at else nullcontext():
            await (refusal or self.app)(scope, receive, send_and_see)

    def _note(self, scope: Scope, one: Asker) -> None:
        """Note what was done or taken along, before the answer leaves."""
        rule, method = one.rule, scope["method"]
        if rule is None:
            return
        if rule.is_export and method != "HEAD" and self.reception.exports:
            query = scope["query_string"].decode("latin-1")
            address = scope["path"] + (f"?{query}" if query and method == "GET" else "")
            self.reception.exports.add(
                {"at": self.reception.clock().isoformat(), "who": one.name, "place": one.place, "what": f"{method} {address}"}
            )
        if method not in SAFE and not rule.asks and not one.was_noted and self.reception.home is not None:
            with self.reception.office.writing() as on:
                by = self.reception.by()
                what = f"{method} {scope['path']}"
                audit(self.reception.office, on, who=one.name, what=what[:200], place=one.place, now=by.now)


async def check_rule(request: Request) -> None:
    """Hold a request to the rule of its route; every router is included with this."""
    one = asker()
    rule = one.rule = rule_of(request.scope.get("endpoint")) or OWNERS
    if rule.needs == "anyone":
        return
    if not one.is_known:
        raise NotSignedIn("Not signed in. Sign in, or open the address with the sign-in token that the terminal printed.")
    if not is_allowed(one, rule.needs):
        raise NotAllowed(f"Your account ({one.person.role}) may not do this. Ask an owner or admin of this servicemeter.")


def is_allowed(one: Asker, needs: Needed) -> bool:
    """Whether somebody may open what asks for this."""
    if needs == "anyone" or not one.is_known:
        return needs == "anyone"
    if needs == "signed_in":
        return True
    if needs == "owner":
        return one.person.role == "owner" and one.person.rights is None
    return one.person.may(needs)


def _refusal(scope: Scope, one: Asker) -> Response | None:
    if scope["method"] in SAFE or not foreign(Headers(scope=scope), is_cookied=one.by in ("session", "half", "token")):
        return None
    return PlainTextResponse("Another site sent this; nothing was done. Open the page here and press the button again.", 403)


def foreign(headers: Headers, *, is_cookied: bool) -> bool:
    """Whether a request that changes something comes from another site's page.

    Browsers say where a request comes from (`Sec-Fetch-Site`, else `Origin`). Programs say neither, and come in with a key;
    what says neither and brings a cookie is refused.
    """
    if headers.get("authorization"):
        return False  # no browser adds this by itself
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        return site not in _OWN_SITE
    if origin is not None:
        return urlsplit(origin).netloc.lower() != headers.get("host", "").lower() or not urlsplit(origin).netloc
    return is_cookied
