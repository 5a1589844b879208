"""JSON lines: one object a line; nested objects become columns named with dots, lists stay JSON text.

Programs that write a stream into files piece by piece often forget the line's end: several objects on a line are taken too.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from servicemeter.ground.errors import BadFile
from servicemeter.ground.phrases import phrase
from servicemeter.sources.encoding import find_encoding, open_bytes
from servicemeter.sources.options import FileOptions
from servicemeter.sources.table import Cell, Ragged, RawBatch

__all__ = ["JsonLinesTable", "flat"]

_BATCH_ROWS = 10_000
_DECODER = json.JSONDecoder()


class JsonLinesTable:
    """A file of JSON objects, one a line. Its columns are all the names that occur, found in a pass of its own."""

    def __init__(self, path: Path, options: FileOptions) -> None:
        self.path, self.size = path, path.stat().st_size
        self.remarks: list[str] = []
        self._encoding = options.encoding or str(find_encoding(path))
        names: dict[str, None] = {}
        for _, found in self._objects():
            if isinstance(found, dict):
                names.update(dict.fromkeys(found))
        if not names:
            raise BadFile(f"{path}: no line of the file is a JSON object. Give one object a line.")
        self.names = tuple(names)

    def batches(self, report: Callable[[int], None] | None = None) -> Iterator[RawBatch]:
        """Give the objects in batches; a line that is no object comes as ragged."""
        numbers: list[int] = []
        rows: list[dict[str, Cell]] = []
        ragged: list[Ragged] = []
        for number, found in self._objects(report):
            if isinstance(found, dict):
                numbers.append(number)
                rows.append(found)
            else:
                ragged.append(found)
            if len(rows) + len(ragged) >= _BATCH_ROWS:
                yield self._batch(numbers, rows, ragged)
                numbers, rows, ragged = [], [], []
        if rows or ragged:
            yield self._batch(numbers, rows, ragged)

    def _batch(self, numbers: list[int], rows: list[dict[str, Cell]], ragged: list[Ragged]) -> RawBatch:
        return RawBatch(numbers, {name: [row.get(name) for row in rows] for name in self.names}, tuple(ragged))

    def _objects(self, report: Callable[[int], None] | None = None) -> Iterator[tuple[int, dict[str, Cell] | Ragged]]:
        number = 0
        with io.TextIOWrapper(open_bytes(self.path), encoding=self._encoding) as text:
            for line in self._lines(text):
                if not line.strip():
                    continue
                for found, piece in _pieces(line):
                    number += 1
                    yield number, _object(found, piece, number)
                if report and number % 5000 == 0:
                    report(min(self.size, text.buffer.tell()))
        if report:
            report(self.size)

    def _lines(self, text: io.TextIOWrapper) -> Iterator[str]:
        try:
            yield from text
        except (UnicodeError, EOFError, OSError) as error:
            raise BadFile(f"{self.path}: the text cannot be read ({error}). Give its encoding: encoding=…") from error


def _pieces(line: str) -> Iterator[tuple[Any, str]]:
    """What stands on a line, one after the other, with its text; an error for what cannot be read, and all after it."""
    place, rest = 0, line.strip()
    while place < len(rest):
        try:
            found, end = _DECODER.raw_decode(rest, place)
        except (ValueError, RecursionError) as error:
            yield error, rest[place:]
            return
        yield found, rest[place:end]
        place = end
        while place < len(rest) and rest[place].isspace():
            place += 1


def _object(found: Any, text: str, number: int) -> dict[str, Cell] | Ragged:
    if isinstance(found, Exception):
        return Ragged(number, phrase(f"the line is not JSON: {found}"), {"": text})
    if not isinstance(found, dict):
        return Ragged(number, phrase("the line is not a JSON object"), {"": text})
    return flat(found)


def flat(found: dict[str, Any], stem: str = "") -> dict[str, Cell]:
    """Write nested objects in one level: `{"a": {"b": 1}}` becomes `{"a.b": 1}`."""
    level: dict[str, Cell] = {}
    for name, value in found.items():
        if isinstance(value, dict):
            level.update(flat(value, f"{stem}{name}."))
        else:
            level[stem + name] = json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value
    return level
