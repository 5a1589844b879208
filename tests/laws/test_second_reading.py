"""The program against the second reading: histories as awkward as real ones, and questions of every kind about them."""

from __future__ import annotations

from random import Random

import pytest

from laws.compare import differences, opened
from laws.histories import ask_of, configuration, history, join, settings


@pytest.mark.parametrize("seed", range(1, 6))
def test_the_program_and_the_second_reading_say_the_same(seed: int) -> None:
    rng = Random(seed)
    season = seed % 3
    made = [history(rng, f"b{i}", season, rng.randrange(1, 9), is_odd=seed % 2 == 1) for i in range(12)]
    case = {"settings": settings(season), "tables": {**configuration(), **join(made)}}
    asks = [ask_of(rng, season) for _ in range(60)]
    with opened(case) as desk:
        assert differences(desk, case, asks, {}) == []
