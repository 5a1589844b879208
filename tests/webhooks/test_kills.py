"""Killed while it receives and takes, a server has lost nothing that it acknowledged, and counts nothing twice."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "webhooks.py"


@pytest.mark.slow
def test_kill_9_under_load_loses_nothing_acknowledged() -> None:
    """Two rounds of what the benchmark does two hundred times; it ends with an error where anything is lost or doubled."""
    given = [sys.executable, str(BENCHMARK), "--seconds", "0", "--kills", "2"]
    done = subprocess.run(given, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "lost=0, doubled=0" in done.stdout
