"""What a form sent: its fields, read from the body."""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.requests import Request

from servicemeter.ground.errors import BadQuestion

__all__ = ["Form", "read_form"]

_MOST_BYTES = 100_000
_MOST_FIELDS = 1000


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

    def words(self, name: str) -> tuple[str, ...]:
        """The values of a field in which they stand with commas between."""
        return tuple(word.strip() for text in self.many(name) for word in text.split(",") if word.strip())


async def read_form(request: Request) -> Form:
    """The fields that were sent, at most 100 kB of them; `BadQuestion` for what is no form."""
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > _MOST_BYTES:
            raise BadQuestion("This form is too long to be one of ours.")
    try:
        return Form(parse_qs(raw.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except (UnicodeDecodeError, ValueError):
        raise BadQuestion("This form cannot be read. Open its page again.") from None
