"""Fair comparison: limits worked by hand on small binomials, a published shrinkage, and what luck alone may do."""

from __future__ import annotations

from fractions import Fraction
from math import comb, inf
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from servicemeter.analysis.fairness import Counted, dispersion, expected_share, limits, pooled, shrinkage, side

PUBLISHED = yaml.safe_load((Path(__file__).parents[1] / "statistics.yaml").read_text(encoding="utf-8"))


def test_limits_of_four_and_six_tosses_by_hand() -> None:
    """Bin(6, 1/2): P(0) = 1/64 = .015625, P(at most 1) = 7/64 = .109375. 2.5 % is reached within the step to 1:
    over = (.109375 - .025) / (6/64) = .9, so the limit is (1 - .9)/6 = .1/6. One in a thousand is reached within the step
    to 0: over = (.015625 - .001)/.015625 = .936, below 0: clipped. Bin(4, 1/2): P(0) = .0625 is above both."""
    six, four = limits(0.5, 6), limits(0.5, 4)
    assert (six.low, six.high) == pytest.approx((0.1 / 6, 1 - 0.1 / 6), abs=1e-9)
    assert (six.far_low, six.far_high, four.low, four.high) == (0, 1, 0, 1)


def test_no_share_of_all_or_nothing_has_limits_of_its_own() -> None:
    assert limits(1, 20).low == limits(1, 20).far_high == 1
    for share, n, factor in ((1.1, 5, 1), (0.5, 0, 1), (0.5, 5, 0.9)):
        with pytest.raises(ValueError, match="no funnel"):
            limits(share, n, factor)


@pytest.mark.parametrize(("share", "n"), [("17/20", 30), ("19/20", 47), ("1/2", 100), ("3/100", 60)])
def test_outside_means_that_luck_does_it_less_often_than_said(share: str, n: int) -> None:
    """Every outcome, against exact sums of fractions: beyond the inner limits below 2.5 %, beyond the outer below 0.1 %."""
    p, at = Fraction(share), limits(float(Fraction(share)), n)
    chances = [comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]
    near, far = Fraction(25, 1000), Fraction(1, 1000)
    for k in range(n + 1):
        tail = min(sum(chances[: k + 1]), sum(chances[k:]))
        assert abs(side(k / n, at)) == (2 if tail < far else 1 if tail < near else 0), k


def test_wider_limits_with_over_dispersion_and_narrower_with_more_cases() -> None:
    """At n = 10,000 the binomial is normal to three digits: .5 ± 1.96 x .005 = .4902, with factor 4 twice as far: .4804."""
    assert limits(0.5, 10_000).low == pytest.approx(0.4902, abs=1e-4)
    assert limits(0.5, 10_000, 4).low == pytest.approx(0.4804, abs=1e-4)


def test_dispersion_by_hand_and_its_least_groups() -> None:
    """Ten groups of 100 around .5 (standard error .05): five at .6 and five at .4 are z = ±2 each, so the mean square is 4.
    With five at .5 and nothing else it would be 0: never below 1. Nine groups tell nothing."""
    apart = [Counted(60, 100)] * 5 + [Counted(40, 100)] * 5
    assert dispersion(apart) == pytest.approx(4)
    assert dispersion(apart[:9]) == 1
    assert dispersion([Counted(50, 100)] * 12) == 1
    assert dispersion([Counted(0, 0)] * 12) == 1


def test_one_outlier_does_not_widen_its_own_limits() -> None:
    """Nineteen groups at .5 and one at .9 (z = 8): drawn in to the 90 % point of the others it adds next to nothing."""
    assert dispersion([Counted(50, 100)] * 19 + [Counted(90, 100)]) == pytest.approx(1)


def test_the_published_batters() -> None:
    case = next(one for one in PUBLISHED["shrinkage"] if one["id"] == "efron_morris")
    groups = [Counted(hits, case["in"]["n"]) for hits in case["in"]["hits"]]
    drawn = shrinkage(groups)
    assert drawn is not None
    found = {
        "grand_mean": drawn.share,
        "shrink_factor": 1 - drawn.towards(45),
        "first": drawn.estimate(groups[0]),
        "munson": drawn.estimate(Counted(8, 45)),
    }
    assert found == pytest.approx(case["out"], abs=case["tol"])


def test_groups_of_two_sizes_by_hand() -> None:
    """Two groups of 100 (.6, .4) and two of 50 (.7, .3): p = .5, pq = .25. Seen: 100(.01) x 2 + 50(.04) x 2 = 6;
    total 300, squares 25,000, so between = (6 - .25 x 3)/(300 - 83.333) = 5.25/216.667 = .0242308; cases = .25/.0242308 =
    10.31746. Caution = 1/3. The first: 1/3 x 10.31746/110.31746 = .0311751 of .5, the rest of .6: .5968825."""
    groups = [Counted(60, 100), Counted(40, 100), Counted(35, 50), Counted(15, 50)]
    drawn = shrinkage(groups)
    assert drawn is not None
    assert drawn.cases == pytest.approx(10.31746, abs=1e-5)
    assert drawn.estimate(groups[0]) == pytest.approx(0.5968825, abs=1e-6)
    assert drawn.estimate(Counted(0, 0)) == pytest.approx(0.5)


def test_too_few_groups_are_not_drawn_and_equal_ones_wholly() -> None:
    assert shrinkage([Counted(3, 6)] * 3 + [Counted(1, 4)]) is None
    nobody = shrinkage([Counted(10, 10)] * 5)
    assert nobody is not None and nobody.cases == inf and nobody.estimate(Counted(2, 4)) == 1


@given(
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)).map(lambda t: Counted(min(t), max(t))), min_size=4, max_size=25)
)
def test_an_estimate_lies_between_the_own_share_and_the_common_one(groups: list[Counted]) -> None:
    drawn = shrinkage(groups)
    if drawn is None:
        return
    for group in groups:
        own = group.share if group.n else drawn.share
        low, high = sorted((own, drawn.share))
        assert low - 1e-12 <= drawn.estimate(group) <= high + 1e-12


def test_equal_mix() -> None:
    """30 chats at .9 and 10 mails at .5 make 27 + 5 = 32 of 40; a kind that nobody has a share of does not count."""
    assert expected_share({"chat": 30, "email": 10}, {"chat": 0.9, "email": 0.5}) == pytest.approx(0.8)
    assert expected_share({"chat": 30, "fax": 5}, {"chat": 0.9, "fax": None}) == pytest.approx(0.9)
    assert expected_share({"fax": 5}, {}) is None
    assert pooled([]) is None and pooled([Counted(0, 0)]) is None


def test_more_hits_than_cases_are_refused() -> None:
    with pytest.raises(ValueError, match="no share"):
        Counted(3, 2)
