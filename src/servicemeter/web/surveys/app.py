"""The public application: survey pages, objections, the widget. It knows the office and never the book."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from servicemeter.desk.retaining import USUAL_NOTICE, Notice, notice_of
from servicemeter.ground.settings import Home
from servicemeter.office.answers import count_refusal
from servicemeter.office.database import Office
from servicemeter.surveys.forms import Form
from servicemeter.surveys.likeness import Rates, keyed_place, keyed_words
from servicemeter.surveys.shelf import Shelf
from servicemeter.surveys.tokens import derive_key
from servicemeter.web.guard import LOOPBACK, host_name

__all__ = ["Counter", "create_survey_app"]

_LOG = logging.getLogger("servicemeter.surveys")
_LARGEST_BODY = 64_000
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"x-robots-tag", b"noindex"),
)


@dataclass
class Counter:
    """What the pages stand on: the office, the forms, the key of links, the clocks, and who came how often.

    `place_header` names the header in which a proxy of ours says where a request comes from; without one it is the
    connection's own address.
    """

    office: Office
    forms: Mapping[str, Form]
    key: bytes
    identity_key: bytes
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    seconds: Callable[[], float] = monotonic
    place_header: str | None = None
    keeping: Notice = USUAL_NOTICE
    by_place: Rates = field(default_factory=lambda: Rates(30))
    by_link: Rates = field(default_factory=lambda: Rates(5))
    by_visit: Rates = field(default_factory=lambda: Rates(1, 86_400))

    def place(self, request: Request) -> str:
        """Where a request comes from, as a keyed hash of its neighbourhood."""
        return keyed_place(derive_key(self.key, "place"), self._host(request))

    def visit_key(self, request: Request) -> str:
        """Whom nobody knows, for a day: a keyed hash of address and browser, in memory only."""
        said = f"{self._host(request)}\0{request.headers.get('user-agent', '')}\0{self.clock().date()}"
        return keyed_words(derive_key(self.key, "visit"), said)

    def has_visited(self, form: str, visit_key: str) -> bool:
        """Whether somebody whom nobody knows was asked by a form in the last day."""
        return self.by_visit.is_full(f"{form} {visit_key}", self.seconds())

    def note_visit(self, form: str, visit_key: str) -> None:
        """Note that they are."""
        self.by_visit.wait_s(f"{form} {visit_key}", self.seconds())

    def _host(self, request: Request) -> str:
        said = request.headers.get(self.place_header, "").rpartition(",")[2].strip() if self.place_header else ""
        return said or (request.client.host if request.client else "")

    def refusal(self, request: Request, link: str = "") -> Response | None:
        """429 when too many answers come from one place or by one link; each is counted. None to go on."""
        now = self.seconds()
        wait = self.by_place.wait_s(self.place(request), now) or (self.by_link.wait_s(link, now) if link else 0)
        if not wait:
            return None
        count_refusal(self.office, self.clock().date(), "too_often")
        text = "Too many answers from one place. Wait a minute and try again."
        return PlainTextResponse(text, 429, {"Retry-After": str(int(wait) + 1)})


def create_survey_app(
    home: Home,
    office: Office,
    *,
    allowed_hosts: Collection[str] = LOOPBACK,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    place_header: str | None = None,
    counter: Counter | None = None,
) -> ASGIApp:
    """The survey pages of a home. `allowed_hosts` are the names they answer to."""
    from servicemeter.web.surveys import hosted, visits

    made = counter or Counter(
        office,
        Shelf(home.surveys),
        home.survey_key(),
        home.identity_key(),
        clock,
        place_header=place_header,
        keeping=notice_of(home),
    )
    app = Starlette(routes=[*visits.routes(), *hosted.routes()])
    app.state.counter = made
    return _Front(app, {host.lower() for host in allowed_hosts})


class _Front:
    """Stands before every page: other hosts' names, bodies too large, headers on everything, and no traces of failures."""

    def __init__(self, app: ASGIApp, allowed_hosts: set[str]) -> None:
        self.app, self.allowed_hosts = app, allowed_hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                given = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(pair for pair in _HEADERS if pair[0] not in given)]
            await send(message)

        try:
            await (self._refusal(scope) or self.app)(scope, _limited(receive), send_with_headers)
        except Exception:
            _LOG.exception("a survey page failed: %s", scope["path"].partition("/")[0])
            if started:
                raise
            text = "Something went wrong; your answer may not be saved. Please try again later."
            await PlainTextResponse(text, 500)(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = dict(scope["headers"])
        if "*" not in self.allowed_hosts and host_name(headers.get(b"host", b"").decode("latin-1")) not in self.allowed_hosts:
            return PlainTextResponse("This server does not answer to that name.", 400)
        length = headers.get(b"content-length", b"0")
        return PlainTextResponse("Too long.", 413) if not length.isdigit() or int(length) > _LARGEST_BODY else None


def _limited(receive: Receive) -> Receive:
    """Cuts off a body that says nothing of its length and does not end."""
    total = 0

    async def limited() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        return {"type": "http.disconnect"} if total > _LARGEST_BODY else message

    return limited
