"""What a form sends: only from a page of ours, at most so much, and never by a GET.

A browser says where a request comes from (`Sec-Fetch-Site`, else `Origin`); another site's form is refused, and so is one that
says nothing, unless it carries the token as a header, which no other site's page can.
"""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from servicemeter.ground.errors import BadQuestion, ForeignForm, UnknownName

__all__ = ["check_own", "moved_to", "number_from", "posted", "present"]

_MOST_BYTES = 100_000


async def posted(request: Request, known: tuple[str, ...], most: int = _MOST_BYTES) -> dict[str, str]:
    """The fields of a form of ours, without the empty ones. Raises `ForeignForm` for another site's."""
    check_own(request)
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > most:
            raise BadQuestion(f"A form of more than {most // 1000} kB is not read. Nothing was changed.")
    fields = {name: value.strip() for name, value in parse_qsl(raw.decode("utf-8", "replace"))}
    for name in fields:
        if name not in known:
            raise UnknownName("field of this form", name, known)
    return {name: value for name, value in fields.items() if value}


def check_own(request: Request) -> None:
    """Refuse a request that changes something and comes from elsewhere."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        is_own = site == "same-origin"
    elif origin is not None:
        is_own = urlsplit(origin).netloc.lower() == request.headers.get("host", "").lower()
    else:
        is_own = request.headers.get("authorization", "").lower().startswith("bearer ") and bool(request.app.state.token)
    if not is_own:
        raise ForeignForm(
            "This was sent from another page than one of ours, so nothing was changed. Open the page here and send it again."
        )


def number_from(fields: dict[str, str], name: str) -> int:
    """A field that is a number."""
    try:
        return int(fields[name])
    except (KeyError, ValueError):
        raise BadQuestion(f"{name}={fields.get(name, '')!r} is no number. Go back to the page and choose again.") from None


def moved_to(address: str) -> Response:
    """Go on to a page by GET, so that reloading it sends nothing twice."""
    return RedirectResponse(address, 303)


def present() -> datetime:
    """The present moment: read here once, and passed down."""
    return datetime.now(UTC)
