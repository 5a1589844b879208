"""Any file as a table: delimiters, quotes, encodings, sheets, nested objects; and what is said of other files."""

from __future__ import annotations

import gzip
import io
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from servicemeter.ground.errors import BadFile
from servicemeter.sources.encoding import find_encoding
from servicemeter.sources.files import open_table
from servicemeter.sources.options import FileOptions
from servicemeter.sources.table import Ragged, text_of
from workbooks import workbook_file

AT = datetime.fromisoformat("2026-03-04T10:05:06")


def rows_of(path: Path, options: FileOptions | None = None) -> tuple[list[dict[str, Any]], list[Ragged]]:
    table = open_table(path, options)
    rows: list[dict[str, Any]] = []
    ragged: list[Ragged] = []
    for batch in table.batches():
        for place, number in enumerate(batch.numbers):
            rows.append({"#": number, **{name: cells[place] for name, cells in batch.columns.items()}})
        ragged += batch.ragged
    return rows, ragged


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    ("content", "delimiter"),
    [
        ("a,b\n1,x\n2,y\n", ","),
        ("a;b\n1,5;x\n2,5;y\n", ";"),
        ("a\tb\r\n1\tx, and y\r\n2\tz, and w\r\n", "\t"),
        ("a|b\n1|x,y\n2|z\n", "|"),
        ("sep=;\na;b\n1,5;x\n2,5;y\n", ";"),
        ("sep=\t\r\na\tb\r\n1\tx\r\n2\ty\r\n", "\t"),
    ],
)
def test_delimiter_is_found(tmp_path: Path, content: str, delimiter: str) -> None:
    table = open_table(write(tmp_path, "t.csv", content))
    assert table.names == ("a", "b")
    assert getattr(table, "delimiter") == delimiter  # noqa: B009
    assert len(rows_of(table.path)[0]) == 2


def test_a_given_delimiter_is_taken(tmp_path: Path) -> None:
    path = write(tmp_path, "t.csv", "a,b;c\n1,2;3\n")
    assert open_table(path, FileOptions(delimiter=";")).names == ("a,b", "c")


def test_one_column_is_a_table(tmp_path: Path) -> None:
    rows, _ = rows_of(write(tmp_path, "t.csv", "ticket\nT1\nT2\n"))
    assert [row["ticket"] for row in rows] == ["T1", "T2"]


def test_quotes_hold_line_breaks_delimiters_and_quotes(tmp_path: Path) -> None:
    rows, ragged = rows_of(write(tmp_path, "t.csv", 'id,text\n1,"a\nb, ""c"""\n\n2,d\n'))
    assert rows == [{"#": 2, "id": "1", "text": 'a\nb, "c"'}, {"#": 4, "id": "2", "text": "d"}]  # row 3 is blank
    assert not ragged


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("\n\nid\n1\n\n\n2\n", [4, 7]),  # two blank rows above the header in row 3, two between the rows
        ("sep=;\nid;n\n1;x\n2;y\n", [2, 3]),  # a spreadsheet takes the first line as an instruction and shows it nowhere
        ('id,n\n"1\n1",x\n2,y\n', [2, 3]),  # a line break within a cell begins no row
    ],
)
def test_rows_are_numbered_as_a_spreadsheet_shows_them(tmp_path: Path, text: str, numbers: list[int]) -> None:
    assert [row["#"] for row in rows_of(write(tmp_path, "t.csv", text))[0]] == numbers


def test_lines_above_the_header_count_too(tmp_path: Path) -> None:
    path = write(tmp_path, "t.csv", "Export\nof today\nid,n\n1,x\n")
    assert [row["#"] for row in rows_of(path, FileOptions(skip_rows=2))[0]] == [4]
    path = workbook_file(tmp_path / "t.xlsx", {"S": [["Export"], [], ["id"], [1], [], [2]]})
    assert [row["#"] for row in rows_of(path, FileOptions(skip_rows=1))[0]] == [4, 6]


def test_a_row_of_another_width_is_ragged_and_keeps_its_number(tmp_path: Path) -> None:
    rows, ragged = rows_of(write(tmp_path, "t.csv", "a,b\n1,2\n3\n4,5,6\n7,8\n"))
    assert [row["#"] for row in rows] == [2, 5]
    assert [(each.number, each.reason) for each in ragged] == [
        (3, "the row has 1 cells, the header has 2"),
        (4, "the row has 3 cells, the header has 2"),
    ]
    assert ragged[1].row == {"a": "4", "b": "5", "": ["6"]}


def test_a_quote_that_is_never_closed_swallows_nothing_silently(tmp_path: Path) -> None:
    rows, ragged = rows_of(write(tmp_path, "t.csv", 'a,b\n1,2\n3,"4\n5,6\n7,8\n'))
    assert [row["#"] for row in rows] == [2]
    assert ragged[0].number == 3
    assert "never closed" in ragged[0].reason and "3 lines" in ragged[0].reason
    assert "7,8" in ragged[0].row[""][0]


def test_text_after_a_closing_quote_is_kept_aside(tmp_path: Path) -> None:
    rows, ragged = rows_of(write(tmp_path, "t.csv", 'a,b\n"x"y,2\n3,4\n'))
    assert [row["a"] for row in rows] == ["3"]
    assert "double the quotes" in ragged[0].reason


def test_names_of_the_header_are_made_unique_and_that_is_said(tmp_path: Path) -> None:
    table = open_table(write(tmp_path, "t.csv", " id ,id,\n1,2,3\n"))
    assert table.names == ("id", "id (2)", "column 3")
    assert len(table.remarks) == 2


def test_a_file_without_header_and_lines_before_it(tmp_path: Path) -> None:
    path = write(tmp_path, "t.csv", "Export of today;;\n1;x\n2;y\n")
    rows, _ = rows_of(path, FileOptions(skip_rows=1, header=("id", "name"), delimiter=";"))
    assert rows == [{"#": 2, "id": "1", "name": "x"}, {"#": 3, "id": "2", "name": "y"}]


@pytest.mark.parametrize(
    ("text", "written", "found", "certain"),
    [
        ("naam\nRenée wilde één café\n", "utf-8", "utf-8", True),
        ("naam\nRenée\n", "utf-8-sig", "utf-8-sig", True),
        ("nume\nreclamație\n", "utf-16", "utf-16", True),
        ("naam\nGeïnd: € 12 zegt Renée’s broer\n", "cp1252", "cp1252", False),
        ("nume\nAţi întrebat dacă plata a fost făcută şi când\n", "cp1250", "cp1250", False),
        ("nume\nați întrebat „când” dacă plata a fost făcută și € 5\n", "iso8859_16", "iso8859_16", False),
    ],
)
def test_encoding_is_found(tmp_path: Path, text: str, written: str, found: str, certain: bool) -> None:
    path = write(tmp_path, "t.csv", text.encode(written))
    encoding = find_encoding(path)
    assert (str(encoding), encoding.certain) == (found, certain)
    rows, _ = rows_of(path)
    assert list(rows[0].values()) == [2, text.splitlines()[1]]


def test_utf_16_big_endian_with_its_mark(tmp_path: Path) -> None:
    path = write(tmp_path, "t.csv", b"\xfe\xff" + "naam\nRenée\n".encode("utf-16-be"))
    assert rows_of(path)[0][0]["naam"] == "Renée"


def test_a_guessed_encoding_is_remarked_and_can_be_forced(tmp_path: Path) -> None:
    path = write(tmp_path, "t.csv", "naam\nRenée\n".encode("cp1252"))
    assert "encoding=" in open_table(path).remarks[0]
    assert rows_of(path, FileOptions(encoding="latin-1"))[0][0]["naam"] == "Renée"
    with pytest.raises(BadFile, match="not utf-8"):
        rows_of(path, FileOptions(encoding="utf-8"))


def test_gzip_is_unpacked(tmp_path: Path) -> None:
    path = write(tmp_path, "t.csv.gz", gzip.compress(b"a,b\n1,2\n"))
    assert rows_of(path)[0] == [{"#": 2, "a": "1", "b": "2"}]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.csv", b"", "is empty"),
        ("blank.csv", b"\n\n  \n", "is empty"),
        ("header.csv", b"a,b\n", "a header but no rows"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n....", "a PNG picture"),
        ("archive.zip", b"PK\x03\x04....", "an archive"),
        ("archive.csv", b"PK\x03\x04....", "not a spreadsheet"),
        ("zeros.csv", b"a,b\n1,\x00\x00\n", "NUL bytes"),
        ("cut.csv", "naam\nRenée\nIoniț".encode()[:-1], "cut off in the middle of a character"),
        ("list.json", b'[{"a": 1}]', "one JSON list"),
        ("broken.parquet", b"PAR1 nothing", "damaged"),
        ("cut.csv.gz", gzip.compress(b"a,b\n" + b"1,2\n" * 9999, mtime=0)[:-20], "cut off|cannot be read"),
    ],
)
def test_a_file_that_is_no_table_says_what_it_is(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    path = write(tmp_path, name, content)
    with pytest.raises(BadFile, match=said) as caught:
        rows_of(path)
    assert str(path) in str(caught.value)


def test_missing_files_and_folders(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="no such file"):
        open_table(tmp_path / "none.csv")
    with pytest.raises(BadFile, match="a folder"):
        open_table(tmp_path)


def test_json_lines_are_flattened_and_bad_lines_kept(tmp_path: Path) -> None:
    first, last = '{"id": 1, "via": {"channel": "email", "n": {"x": 2}}}', '{"id": 12345678901234567890, "tags": ["a"]}'
    content = f"{first}\nnot json\n[1]\n\n{last}\n"
    rows, ragged = rows_of(write(tmp_path, "t.jsonl", content))
    assert rows == [
        {"#": 1, "id": 1, "via.channel": "email", "via.n.x": 2, "tags": None},
        {"#": 4, "id": 12345678901234567890, "via.channel": None, "via.n.x": None, "tags": '["a"]'},
    ]
    assert [each.number for each in ragged] == [2, 3]


def test_a_workbook_keeps_the_types_of_its_cells(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["id", "at", "on", "n", "ok", None], [7, AT, date(2026, 3, 4), 4.5, True, None]]
    path = workbook_file(tmp_path / "t.xlsx", {"Tickets": rows, "Other": [["x"], ["y"]]})
    table = open_table(path)
    found, _ = rows_of(path)
    assert table.names == ("id", "at", "on", "n", "ok")
    assert text_of(found[0]["id"]) == "7"
    assert found[0]["at"] == AT
    assert found[0]["n"] == 4.5 and found[0]["ok"] is True
    assert "'Tickets'" in table.remarks[0]
    assert rows_of(path, FileOptions(sheet="Other"))[0][0]["x"] == "y"
    with pytest.raises(BadFile, match="Tickets, Other"):
        open_table(path, FileOptions(sheet="None"))


def test_cells_right_of_a_sheets_header_are_not_swallowed(tmp_path: Path) -> None:
    path = workbook_file(tmp_path / "t.xlsx", {"S": [["a", "b"], [1, 2], [3, 4, "note"], [5]]})
    rows, ragged = rows_of(path)
    assert [row["#"] for row in rows] == [2, 4]
    assert (ragged[0].number, ragged[0].row) == (3, {"a": "3", "b": "4", "": ["note"]})
    assert rows[1]["b"] is None


def test_raw_parquet_is_read_with_its_types(tmp_path: Path) -> None:
    inner = pa.array([{"x": 1}, {"x": None}], pa.struct([("x", pa.int32())]))
    at = pa.array([AT, None], pa.timestamp("ns", tz="Europe/Amsterdam"))
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"id": ["a", "b"], "n": inner, "at": at}), path)
    rows, _ = rows_of(path)
    assert [row["n.x"] for row in rows] == [1, None]
    assert rows[0]["at"].utcoffset() is not None


def test_a_file_is_read_in_batches_of_bounded_size(tmp_path: Path) -> None:
    content = io.StringIO()
    content.write("id,text\n")
    content.writelines(f"{n},text {n}\n" for n in range(25_001))
    batches = list(open_table(write(tmp_path, "t.csv", content.getvalue())).batches())
    assert [len(batch.numbers) for batch in batches] == [10_000, 10_000, 5_001]
    assert batches[-1].numbers[-1] == 25_002  # under the header
