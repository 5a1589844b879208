"""Imports that end badly: killed at any moment, or on a full disk. The book is then the old one or the new one, whole."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from servicemeter.desk.desk import Desk
from servicemeter.desk.importing import ImportRequest
from servicemeter.ground.settings import Home
from terminal import COMMAND, write_tickets

NOW = datetime(2026, 4, 1, tzinfo=UTC)
ROUNDS = 5
MANY = 8_000


def answers(home: Path) -> tuple[int, list[Any]]:
    """The data version, and answers over the rows of the shop and of the import."""
    with Desk(Home(home)) as desk:
        rows = [
            desk.measure(name, since="2026-02-01", until="2026-03-01", by=["channel"]).rows
            for name in ("tickets_created", "first_response_time", "tickets_solved")
        ]
        return desk.data_version, rows


def write_messages(path: Path, count: int) -> Path:
    """A Parquet file of messages that asks and answers each of the tickets."""
    ids = [f"m{number}" for number in range(2 * count)]
    at = [1_769_904_000 + 60 * number for number in range(2 * count)]
    table = pa.table(
        {
            "message_id": ids,
            "ticket_id": [f"t{number // 2}" for number in range(2 * count)],
            "occurred_at": pa.array([second * 1_000_000 for second in at], pa.timestamp("us")),
            "author_type": ["customer", "agent"] * count,
            "author_id": ["c", "a"] * count,
        }
    )
    pq.write_table(table, path)
    return path


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "big"
    folder.mkdir()
    write_tickets(folder / "tickets.csv", MANY)
    write_messages(folder / "messages.parquet", MANY)
    return folder


def begin(home: Path, export: Path) -> subprocess.Popen[bytes]:
    given = [*COMMAND, "import", str(export), "--home", str(home)]
    return subprocess.Popen(given, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.mark.slow
def test_an_import_that_is_killed_is_whole_or_not_at_all(shop: Path, export: Path, tmp_path: Path) -> None:
    old = answers(shop)
    whole = Path(shutil.copytree(shop, tmp_path / "whole"))
    began = time.monotonic()
    with begin(whole, export) as process:
        process.wait(timeout=300)
    lasts = time.monotonic() - began
    new = answers(whole)
    assert (old[0], new[0]) == (1, 2)
    assert old[1] != new[1]
    chance = random.Random(20260321)
    home = Path(shutil.copytree(shop, tmp_path / "killed"))
    for _ in range(ROUNDS):
        with begin(home, export) as process:
            # Most of the beginning only starts the program; the latest moments lie around the commit.
            time.sleep(lasts * chance.uniform(0.25, 1.05))
            process.kill()
        found = answers(home)
        assert found in (old, new)
        if found == new:
            shutil.rmtree(home)
            shutil.copytree(shop, home)


FULL = """
import resource, sys
most = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
from servicemeter.cli import main
main()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="file sizes are limited by Linux here")
@pytest.mark.parametrize("room", [100_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_a_full_disk_is_said_and_the_book_is_whole(own_shop: Path, export: Path, room: int) -> None:
    old = answers(own_shop)
    # No file may grow beyond this: neither the book, which is larger, nor what is written ahead of it.
    given = [sys.executable, "-c", FULL, str(room), "import", str(export), "--home", str(own_shop)]
    result = subprocess.run(given, capture_output=True, text=True, timeout=300)
    assert (result.returncode, result.stdout) == (1, "")
    assert "is full" in result.stderr
    assert "Free some space" in result.stderr
    assert "Traceback" not in result.stderr
    assert answers(own_shop) == old
    with Desk(Home(own_shop)) as desk:
        report = desk.import_files(ImportRequest(str(export)), now=NOW)
        assert report.load is not None
        assert report.load.taken == 3 * MANY
