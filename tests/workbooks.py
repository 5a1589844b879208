"""Workbooks made for tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl

__all__ = ["workbook", "workbook_file"]


def workbook(sheets: Mapping[str, Sequence[Sequence[Any]]]) -> bytes:
    """A workbook of these sheets, each with its rows."""
    book, into = openpyxl.Workbook(), BytesIO()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(into)
    return into.getvalue()


def workbook_file(path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]]) -> Path:
    """The same as a file."""
    path.write_bytes(workbook(sheets))
    return path
