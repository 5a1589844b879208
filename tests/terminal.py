"""Runs the terminal command as its users do, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from servicemeter.desk.desk import Desk
from servicemeter.desk.opening import live_server
from servicemeter.ground.settings import Home
from servicemeter.sources.demo import make_demo

COMMAND = [sys.executable, "-m", "servicemeter"]
UNTIL = datetime(2026, 3, 21, tzinfo=UTC)
_PATIENCE_S = 60


def run(*arguments: str, home: Path | None = None, **more: Any) -> subprocess.CompletedProcess[str]:
    """One command to its end; its texts are captured."""
    given = [*COMMAND, *arguments, *(["--home", str(home)] if home else [])]
    return subprocess.run(given, capture_output=True, text=True, env=_environment(), timeout=300, **more)


def start(*arguments: str, home: Path) -> subprocess.Popen[str]:
    """One command that goes on."""
    given = [*COMMAND, *arguments, "--home", str(home)]
    pipe = subprocess.PIPE
    return subprocess.Popen(given, stdout=pipe, stderr=pipe, text=True, env=_environment())


def _environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if k != "SERVICEMETER_HOME"}


@contextmanager
def serving(home: Path, *more: str) -> Iterator[subprocess.Popen[str]]:
    """A server on the home, ready to answer; told to stop at the end if it still runs."""
    with start("serve", "--port", "0", *more, home=home) as process:
        try:
            wait_until_ready(process, home)
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
            process.communicate(timeout=_PATIENCE_S)


def wait_until_ready(process: subprocess.Popen[str], home: Path) -> None:
    """Until the server of a home answers; fails with what it said when it ended instead."""
    patience = time.monotonic() + _PATIENCE_S
    while time.monotonic() < patience:
        if process.poll() is not None:
            raise AssertionError(process.communicate()[1])
        desk = live_server(Home(home))
        if desk is not None:
            desk.close()
            return
        time.sleep(0.05)
    raise AssertionError("the server did not come up")


def make_book(home: Path, *, tickets: int = 300) -> None:
    """A small shop's book in the home."""
    with Desk(Home(home)) as desk:
        desk.take(make_demo(tickets=tickets, until=UNTIL), now=UNTIL, label="demo", digest="demo")


def write_tickets(path: Path, count: int, *, first: int = 0) -> Path:
    """A canonical file of tickets, one an hour, each solved after its number modulo 50 hours."""
    lines = ["ticket_id,created_at,channel,initiated_by"]
    for number in range(first, first + count):
        day, hour = number // 24 % 28 + 1, number % 24
        lines.append(f"t{number},2026-02-{day:02}T{hour:02}:00:00+00:00,{'email' if number % 3 else 'chat'},customer")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
