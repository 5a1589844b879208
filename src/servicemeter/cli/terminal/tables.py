"""Tables of text on the terminal: aligned, coloured only where somebody looks."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table as RichTable
from rich.text import Text

from servicemeter.cli.terminal.words import plain
from servicemeter.show.tables import Column, Table

__all__ = ["WIDE", "console", "lines", "print_rows", "print_table", "styled"]

WIDE = 150
"""From this many columns on everything of a card stands on one line."""

_UNSEEN_WIDTH = 200
_COLOURS = {"better": "blue", "worse": "yellow", "met": "blue", "missed": "yellow"}


class _Plain(Console):
    """Shows texts and carries out nothing of them."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for part in super().render(renderable, options):
            yield part if part.control else part._replace(text=plain(part.text))


def console(*, is_error: bool = False) -> Console:
    """The terminal; a file or pipe is wide, so that a row stays on its line."""
    stream = sys.stderr if is_error else sys.stdout
    width = None if stream.isatty() else _UNSEEN_WIDTH
    return _Plain(file=stream, width=width, highlight=False, markup=False, emoji=False)


def print_table(table: Table, on: Console | None = None) -> None:
    """A table of texts."""
    print_rows(table.columns, [[Text(cell) for cell in row] for row in table.rows], on)


def print_rows(columns: Sequence[Column], rows: Sequence[Sequence[Text]], on: Console | None = None) -> None:
    """A table of styled texts, without a heading when no column has a title."""
    has_titles = any(column.title for column in columns)
    out = RichTable(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim", show_header=has_titles)
    for column in columns:
        out.add_column(column.title, justify=column.align)
    for row in rows:
        out.add_row(*row)
    _print_trimmed(out, on or console())


def _print_trimmed(table: RichTable, on: Console) -> None:
    """A table without the blanks at the ends of its lines, where it goes into a file."""
    if on.is_terminal:
        on.print(table)
        return
    with on.capture() as drawn:
        on.print(table)
    on.file.write("".join(line.rstrip() + "\n" for line in drawn.get().splitlines()))


def styled(text: str, meaning: str = "") -> Text:
    """A text in the colour of what it means: better or worse, met or missed."""
    return Text(text, style=_COLOURS.get(meaning, ""))


def lines(*texts: Text | str) -> Text:
    """Texts below each other, all but the first one dimmed."""
    out = Text()
    for place, text in enumerate(t for t in texts if str(t)):
        part = text.copy() if isinstance(text, Text) else Text(text)
        if place:
            part.stylize("dim")
            out.append("\n")
        out.append_text(part)
    return out
