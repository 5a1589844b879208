"""A small shop's book, made once and copied for each test that wants its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from terminal import make_book


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that tests only read."""
    home = tmp_path_factory.mktemp("shop") / "home"
    make_book(home)
    return home


@pytest.fixture
def own_shop(shop: Path, tmp_path: Path) -> Path:
    """A home that a test may change."""
    return Path(shutil.copytree(shop, tmp_path / "own"))
