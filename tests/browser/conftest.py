"""A server with the hand-made desk, and Chromium as the system has it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from fake_desk import FakeDesk
from loopback import on_loopback
from servicemeter.web.app import create_app

# The shell is the same browser without a window, and takes a third less time.
_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")
CHROMIUM = os.environ.get("CHROMIUM") or next((found for name in _NAMES if (found := shutil.which(name))), None)


@pytest.fixture(scope="package")
def address() -> Iterator[str]:
    """A server on a free port of this machine."""
    finding = {"title": "Chat history before 3 Nov is missing.", "count": 3, "remedy": "servicemeter sync"}
    finding |= {"name": "days_without_rows", "metrics": ["first_response_time"]}
    days = {"source": "help_desk", "first_on": "2025-11-17", "row_counts": [n % 9 for n in range(371)], "missing": ["2026-11-03"]}
    desk = FakeDesk(found=[finding], covers=[days])
    with on_loopback(create_app(desk)) as address:
        yield address


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    """Chromium; without it the tests are skipped and say so."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine (apt-get install chromium-headless-shell, or chromium)")
    with api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()
