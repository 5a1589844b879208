"""Workbooks with several sheets: which is read and which others there are is said, on the page and on the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from servicemeter.ground.errors import BadFile
from servicemeter.sources.files import open_table, sheet_names
from servicemeter.sources.options import FileOptions
from terminal import run
from workbooks import workbook_file

ONE: list[list[Any]] = [["Ticket", "Created"], ["1", "2026-03-02T09:00:00Z"]]
TWO: list[list[Any]] = [["Ticket", "Created"], ["2", "2026-03-03T09:00:00Z"], ["3", "2026-03-04T09:00:00Z"]]


def test_which_sheet_is_read_is_said_with_the_others(tmp_path: Path) -> None:
    path = workbook_file(tmp_path / "t.xlsx", {"Sheet one": ONE, "Sheet two": TWO, "Notes": []})
    first = "Read the first sheet, 'Sheet one'. Others, by the option sheet=…: 'Sheet two', 'Notes'."
    second = "Read the sheet 'Sheet two'. Others, by the option sheet=…: 'Sheet one', 'Notes'."
    assert open_table(path).remarks == [first]
    assert open_table(path, FileOptions(sheet="Sheet two")).remarks == [second]
    assert sheet_names(path) == ["Sheet one", "Sheet two", "Notes"]


def test_of_a_single_sheet_and_of_other_files_nothing_is_said(tmp_path: Path) -> None:
    path = workbook_file(tmp_path / "t.xlsx", {"Tickets": ONE})
    assert open_table(path).remarks == [] and open_table(path, FileOptions(sheet="Tickets")).remarks == []
    (tmp_path / "t.csv").write_text("Ticket,Created\n1,2026-03-02\n", encoding="utf-8")
    assert sheet_names(tmp_path / "t.csv") == []
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    with pytest.raises(BadFile, match="not a spreadsheet"):
        sheet_names(tmp_path / "broken.xlsx")


@pytest.mark.slow
def test_the_terminal_says_it_beside_proposal_and_import(tmp_path: Path) -> None:
    path = workbook_file(tmp_path / "t.xlsx", {"Sheet one": ONE, "Sheet two": TWO})
    said = "Read the sheet 'Sheet two'. Others, by the option sheet=…: 'Sheet one'."
    home, option = tmp_path / "home", ("--option", "sheet=Sheet two")
    proposed = run("import", str(path), *option, "--propose", str(tmp_path / "p.toml"), home=home)
    assert proposed.returncode == 0 and said in proposed.stderr
    text = (tmp_path / "p.toml").read_text(encoding="utf-8")
    assert text.startswith(f"# {said}\n") and 'sheet = "Sheet two"' in text
    taken = run("import", str(path), "--map", str(tmp_path / "p.toml"), home=home)
    assert taken.returncode == 0 and f"t.xlsx: {said}" in taken.stderr
    unknown = run("import", str(path), home=home)
    assert unknown.stdout.startswith("# Read the first sheet, 'Sheet one'. Others, by the option sheet=…: 'Sheet two'.\n")


def test_a_title_above_the_header_is_said_with_the_option_that_helps(tmp_path: Path) -> None:
    """The title is row 1, a remark row 2, row 3 is blank, the header is row 4: three rows to skip. In text the same."""
    rows: list[list[Any]] = [
        ["Report"],
        ["Made on 5 October"],
        [],
        ["Ticket", "Created", "Status"],
        [1, "2026-03-02", "Open"],
        [2, "2026-03-03", "Open"],
    ]
    said = "Row 1 was read as the header, and row 4 has more cells than it has names. Is that the header? "
    option = "Then give the option skip_rows=3."
    path = workbook_file(tmp_path / "t.xlsx", {"Tickets": rows})
    assert open_table(path).remarks == [said + option]
    right = open_table(path, FileOptions(skip_rows=3))
    assert (right.names, right.remarks) == (("Ticket", "Created", "Status"), [])
    text = tmp_path / "t.csv"
    text.write_text("\n".join(";".join(map(str, row)) for row in rows) + "\n", encoding="utf-8")
    assert open_table(text).remarks == [said + option]
    assert open_table(text, FileOptions(skip_rows=3)).names == ("Ticket", "Created", "Status")
    text.write_text("Report;;\n\n\nTicket;Created;Status\n1;2026-03-02;Open\n", encoding="utf-8")  # as a workbook saves it
    assert (said + option) in open_table(text).remarks
    text.write_text("Ticket;Created\n1;2026-03-02;Open\n", encoding="utf-8")
    assert open_table(text).remarks == []
