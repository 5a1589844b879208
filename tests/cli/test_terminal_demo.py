"""The demo shop from the terminal: made once, remade for another size, never beside anybody's own data."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from servicemeter.cli import servicemeter
from servicemeter.desk.desk import Desk
from servicemeter.desk.methods.loads import loads
from servicemeter.ground.settings import Home
from terminal import start, write_tickets

UNTIL = ["--until", "2026-03-21"]


def demo(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(servicemeter, ["demo", "--no-serve", "--home", str(home), *arguments])


def labels(home: Path) -> list[str]:
    with Desk(Home(home)) as desk:
        return [load["label"] for load in loads(desk)]


@pytest.mark.slow
def test_it_is_made_once_and_remade_for_another_size(tmp_path: Path) -> None:
    home = tmp_path / "demo"
    first = demo(home, "--tickets", "40", *UNTIL)
    assert first.exit_code == 0
    assert "March so far" in first.stdout
    key = (home / "identity.key").read_text()
    made = labels(home)
    assert len(made) == 1
    demo(home, "--tickets", "40")
    assert labels(home) == made
    assert "is replaced" in demo(home, "--tickets", "50", *UNTIL).stderr
    assert labels(home) == ["demo shop: 50 tickets, seed 7, until 2026-03-20T23:00:00+00:00"]
    assert (home / "identity.key").read_text() == key


def test_it_never_goes_beside_own_data(tmp_path: Path) -> None:
    home = tmp_path / "own"
    CliRunner().invoke(servicemeter, ["import", str(write_tickets(tmp_path / "tickets.csv", 3)), "--home", str(home)])
    result = demo(home, "--tickets", "40")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "holds data of its own (files)" in result.stderr
    assert len(labels(home)) == 1


def test_it_can_be_written_as_files_and_taken_again(tmp_path: Path) -> None:
    folder, home = tmp_path / "files", tmp_path / "home"
    assert demo(home, "--parquet", str(folder), "--tickets", "40", *UNTIL).exit_code == 0
    assert not home.exists()
    assert (folder / "tickets.parquet").exists()
    result = CliRunner().invoke(servicemeter, ["import", str(folder), "--source", "demo", "--home", str(home)])
    assert result.exit_code == 0
    with Desk(Home(home)) as desk:
        assert sum(m.n for m in [_Count(desk)]) == 40


class _Count:
    def __init__(self, desk: Desk) -> None:
        self.n = desk.on_engine(lambda engine: engine.rows("select count(*) from tickets")[0][0])


@pytest.mark.parametrize("tickets", ["0", "many"])
def test_sizes_that_make_no_shop_are_wrong_calls(tmp_path: Path, tickets: str) -> None:
    assert demo(tmp_path / "demo", "--tickets", tickets).exit_code == 2


def test_it_is_served_signed_in(tmp_path: Path) -> None:
    home = tmp_path / "demo"
    with start("demo", "--tickets", "40", "--no-browser", *UNTIL, home=home) as process:
        try:
            assert process.stderr is not None
            said = ""
            while not (found := re.search(r"at (http://127\.0\.0\.1:\d+/)", said)):
                line = process.stderr.readline()
                assert line, said
                said += line
            page = httpx.get(found[1], trust_env=False, timeout=60)
        finally:
            process.terminate()
            process.communicate(timeout=60)
    assert page.status_code == 200
    assert "March so far" in page.text
