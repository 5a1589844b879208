"""Weights give the answers the margins of everybody; bounds and differences are what they say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicemeter.analysis.intervals import wilson
from servicemeter.analysis.nonresponse import (
    MOST_WEIGHT,
    bounds,
    effective_n,
    rake,
    standardised_difference,
    weighted_share,
)


def test_weights_restore_the_margins() -> None:
    # 80 by mail (60 good), 20 by phone (5 good); of all asked half came by phone: 0.5 x 0.75 + 0.5 x 0.25 = 0.5, not 0.65.
    answers = [{"channel": "email"}] * 80 + [{"channel": "phone"}] * 20
    hits = [True] * 60 + [False] * 20 + [True] * 5 + [False] * 15
    weights = rake(answers, {"channel": {"email": 0.5, "phone": 0.5}}, [1.0] * 100)
    found = weighted_share(hits, weights)
    assert found and found.value == pytest.approx(0.5)
    assert found.effective_n == pytest.approx(100**2 / (80 * 0.625**2 + 20 * 2.5**2))
    assert found.ci_low < 0.5 < found.ci_high


def test_two_margins_at_once() -> None:
    answers = [{"a": x, "b": y} for x in "pq" for y in "rs" for _ in range(10 + 20 * (x == "p") + 10 * (y == "r"))]
    margins = {"a": {"p": 0.3, "q": 0.7}, "b": {"r": 0.4, "s": 0.6}}
    weights = rake(answers, margins, [1.0] * len(answers))
    for dimension, shares in margins.items():
        for value, share in shares.items():
            here = sum(w for w, a in zip(weights, answers, strict=True) if a[dimension] == value)
            assert here / sum(weights) == pytest.approx(share, abs=1e-6)


def test_no_answer_decides_alone() -> None:
    weights = rake([{"a": "rare"}] + [{"a": "usual"}] * 99, {"a": {"rare": 0.9, "usual": 0.1}}, [1.0] * 100)
    assert max(weights) / min(weights) <= MOST_WEIGHT / 0.1 + 1e-9
    assert effective_n(weights) < 100


def test_a_kind_without_an_answer_changes_nothing() -> None:
    weights = rake([{"a": "x"}] * 3, {"a": {"x": 0.2, "nobody": 0.8}}, [2.0, 2.0, 2.0])
    assert weights == pytest.approx([1.0, 1.0, 1.0])


def test_nothing_comes_of_nothing() -> None:
    assert rake([], {}, []) == [] and weighted_share([], []) is None and bounds(0.5, 0, 0) is None
    assert standardised_difference(0, 0, 1, 2) is None and effective_n([]) == 0.0


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_equal_weights_are_wilsons_interval(hits: list[bool]) -> None:
    found, plain = weighted_share(hits, [1.0] * len(hits)), wilson(sum(hits), len(hits))
    assert found and plain
    assert (found.value, found.effective_n) == pytest.approx((sum(hits) / len(hits), len(hits)))
    assert (found.ci_low, found.ci_high) == pytest.approx(plain, abs=1e-9)


@given(st.floats(0, 1), st.integers(1, 100), st.integers(0, 100))
def test_the_truth_lies_between_the_bounds(share: float, asked: int, answered: int) -> None:
    low, high = bounds(share, min(answered, asked), asked) or (1, 0)
    assert -1e-9 <= low <= high + 1e-9 <= 1 + 2e-9
