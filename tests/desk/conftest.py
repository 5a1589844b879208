"""The seven tickets by hand, opened once for all tests that only ask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from servicemeter.desk.desk import Desk
from small_desk import small_desk


@pytest.fixture(scope="session")
def small() -> Iterator[Desk]:
    """The desk of `small_desk`, which nobody changes."""
    with small_desk() as desk:
        yield desk
