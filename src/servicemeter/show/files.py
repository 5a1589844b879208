"""Figures and pictures as files to take along: workbooks and PNG."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from importlib.resources import as_file, files

import resvg_py
import xlsxwriter

from servicemeter.model.answer import Row
from servicemeter.show.tables import field_names

__all__ = ["png_bytes", "xlsx_bytes"]

_SHARPNESS = 2.0
_FONT = "DejaVu Sans"


def png_bytes(svg: str) -> bytes:
    """A dressed picture as PNG, two pixels for each of its own; its letters are ours, so that it looks alike everywhere."""
    with as_file(files("servicemeter.show") / "fonts") as folder:
        return bytes(
            resvg_py.svg_to_bytes(
                svg_string=svg,
                zoom=_SHARPNESS,
                skip_system_fonts=True,
                font_dirs=[str(folder)],
                font_family=_FONT,
                sans_serif_family=_FONT,
            )
        )


def xlsx_bytes(rows: Sequence[Row], about: Iterable[tuple[str, str]]) -> bytes:
    """Rows as a workbook: exact values on the first sheet, what they are on the second. No text ever becomes a formula."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet("figures")
        names = field_names(rows)
        sheet.write_row(0, 0, names, bold)
        for place, row in enumerate(rows, 1):
            for column, name in enumerate(names):
                _write(sheet, place, column, row.get(name))
        sheet.freeze_panes(1, 0)
        sheet.autofit()
        note = book.add_worksheet("about")
        for place, (title, text) in enumerate(about):
            note.write_string(place, 0, title, bold)
            note.write_string(place, 1, text)
        note.autofit()
    return out.getvalue()


def _write(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, value: object) -> None:
    """One cell: numbers and truths as such, everything else as text."""
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, (int, float)):
        sheet.write_number(row, column, value)
    else:
        sheet.write_string(row, column, value.isoformat() if isinstance(value, (date, datetime)) else str(value))
