"""Warehouses as such: where tables are found, what is kept aside and said, and mistakes in a warehouse's own files."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from importing import NOW, read, take
from zendesk import TABLES, ZENDESK, lay_out

from servicemeter.desk.desk import Desk
from servicemeter.desk.importing import ImportRequest
from servicemeter.ground.errors import BadFile, BadMapping, UnknownName
from servicemeter.model.rows import Batch
from servicemeter.sources.recognise import deliver, known_warehouses
from servicemeter.sources.warehouse import read_warehouse

ROOT = Path(__file__).parents[2]

HEAD = """
name = "tills"
time_zone = "Europe/Bucharest"

[tables.sale]
is_needed = true
needs = ["no"]
[tables.sale.columns]
no = "id"
at = "ts"
till = "id"

[tables.till]
[tables.till.columns]
id = "id"
town = "text"
"""
ORDERS = "select s.no as order_id, s.at as placed_at, t.town as brand from sale as s left join till as t on t.id = s.till"
SALES = "no,at,till\n1,2026-03-02 09:00:00,a\n2,2026-03-02 10:00:00,b\n"


def warehouse(folder: Path, head: str = HEAD, **files: str) -> Path:
    """A warehouse of tills in `folder/mappings/tills`."""
    own = folder / "mappings" / "tills"
    own.mkdir(parents=True)
    for name, text in {"tables.toml": head, **(files or {"orders.sql": ORDERS})}.items():
        (own / name).write_text(text, encoding="utf-8")
    return own


def shop(folder: Path, **tables: str) -> Path:
    target = folder / "shop"
    target.mkdir()
    for name, text in tables.items():
        (target / f"{name}.csv").write_text(text, encoding="utf-8")
    return target


def test_a_warehouse_of_ones_own(tmp_path: Path) -> None:
    warehouse(tmp_path)
    place = shop(tmp_path, sale=SALES, till="id,town\na,Cluj\n", staff="id\n1\n")
    taken = take(place, known_as="tills", user_folder=tmp_path)
    # Bucharest is UTC+2 in March before the change.
    assert taken.rows["orders"] == [
        {"order_id": "1", "placed_at": datetime(2026, 3, 2, 7), "brand": "Cluj"},
        {"order_id": "2", "placed_at": datetime(2026, 3, 2, 8), "brand": None},
    ]
    assert taken.delivery.source == "tills" and taken.delivery.tables == ("orders",)
    assert "staff.csv: left out, tills reads no table of this name." in taken.delivery.remarks


def test_a_folder_with_all_needed_tables_is_recognised(tmp_path: Path) -> None:
    assert take(lay_out(tmp_path)).delivery.known_as == str(known_warehouses(None)[ZENDESK])
    warehouse(tmp_path)
    assert len(take(shop(tmp_path, sale=SALES), user_folder=tmp_path).rows["orders"]) == 2


def test_the_example_of_the_guide_is_true(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "warehouses.md").read_text(encoding="utf-8")
    pattern = r"```csv\n(.*?)```.*?```csv\n(.*?)```.*?```toml\n(.*?)```.*?```sql\n(.*?)```.*?```jsonl\n(.*?)```"
    [(sale, till, head, orders, expected)] = re.findall(pattern, guide, flags=re.DOTALL)
    own = warehouse(tmp_path, head, **{"orders.sql": orders})
    rows = take(shop(tmp_path, sale=sale, till=till), mapping=str(own)).rows["orders"]
    told = [{"table": "orders", **row, "placed_at": row["placed_at"].isoformat()} for row in rows]
    assert sorted(told, key=str) == sorted(map(json.loads, expected.splitlines()), key=str)


def test_the_guide_to_zendesk_tells_every_table_and_column() -> None:
    guide = (ROOT / "docs" / "zendesk_warehouse.md").read_text(encoding="utf-8")
    told: dict[str, set[str]] = {}
    table = ""
    for line in guide.splitlines():
        cells = [re.findall(r"`(\w+)`", cell) for cell in line.split("|")[1:3]]
        if len(cells) == 2 and cells[1]:
            table = (cells[0] or [table])[0]
            told.setdefault(table, set()).update(cells[1])
    read = read_warehouse(known_warehouses(None)[ZENDESK]).tables
    assert told == {one.table.name: {column.name for column in one.table.columns} for one in read}


def test_views_stand_on_each_other_in_any_order_of_names(tmp_path: Path) -> None:
    views = {
        "_a.sql": "select * from b",
        "_b.sql": "-- a is made of this\nselect no from sale;",
        "orders.sql": "select no as order_id from a",
    }
    own = warehouse(tmp_path, **views)
    taken = take(shop(tmp_path, sale=SALES), mapping=str(own))
    assert taken.column("orders", "order_id") == ["1", "2"]


def test_rows_that_cannot_be_read_are_kept_aside(tmp_path: Path) -> None:
    sales = SALES + "3,2026-03-29 03:30:00,a\n,2026-03-02 10:00:00,a\n5,2026-03-02\n"
    taken = take(shop(tmp_path, sale=sales), mapping=str(warehouse(tmp_path)))
    assert taken.column("orders", "order_id") == ["1", "2"]
    # 4: no clock in Bucharest showed 03:30 on that night; 5: no number; 6: a cell too few.
    assert sorted((a.row_number, a.table, a.column) for a in taken.aside) == [(4, "sale", "at"), (5, "sale", "no"), (6, "", "")]


def test_the_files_may_be_parquet_with_names_in_capitals(tmp_path: Path) -> None:
    folder = lay_out(tmp_path)
    table = pa_csv.read_csv(folder / "ticket_comment.csv")
    (folder / "ticket_comment.csv").unlink()
    pq.write_table(table.rename_columns([name.upper() for name in table.column_names]), folder / "TICKET_COMMENT.parquet")
    assert sorted(take(folder, known_as=ZENDESK).column("messages", "message_id")) == [
        "101",
        "102",
        "103",
        "104",
        "105",
        "106",
        "108",
    ]


def test_no_row_is_lost_between_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("servicemeter.sources.staging._BATCH_ROWS", 2)
    sales = "no,at,till\n" + "".join(f"{number},2026-03-02 09:00:00,a\n" for number in range(1, 8))
    given = list(deliver(shop(tmp_path, sale=sales), mapping=str(warehouse(tmp_path)), now=NOW))
    assert [item.rows.num_rows for item in given if isinstance(item, Batch)] == [2, 2, 2, 1]
    assert {row["order_id"] for item in given if isinstance(item, Batch) for row in item.rows.to_pylist()} == set("1234567")


def test_a_table_without_rows_is_an_empty_table(tmp_path: Path) -> None:
    taken = take(lay_out(tmp_path, schedule_holiday="schedule_id,start_date,end_date\n"), known_as=ZENDESK)
    assert "calendar_exceptions" not in taken.rows and "business_calendars" in taken.rows


def test_the_zone_of_the_call_does_not_move_what_the_warehouse_dates(tmp_path: Path) -> None:
    taken = take(lay_out(tmp_path), known_as=ZENDESK, options={"tz": "Europe/Amsterdam"})
    assert min(taken.column("tickets", "created_at")) == datetime(2026, 1, 12, 8)
    assert taken.delivery.tz == "Europe/Amsterdam"


def test_progress_goes_to_the_end(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    read(deliver(lay_out(tmp_path), known_as=ZENDESK, now=NOW, progress=lambda done, total: told.append((done, total))))
    assert told == sorted(told) and told[-1][0] == told[-1][1] > 0


def test_the_same_tables_are_taken_once_and_a_later_sync_brings_what_changed(tmp_path: Path) -> None:
    folder = lay_out(tmp_path)
    with Desk(None, on_demand=True) as desk:
        desk.import_files(ImportRequest(str(folder), known_as=ZENDESK), now=NOW)
        again = desk.import_files(ImportRequest(str(folder), known_as=ZENDESK), now=NOW)
        assert again.load is None and again.loaded_before == 1
        closed = TABLES["ticket_field_history"] + "3,status,2026-01-19 10:00:00,,closed\n"
        report = desk.import_files(ImportRequest(str(lay_out(tmp_path, ticket_field_history=closed)), known_as=ZENDESK), now=NOW)
        assert report.load is not None
        assert {name: merged.taken for name, merged in report.load.tables.items() if merged.taken} == {"ticket_events": 1}


@pytest.mark.parametrize(
    ("left_out", "instead", "said"),
    [
        (("user",), {}, "the table user is not there"),
        ((), {"user": "id,role\n"}, "the table user has no rows"),
        ((), {"user": "id,name\n1,A\n"}, "the column 'role' is not there; its columns: id, name"),
        ((), {"user_data": "id,role\n1,agent\n"}, "two files hold the table user"),
    ],
)
def test_tables_that_cannot_be_done_without(
    tmp_path: Path, left_out: tuple[str, ...], instead: dict[str, str], said: str
) -> None:
    with pytest.raises(BadFile, match=said):
        take(lay_out(tmp_path, *left_out, **instead), known_as=ZENDESK)


@pytest.mark.parametrize(
    ("head", "files", "said"),
    [
        (HEAD.replace('till = "id"', 'till = "word"'), {}, "no kind of column (of till) called 'word'"),
        (HEAD.replace('needs = ["no"]', 'needs = ["number"]'), {}, "no column called 'number'"),
        (HEAD.replace("is_needed", "needed"), {}, "no key called 'needed'"),
        ('name = "x"', {}, "declares its tables"),
        (HEAD, {"purchases.sql": "select 1"}, "no canonical table called 'purchases'"),
        (HEAD, {"orders.sql": "select no as order_no from sale"}, "orders has no column 'order_no'"),
        (HEAD, {"orders.sql": "select no as order_id from sales"}, "the query cannot be run"),
        (HEAD, {"orders.sql": "select 1 as order_id", "_a.sql": "from b", "_b.sql": "from a"}, "made of each other"),
    ],
)
def test_mistakes_in_a_warehouse_are_named(tmp_path: Path, head: str, files: dict[str, str], said: str) -> None:
    own = warehouse(tmp_path, head, **files)
    with pytest.raises(BadMapping) as error:
        take(shop(tmp_path, sale=SALES), mapping=str(own))
    assert said in str(error.value)


def test_names_that_are_not_known(tmp_path: Path) -> None:
    assert set(known_warehouses(None)) == {ZENDESK}
    with pytest.raises(UnknownName, match="Did you mean 'zendesk_warehouse'"):
        take(lay_out(tmp_path), known_as="zendesk_warehous")
    with pytest.raises(UnknownName, match="column for --option"):
        take(lay_out(tmp_path), known_as=ZENDESK, options={"crated_at.date_order": "day-first"})
    with pytest.raises(BadMapping, match="--schema"):
        deliver(tmp_path, schema="zendesk", now=datetime.now(UTC))
    with pytest.raises(BadMapping, match="--as zendesk_warehouse"):
        deliver("postgresql://localhost/desk", now=datetime.now(UTC))
