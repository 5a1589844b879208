"""The application database on PostgreSQL: every test of the office and of surveys, each on a database of its own there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engines.servers import postgresql

pytestmark = [pytest.mark.engine, pytest.mark.slow]
ROOT = Path(__file__).parents[2]


def test_the_office_and_surveys_hold_on_postgresql(tmp_path: Path) -> None:
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    with postgresql(tmp_path) as address:
        command = [sys.executable, "-m", "pytest", "-n", "0", "-p", "no:cacheprovider", "tests/office", "tests/surveys"]
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, "OFFICE_TESTS_ON": address}, capture_output=True, text=True,
                              check=False)  # fmt: skip
    assert done.returncode == 0, done.stdout[-8000:]
    assert " passed" in done.stdout
