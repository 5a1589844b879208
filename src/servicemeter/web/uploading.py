"""A form with a file (multipart/form-data), read as it arrives: the file goes to the disk piece by piece, never into memory."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

from starlette.requests import Request

from servicemeter.ground.errors import BadQuestion

__all__ = ["MOST_BYTES", "Multipart", "Sink", "receive"]

MOST_BYTES = 200_000_000
"""The largest file that a page takes; larger ones are imported on the terminal, which reads them where they are."""

_MOST_FIELD = 10_000
_MOST_HEAD = 8_000
_BOUNDARY = re.compile(r'multipart/form-data;.*?boundary="?([0-9A-Za-z\'()+_,./:=? -]{1,70}?)"?\s*$', re.IGNORECASE)
_NAME = re.compile(r'(?:^|[;\s])name="([^"]*)"')
_FILE_NAME = re.compile(r'filename="((?:[^"\\]|\\.)*)"')


class Sink(Protocol):
    """Where a file goes: piece by piece, then kept, or abandoned."""

    def write(self, piece: bytes) -> None: ...

    def finish(self) -> str: ...

    def abandon(self) -> None: ...


class Multipart:
    """Takes the pieces of a body however they were cut; has the fields, and the sink of the one file with a name."""

    def __init__(self, boundary: str, open_sink: Callable[[str], Sink]) -> None:
        self._mark = b"\r\n--" + boundary.encode("latin-1")
        self._open, self._rest = open_sink, b"\r\n"
        self._state, self._name = "before", ""
        self._write: Callable[[bytes], None] = _nothing
        self.fields: dict[str, str] = {}
        self.sink: Sink | None = None
        self._value = b""

    @property
    def is_whole(self) -> bool:
        """Whether the end was seen."""
        return self._state == "after"

    def feed(self, piece: bytes) -> None:
        """Take a piece of the body. `BadQuestion` for what is no such form."""
        self._rest += piece
        while self._step():
            pass

    def _step(self) -> bool:
        """One thing done with what has come: False when more must come first."""
        if self._state in ("before", "inside"):
            return self._up_to_mark()
        if self._state == "marked":
            return self._after_mark()
        return self._state == "head" and self._head()

    def _up_to_mark(self) -> bool:
        at = self._rest.find(self._mark)
        if at < 0:
            keep = len(self._mark) - 1
            self._write(self._rest[:-keep])
            self._rest = self._rest[-keep:]
            return False
        self._write(self._rest[:at])
        self._end_part()
        self._rest, self._state = self._rest[at + len(self._mark) :], "marked"
        return True

    def _after_mark(self) -> bool:
        if len(self._rest) < 2:
            return False
        self._state = "after" if self._rest[:2] == b"--" else "head"
        return self._state == "head"

    def _head(self) -> bool:
        head, mark, rest = self._rest.partition(b"\r\n\r\n")
        if not mark:
            if len(self._rest) > _MOST_HEAD:
                raise BadQuestion("The form cannot be read: a part of it has no end. Nothing was kept.")
            return False
        self._rest, self._state = rest, "inside"
        self._begin_part(head.decode("utf-8", "replace"))
        return True

    def _begin_part(self, head: str) -> None:
        said = next((line for line in head.split("\r\n") if line.lower().startswith("content-disposition")), "")
        name, file_name = _NAME.search(said), _FILE_NAME.search(said)
        self._name, self._value, self._write = (name[1] if name else ""), b"", self._keep_value
        if file_name is None:
            return
        self._name, self._write = "", _nothing
        if file_name[1] and self.sink is None:
            self.sink = self._open(file_name[1])
            self._write = self.sink.write

    def _keep_value(self, piece: bytes) -> None:
        self._value += piece
        if len(self._value) > _MOST_FIELD:
            raise BadQuestion("A field of this form is longer than fits. Nothing was kept.")

    def _end_part(self) -> None:
        if self._name:
            self.fields[self._name] = self._value.decode("utf-8", "replace").strip()
        self._name, self._write = "", _nothing


def _nothing(piece: bytes) -> None:
    """Where nothing is kept."""


async def receive(request: Request, open_sink: Callable[[str], Sink], most: int = MOST_BYTES) -> tuple[str, dict[str, str]]:
    """The token of the file that a form of ours sent, and its fields; anything that goes wrong leaves no file behind."""
    found = _BOUNDARY.match(request.headers.get("content-type", ""))
    if found is None:
        raise BadQuestion("Choose a file first: this form sends one, and none came.")
    form, size = Multipart(found[1], open_sink), 0
    try:
        async for piece in request.stream():
            size += len(piece)
            if size > most:
                raise BadQuestion(
                    f"The file is larger than {most // 1_000_000} MB. Import it on the terminal, which reads it where it is: "
                    "servicemeter import FILE"
                )
            form.feed(piece)
        if not form.is_whole or form.sink is None:
            raise BadQuestion("Choose a file first: none came, or it did not come whole. Nothing was kept.")
        return form.sink.finish(), form.fields
    except BaseException:
        if form.sink is not None:
            form.sink.abandon()
        raise
