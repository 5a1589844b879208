"""`servicemeter survey` as its users run it: over a book of its own, and through a server that holds it."""

from __future__ import annotations

import json
import re
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from servicemeter.surveys.likeness import FASTEST_S
from surveys.post import post_office
from surveys.shop import BROWSER, hidden
from terminal import run, serving

AT = "2026-03-20T12:00:00Z"


def settle(home: Path, port: int, address: str = "https://survey.example.com") -> None:
    """Settings with a mail server."""
    (home / "servicemeter.toml").write_text(
        f'[surveys]\naddress = "{address}"\norganisation = "Tulp"\n'
        f'[mail]\nhost = "127.0.0.1"\nport = {port}\nsender = "care@example.com"\nsecurity = "none"\n',
        encoding="utf-8",
    )


def test_a_dry_run_says_who_and_why_and_writes_nothing(own_shop: Path) -> None:
    done = run("survey", "ask", "csat", "ces", "--dry-run", "--at", AT, "--format", "json", home=own_shop)
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    assert {row["asked"] for row in rows} == {True, False}
    assert all(row["reason"] is None for row in rows if row["asked"]) and all(row["reason"] for row in rows if not row["asked"])
    again = run("survey", "ask", "csat", "ces", "--dry-run", "--at", AT, "--format", "json", home=own_shop)
    assert again.stdout == done.stdout
    table = run("survey", "ask", "csat", "--dry-run", "--at", AT, home=own_shop)
    assert "would be asked" in table.stdout and "ASK" in table.stdout
    results = json.loads(run("survey", "results", "csat", "--format", "json", home=own_shop).stdout)
    assert results["funnel"][0]["count"] == 0


def test_wrong_calls_say_what_would_be_right(own_shop: Path) -> None:
    for arguments, said in (
        (("survey", "ask", "csta"), "csat"),
        (("survey", "ask", "csat", "--at", AT), "--dry-run"),
        (("survey", "link", "csat"), "address ="),
        (("survey", "held", "--release", "nothing"), "survey held"),
        (("survey", "results", "csat", "--from", "yesterday"), "2026-11-01"),
    ):
        done = run(*arguments, home=own_shop)
        assert done.returncode == 2 and said in done.stderr, (arguments, done.stderr)
    unsent = run("survey", "ask", "csat", "--send", home=own_shop)
    assert (unsent.returncode, unsent.stdout, "[mail] needs" in unsent.stderr) == (2, "", True)
    assert json.loads(run("survey", "results", "csat", "--format", "json", home=own_shop).stdout)["funnel"][0]["count"] == 0
    settle(own_shop, 1)
    refused = run("survey", "send", home=own_shop)
    assert refused.returncode == 1 and "Nothing was sent" in refused.stderr


@pytest.mark.slow
def test_links_and_wishes(own_shop: Path) -> None:
    settle(own_shop, 1)
    link = run("survey", "link", "csat", "--ticket-from", "{{ticket.id}}", "--agent", "a7", home=own_shop).stdout.strip()
    assert link.startswith("https://survey.example.com/r/") and link.endswith("?t={{ticket.id}}")
    block = run("survey", "link", "csat", "--ticket", "T1", "--block", "--language", "nl", home=own_shop).stdout
    assert block.count("<a ") == 5 and "zeer tevreden" in block
    assert re.fullmatch(r"[0-9a-f]{64}", run("survey", "key", home=own_shop).stdout.strip())
    assert "Noted: 1" in run("survey", "wishes", "objected", "ann@example.com", home=own_shop).stderr
    assert "Taken back: 1" in run("survey", "wishes", "objected", "Ann@Example.com", "--forget", home=own_shop).stderr
    assert "Cum ne-am descurcat?" in run("survey", "preview", "csat", "--language", "ro", "--mail", home=own_shop).stdout


def test_asking_and_answering_through_a_server(own_shop: Path) -> None:
    with post_office() as post:
        with serving(own_shop, "--survey-port", "0") as server:
            address = next(line for line in _said(server) if "Survey pages" in line).split()[-1]
            settle(own_shop, post.server.port, address)
            asked = run("survey", "ask", "csat", "--send", home=own_shop)
            assert asked.returncode == 0, asked.stderr
            # The demo's book ends long before the present moment, so nothing in it is news.
            assert "nothing was due" in asked.stderr and post.mails == []
            link = run("survey", "link", "csat", "--ticket", "t1", "--agent", "a1", home=own_shop).stdout.strip()
            with urllib.request.urlopen(urllib.request.Request(link, headers=BROWSER)) as page:
                stamp = hidden(page.read().decode(), "stamp")
            time.sleep(FASTEST_S + 0.2)
            data = urllib.parse.urlencode({"score": "5", "stamp": stamp}).encode()
            with urllib.request.urlopen(urllib.request.Request(link, data, headers=BROWSER)) as page:
                assert "Saved: 5 of 5" in page.read().decode()
            other = run("survey", "link", "csat", "--ticket", "t2", "--agent", "a1", home=own_shop).stdout.strip()
            data = urllib.parse.urlencode({"score": "1", "stamp": "made.up"}).encode()
            statuses = [_status(urllib.request.Request(other, data, headers=BROWSER)) for _ in range(7)]
            assert statuses == [202] * 5 + [429] * 2  # held back, then too many by one link in a minute
        # Told to stop, the server took what was answered into the book first.
        today = datetime.now(UTC).date()
        span = ("--from", str(today - timedelta(days=1)), "--to", str(today + timedelta(days=2)))
        row = json.loads(run("measure", "csat", *span, "--format", "json", home=own_shop).stdout)["rows"][0]
        assert (row["value"], row["n"]) == (1.0, 1)
        held = run("survey", "held", home=own_shop).stdout
        assert held.count("no_page") == 5 and "5 answers held back: review them." in held
        assert re.search(r"too_often +2 requests turned away", held)
        listed = json.loads(run("survey", "held", "--format", "json", home=own_shop).stdout)
        assert [one["answer"] for one in listed["held"]] == [{"score": 1}] * 5
        assert [(one["reason"], one["count"]) for one in listed["turned_away"]] == [("too_often", 2)]


def _status(request: urllib.request.Request) -> int:
    """What a server answers."""
    try:
        with urllib.request.urlopen(request) as page:
            return int(page.status)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


def _said(server: subprocess.Popen[str]) -> list[str]:
    """What the server said so far: where it serves."""
    assert server.stderr
    return [server.stderr.readline() for _ in range(3)]
