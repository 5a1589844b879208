"""From a path to a delivery: canonical files and folders, known mappings, progress; and what is said of the rest."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from importing import NOW, mapped, read, take, utc

from servicemeter.ground.errors import AmbiguousColumn, BadFile, UnknownName, UnrecognisedFile
from servicemeter.model.rows import Delivery, ParquetBatch, arrow_schema
from servicemeter.sources.recognise import deliver, known_mappings

TICKET = {"ticket_id": "T1", "created_at": utc("2026-03-04T10:00"), "channel": "email", "initiated_by": "customer"}


def parquet(path: Path, table: str, rows: list[dict[str, Any]], **types: pa.DataType) -> Path:
    schema = arrow_schema(table, list(rows[0]))
    for name, given in types.items():
        schema = schema.set(schema.get_field_index(name), pa.field(name, given))
    pq.write_table(pa.Table.from_pylist(rows, schema), path)
    return path


def test_a_canonical_csv_is_known_by_its_header(tmp_path: Path) -> None:
    path = tmp_path / "anything.csv"
    path.write_text("ticket_id,created_at,channel\n007,2026-03-04T10:00:00+01:00,email\n")
    taken = take(path)
    assert taken.delivery.source == "files" and taken.delivery.known_as is None
    assert taken.rows["tickets"] == [{"ticket_id": "007", "created_at": utc("2026-03-04T09:00"), "channel": "email"}]


def test_canonical_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "costs.jsonl"
    row = {"cost_id": "c", "from": "2026-01-01", "to": "2026-02-01", "amount": 100000, "currency": "EUR"}
    path.write_text(json.dumps(row) + "\n")
    (found,) = take(path).rows["costs"]
    assert found == {**row, "from": date(2026, 1, 1), "to": date(2026, 2, 1)}


def test_canonical_rows_are_checked_and_good_ones_taken(tmp_path: Path) -> None:
    path = tmp_path / "messages.csv"
    path.write_text(
        "message_id,ticket_id,occurred_at,author_type,is_public\n"
        "m1,T1,2026-01-01T10:00:00Z,agent,true\n"
        "m2,,2026-01-01T10:00:00Z,agent,true\n"
        "m3,T1,2026-01-01T10:00:00Z,robot,true\n"
        "m4,T1,2026-01-01T10:00:00Z,agent,perhaps\n"
        "m5,T1,2026-01-01T10:00:00Z,agent\n"
        "m6,T1,2027-01-01T10:00:00Z,agent,false\n"
    )
    taken = take(path)
    assert taken.column("messages", "message_id") == ["m1"]
    assert [(a.row_number, a.column) for a in sorted(taken.aside, key=lambda a: a.row_number)] == [
        (3, "ticket_id"), (4, "author_type"), (5, "is_public"), (6, ""), (7, "occurred_at"),
    ]  # fmt: skip


def test_a_canonical_file_writes_a_decimal_point_unless_only_a_comma_fits(tmp_path: Path) -> None:
    path = tmp_path / "exchange_rates.csv"
    path.write_text("date,currency,rate_to_base\n2026-01-01,USD,1.085\n2026-01-02,USD,1.091\n")
    assert take(path).column("exchange_rates", "rate_to_base") == [1.085, 1.091]
    path.write_text("date;currency;rate_to_base\n2026-01-01;USD;0,92\n2026-01-02;USD;1,091\n")
    assert take(path).column("exchange_rates", "rate_to_base") == [0.92, 1.091]


def test_midnights_that_are_written_are_not_remarked(tmp_path: Path) -> None:
    path = tmp_path / "tickets.csv"
    path.write_text("ticket_id,created_at\nT1,2026-01-01T00:00:00Z\n")
    assert take(path).delivery.remarks == []


def test_canonical_times_without_offset_need_a_zone(tmp_path: Path) -> None:
    path = tmp_path / "tickets.csv"
    path.write_text("ticket_id,created_at\nT1,2026-03-04 10:00\n")
    with pytest.raises(AmbiguousColumn, match="--tz"):
        take(path)
    assert take(path, options={"tz": "Europe/Bucharest"}).column("tickets", "created_at") == [utc("2026-03-04T08:00")]


def test_settings_may_lie_in_the_future(tmp_path: Path) -> None:
    path = tmp_path / "agent_teams.csv"
    path.write_text("agent_id,team_id,valid_from,valid_to\na,t,2026-01-01T00:00:00Z,2099-01-01T00:00:00Z\n")
    assert take(path).column("agent_teams", "valid_to") == [utc("2099-01-01")]


def test_a_strange_column_in_a_file_named_after_its_table_is_named(tmp_path: Path) -> None:
    path = tmp_path / "tickets.csv"
    path.write_text("ticket_id,creatd_at\nT1,2026-03-04\n")
    with pytest.raises(BadFile, match=r"creatd_at.*Did you mean 'created_at'"):
        take(path)


def test_parquet_of_the_right_shape_goes_to_the_engine_as_it_is(tmp_path: Path) -> None:
    path = parquet(tmp_path / "t.parquet", "tickets", [TICKET])
    assert list(deliver(path, now=NOW)) == [ParquetBatch("tickets", str(path))]


@pytest.mark.parametrize(
    "change",
    [
        {"ticket_id": None},
        {"ticket_id": " T1"},
        {"initiated_by": "robot"},
        {"created_at": utc("1960-01-01")},
        {"created_at": NOW.replace(tzinfo=None) + timedelta(days=2)},
    ],
)
def test_parquet_with_wrong_values_is_read_row_by_row(tmp_path: Path, change: dict[str, Any]) -> None:
    path = parquet(tmp_path / "t.parquet", "tickets", [TICKET, {**TICKET, "ticket_id": "T2", **change}])
    taken = take(path, options={"tz": "UTC"})
    assert not taken.parquet
    assert len(taken.rows["tickets"]) + len(taken.aside) == 2
    assert taken.rows["tickets"][0] == TICKET
    assert bool(taken.aside) == (change != {"ticket_id": " T1"})


def test_parquet_with_other_types_or_parts_of_seconds_is_typed(tmp_path: Path) -> None:
    row = {**TICKET, "created_at": utc("2026-03-04T10:00:00.500")}
    by_fraction = take(parquet(tmp_path / "a.parquet", "tickets", [row]), options={"tz": "UTC"})
    zoned = parquet(tmp_path / "b.parquet", "tickets", [TICKET], created_at=pa.timestamp("ns", tz="UTC"))
    assert by_fraction.rows["tickets"] == take(zoned).rows["tickets"] == [TICKET]


def test_parquet_without_its_made_ids_gets_them(tmp_path: Path) -> None:
    event = {"ticket_id": "T1", "field": "status", "value": "solved", "occurred_at": utc("2026-03-04T10:00")}
    path = parquet(tmp_path / "e.parquet", "ticket_events", [event, event])
    taken = take(path, options={"tz": "UTC"})
    assert len(set(taken.column("ticket_events", "event_id"))) == 2


def test_a_folder_of_files_named_after_their_tables(tmp_path: Path) -> None:
    (tmp_path / "tickets.csv").write_text("ticket_id\nT1\n")
    (tmp_path / "agents.jsonl").write_text('{"agent_id": "a", "name": "Agent A"}\n')
    (tmp_path / "readme.md").write_text("notes")
    (tmp_path / ".hidden.csv").write_text("x\n1\n")
    taken = take(tmp_path)
    assert set(taken.rows) == {"tickets", "agents"}
    assert taken.delivery.remarks == ["readme.md: left out, it is not a table."]


def test_a_folder_without_tables(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="folder has no"):
        take(tmp_path)


def test_the_same_rows_in_two_files_of_a_folder_get_the_same_ids(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("ticket_id,field,value\nT1,priority,high\n")
    ids = take(tmp_path).column("ticket_events", "event_id")
    assert len(ids) == 2 and len(set(ids)) == 1


KNOWN = """
recognise = [{columns}]

[[rows]]
table = "tickets"

[rows.columns]
ticket_id = "Nr"
"""


def test_a_known_mapping_recognises_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "mappings"
    folder.mkdir()
    (folder / "narrow.toml").write_text(KNOWN.format(columns='"Nr"'))
    (folder / "wide.toml").write_text('name = "desk"\n' + KNOWN.format(columns='"Nr", "Kanaal"'))
    path = tmp_path / "export.csv"
    path.write_text("Nr,Kanaal,X\n7,mail,y\n")
    assert known_mappings(tmp_path).keys() - known_mappings(None).keys() == {"narrow", "wide"}
    assert take(path, user_folder=tmp_path).delivery.source == "desk"
    assert take(path, user_folder=tmp_path, known_as="narrow").delivery.source == "narrow"
    assert take(path, user_folder=tmp_path, mapping="wide").column("tickets", "ticket_id") == ["7"]
    with pytest.raises(UnknownName, match="narrow"):
        take(path, user_folder=tmp_path, known_as="narow")
    (folder / "other.toml").write_text(KNOWN.format(columns='"Nr", "X"'))
    with pytest.raises(BadFile, match="--as other or --as wide"):
        take(path, user_folder=tmp_path)


def test_a_file_nobody_knows_is_told_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("Nummer;Aangemaakt\n1;2026-01-01\n")
    with pytest.raises(UnrecognisedFile) as caught:
        take(path)
    assert "Nummer, Aangemaakt" in str(caught.value) and "--map" in str(caught.value)


def test_progress_tells_bytes_of_both_passes(tmp_path: Path) -> None:
    path = tmp_path / "tickets.csv"
    path.write_text("ticket_id,created_at\n" + "".join(f"T{n},2026-01-01T00:00:00Z\n" for n in range(20_000)))
    told: list[tuple[int, int]] = []
    read(deliver(path, now=NOW, progress=lambda done, total: told.append((done, total))))
    total = 2 * path.stat().st_size
    assert told[-1] == (total, total)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert len(told) > 4 and {each for _, each in told} == {total}


def test_a_delivery_is_what_the_book_takes(tmp_path: Path) -> None:
    path = parquet(tmp_path / "t.parquet", "tickets", [TICKET])
    delivery: Delivery = deliver(path, now=NOW)
    assert (delivery.source, delivery.tz, delivery.capabilities) == ("files", None, None)
    assert (delivery.loaded_from, delivery.loaded_through) == (None, None)


def test_a_delivery_can_be_read_again(tmp_path: Path) -> None:
    mapping = 'drop = [{ column = "id", is = "2" }]\n[[rows]]\ntable = "tickets"\n[rows.columns]\nticket_id = "id"\n'
    taken = mapped(tmp_path, "id\n1\n2\n", mapping)
    assert read(taken.delivery).rows == taken.rows
    assert dict(taken.delivery.dropped) == {"id is 2": 1}
