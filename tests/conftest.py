"""Makes this folder importable for the tests below it (`fake_desk`, `terminal`), and a small shop's book for them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from terminal import make_book

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--every-case", action="store_true", help="run every conformance case on Spark too (an hour)")


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a book, made once, that tests only read."""
    home = tmp_path_factory.mktemp("shop") / "home"
    make_book(home)
    return home


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
