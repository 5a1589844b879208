"""What a form of our own pages sent. That it is one of ours the guard has made sure of."""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.requests import Request

from servicemeter.ground.errors import BadQuestion

__all__ = ["is_foreign", "read_posted"]

_MOST_BYTES = 200_000
_MOST_FIELDS = 2_000
_READING = ("GET", "HEAD", "OPTIONS")


async def read_posted(request: Request) -> dict[str, str]:
    """The fields of a form, the last one where a name comes twice; `BadQuestion` beyond 200 kB."""
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > _MOST_BYTES:
            raise BadQuestion("A form of more than 200 kB is not read. Give a part of it.")
    try:
        fields = parse_qs(raw.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise BadQuestion(f"A form of more than {_MOST_FIELDS} fields is not read.") from None
    return {name: values[-1] for name, values in fields.items()}


def is_foreign(method: str, fetch_site: str | None, origin: str | None, host: str | None) -> bool:
    """Whether a page of another site makes the reader's browser send this: anything but reading is then refused.

    Browsers say where a request comes from (`Sec-Fetch-Site`, or else `Origin`); programs without either have no cookies
    that another site could use.

    >>> is_foreign("POST", "cross-site", None, "127.0.0.1"), is_foreign("POST", None, "http://127.0.0.1", "127.0.0.1")
    (True, False)
    """
    if method in _READING:
        return False
    if fetch_site is not None:
        return fetch_site not in ("same-origin", "none")
    return origin is not None and origin.partition("://")[2].lower() != (host or "").lower()
