"""Webhooks from the terminal: opened, received by a running server, taken by it, told."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from click.testing import CliRunner, Result

from servicemeter.cli import servicemeter
from servicemeter.sources.webhook import SECRET_HEADER
from terminal import serving
from webhooks.sending import signed

BODY = json.dumps({"tickets": [{"ticket_id": "1", "created_at": "2026-03-19T09:00:00Z"}]}).encode()


def run(*arguments: str, home: Path, said: str | None = None) -> Result:
    """The command, in this process."""
    return CliRunner().invoke(servicemeter, [*arguments, "--home", str(home)], input=said)


def door(home: Path, *arguments: str) -> dict[str, Any]:
    done = run("connect", *arguments, "--webhook", "--format", "json", home=home)
    assert done.exit_code == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def listed(home: Path) -> dict[str, Any]:
    return {one["name"]: one for one in json.loads(run("sources", "--format", "json", home=home).stdout)}


def waiting(home: Path) -> int:
    """How many deliveries are still to be taken."""
    with sqlite3.connect(home / "office.sqlite") as on:
        [(count,)] = on.execute("select count(*) from inbox where state = 'waiting'")
    on.close()
    return int(count)


def test_opened_received_taken_and_told(tmp_path: Path) -> None:
    tmp_path.joinpath("servicemeter.toml").write_text('[webhooks]\naddress = "https://in.example.com/"\n', encoding="utf-8")
    crm = door(tmp_path, "webhook", "--name", "crm")
    assert crm["address"].startswith("https://in.example.com/in/")
    assert (crm["protection"], crm["secret_header"]) == ("signed", None)
    assert door(tmp_path, "crm") == crm
    again = door(tmp_path, "crm", "--rotate")
    assert (again["address"], again["secret"] == crm["secret"]) == (crm["address"], False)
    assert listed(tmp_path)["crm"]["state"] == "receives"
    path = crm["address"].removeprefix("https://in.example.com")
    with serving(tmp_path, "--public-port", "0") as server:
        assert server.stderr is not None
        public = next(found[1] for line in server.stderr if (found := re.search(r"Survey pages.* at (\S+)/", line)))
        for number, secret in (("d1", crm["secret"]), ("d2", again["secret"])):  # the old secret holds for a day more
            headers = signed(secret, number, BODY, datetime.now(UTC))
            assert httpx.post(public + path, content=BODY, headers=headers).status_code == 200
        assert httpx.post(public + path, content=BODY).status_code == 401
        assert httpx.get(public + "/pages", headers={"Host": "elsewhere.example"}).status_code == 400  # the pages' own guard
        patience = time.monotonic() + 60
        while waiting(tmp_path) and time.monotonic() < patience:
            time.sleep(0.2)
    told = listed(tmp_path)["crm"]["webhook"]
    assert (told["deliveries"], told["refused_in_7_days"], told["failures"]) == ({"taken": 2}, {"not_genuine": 1}, [])
    said = run("sources", home=tmp_path).stderr
    assert "crm: webhook (signed): 2 taken" in said
    assert "crm: 1 delivery was refused in 7 days: signature or secret wrong" in said
    assert run("connect", "crm", "--remove", home=tmp_path).exit_code == 0
    assert listed(tmp_path) == {}


def test_a_vendor_s_secret_is_never_shown(tmp_path: Path) -> None:
    made = ("connect", "zendesk", "--name", "desk", "--address", "x", "--email", "", "--token", "t", "--no-test")
    assert run(*made, home=tmp_path).exit_code == 0
    lacking = run("connect", "desk", "--webhook", home=tmp_path)
    assert (lacking.exit_code, lacking.stdout) == (2, "")
    assert "makes the secret itself" in lacking.stderr
    done = run("connect", "desk", "--webhook", "--secret", "-", home=tmp_path, said="a-canary\n")
    assert done.exit_code == 0, done.stderr
    assert "kept sealed" in done.stdout
    assert "a-canary" not in done.stdout + done.stderr + run("connect", "desk", "--webhook", home=tmp_path).stdout
    assert all(b"a-canary" not in path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert run("connect", "desk", "--rotate", home=tmp_path).exit_code == 2


def test_who_signs_nothing_is_marked(tmp_path: Path) -> None:
    made = ("connect", "freshdesk", "--name", "desk", "--address", "x", "--token", "t", "--no-test")
    assert run(*made, home=tmp_path).exit_code == 0
    done = run("connect", "desk", "--webhook", home=tmp_path)
    assert SECRET_HEADER in done.stdout
    assert "desk is unsigned" in done.stderr
    bare = door(tmp_path, "desk", "--unsigned")
    assert (bare["protection"], bare["secret"]) == ("unsigned", None)
    assert listed(tmp_path)["desk"]["webhook"]["protection"] == "unsigned"
