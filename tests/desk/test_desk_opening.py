"""Who holds the book: notes that are stale, programs that are strange, and two who come at once."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

import servicemeter
from servicemeter.desk import remote
from servicemeter.desk.desk import Desk
from servicemeter.desk.opening import ServerNote, leave_note, read_note, take_note_away
from servicemeter.desk.remote import RemoteDesk
from servicemeter.engines.duckdb import DuckDB
from servicemeter.ground.errors import BadQuestion, BadSettings, BookHeld
from servicemeter.ground.settings import Home
from terminal import run, serving


def dead_pid() -> int:
    """The number of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.mark.parametrize(
    "note",
    [
        {"pid": "dead", "port": 1, "token": "x"},
        {"pid": "live", "port": "free", "token": "x"},
        {"pid": "live", "port": 1},
        {"pid": -1, "port": 1, "token": "x"},
        ["no note"],
        "half a no",
    ],
    ids=str,
)
def test_a_note_that_nobody_stands_behind_is_ignored(own_shop: Path, note: Any) -> None:
    if isinstance(note, dict):
        said = {"dead": dead_pid(), "live": os.getpid(), "free": free_port()}
        note = {key: said.get(value, value) for key, value in note.items()}
    (own_shop / "server.json").write_text(note if isinstance(note, str) else json.dumps(note))
    with servicemeter.open(own_shop) as desk:
        assert isinstance(desk, Desk)
        assert desk.data_version == 1


def test_a_wrong_token_is_no_server_of_ours(own_shop: Path) -> None:
    home = Home(own_shop)
    with serving(own_shop):
        note = read_note(home)
        assert note is not None
        leave_note(home, ServerNote(note.pid, note.port, "another"))
        with pytest.raises(BookHeld, match="held by another process"):
            servicemeter.open(own_shop)
        leave_note(home, note)


def test_only_the_owner_can_read_the_note_and_only_its_server_removes_it(tmp_path: Path) -> None:
    home = Home(tmp_path)
    mine, other = ServerNote(1, 2, "a"), ServerNote(3, 4, "b")
    leave_note(home, mine)
    assert home.server.stat().st_mode & 0o777 == 0o600
    leave_note(home, other)
    take_note_away(home, mine)
    assert read_note(home) == other
    take_note_away(home, other)
    assert read_note(home) is None
    take_note_away(home, other)


def test_a_server_of_another_version_is_not_asked(own_shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(own_shop):
        monkeypatch.setattr(remote, "__version__", "99.0")
        with pytest.raises(BookHeld, match=r"is servicemeter .*, this command is 99\.0"):
            servicemeter.open(own_shop)


def test_a_server_that_was_killed_leaves_a_note_that_is_ignored(own_shop: Path) -> None:
    with serving(own_shop) as process:
        process.kill()
        process.wait(timeout=60)
        assert (own_shop / "server.json").exists()
        result = run("measure", "tickets_created", "--format", "json", home=own_shop)
    assert result.returncode == 0
    assert json.loads(result.stdout)["rows"][0]["value"] > 0
    with serving(own_shop) as process, servicemeter.open(own_shop) as desk:
        assert isinstance(desk, RemoteDesk)
        assert desk.note.pid == process.pid


HOLD = """
import duckdb, sys
held = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


def test_a_book_that_a_strange_program_holds_is_said_to_be_held(own_shop: Path) -> None:
    given = [sys.executable, "-c", HOLD, str(own_shop / "book.duckdb")]
    with subprocess.Popen(given, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        result = run("scorecard", "--format", "json", home=own_shop)
        holder.communicate("")
    assert (result.returncode, result.stdout) == (1, "")
    assert f"process {holder.pid}" in result.stderr
    assert "Nothing was changed" in result.stderr
    assert "Traceback" not in result.stderr
    assert run("scorecard", home=own_shop).returncode == 0


def test_a_book_that_is_held_for_a_moment_is_waited_for(own_shop: Path) -> None:
    given = [sys.executable, "-c", HOLD, str(own_shop / "book.duckdb")]
    with subprocess.Popen(given, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        letting_go = threading.Timer(0.3, holder.communicate, [""])
        letting_go.start()
        with servicemeter.open(own_shop) as desk:
            assert desk.data_version == 1
        letting_go.join()


def test_a_home_that_is_served_is_not_served_twice(own_shop: Path) -> None:
    with serving(own_shop) as process:
        result = run("serve", "--port", "0", home=own_shop)
    assert result.returncode == 1
    assert "is served already, at http://127.0.0.1:" in result.stderr
    assert f"process {process.pid}" in result.stderr


def test_an_engine_is_opened_by_its_address_and_no_folder_is_called_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for address in ("tea://here", "clickhouse:tea"):
        with pytest.raises(BadSettings, match="engine"):
            servicemeter.open(address)
        with pytest.raises(BadSettings, match="engine"):
            servicemeter.open("own", engine=address)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["own", "servicemeter-data"]


def test_an_engine_given_by_its_address_is_closed_with_the_desk(own_shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[DuckDB] = []
    closed: list[DuckDB] = []

    class Noting(DuckDB):
        def close(self) -> None:
            closed.append(self)
            super().close()

    def open_it(address: str) -> DuckDB:
        assert address == "postgresql://me@localhost/figures"
        opened.append(Noting(None))
        return opened[0]

    monkeypatch.setattr("servicemeter.desk.desk.open_engine", open_it)
    with servicemeter.open(own_shop) as desk:
        here = desk.measure("tickets_created", since="2026-02-01", until="2026-03-01").row
    with servicemeter.open(own_shop, engine="postgresql://me@localhost/figures") as desk:
        assert desk.measure("tickets_created", since="2026-02-01", until="2026-03-01").row == here
        assert opened[0].rows("select count(*) from facts.tickets")[0][0] > 0
        assert closed == []
    assert closed == opened


def test_a_served_book_is_not_asked_of_another_engine(own_shop: Path) -> None:
    with serving(own_shop), pytest.raises(BookHeld, match="is served"):
        servicemeter.open(own_shop, engine="chdb:")


def test_several_metrics_at_once_are_refused_in_words(own_shop: Path) -> None:
    with servicemeter.open(own_shop) as desk, pytest.raises(BadQuestion, match="one at a time"):
        desk.measure(["csat", "nps"], since="2026-02-01", until="2026-03-01")  # type: ignore[arg-type]
