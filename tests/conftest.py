"""Makes this folder importable for the tests below it (`fake_desk`, `terminal`), and a small shop's book for them."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from servicemeter.ground.settings import Home
from servicemeter.office.database import open_office
from terminal import make_book

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk


# Nothing is timed here, and nothing is kept in the folder for the next run.
settings.register_profile("untimed", deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--every-case", action="store_true", help="run every conformance case on Spark too (an hour)")


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a book, made once, that tests only read."""
    home = tmp_path_factory.mktemp("shop") / "home"
    make_book(home)
    return home


@pytest.fixture(scope="session")
def blank_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with an application database in which nothing is, made once, that tests copy."""
    home = tmp_path_factory.mktemp("blank") / "home"
    open_office(Home(home)).close()
    return home


@pytest.fixture
def home(blank_home: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(blank_home, tmp_path / "home"))


@pytest.fixture
def desk(home: Path) -> Iterator[Desk]:
    """A desk on it, into which nothing was loaded."""
    from servicemeter.desk.desk import Desk

    with Desk(Home(home), on_demand=True) as opened:
        yield opened


@pytest.fixture
def own_shop(shop: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    return Path(shutil.copytree(shop, tmp_path / "own"))


@pytest.fixture(scope="session")
def small() -> Iterator[Desk]:
    """The seven tickets of `small_desk`, which nobody changes."""
    from small_desk import small_desk

    with small_desk() as desk:
        yield desk


@pytest.fixture(autouse=True)
def patient_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where pages are tested they wait for the findings of their small book, however busy the machine is."""
    visit = sys.modules.get("servicemeter.web.visit")
    if visit is not None:
        monkeypatch.setattr(visit, "PATIENCE_S", 120.0)


_DATABASES = count()


@pytest.fixture(autouse=True)
def office_of_its_own(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """With `OFFICE_TESTS_ON` (the address of a PostgreSQL server) every test has its application database there."""
    server = os.environ.get("OFFICE_TESTS_ON")
    if server and request.node.get_closest_marker("sqlite"):
        pytest.skip("looks into the file of SQLite")
    if not server:
        yield
        return
    import psycopg

    name = f"office_{os.getpid()}_{next(_DATABASES)}"
    with psycopg.connect(server, autocommit=True) as on:
        on.execute(f"create database {name}")
    monkeypatch.setenv("SERVICEMETER_OFFICE", server.rpartition("/")[0] + f"/{name}")
    yield
    with psycopg.connect(server, autocommit=True) as on:
        on.execute(f"drop database {name} with (force)")
