"""Text with delimiters: commas, semicolons, tabs, pipes; quotes with line breaks; the `sep=` line of Excel."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path
from typing import Any

from servicemeter.ground.errors import BadFile, EmptyFile
from servicemeter.ground.phrases import phrase
from servicemeter.sources.encoding import find_encoding, open_bytes
from servicemeter.sources.options import FileOptions
from servicemeter.sources.table import ROWS_LOOKED_AT, Cell, Ragged, RawBatch, header_below, header_names

__all__ = ["DelimitedTable"]

_BATCH_ROWS = 10_000
_SAMPLE_ROWS = 50
_DELIMITERS = (",", ";", "\t", "|")
_LONGEST_CELL = 1 << 26


class DelimitedTable:
    """A delimited text file. Encoding and delimiter are found out unless given."""

    def __init__(self, path: Path, options: FileOptions) -> None:
        self.path, self.size = path, path.stat().st_size
        self.remarks: list[str] = []
        self.encoding = self._encoding(options)
        first = self._first_line(options.skip_rows)
        named = first[4] if first[:4].lower() == "sep=" and len(first) == 5 else None
        self._skip = options.skip_rows + (1 if named else 0)
        self._above = options.skip_rows  # the line `sep=` is shown by no spreadsheet
        self._has_header = options.header is None
        self.delimiter = _delimiter(options.delimiter) or named or self._find_delimiter()
        header = options.header or self._read_header()
        self.names = header_names(header, self.remarks)
        self.rows_above, said = header_below(self._first_rows()) if self._has_header else (0, [])
        self.remarks += said
        if not any(True for _ in self._records()):
            raise EmptyFile(f"{path}: the file has a header but no rows.")

    def batches(self, report: Callable[[int], None] | None = None) -> Iterator[RawBatch]:
        """Give the rows in batches; rows of another width than the header come as ragged."""
        building = _Building(self.names)
        for record in self._records(report):
            building.add(record)
            if building.count >= _BATCH_ROWS:
                yield building.give()
        if building.count:
            yield building.give()

    def _encoding(self, options: FileOptions) -> str:
        if options.encoding is not None:
            try:
                name = codecs.lookup(options.encoding).name
                return "utf-8-sig" if name == "utf-8" else name
            except LookupError:
                raise BadFile(f"{self.path}: there is no encoding called {options.encoding!r}; try utf-8.") from None
        found = find_encoding(self.path)
        if not found.certain:
            self.remarks.append(phrase(f"The text is not UTF-8; read as {found}. Another: the option encoding=…"))
        return str(found)

    def _first_line(self, skip: int) -> str:
        with self._text() as text:
            return next(islice(self._lines(text), skip, None), "").rstrip("\r\n")

    def _text(self) -> io.TextIOWrapper:
        return io.TextIOWrapper(open_bytes(self.path), encoding=self.encoding, newline="")

    def _lines(self, text: Iterable[str]) -> Iterator[str]:
        try:
            yield from text
        except (UnicodeDecodeError, UnicodeError) as error:
            raise BadFile(f"{self.path}: the text is not {self.encoding} ({error}). Give the right one: encoding=…") from error
        except (EOFError, OSError) as error:
            raise BadFile(f"{self.path}: the file is damaged or cut off ({error}). Fetch it again.") from error

    def _find_delimiter(self) -> str:
        with self._text() as text:
            sample = list(islice(self._lines(text), self._skip, self._skip + 4 * _SAMPLE_ROWS))
        scores = {delimiter: _consistency(sample, delimiter) for delimiter in _DELIMITERS}
        return max(scores, key=lambda delimiter: scores[delimiter])

    def _read_header(self) -> list[str]:
        with self._text() as text:
            for record in _records_of(islice(self._lines(text), self._skip, None), self.delimiter):
                return record.cells
        raise EmptyFile(f"{self.path}: the file is empty.")

    def _first_rows(self) -> list[tuple[int, list[str]]]:
        with self._text() as text:
            records = _records_of(islice(self._lines(text), self._skip, None), self.delimiter, self._above)
            return [(record.row, record.cells) for record in islice(records, ROWS_LOOKED_AT)]

    def _records(self, report: Callable[[int], None] | None = None) -> Iterator[_Record]:
        with self._text() as text:
            records = _records_of(islice(self._lines(text), self._skip, None), self.delimiter, self._above)
            for place, record in enumerate(records):
                if place or not self._has_header:
                    yield record
                if report and place % 5000 == 0:
                    report(_position(text))
        if report:
            report(self.size)


@dataclass(frozen=True)
class _Record:
    """One record: the row that a spreadsheet shows it in, its cells, or why it has none."""

    row: int
    cells: list[str]
    fault: str | None = None


@dataclass
class _Building:
    """A batch being built."""

    names: tuple[str, ...]
    numbers: list[int] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    ragged: list[Ragged] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.rows) + len(self.ragged)

    def add(self, record: _Record) -> None:
        reason = record.fault or self._misfit(record.cells)
        if reason is None:
            self.numbers.append(record.row)
            self.rows.append(record.cells)
        else:
            self.ragged.append(Ragged(record.row, reason, self._as_found(record)))

    def _as_found(self, record: _Record) -> dict[str, Any]:
        """The cells by column as far as they go; what has no column stands under the empty name."""
        if record.fault:
            return {"": record.cells}
        extra = record.cells[len(self.names) :]
        return {**dict(zip(self.names, record.cells, strict=False)), **({"": extra} if extra else {})}

    def _misfit(self, cells: list[str]) -> str | None:
        if len(cells) == len(self.names):
            return None
        return phrase(f"the row has {len(cells):,} cells, the header has {len(self.names)}")

    def give(self) -> RawBatch:
        columns: dict[str, list[Cell]] = {name: [row[place] for row in self.rows] for place, name in enumerate(self.names)}
        batch = RawBatch(self.numbers, columns, tuple(self.ragged))
        self.numbers, self.rows, self.ragged = [], [], []
        return batch


def _records_of(lines: Iterable[str], delimiter: str, above: int = 0) -> Iterator[_Record]:
    """Cut lines into records; blank lines are none. What the quoting makes unreadable is given with its fault.

    A spreadsheet shows `above` rows before them, and a row for each blank line; a cell with line breaks stays in one row.
    """
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_CELL))
    held: list[str] = []

    def noted() -> Iterator[str]:
        for line in lines:
            held.append(line)
            yield line

    reader = csv.reader(noted(), delimiter=delimiter, strict=True)
    for row in count(above + 1):
        held.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _Record(row, ["".join(held)], _quoting_fault(str(error), len(held)))
            continue
        if cells and (len(cells) > 1 or cells[0].strip()):
            yield _Record(row, cells)


def _quoting_fault(error: str, line_count: int) -> str:
    if "unexpected end of data" in error:
        return phrase(f"a quote opened in this row is never closed; it takes in the last {line_count:,} lines of the file")
    return phrase(f"the quoting cannot be read: {error}; double the quotes inside a quoted cell")


def _delimiter(given: str | None) -> str | None:
    return {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}.get(given or "", given)


def _consistency(lines: list[str], delimiter: str) -> tuple[float, int]:
    """How well a delimiter cuts the lines: the share of records of one width above 1, then that width."""
    widths = Counter(len(r.cells) for r in islice(_records_of(lines, delimiter), _SAMPLE_ROWS) if r.fault is None)
    if not widths:
        return (0.0, 0)
    width, count = widths.most_common(1)[0]
    return (count / widths.total(), width) if width > 1 else (0.0, 1)


def _position(text: io.TextIOWrapper) -> int:
    """How many bytes of the file itself have been read, packed or not."""
    buffer: Any = text.buffer
    return int(getattr(buffer, "fileobj", buffer).tell())
