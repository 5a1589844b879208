"""The server pulls by itself: when due, later and later while it fails, soon again when it works."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from servicemeter.desk.desk import Desk
from servicemeter.desk.schedule import run_due
from servicemeter.ground.settings import Home
from servicemeter.office.connections import Connection, find_connection, keep_connection
from servicemeter.office.runs import last_run

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
CONNECTOR = """
from servicemeter.ground.errors import SourceRefused
from servicemeter.sources.client import Client
from servicemeter.sources.source import Account, Asked, Page, Source, Stream, each


class Harbor(Source):
    title = "Harbor"
    asks = (Asked("address", "Address"),)
    streams = (Stream("tickets", is_needed=True),)
    gives = ("tickets",)

    def open(self, pace):
        return Client(self.options["address"], pace=pace)

    def account(self):
        if self.options["broken"] == "yes":
            raise SourceRefused("The harbour is closed. Come back later.")
        return Account("Harbor", "Europe/Amsterdam")

    def pull(self, stream, cursor, until):
        first = cursor.get("last", 0)
        items = [{"id": n, "opened": f"2026-03-{n:02}T10:00:00Z"} for n in range(first + 1, 5)]
        yield Page(stream, [*items, {"opened": None}], {"last": 4}, 1.0)

    def shape(self, page, known):
        def ticket(raw):
            yield "tickets", {"ticket_id": raw["id"], "created_at": raw["opened"]}

        return each(page.items, ticket, page.stream, "tickets")
"""


def harbor(home: Path, broken: str) -> Desk:
    """A desk with a connector of the user's own, connected, due every quarter of an hour."""
    (home / "connectors").mkdir(exist_ok=True)
    (home / "connectors" / "harbor.py").write_text(CONNECTOR, encoding="utf-8")
    desk = Desk(Home(home))
    made = Connection("quay", "harbor", "http://127.0.0.1:9", {"broken": broken}, NOW, every_s=900)
    keep_connection(desk.office, made, {})
    return desk


def test_pulled_when_due_and_not_before(tmp_path: Path) -> None:
    with harbor(tmp_path, "no") as desk:
        assert run_due(desk, lambda: NOW) == ["quay"]
        assert run_due(desk, lambda: NOW + timedelta(seconds=899)) == []
        assert run_due(desk, lambda: NOW + timedelta(seconds=900)) == ["quay"]
        run = last_run(desk.office, "quay")
        assert run is not None
        assert (run.state, run.new_rows) == ("done", 0)
        [aside, _] = desk.kept_aside()
        assert (aside["reason"], aside["table"]) == ("it lacks 'id'", "tickets")
        assert desk.measure("tickets_created", since="2026-03-01", until="2026-03-06").rows[0]["value"] == 4


def test_a_failing_source_is_asked_less_and_less(tmp_path: Path) -> None:
    with harbor(tmp_path, "yes") as desk:
        at, gaps = NOW, []
        for _ in range(6):
            assert run_due(desk, lambda at=at: at) == ["quay"]  # type: ignore[misc]
            due: Any = find_connection(desk.office, "quay").next_run_at
            gaps.append((due - at).total_seconds() / 900)
            at = due
        assert gaps == [2, 4, 8, 16, 16, 16]
        run = last_run(desk.office, "quay")
        assert run is not None
        assert (run.state, run.error) == ("failed", "The harbour is closed. Come back later.")


def test_a_run_of_a_dead_process_is_closed_as_interrupted(tmp_path: Path) -> None:
    from servicemeter.office.runs import begin_run, list_runs

    with harbor(tmp_path, "no") as desk:
        begin_run(desk.office, "quay", NOW)
        run_due(desk, lambda: NOW)
        assert [run.state for run in list_runs(desk.office, "quay")] == ["done", "interrupted"]
