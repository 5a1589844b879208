"""What a command does not use is not imported: most of a short command's time would be that."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from servicemeter.desk import wire
from servicemeter.desk.desk import Desk
from servicemeter.ground.libraries import when_used
from servicemeter.ground.settings import Home

LARGE = (
    "alembic", "argon2", "cryptography", "duckdb", "fastapi", "holidays", "httpx", "jinja2", "numpy", "orjson", "pandas",
    "py3langid", "pyarrow", "python_calamine", "sqlalchemy", "starlette", "uvicorn", "xlsxwriter", "yaml",
    "servicemeter.office", "servicemeter.sources", "servicemeter.surveys", "servicemeter.text.redact",
)  # fmt: skip
"""Libraries and rooms of ours that take long to import."""

_SAYS = f"""
import sys
from servicemeter.cli import servicemeter
try:
    servicemeter()
finally:
    print("\\n", *(name for name in {LARGE!r} if name in sys.modules))
"""


def imported(*command: str) -> set[str]:
    """Which of them a command imports, in a process of its own, which it must end well."""
    env = {name: value for name, value in os.environ.items() if name != "SERVICEMETER_HOME"}
    done = subprocess.run([sys.executable, "-c", _SAYS, *command], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) > 2  # it has done what it is for
    return set(done.stdout.splitlines()[-1].split())


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book with one ticket."""
    folder = tmp_path_factory.mktemp("start") / "home"
    with Desk(Home(folder)) as desk:
        desk.load(tickets=[{"ticket_id": "1", "created_at": "2026-03-02T09:00:00+01:00"}])
    return folder


def test_a_definition_needs_nothing() -> None:
    assert imported("metrics", "csat") == set()


def test_one_figure_needs_the_database_alone(home: Path) -> None:
    assert imported("measure", "tickets_created", "--from", "2026-03-01", "--to", "2026-04-01", "--home", str(home)) == {"duckdb"}


def test_the_list_of_loads_needs_the_database_alone(home: Path) -> None:
    assert imported("loads", "--home", str(home)) == {"duckdb"}


def test_the_check_and_the_scorecard_need_no_office_no_connector_and_no_survey(home: Path) -> None:
    may = {"duckdb", "jinja2", "numpy", "pyarrow"}
    for verb in ("check", "scorecard"):
        assert {"duckdb"} <= imported(verb, "--home", str(home)) <= may


def test_a_library_is_imported_when_something_of_it_is_used() -> None:
    code = (
        "import sys; from servicemeter.ground.libraries import when_used; one = when_used('colorsys'); "
        "before = 'colorsys' in sys.modules; print(before, one.rgb_to_hsv(0, 0, 0), 'colorsys' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False (0.0, 0.0, 0) True\n"
    with pytest.raises(AttributeError):
        _ = when_used("colorsys").no_such_thing


@pytest.mark.parametrize("name", sorted(wire._RECORDS))
def test_every_record_that_travels_stands_where_it_is_looked_for(name: str) -> None:
    found = wire._record(name)
    assert found is not None and found.__name__ == name
    assert found.__module__ == f"servicemeter.{wire._RECORDS[name]}"
