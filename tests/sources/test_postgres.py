"""The tables of a warehouse in PostgreSQL give the same rows as their files; the server is the tests' own."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from importing import NOW, Taken, read, take
from postgres_server import programs, server
from psycopg import sql
from zendesk import TABLES, ZENDESK, lay_out

from servicemeter.desk.desk import Desk
from servicemeter.desk.importing import ImportRequest
from servicemeter.desk.methods.loads import loads
from servicemeter.ground.errors import BadDatabase
from servicemeter.sources.recognise import deliver, known_warehouses
from servicemeter.sources.warehouse import read_warehouse

_TYPES = {"id": "bigint", "ts": "timestamp with time zone", "date": "text", "int": "integer", "bool": "boolean", "text": "text"}
_TEXT_IDS = ("external_id",)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    found = programs()
    if found is None:
        pytest.skip("PostgreSQL's initdb is not installed (Debian: apt-get install postgresql)")
    with server(found) as given:
        with psycopg.connect(given, options="-c TimeZone=UTC") as connection:
            connection.execute("create schema zendesk; create schema empty")
            for name, text in TABLES.items():
                _fill(connection, name, text)
        yield given


def _fill(connection: psycopg.Connection[tuple[object, ...]], name: str, text: str) -> None:
    declared = {
        column.name: column.kind for column in read_warehouse(known_warehouses(None)[ZENDESK]).declared(name).table.columns
    }
    header, *rows = list(csv.reader(io.StringIO(text.lstrip())))
    table = sql.Identifier("zendesk", name)
    columns = [
        sql.SQL("{} {}").format(
            sql.Identifier(column), sql.SQL("text" if column in _TEXT_IDS else _TYPES[declared.get(column, "text")])
        )
        for column in header
    ]
    connection.execute(sql.SQL("create table {} ({})").format(table, sql.SQL(", ").join(columns)))
    with connection.cursor() as cursor, cursor.copy(sql.SQL("copy {} from stdin").format(table)) as copied:
        for row in rows:
            copied.write_row([cell or None for cell in row])


def take_from(address: str, schema: str | None = "zendesk") -> Taken:
    return read(deliver(address, known_as=ZENDESK, schema=schema, now=NOW))


def test_a_database_gives_what_files_give(address: str, tmp_path: Path) -> None:
    from_files, from_database = take(lay_out(tmp_path), known_as=ZENDESK), take_from(address)
    assert from_database.aside == []
    assert from_database.rows.keys() == from_files.rows.keys()
    for name, rows in from_files.rows.items():
        assert sorted(map(str, from_database.rows[name])) == sorted(map(str, rows)), name


def test_the_address_may_say_the_schema(address: str) -> None:
    taken = take_from(address + "?options=-c%20search_path%3Dzendesk", None)
    assert len(taken.rows["tickets"]) == 5


def test_rows_that_cannot_be_read_are_kept_aside(address: str) -> None:
    with psycopg.connect(address) as connection:
        connection.execute("insert into zendesk.schedule_holiday values (30, '24th of December', '2026-12-26', false)")
    try:
        (aside,) = take_from(address).aside
        assert (aside.file, aside.column, aside.value) == ("zendesk.schedule_holiday", "start_date", "24th of December")
    finally:
        with psycopg.connect(address) as connection:
            connection.execute("delete from zendesk.schedule_holiday where start_date like '24th%'")


def test_a_second_import_brings_only_what_is_new(address: str) -> None:
    request = ImportRequest(address, known_as=ZENDESK, schema="zendesk")
    with Desk(None, on_demand=True) as desk:
        first = desk.import_files(request, now=NOW)
        second = desk.import_files(request, now=NOW)
        made = loads(desk)
    assert first.load is not None and first.load.tables["tickets"].taken == 5
    assert second.load is not None and second.load.tables["tickets"].taken == 0 and second.load.tables["tickets"].repeated == 5
    assert [load["label"] for load in made] == [address, address]


def test_a_schema_without_the_tables_names_those_that_have_them(address: str) -> None:
    with pytest.raises(BadDatabase, match=r"the schema empty has none of the tables .* Give --schema NAME") as error:
        take_from(address, "empty")
    assert "zendesk" in str(error.value)


def test_a_database_that_cannot_be_reached_is_named_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(BadDatabase) as error:
        take_from(f"postgresql://reader:hush@localhost/desk?host={tmp_path}")
    assert "postgresql://reader@localhost/desk" in str(error.value) and "hush" not in str(error.value)
