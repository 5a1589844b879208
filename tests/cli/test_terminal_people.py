"""Accounts from the terminal, and a server that has them."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import httpx
from click.testing import CliRunner, Result

from servicemeter.cli import servicemeter
from servicemeter.desk.opening import read_note
from servicemeter.ground.settings import Home
from terminal import serving


def people(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(servicemeter, ["people", *arguments, "--home", str(home)])


def test_accounts_are_made_listed_and_disabled(home: Path) -> None:
    assert "Nobody has an account" in people(home, "list").stderr
    made = people(
        home, "invite", "Lead@example.com", "--role", "lead", "--team", "returns", "--address", "https://m.example.com/"
    )
    assert made.exit_code == 0 and re.fullmatch(r"https://m\.example\.com/invitation\?token=[\w-]{32}\n", made.stdout)
    assert "sees nothing yet" in people(home, "invite", "agent@example.com", "--role", "agent").stderr
    assert "has an account already" in people(home, "invite", "lead@example.com").stderr
    assert people(home, "link", "lead@example.com", "--drop-second-factor").stdout != made.stdout
    assert "is disabled" in people(home, "disable", "lead@example.com").stderr
    assert people(home, "disable", "nobody@example.com").exit_code == 2
    listed = [re.split(r"\s{2,}", line) for line in people(home, "list").stdout.splitlines()]
    assert listed == [
        ["e-mail", "role", "state", "sees only", "second factor"],
        ["agent@example.com", "agent", "invited", "-", "off"],
        ["lead@example.com", "lead", "disabled", "teams=returns", "off"],
    ]
    assert "is enabled" in people(home, "enable", "lead@example.com").stderr


def test_logs_are_verified(home: Path) -> None:
    people(home, "invite", "a@example.com")
    right = people(home, "verify")
    assert right.exit_code == 0 and right.stdout.startswith("audit log: 1 entry, head ")
    with sqlite3.connect(home / "office.sqlite") as on:
        on.execute("drop trigger audit_entries_no_update")
        on.execute("update audit_entries set who = 'nobody'")
    on.close()
    wrong = people(home, "verify")
    assert wrong.exit_code == 1 and "Entry 1 is not as it was written" in wrong.stderr


def test_a_server_makes_its_owner_by_the_printed_token(own_shop: Path) -> None:
    with serving(own_shop) as process:
        note = read_note(Home(own_shop))
        assert note is not None and process.stderr is not None
        printed = process.stderr.readline() + process.stderr.readline()
        setup = re.search(r"the owner's is made at (http://127\.0\.0\.1:\d+/setup\?token=\S+)", printed)
        assert setup, printed
        with httpx.Client(
            trust_env=False, timeout=60, headers={"sec-fetch-site": "same-origin"}, follow_redirects=True
        ) as client:
            assert client.get(note.address + "check").status_code == 200
            assert client.get(setup[1]).status_code == 200
            made = client.post(note.address + "setup", data={"email": "o@example.com", "password": "seven green lamps"})
            assert made.status_code == 200 and "o@example.com" in client.get(note.address + "profile").text
        assert httpx.get(note.address + "check", trust_env=False, timeout=60).status_code == 303
        assert (own_shop / "last_seen.json").exists()
