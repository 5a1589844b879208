"""What stands in the rows is shown on a terminal, and no part of it is carried out there."""

from __future__ import annotations

import io

import pytest
from rich.text import Text

from servicemeter.cli.terminal import tables
from servicemeter.cli.terminal.words import remark
from servicemeter.show.tables import Column, Table

ODD = "\x1b[31mred\x1b]0;title\x07\x9b2J[/bold]"
SHOWN = "[31mred]0;title2J[/bold]"


def test_a_table_shows_it(capsys: pytest.CaptureFixture[str]) -> None:
    tables.print_table(Table([Column(ODD), Column("n")], [[ODD, "1"]]))
    assert capsys.readouterr().out.splitlines() == [f"{SHOWN}  n", f"{SHOWN}  1"]


def test_a_remark_shows_it(capsys: pytest.CaptureFixture[str]) -> None:
    remark(ODD)
    assert capsys.readouterr().err == f"{SHOWN}\n"


def test_the_colours_of_a_terminal_stay() -> None:
    out = io.StringIO()
    on = tables._Plain(file=out, force_terminal=True, color_system="standard", highlight=False, markup=False)
    on.print(Text(ODD, style="blue"))
    assert out.getvalue() == f"\x1b[34m{SHOWN}\x1b[0m\n"
