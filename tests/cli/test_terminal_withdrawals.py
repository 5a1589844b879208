"""Loads listed, taken back and removed from the terminal."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from servicemeter.cli import servicemeter
from servicemeter.desk.desk import Desk
from servicemeter.desk.methods.sources import sources
from servicemeter.ground.settings import Home
from servicemeter.office.connections import Connection, keep_connection
from servicemeter.office.database import open_office

FIRST = "ticket_id,created_at\n1,2026-03-02T09:00:00Z\n2,2026-03-03T09:00:00Z\n"
SECOND = "ticket_id,created_at\n2,2026-03-03T10:00:00Z\n3,2026-03-04T09:00:00Z\n4,2026-03-05T09:00:00Z\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for name, text in (("first.csv", FIRST), ("second.csv", SECOND)):
        (tmp_path / name).write_text(text)
        done = run("import", tmp_path / "home", str(tmp_path / name), "--source", "desk")
        assert done.exit_code == 0, done.output
    return tmp_path / "home"


def run(verb: str, home: Path, *arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(servicemeter, [verb, *arguments, "--home", str(home)], input=typed)


def test_an_import_is_taken_back_after_a_look_and_can_be_taken_again(home: Path) -> None:
    tried = run("undo", home, "--dry-run")
    assert "1 load of desk is taken back." in tried.stdout and "second.csv" in tried.stdout
    assert "  tickets: 3 rows go, of 1 the version before holds again" in tried.stdout
    assert "Nothing was changed" in tried.stderr
    assert run("undo", home, typed="n\n").exit_code == 130  # asked, and not sure
    done = run("undo", home, typed="y\n")
    assert done.exit_code == 0 and done.stdout == "Done. The data version is 3 now.\n"
    listed = json.loads(run("loads", home, "--format", "json").stdout)
    assert [(one["data_version"], one["kind"], one["row_count"], one["undone_in"]) for one in listed] == [
        (1, "import", 2, None), (2, "import", 3, 3), (3, "withdrawn", None, None),
    ]  # fmt: skip
    shown = run("loads", home, "desk").stdout
    assert "taken back in 3" in shown and "second.csv" in shown
    with Desk(Home(home)) as desk:
        assert desk.book.engine.rows("select ticket_id, hour(created_at) from tickets order by 1") == [("1", 9), ("2", 9)]
    again = run("import", home, str(home.parent / "second.csv"), "--source", "desk")
    assert again.exit_code == 0
    with Desk(Home(home)) as desk:
        assert desk.book.engine.rows("select count(*), max(hour(created_at)) from tickets") == [(4, 10)]


def test_a_source_is_removed_and_a_connected_one_only_to_start_over(home: Path) -> None:
    office = open_office(Home(home))
    try:
        keep_connection(office, Connection("desk", "zendesk", "https://a.example", {}, datetime(2026, 3, 1, tzinfo=UTC)), {})
    finally:
        office.close()
    refused = run("remove", home, "desk", "--yes")
    assert refused.exit_code == 2 and "servicemeter connect zendesk --name desk --remove" in refused.stderr
    assert "--start-over" in refused.stderr
    done = json.loads(run("remove", home, "desk", "--start-over", "--yes", "--format", "json").stdout)
    assert done["rows"] == {"tickets": 5, "sources": 1} and done["data_version"] == 3 and done["is_whole"] is True
    unknown = run("remove", home, "desc", "--yes")
    assert unknown.exit_code == 2 and "desk" in unknown.stderr
    with Desk(Home(home)) as desk:
        assert sources(desk) == [] and desk.book.engine.rows("select count(*) from past.tickets") == [(0,)]


def test_what_cannot_be_taken_back_is_a_clear_error(home: Path) -> None:
    wrong = run("undo", home, "--load", "9")
    assert run("undo", home, "desk", "--load", "1", "--yes").exit_code == 0
    assert "Nothing has been imported" in run("scorecard", home).stderr
    assert "There is none yet" in run("remove", home.parent / "other", "foo").stderr
    assert wrong.exit_code == 2 and "There is no load called '9'" in wrong.stderr and "Traceback" not in wrong.stderr
    assert run("loads", home, "desc").exit_code == 2
