"""A server and commands on the same home: one question, one answer, whoever is asked."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import servicemeter
from app_client import ask
from servicemeter.desk.anydesk import AnyDesk
from servicemeter.desk.desk import Desk
from servicemeter.desk.importing import ImportRequest
from servicemeter.desk.methods.analyse_texts import analyse_texts
from servicemeter.desk.methods.learn_sentiment import learn_sentiment
from servicemeter.desk.methods.loads import loads
from servicemeter.desk.methods.sources import sources
from servicemeter.desk.methods.timeline import timeline
from servicemeter.desk.opening import read_note
from servicemeter.desk.remote import RemoteDesk
from servicemeter.desk.steps import Step
from servicemeter.ground.errors import BadFile, BadQuestion, ServerGone, UnknownMetric
from servicemeter.ground.settings import Home
from servicemeter.model.question import Filter, Question
from servicemeter.web.internal import create_internal
from terminal import run, serving, write_tickets

NOW = datetime(2026, 4, 1, tzinfo=UTC)
QUESTIONS = [
    Question("first_response_time", date(2026, 2, 1), date(2026, 3, 1), by=("channel",), params={"clock": "business"}),
    Question("tickets_created", date(2026, 1, 1), date(2026, 4, 1), grain="month", where=(Filter("channel", ("email",)),)),
    Question("backlog", moment=datetime(2026, 3, 1, 12, tzinfo=UTC)),
    Question("csat", date(2026, 2, 1), date(2026, 3, 1), as_of=datetime(2026, 3, 10, tzinfo=UTC)),
]


def everything(desk: AnyDesk) -> dict[str, Any]:
    """What a desk answers to every question that commands ask."""
    return {
        "answers": desk.measure_all(QUESTIONS),
        "scorecard": desk.scorecard(period="last_month", where=[Filter("channel", ("email", "chat"))]),
        "explanation": desk.explain_question(QUESTIONS[0], 5),
        "statements": desk.statements(QUESTIONS[0]),
        "story": timeline(desk, "demo", "t7"),
        "findings": desk.findings(),
        "kept": desk.kept_aside(),
        "loads": loads(desk),
        "sources": sources(desk),
        "covered": desk.covered(),
        "channels": desk.dimension_values("channel"),
        "version": desk.data_version,
        "zone": desk.report_tz,
        "metrics": desk.metrics(),
    }


def test_the_server_answers_exactly_as_the_desk_does(own_shop: Path) -> None:
    with Desk(Home(own_shop)) as desk:
        here = everything(desk)
    with serving(own_shop), servicemeter.open(own_shop) as remote:
        assert isinstance(remote, RemoteDesk)
        there = everything(remote)
    assert here["answers"][0].rows
    for name, value in here.items():
        assert there[name] == value, name
        assert name == "metrics" or repr(there[name]) == repr(value), name


@pytest.mark.slow
def test_texts_are_read_through_the_server(own_shop: Path) -> None:
    words = [{"of": "message", "id": "n1", "text": "Thank you, this is a wonderful lamp"}]
    said = [{"message_id": "n1", "ticket_id": "n", "occurred_at": "2026-03-02T10:00:00Z", "author_type": "customer"}]
    with serving(own_shop), servicemeter.open(own_shop) as remote:
        remote.load(source="notes", now=NOW, tickets=[{"ticket_id": "n"}], messages=said, texts=words)
        found = analyse_texts(remote, now=NOW)
        assert (found.messages, found.by_label, found.left) == (1, {"positive": 1}, 0)
        assert not learn_sentiment(remote).is_new


def test_python_terminal_api_and_server_give_one_answer(own_shop: Path) -> None:
    span = ["--from", "2026-02-01", "--to", "2026-03-01", "--by", "channel"]
    command = ["measure", "first_response_time", *span, "--format", "json"]
    alone = run(*command, home=own_shop)
    with Desk(Home(own_shop)) as desk:
        answer = desk.measure("first_response_time", since="2026-02-01", until="2026-03-01", by=["channel"])
    with serving(own_shop):
        note = read_note(Home(own_shop))
        assert note is not None
        query = "metric=first_response_time&from=2026-02-01&to=2026-03-01&by=channel"
        api = httpx.get(f"{note.address}api/measure?{query}", trust_env=False, timeout=60)
        beside = run(*command, home=own_shop)
    assert alone.stdout == beside.stdout == api.text + "\n"
    assert json.loads(alone.stdout) == answer.to_dict()


def test_errors_come_through_with_their_words(own_shop: Path) -> None:
    with serving(own_shop), servicemeter.open(own_shop) as desk:
        with pytest.raises(UnknownMetric, match="Did you mean 'csat'"):
            desk.measure("cast", since="2026-01-01", until="2026-02-01")
        with pytest.raises(BadQuestion, match="cannot be listed"):
            desk.dimension_values("weather")
        with pytest.raises(BadFile, match=r"nothing\.csv"):
            desk.import_files(ImportRequest("nothing.csv"), now=NOW)


def test_imports_go_through_the_server_and_are_seen_at_once(own_shop: Path, tmp_path: Path) -> None:
    tickets = write_tickets(tmp_path / "tickets.csv", 30)
    tickets.write_text(tickets.read_text() + "t99,nonsense,email,customer\n")
    steps: list[Step] = []
    with serving(own_shop), servicemeter.open(own_shop) as desk:
        before = desk.measure("tickets_created", since="2026-02-01", until="2026-02-03").row["value"]
        report = desk.import_files(ImportRequest(str(tickets)), now=NOW, progress=steps.append)
        after = desk.measure("tickets_created", since="2026-02-01", until="2026-02-03").row["value"]
        command = run("import", str(tickets), "--format", "json", home=own_shop)
    assert report.load is not None
    assert (report.load.data_version, report.load.taken, report.load.kept_aside) == (2, 30, 1)
    assert after == before + 30
    assert all(isinstance(step, Step) for step in steps)
    assert json.loads(command.stdout)[0]["status"] == "skipped"
    with Desk(Home(own_shop)) as desk:
        assert desk.data_version == 2


def test_frames_and_files_are_loaded_through_the_server(own_shop: Path, tmp_path: Path) -> None:
    rows = [{"ticket_id": f"n{i}", "created_at": "2026-02-02T09:00:00+01:00", "channel": "email"} for i in range(3)]
    teams = tmp_path / "teams.parquet"
    pq.write_table(pa.table({"team_id": ["x"], "name": ["X"]}), teams)
    with serving(own_shop), servicemeter.open(own_shop) as desk:
        report = desk.load(source="mine", now=NOW, tickets=rows, teams=teams)
    assert {name: merged.taken for name, merged in report.tables.items()} == {"tickets": 3, "teams": 1}
    assert not list(own_shop.glob(".handed-over-*"))


def test_frames_are_read_by_their_clock_once_through_the_server_as_well(own_shop: Path) -> None:
    """00:30 in Amsterdam on 1 July is 22:30 of 30 June, UTC; read by that clock a second time it would be 20:30."""
    with serving(own_shop), servicemeter.open(own_shop) as desk:
        rows = pa.table({"ticket_id": ["n"], "created_at": pa.array([datetime(2026, 7, 1, 0, 30)])})
        desk.load(source="mine", tz="Europe/Amsterdam", now=datetime(2026, 8, 1, tzinfo=UTC), tickets=rows, agents=[])
        told = timeline(desk, "mine", "n")[0]
    assert told["at"] == "2026-06-30T22:30:00Z"


def test_a_server_that_dies_while_it_is_asked_is_said(own_shop: Path) -> None:
    with serving(own_shop) as process, servicemeter.open(own_shop) as desk:
        process.kill()
        process.wait(timeout=60)
        with pytest.raises(ServerGone, match="Run the same command again"):
            desk.findings()


class _Never:
    """A desk that must not be reached."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(name)


@pytest.mark.parametrize(
    ("path", "method", "token", "host", "status"),
    [
        ("/internal/hello", "POST", "right", "127.0.0.1:1", 200),
        ("/internal/hello", "GET", "right", "127.0.0.1:1", 405),
        ("/internal/hello", "POST", "wrong", "127.0.0.1:1", 401),
        ("/internal/hello", "POST", "", "127.0.0.1:1", 401),
        ("/internal/hello", "POST", "right", "evil.example:1", 400),
        ("/internal/ask/close", "POST", "right", "127.0.0.1:1", 404),
        ("/internal/ask/__class__", "POST", "right", "127.0.0.1:1", 404),
        ("/internal/ask/findings", "POST", "wrong", "127.0.0.1:1", 401),
        ("/internal/ask/findings", "POST", "right", "127.0.0.1:1", 400),
        ("/internal/import", "POST", "right", "127.0.0.1:1", 400),
        ("/internal/import", "GET", "right", "127.0.0.1:1", 405),
    ],
)
def test_the_interface_lets_in_nobody_else(path: str, method: str, token: str, host: str, status: int) -> None:
    app = create_internal(_Never(), "right")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    assert ask(app, path, method, host, headers=headers, content=b"{not json").status_code == status


def test_other_machines_are_refused_even_with_the_token() -> None:
    async def once() -> httpx.Response:
        transport = httpx.ASGITransport(app=create_internal(_Never(), "right"), client=("192.0.2.7", 5))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.post("/internal/hello", headers={"Authorization": "Bearer right"})

    assert asyncio.run(once()).status_code == 403
