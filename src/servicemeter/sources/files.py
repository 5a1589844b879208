"""Any file as a table: CSV and its kin, JSON lines, Parquet, spreadsheets; what it is shows in its first bytes."""

from __future__ import annotations

import zlib
from pathlib import Path

from servicemeter.ground.errors import BadFile, EmptyFile
from servicemeter.ground.phrases import phrase
from servicemeter.sources.columnar import ParquetTable
from servicemeter.sources.delimited import DelimitedTable
from servicemeter.sources.encoding import open_bytes
from servicemeter.sources.jsonlines import JsonLinesTable
from servicemeter.sources.marks import without_marks
from servicemeter.sources.options import FileOptions
from servicemeter.sources.table import RawTable
from servicemeter.sources.workbook import WorkbookTable, names_of_sheets

__all__ = ["file_kind", "open_table", "rows_above", "sheet_names"]

_BINARY = (
    (b"\x89PNG", phrase("a PNG picture")),
    (b"\xff\xd8\xff", phrase("a JPEG picture")),
    (b"GIF8", phrase("a GIF picture")),
    (b"%PDF", phrase("a PDF document")),
    (b"\x7fELF", phrase("a program")),
    (b"SQLite format 3", phrase("an SQLite database")),
    (b"BZh", phrase("packed with bzip2")),
    (b"\xfd7zXZ", phrase("packed with xz")),
    (b"\x28\xb5\x2f\xfd", phrase("packed with zstandard")),
)
_WANTED = phrase("Give CSV, TSV, JSON lines, Parquet or XLSX (gzip-packed text is fine).")


def open_table(path: Path, options: FileOptions | None = None) -> RawTable:
    """Open a file as a table. Raises `BadFile` when it is missing, a folder, empty, binary or only a header.

    The marks of rows that were kept aside before are no column of it: its batches tell them.
    """
    return without_marks(_opened(path, options or FileOptions()))


def _opened(path: Path, options: FileOptions) -> RawTable:
    kind = file_kind(path)
    if kind == "parquet":
        return ParquetTable(path)
    if kind == "spreadsheet":
        return WorkbookTable(path, options)
    return JsonLinesTable(path, options) if kind == "json lines" else DelimitedTable(path, options)


def rows_above(path: Path, options: FileOptions) -> int:
    """How many rows stand above what is probably the header, where the first one is a title. Raises `BadFile`."""
    raw = _opened(path, options) if not options.skip_rows else None
    return raw.rows_above if isinstance(raw, (DelimitedTable, WorkbookTable)) else 0


def sheet_names(path: Path) -> list[str]:
    """The sheets of a spreadsheet; none of any other file. Raises `BadFile`."""
    return names_of_sheets(path) if file_kind(path) == "spreadsheet" else []


def file_kind(path: Path) -> str:
    """Tell what a file is from its first bytes: parquet, spreadsheet, json lines or delimited; else `BadFile`."""
    start = _first_bytes(path)
    if start.startswith(b"PAR1"):
        return "parquet"
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return _spreadsheet(path)
    for mark, what in _BINARY:
        if start.startswith(mark):
            raise BadFile(f"{path}: this is not a table but {phrase(what)}. {phrase(_WANTED)}")
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b"["):
        return _json_list(path)
    return "json lines" if text.startswith(b"{") else "delimited"


def _first_bytes(path: Path) -> bytes:
    if not path.exists():
        raise BadFile(f"{path}: there is no such file.")
    if path.is_dir():
        raise BadFile(f"{path}: this is a folder. Name the file, or a folder of files named after their tables.")
    try:
        with open_bytes(path) as stream:
            start = stream.read(512)
    except (OSError, EOFError, zlib.error) as error:
        raise BadFile(f"{path}: the file cannot be read ({error}).") from error
    if not start.strip():
        raise EmptyFile(f"{path}: the file is empty.")
    return start


def _spreadsheet(path: Path) -> str:
    if path.suffix.lower() in {".zip", ".docx", ".pptx", ".doc", ".ppt", ".msg"}:
        raise BadFile(f"{path}: this is an archive or document, not a table. Unpack it and give the files. {phrase(_WANTED)}")
    return "spreadsheet"


def _json_list(path: Path) -> str:
    if path.suffix.lower() in {".json", ".jsonl", ".ndjson"}:
        raise BadFile(f"{path}: this is one JSON list. Give one object a line (JSON lines): jq -c '.[]' {path.name}")
    return "delimited"
