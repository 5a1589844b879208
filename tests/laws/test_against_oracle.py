"""Two independent readings of the definitions must give one number: the program, and the slow loops of `tests/oracle`."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from laws.compare import differences, opened
from laws.histories import history, join
from laws.questions import ask_of, moments_of
from laws.seasons import agreements, configuration, settings

Case = dict[str, Any]
SEEDS = [0, pytest.param(1, marks=pytest.mark.slow)]
"""Each makes a book of three histories and fifty questions."""


def _case(rng: Random, histories: int, *, is_odd: bool) -> tuple[Case, int]:
    """Several histories in one book, told apart by their brand, so that one question compares them all."""
    season = rng.randrange(3)
    made = [history(rng, f"b{i}", season, rng.randrange(1, 9), is_odd=is_odd) for i in range(histories)]
    policies = agreements(rng, season) if rng.random() < 0.5 else None
    if rng.random() < 0.5:
        return {"settings": settings(season, policies), "tables": {**configuration(), **join(made)}}, season
    for rows in made[-1].values():
        for row in rows:
            row["source"] = "other"
    said = settings(season, policies, lagging=rng.choice((5, 40)))
    return {"settings": said, "tables": join([configuration(), configuration("other"), *made])}, season


def _check(rng: Random, *, is_odd: bool) -> None:
    case, season = _case(rng, 3, is_odd=is_odd)
    as_ofs = moments_of(rng, season, 2)
    asks = [ask_of(rng, season, brands=rng.random() < 0.7, as_ofs=as_ofs) for _ in range(50)]
    with opened(case) as desk:
        found = differences(desk, case, asks, {})
    assert not found, found[:3]


@pytest.mark.parametrize("seed", SEEDS)
def test_awkward_histories(seed: int) -> None:
    """Ties, reopenings, merge chains, late flags, clock changes: whatever sources may rightly send."""
    _check(Random(seed), is_odd=False)


@pytest.mark.parametrize("seed", SEEDS)
def test_odd_histories(seed: int) -> None:
    """Changes before creation, unknown creation, rings of mergers: what sources should not send and do."""
    _check(Random(seed), is_odd=True)
