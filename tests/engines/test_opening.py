"""Addresses of engines: what is wrong is said, a password is not."""

from __future__ import annotations

import pytest

from servicemeter.engines.opening import open_engine
from servicemeter.ground.errors import BadSettings


@pytest.mark.parametrize("address", ["duckdb", "duckdb:"])
def test_the_book_answers_itself(address: str) -> None:
    assert open_engine(address) is None


@pytest.mark.parametrize("address", ["", "oracle://host", "postgres", "http://localhost"])
def test_no_engine_of_ours(address: str) -> None:
    with pytest.raises(BadSettings, match="does not answer|is no engine's address|needs a package"):
        open_engine(address)


def test_one_that_does_not_answer_and_no_password() -> None:
    pytest.importorskip("psycopg", reason="the package psycopg is not installed (uv sync --all-extras)")
    with pytest.raises(BadSettings, match="does not answer") as told:
        open_engine("postgresql://me:secret@127.0.0.1:1/figures")
    assert "secret" not in str(told.value)
    assert "postgresql://me@127.0.0.1:1/figures" in str(told.value)
