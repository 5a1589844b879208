"""A dlt source into the book: what it brings, what it brings the second time, and what goes wrong with one."""

from __future__ import annotations

import importlib.util
from datetime import UTC, datetime
from pathlib import Path

import pytest
from importing import NOW

from servicemeter.desk.desk import Desk
from servicemeter.desk.importing import ImportRequest
from servicemeter.ground.errors import BadFile, BadMapping, BadSettings
from servicemeter.ground.settings import Home
from servicemeter.sources.places import is_place, whole_place

_HEAD = """
name = "tills"
time_zone = "UTC"

[tables.sale]
is_needed = true
needs = ["no"]
[tables.sale.columns]
no = "id"
at = "ts"
till = "text"

[tables.sale__lines]
[tables.sale__lines.columns]
_dlt_parent_id = "text"
"""
_SOURCE = """
import dlt

@dlt.source
def shop():
    @dlt.resource(name="sale", primary_key="no", write_disposition="merge")
    def sale(since=dlt.sources.incremental("at", initial_value="2026-01-01T00:00:00Z")):
        rows = [
            {"no": 1, "at": "2026-03-02T09:00:00Z", "till": "a", "lines": [{"what": "lamp"}, {"what": "bulb"}]},
            {"no": 2, "at": "2026-03-02T10:30:00+01:00", "till": "b", "lines": []},
        ]
        if FURTHER.exists():
            rows = [row for row in rows if row["at"] >= since.last_value]
            rows.append({"no": 3, "at": "2026-03-03T09:00:00Z", "till": "a", "lines": []})
            rows.append({"no": 2, "at": "2026-03-03T10:00:00Z", "till": "c", "lines": []})
        ASKED.write_text(str(since.last_value))
        yield rows
    return sale

def broken():
    raise RuntimeError("the till is on fire")
"""


@pytest.fixture
def place(tmp_path: Path) -> str:
    own = tmp_path / "tills"
    own.mkdir()
    (own / "tables.toml").write_text(_HEAD, encoding="utf-8")
    (own / "orders.sql").write_text(
        "select s.no as order_id, s.at as placed_at, s.till as brand from sale as s", encoding="utf-8"
    )
    marks = (
        f"from pathlib import Path\nFURTHER = Path({str(tmp_path / 'further')!r})\nASKED = Path({str(tmp_path / 'asked')!r})\n"
    )
    (tmp_path / "shop.py").write_text(marks + _SOURCE, encoding="utf-8")
    return f"dlt:{tmp_path / 'shop.py'}:shop"


@pytest.mark.skipif(importlib.util.find_spec("dlt") is None, reason="dlt is not installed: pip install 'servicemeter[dlt]'")
def test_a_dlt_source_is_pulled_and_then_only_what_is_new(tmp_path: Path, place: str) -> None:
    request = ImportRequest(place, mapping=str(tmp_path / "tills"), source="shop")
    held = "select order_id, placed_at, brand from orders order by order_id"
    with Desk(Home(tmp_path / "home")) as desk:
        first = desk.import_files(request, now=NOW)
        assert first.load is not None and first.load.taken == 2
        with desk.on_book() as book:
            assert book.engine.rows(held) == [("1", datetime(2026, 3, 2, 9), "a"), ("2", datetime(2026, 3, 2, 9, 30), "b")]
        (tmp_path / "further").touch()
        second = desk.import_files(request, now=NOW)
        assert second.load is not None and (second.load.taken, second.load.tables["orders"].corrected) == (1, 1)
        with desk.on_book() as book:
            assert book.engine.rows(held)[1:] == [("2", datetime(2026, 3, 3, 10), "c"), ("3", datetime(2026, 3, 3, 9), "a")]
    asked = datetime.fromisoformat((tmp_path / "asked").read_text())
    assert asked.astimezone(UTC) == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)  # the latest that the first pull had seen


@pytest.mark.skipif(importlib.util.find_spec("dlt") is None, reason="dlt is not installed: pip install 'servicemeter[dlt]'")
def test_a_source_that_fails_says_so_and_nothing_is_taken(tmp_path: Path, place: str) -> None:
    with Desk(Home(tmp_path / "home")) as desk:
        with pytest.raises(BadFile, match="the till is on fire"):
            desk.import_files(ImportRequest(place.replace(":shop", ":broken"), mapping=str(tmp_path / "tills")), now=NOW)
        with pytest.raises(BadFile, match="nothing to call under the name 'shops'"):
            desk.import_files(ImportRequest(place + "s", mapping=str(tmp_path / "tills")), now=NOW)
        assert desk.data_version == 0


def test_a_place_is_named_and_read_as_a_warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert is_place("dlt:shop:orders") and not is_place("dlt.csv")
    assert whole_place("dlt:shop.py:orders") == f"dlt:{tmp_path}/shop.py:orders"
    assert whole_place("tickets.csv") == f"{tmp_path}/tickets.csv"
    with pytest.raises(BadSettings, match="names no dlt source"):
        whole_place("dlt:shop")
    with Desk(None) as desk, pytest.raises(BadMapping, match="read as a warehouse"):
        desk.import_files(ImportRequest("dlt:shop:orders"), now=NOW)


@pytest.mark.skipif(importlib.util.find_spec("dlt") is not None, reason="dlt is installed")
def test_without_dlt_it_says_how_to_get_it(tmp_path: Path, place: str) -> None:
    with Desk(Home(tmp_path / "home")) as desk, pytest.raises(BadSettings, match=r"servicemeter\[dlt\]"):
        desk.import_files(ImportRequest(place, mapping=str(tmp_path / "tills")), now=NOW)
