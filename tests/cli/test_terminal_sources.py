"""Connecting and pulling from the terminal: asked, tested, sealed, told in plain words."""

from __future__ import annotations

import json
import random
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fakes.vendor import Time
from fakes.zendesk import FakeZendesk
from servicemeter.desk.desk import Desk
from servicemeter.ground.settings import Home
from terminal import run, serving, start

BEGAN = datetime(2026, 3, 20, 12, tzinfo=UTC)
SECRET = "a-canary-token-92731"
KIND = ("connect", "zendesk", "--email", "lead@example.com", "--token", "-", "--option", "exports_per_minute=10000")


@pytest.fixture
def fake() -> Iterator[tuple[FakeZendesk, str]]:
    made = FakeZendesk(BEGAN, token=SECRET, pages=10).populate(30)
    with made.serving() as address:
        yield made, address


def connect(address: str, home: Path, *more: str, token: str = SECRET) -> None:
    done = run(*KIND, "--address", address, "--name", "desk", *more, home=home, input=token + "\n")
    assert done.returncode == 0, done.stderr


def contents(home: Path) -> list[tuple[object, ...]]:
    with Desk(Home(home)) as desk, desk.on_book() as book:
        sql = "select 'm', message_id, author_type from messages union all select 'e', event_id, value from ticket_events"
        return sorted(book.engine.rows(sql + " union all select 't', ticket_id, customer_id from tickets"))


def test_connected_pulled_and_told(fake: tuple[FakeZendesk, str], tmp_path: Path) -> None:
    vendor, address = fake
    vendor.forbidden = ("/api/v2/channels/voice",)
    done = run(*KIND, "--address", address, "--name", "desk", home=tmp_path, input=SECRET + "\n")
    assert done.returncode == 0, done.stderr
    assert "Account: Lead" in done.stdout
    assert "Left out: calls." in done.stdout
    assert "Not measured for want of it: interactions, handle_times" in done.stdout
    synced = run("sync", home=tmp_path)
    assert synced.returncode == 0, synced.stderr
    assert "new" in synced.stdout
    assert "calls is left out" in synced.stderr
    [told] = json.loads(run("sources", "--format", "json", home=tmp_path).stdout)
    assert (told["name"], told["state"], told["what_to_do"]) == ("desk", "ok", None)
    assert told["last_run"]["missing"] == {}
    assert told["last_run"]["counts"]["2026-03-19"] == [1, 1]
    assert "desk" in run("sources", home=tmp_path).stdout
    for path in tmp_path.iterdir():
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes(), path
            assert path.stat().st_mode & 0o077 == 0 or path.suffix in (".duckdb", ".wal")


def test_a_wrong_token_is_said_and_not_kept(fake: tuple[FakeZendesk, str], tmp_path: Path) -> None:
    _, address = fake
    done = run(*KIND, "--address", address, home=tmp_path, input="wrong\n")
    assert done.returncode == 1
    assert "does not accept the token" in done.stderr
    assert json.loads(run("sources", "--format", "json", home=tmp_path).stdout) == []


def test_options_that_a_pull_would_stumble_over_are_refused(tmp_path: Path) -> None:
    for option, said in (("since=01-01-2026", "Write it as 2026-01-01"), ("calls_per_minute=many", "a whole number above 0")):
        done = run(*KIND, "--address", "example", "--no-test", "--option", option, home=tmp_path, input=SECRET + "\n")
        assert (done.returncode, said in done.stderr) == (2, True)
    assert json.loads(run("sources", "--format", "json", home=tmp_path).stdout) == []


def test_a_withdrawn_token_says_what_to_do(fake: tuple[FakeZendesk, str], tmp_path: Path) -> None:
    vendor, address = fake
    connect(address, tmp_path)
    vendor.token = "another"
    done = run("sync", "desk", home=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "Make a new one there and connect again" in done.stderr
    [told] = json.loads(run("sources", "--format", "json", home=tmp_path).stdout)
    assert (told["state"], told["lag_seconds"]) == ("failed", None)
    assert "connect" in told["what_to_do"]


@pytest.mark.slow
def test_a_running_server_pulls_for_the_command(fake: tuple[FakeZendesk, str], tmp_path: Path) -> None:
    _, address = fake
    connect(address, tmp_path, "--by-hand")
    with serving(tmp_path):
        done = run("sync", "desk", "--format", "json", home=tmp_path)
        assert done.returncode == 0, done.stderr
        [told] = json.loads(done.stdout)
        assert (told["state"], told["error"]) == ("done", None)
    assert len(contents(tmp_path)) > 150


@pytest.mark.slow
def test_killed_at_any_moment_it_goes_on(fake: tuple[FakeZendesk, str], tmp_path: Path) -> None:
    """The book after kills and a last whole sync is the book of one undisturbed sync."""
    vendor, address = fake
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    connect(address, whole)
    began = time.monotonic()
    assert run("sync", home=whole).returncode == 0
    lasts = time.monotonic() - began
    chance = random.Random(20260322)
    connect(address, killed)
    for _ in range(3):
        with start("sync", home=killed) as process:
            time.sleep(lasts * chance.uniform(0.3, 1.0))
            process.kill()
    assert run("sync", home=killed).returncode == 0
    assert contents(killed) == contents(whole)
    with sqlite3.connect(killed / "office.sqlite") as office:
        states = {state for (state,) in office.execute("select state from sync_runs")}
    office.close()
    assert states <= {"interrupted", "done"}
    assert isinstance(vendor.time, Time)


def test_the_key_can_be_turned(fake: tuple[FakeZendesk, str], tmp_path: Path) -> None:
    _, address = fake
    connect(address, tmp_path)
    assert "1 connection is sealed" in run("sources", "--turn-key", home=tmp_path).stderr
    keys = (tmp_path / "office.key").read_text(encoding="ascii").split()
    (tmp_path / "office.key").write_text(keys[0] + "\n", encoding="ascii")
    assert run("sync", home=tmp_path).returncode == 0
    (tmp_path / "office.key").write_text(keys[1] + "\n", encoding="ascii")
    done = run("sync", home=tmp_path)
    assert "sealed with another key" in done.stderr
