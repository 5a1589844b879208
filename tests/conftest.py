"""Makes this folder importable for the tests below it (`fake_desk`, `terminal`), and a small shop's book for them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from terminal import make_book


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
