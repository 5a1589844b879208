"""How commands end: exit statuses, plain messages, and nothing made by only asking."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
import httpx
import pytest
from click.testing import CliRunner, Result

import servicemeter as package
from servicemeter.cli import servicemeter
from servicemeter.desk import opening
from servicemeter.ground.errors import BadBook
from terminal import run, serving, wait_until_ready

VERBS = [
    "check", "conformance", "connect", "demo", "erase", "explain", "export", "hours", "import", "loads", "measure", "metrics",
    "people", "promises", "remove", "scorecard", "serve", "sources", "survey", "sync", "text", "undo",
]  # fmt: skip


def ask(*arguments: str) -> Result:
    """One command in this process."""
    return CliRunner().invoke(servicemeter, list(arguments))


def test_the_verbs_are_the_modules_and_each_has_examples() -> None:
    assert servicemeter.list_commands(click.Context(servicemeter)) == VERBS
    for verb in VERBS:
        result = ask(verb, "--help")
        assert result.exit_code == 0
        assert result.output.count(f"servicemeter {verb}") >= 2, verb


def test_version() -> None:
    assert ask("--version").output == f"servicemeter {package.__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["measur"], 2, "No such command"),
        (["measure"], 2, "Missing argument"),
        (["measure", "csat", "--format", "xml"], 2, "xml"),
        (["measure", "cast"], 2, "Did you mean 'csat'"),
        (["measure", "csat", "--from", "2026-02-01"], 2, "needs a period"),
        (["measure", "csat", "--from", "1 Feb", "--to", "2026-03-01"], 2, "1 Feb"),
        (["measure", "csat", "--where", "channel"], 2, "is not a condition"),
        (["measure", "csat", "--by", "colour"], 2, "There is no dimension of csat called 'colour'"),
        (["measure", "csat", "--set", "clock"], 2, "is not an option"),
        (["measure", "csat", "--as-of", "yesterday"], 2, "'yesterday' is no instant"),
        (["scorecard", "--period", "this_moth"], 2, "Did you mean 'this_month'"),
        (["scorecard", "--period", "this_month", "--from", "2026-01-01"], 2, "--period, or --from"),
        (["scorecard", "--from", "soon"], 2, "--from 'soon' is not a date"),
        (["explain", "csat", "--limit", "-1"], 2, "-1"),
        (["metrics", "frt"], 2, "There is no metric called 'frt'"),
    ],
)
def test_a_wrong_call_is_2_and_says_what_is_wrong(shop: Path, arguments: list[str], status: int, says: str) -> None:
    home = [] if arguments[0] == "metrics" else ["--home", str(shop)]
    result = ask(*arguments, *home)
    assert (result.exit_code, result.stdout) == (status, "")
    assert says in result.stderr


@pytest.mark.parametrize("verb", [["measure", "csat"], ["scorecard"], ["check"], ["explain", "csat"]])
def test_asking_an_empty_home_is_1_and_makes_nothing(tmp_path: Path, verb: list[str]) -> None:
    result = ask(*verb, "--home", str(tmp_path / "none"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "servicemeter import PATH" in result.stderr
    assert not (tmp_path / "none").exists()


def test_the_home_is_taken_from_the_environment(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVICEMETER_HOME", str(shop))
    assert ask("measure", "tickets_created").exit_code == 0


def test_a_home_that_cannot_be_made_is_a_wrong_call(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "t.csv").write_text("ticket_id\n1\n")
    result = ask("import", str(tmp_path / "t.csv"), "--home", str(tmp_path / "file"))
    assert result.exit_code == 2
    assert "--home DIR" in result.stderr


def test_an_interrupted_command_is_130_and_leaves_nothing(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(home: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(opening, "live_server", interrupted)
    result = ask("measure", "csat", "--home", str(shop))
    assert (result.exit_code, result.stdout) == (130, "")
    assert "Nothing half-done" in result.stderr


def test_our_errors_have_no_traceback_in_a_real_process(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "book.duckdb").write_bytes(b"this is no database" * 1000)
    result = run("measure", "csat", home=home)
    assert (result.returncode, result.stdout) == (1, "")
    assert "is not a book" in result.stderr
    assert "Traceback" not in result.stderr


def test_what_the_machine_refuses_is_said_without_a_traceback(
    tmp_path: Path, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    written = ask("metrics", "--write", str(tmp_path / "file"))
    assert (written.exit_code, str(tmp_path / "file") in written.stderr) == (1, True)
    (tmp_path / "closed").mkdir()

    def refused(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "iterdir", refused)  # root may read every folder, so a closed one is made up
    imported = ask("import", str(tmp_path / "closed"), "--home", str(tmp_path / "home"))
    assert (imported.exit_code, "closed: it cannot be read (Permission denied)" in imported.stderr) == (1, True)
    monkeypatch.setattr(Path, "exists", refused)
    asked = ask("measure", "csat", "--home", str(shop))
    assert (asked.exit_code, "book.duckdb cannot be read or written: Permission denied." in asked.stderr) == (1, True)


def test_a_reader_that_has_enough_is_no_error(shop: Path) -> None:
    script = f"{' '.join(map(str, run.__globals__['COMMAND']))} metrics --format json | head -c 10"
    result = subprocess.run(["bash", "-o", "pipefail", "-c", script], capture_output=True, text=True, timeout=120)
    assert (result.returncode, result.stderr) == (0, "")


def test_serving_to_other_machines_needs_a_name(tmp_path: Path) -> None:
    result = ask("serve", "--host", "0.0.0.0", "--home", str(tmp_path / "home"))
    assert result.exit_code == 2
    assert "--allow-host NAME" in result.stderr
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_is_told_to_stop_ends_well(own_shop: Path, number: signal.Signals) -> None:
    with serving(own_shop) as process:
        assert (own_shop / "server.json").stat().st_mode & 0o777 == 0o600
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "The book is closed" in said
    assert not (own_shop / "server.json").exists()


_SLOW = """
import sys
from pathlib import Path
from servicemeter.cli import servicemeter
from servicemeter.desk.desk import Desk

def scorecard(desk, **asked):
    def work(engine):
        Path(sys.argv[-1], "asked").touch()
        return engine.rows("select count(*) from range(1000000) as a, range(1000000) as b where (a.range * b.range) % 7 = 3")
    return desk.on_engine(work)

Desk.scorecard = scorecard
servicemeter()
"""


def test_a_server_that_is_told_to_stop_does_not_wait_for_what_was_asked(own_shop: Path) -> None:
    """Of a visitor who asks for what takes hours, and is told that there is no answer."""
    command = [sys.executable, "-c", _SLOW, "serve", "--port", "0", "--home", str(own_shop)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        wait_until_ready(process, own_shop)
        address = json.loads((own_shop / "server.json").read_text())["address"]
        with ThreadPoolExecutor(1) as visitor:
            response = visitor.submit(httpx.get, address, timeout=None, trust_env=False)
            while not (own_shop / "asked").exists():
                time.sleep(0.02)
            process.terminate()
            assert response.result().status_code == 503
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "The book is closed" in said and "Traceback" not in said and "Error" not in said


def test_errors_of_the_tree_say_their_status() -> None:
    assert BadBook("x").exit_status == 1
