"""What a form sent: its fields, read from the body. That it is one of ours the entrance has made sure of."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from servicemeter.ground.errors import BadQuestion, UnknownName

__all__ = ["MOST_BYTES", "Form", "moved_to", "number_from", "posted", "present", "read_form"]

MOST_BYTES = 200_000
"""The longest form that is read."""
_MOST_FIELDS = 2_000
_MOST_DIGITS = 18
"""Of a number that databases can hold."""


class Form:
    """The fields of a form; one that is not there is empty."""

    def __init__(self, fields: dict[str, list[str]]) -> None:
        self._fields = fields

    def one(self, name: str) -> str:
        """The text of a field."""
        return self._fields.get(name, [""])[0]

    def many(self, name: str) -> list[str]:
        """All values that were ticked."""
        return self._fields.get(name, [])

    def last(self) -> dict[str, str]:
        """All fields by name; the last one where a name comes twice."""
        return {name: values[-1] for name, values in self._fields.items()}

    def words(self, name: str) -> tuple[str, ...]:
        """The values of a field in which they stand with commas between."""
        return tuple(word.strip() for text in self.many(name) for word in text.split(",") if word.strip())


async def read_form(request: Request, most: int = MOST_BYTES) -> Form:
    """The fields that were sent, at most 200 kB of them (or `most` bytes); `BadQuestion` for what is no form."""
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > most:
            raise BadQuestion(f"A form of more than {most // 1000} kB is not read. Nothing was changed.")
    try:
        return Form(parse_qs(raw.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except (UnicodeDecodeError, ValueError):
        raise BadQuestion("This form cannot be read. Open its page again.") from None


async def posted(request: Request, known: tuple[str, ...], most: int = MOST_BYTES) -> dict[str, str]:
    """The fields of a form whose names are known, without the empty ones."""
    fields = (await read_form(request, most)).last()
    for name in fields:
        if name not in known:
            raise UnknownName("field of this form", name, known)
    return {name: value.strip() for name, value in fields.items() if value.strip()}


def number_from(fields: dict[str, str], name: str) -> int:
    """A field that is a number."""
    text = fields.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise BadQuestion(f"{name}={text!r} is no number. Go back to the page and choose again.")
    return int(text)


def moved_to(address: str) -> Response:
    """Go on to a page by GET, so that reloading it sends nothing twice."""
    return RedirectResponse(address, 303)


def present() -> datetime:
    """The present moment: read here once, and passed down."""
    return datetime.now(UTC)
