"""A form with a file, however the network cuts it into pieces."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from servicemeter.ground.errors import BadQuestion
from servicemeter.web.uploading import Multipart, receive

BOUNDARY = "xYzZY"


class Sink:
    """Keeps what it is given, and what became of it."""

    def __init__(self, name: str) -> None:
        self.name, self.content, self.end = name, b"", ""

    def write(self, piece: bytes) -> None:
        self.content += piece

    def finish(self) -> str:
        self.end = "kept"
        return "token"

    def abandon(self) -> None:
        self.end = "abandoned"


def body(content: bytes, fields: dict[str, str], file_name: str = "t.csv") -> bytes:
    parts = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n'.encode() for n, v in fields.items()]
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{file_name}"\r\nContent-Type: text/csv\r\n\r\n'
    )
    return b"".join(parts[:1]) + head.encode() + content + b"\r\n" + b"".join(parts[1:]) + f"--{BOUNDARY}--\r\n".encode()


def cut(whole: bytes, sizes: list[int]) -> Iterator[bytes]:
    at = 0
    for size in sizes:
        yield whole[at : at + size]
        at += size
    yield whole[at:]


# Nearly the line that ends a part; the line itself no browser sends inside one: it would choose another.
TRICKY = (
    st.lists(st.sampled_from([b"\r\n", b"--", b"\r", b"\r\n--xYzZ", b"xYzZY", b"a,b;c", b"\x00\xff"]), max_size=12)
    .map(b"".join)
    .filter(lambda content: b"--xYzZY" not in content)
)


@given(TRICKY, st.lists(st.integers(1, 40), max_size=30), st.dictionaries(st.sampled_from(["name", "tz"]), st.just("Europe/x")))
def test_any_cutting_gives_the_same_file_and_fields(content: bytes, sizes: list[int], fields: dict[str, str]) -> None:
    made: list[Sink] = []

    def open_sink(name: str) -> Sink:
        made.append(Sink(name))
        return made[-1]

    form = Multipart(BOUNDARY, open_sink)
    for piece in cut(body(content, fields), sizes):
        form.feed(piece)
    assert form.is_whole and form.fields == fields
    assert [(sink.name, sink.content) for sink in made] == [("t.csv", content)]


def sent(whole: bytes, **headers: str) -> tuple[Request, list[Sink]]:
    pieces = [whole[at : at + 7] for at in range(0, len(whole), 7)]

    async def come() -> dict[str, object]:
        return {"type": "http.request", "body": pieces.pop(0) if pieces else b"", "more_body": bool(pieces)}

    own = {"sec-fetch-site": "same-origin", "content-type": f"multipart/form-data; boundary={BOUNDARY}", **headers}
    scope = {"type": "http", "method": "POST", "path": "/import", "headers": [(k.encode(), v.encode()) for k, v in own.items()]}
    return Request(scope, come), []


def outcome(whole: bytes, most: int = 10_000, **headers: str) -> tuple[object, list[Sink]]:
    request, made = sent(whole, **headers)

    def open_sink(name: str) -> Sink:
        made.append(Sink(name))
        return made[-1]

    try:
        return asyncio.run(receive(request, open_sink, most)), made
    except BadQuestion as fault:
        return fault, made


def test_a_whole_form_is_kept() -> None:
    found, made = outcome(body(b"a\n1\n", {"name": "shop"}))
    assert (found, made[0].end) == (("token", {"name": "shop"}), "kept")


@pytest.mark.parametrize(
    ("whole", "most", "headers", "hint"),
    [
        (body(b"a\n1\n", {})[:-30], 10_000, {}, "did not come whole"),
        (body(b"a" * 500, {}), 300, {}, "larger than"),
        (body(b"", {}, file_name=""), 10_000, {}, "Choose a file first"),
        (b"name=x", 10_000, {"content-type": "application/x-www-form-urlencoded"}, "Choose a file first"),
        (body(b"a", {"name": "x" * 10_001}), 100_000, {}, "longer than fits"),
        (f"--{BOUNDARY}\r\n".encode() + b"x" * 9000, 100_000, {}, "has no end"),
    ],
)
def test_what_goes_wrong_leaves_no_file(whole: bytes, most: int, headers: dict[str, str], hint: str) -> None:
    found, made = outcome(whole, most, **headers)
    assert hint in str(found)
    assert [sink.end for sink in made] in ([], ["abandoned"])
