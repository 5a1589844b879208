"""Intervals and quantiles against published values, the conformance cases, and exact sums of fractions."""

from __future__ import annotations

import math
import statistics
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from servicemeter.analysis import intervals
from servicemeter.analysis.intervals import (
    byar,
    kaplan_meier,
    mean_interval,
    nps_interval,
    nps_standard_error,
    order_ranks,
    quantile,
    wilson,
)

TESTS = Path(__file__).parents[1]
PUBLISHED: dict[str, list[dict[str, Any]]] = yaml.safe_load((TESTS / "statistics.yaml").read_text(encoding="utf-8"))


def stated(kind: str) -> list[Any]:
    """The rows of one kind among the functions of the conformance cases."""
    paths = sorted((TESTS / "conformance").glob("*.yaml"))
    documents = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in paths]
    return [
        pytest.param(row, id=f"{case['id']}-{i}")
        for document in documents
        for case in document["cases"]
        for block in case.get("functions", [])
        for i, row in enumerate(block["rows"])
        if block["kind"] == kind
    ]


def published(section: str) -> dict[str, dict[str, Any]]:
    return {entry["id"]: entry for entry in PUBLISHED[section]}


def assert_fields(found: dict[str, Any], expected: dict[str, Any]) -> None:
    for name, value in expected.items():
        assert found[name] == (value if value is None else pytest.approx(value, rel=1e-6, abs=1e-9)), name


def ends(interval: tuple[float, float] | None) -> dict[str, float | None]:
    low, high = interval or (None, None)
    return {"ci_low": low, "ci_high": high}


@pytest.mark.parametrize("kind", ["wilson", "byar", "nps_interval", "order_statistic", "kaplan_meier"])
def test_the_cases_are_found(kind: str) -> None:
    assert stated(kind)


# Proportions


@pytest.mark.parametrize("entry", PUBLISHED["proportion_ci"], ids=lambda entry: entry["id"])
def test_published_proportions(entry: dict[str, Any]) -> None:
    found, expected = wilson(**entry["in"]), entry["out"]
    if expected["lo"] is None:
        assert found is None
    else:
        assert found == pytest.approx((expected["lo"], expected["hi"]), abs=entry["tol"])


@pytest.mark.parametrize("row", stated("wilson"))
def test_wilson_of_the_cases(row: dict[str, Any]) -> None:
    k, n = row["k"], row["n"]
    assert_fields({"value": k / n if n else None, **ends(wilson(k, n))}, row["expect"])


@given(st.integers(1, 10**7).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_contains_the_share_and_narrows(case: tuple[int, int]) -> None:
    k, n = case
    low, high = wilson(k, n) or (math.nan, math.nan)
    wider_low, wider_high = wilson(10 * k, 10 * n) or (math.nan, math.nan)
    assert 0 <= low <= k / n <= high <= 1
    assert wider_high - wider_low < high - low
    assert (low == 0) == (k == 0)
    assert (high == 1) == (k == n)
    assert wilson(n - k, n) == pytest.approx((1 - high, 1 - low), abs=1e-12)


@pytest.mark.parametrize(("k", "n"), [(2, 1), (-1, 3), (0, -1)])
def test_what_is_no_proportion_is_refused(k: int, n: int) -> None:
    with pytest.raises(ValueError, match="no proportion"):
        wilson(k, n)


# Counts


@pytest.mark.parametrize("row", stated("byar"))
def test_byar_of_the_cases(row: dict[str, Any]) -> None:
    assert_fields(ends(byar(row["x"], row.get("exposure", 1))), row["expect"])


def test_byar_is_close_to_the_exact_poisson_interval() -> None:
    low, high = byar(10) or (math.nan, math.nan)
    assert (low, high) == pytest.approx((4.795, 18.390), abs=0.02)  # exact, from tables of the Poisson distribution


def test_a_count_without_exposure_has_no_rate() -> None:
    assert byar(3, 0) is None
    with pytest.raises(ValueError, match="no rate"):
        byar(-1)
    with pytest.raises(ValueError, match="no rate"):
        byar(1, math.nan)


# Order statistics


def binomial_at_most(k: int, n: int, q: Fraction) -> Fraction:
    return sum((math.comb(n, j) * q**j * (1 - q) ** (n - j) for j in range(k + 1)), Fraction(0))


def exact_ranks(n: int, q: Fraction) -> tuple[int | None, int | None]:
    """The definition, word for word, in fractions."""
    tail = Fraction(25, 1000)
    lower = [k for k in range(1, n + 1) if binomial_at_most(k - 1, n, q) <= tail]
    upper = [k for k in range(1, n + 1) if 1 - binomial_at_most(k - 1, n, q) <= tail]
    return max(lower, default=None), min(upper, default=None)


@pytest.mark.parametrize("q", [Fraction(1, 2), Fraction(9, 10), Fraction(1, 10), Fraction(1, 100)])
def test_ranks_are_those_of_exact_sums(q: Fraction) -> None:
    for n in [*range(61), 97]:
        assert order_ranks(n, float(q)) == exact_ranks(n, q), n


@pytest.mark.parametrize("n", [1000, 3001])
def test_ranks_of_many_values_are_those_of_exact_sums(n: int) -> None:
    lower, upper = order_ranks(n, 0.5)
    assert lower is not None
    assert upper is not None
    below = [sum(math.comb(n, j) for j in range(k)) * 40 <= 2**n for k in (lower, lower + 1)]
    assert below == [True, False]
    above = [sum(math.comb(n, j) for j in range(k, n + 1)) * 40 <= 2**n for k in (upper - 1, upper)]
    assert above == [False, True]


def test_ranks_of_ten_million_values() -> None:
    n = 10_000_000
    lower, upper = order_ranks(n, 0.5)
    assert lower is not None
    assert upper is not None
    assert lower + upper == n + 1  # the median's ranks are symmetric
    assert lower == pytest.approx(n / 2 - intervals.Z * math.sqrt(n) / 2, abs=1.5)
    low90, high90 = order_ranks(n, 0.9)
    assert low90 == pytest.approx(0.9 * n - intervals.Z * math.sqrt(0.09 * n), abs=2.5)
    assert high90 == pytest.approx(0.9 * n + intervals.Z * math.sqrt(0.09 * n), abs=2.5)


def test_published_ranks_of_the_median() -> None:
    entry = published("median_ci_order_statistics")["median_ranks"]
    expected = entry["out"]
    for n, lower, upper, coverage in zip(
        entry["in"]["n"], expected["lower_rank"], expected["upper_rank"], expected["coverage"], strict=True
    ):
        assert order_ranks(n, 0.5) == (lower, upper)
        half = Fraction(1, 2)
        covered = binomial_at_most(upper - 1, n, half) - binomial_at_most(lower - 1, n, half)
        assert float(covered) == pytest.approx(coverage, abs=entry["tol"])


@pytest.mark.parametrize("n", range(6))
def test_the_median_of_fewer_than_six_has_no_interval(n: int) -> None:
    assert order_ranks(n, 0.5) == (None, None)


@pytest.mark.parametrize(("n", "q"), [(-1, 0.5), (5, 0.0), (5, 1.0), (5, math.nan)])
def test_ranks_of_nothing_are_refused(n: int, q: float) -> None:
    with pytest.raises(ValueError, match="does not exist"):
        order_ranks(n, q)


@pytest.mark.parametrize("row", stated("order_statistic"))
def test_order_statistics_of_the_cases(row: dict[str, Any]) -> None:
    values = sorted(row["values"])
    lower, upper = order_ranks(len(values), 0.5)
    found = {
        "mean": statistics.fmean(values),
        "median": quantile(values, 0.5),
        "p90": quantile(values, 0.9),
        "median_ci_low": lower and values[lower - 1],
        "median_ci_high": upper and values[upper - 1],
    }
    assert_fields(found, row["expect"])


def test_quantiles_are_of_type_seven() -> None:
    assert quantile([], 0.5) is None
    assert quantile([7], 0.9) == 7
    assert [quantile([10, 20, 40, 80], q) for q in (0, 0.25, 0.5, 1)] == [10, 17.5, 30, 80]


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=40), st.floats(0, 1))
def test_quantiles_agree_with_numpy(values: list[int], q: float) -> None:
    ordered = np.sort(np.array(values))
    assert quantile(ordered, q) == pytest.approx(float(np.quantile(ordered, q)), rel=1e-12, abs=1e-6)


# Means of scores


@pytest.mark.parametrize(
    ("df", "expected"),
    [(1, 12.706204736), (2, 4.302652730), (5, 2.570581836), (10, 2.228138852), (30, 2.042272456), (120, 1.979930405)],
)
def test_student_points_of_the_tables(df: int, expected: float) -> None:
    low, high = mean_interval(df + 1, 0.0, math.sqrt(df + 1)) or (math.nan, math.nan)
    assert (-low, high) == pytest.approx((expected, expected), abs=1e-9)


@pytest.mark.parametrize("df", [1, 2, 3, 8, 29, 150, 199, 200, 201, 1500, 100_000])
def test_student_points_cut_off_the_tails(df: int) -> None:
    point = (mean_interval(df + 1, 0.0, math.sqrt(df + 1)) or (0.0, 0.0))[1]
    scale = math.exp(math.lgamma((df + 1) / 2) - math.lgamma(df / 2)) / math.sqrt(df * math.pi)
    nodes, weights = np.polynomial.legendre.leggauss(200)
    x = point * (nodes + 1) / 2
    inside = 2 * scale * float(np.sum(weights * (1 + x * x / df) ** (-(df + 1) / 2))) * point / 2
    assert inside == pytest.approx(0.95, abs=1e-10)


def test_a_mean_is_clipped_to_its_scale() -> None:
    scores = [5, 5, 4]
    low, high = mean_interval(3, statistics.fmean(scores), statistics.stdev(scores), 1, 5) or (0.0, 0.0)
    assert low == pytest.approx(14 / 3 - 4.302652729749 / 3)  # sd = 1/sqrt(3), so sd/sqrt(n) = 1/3
    assert high == 5
    assert mean_interval(4, 3.0, 0.0, 1, 5) == (3.0, 3.0)


def test_a_mean_of_fewer_than_two_has_no_interval() -> None:
    assert mean_interval(0, 0.0, 0.0) is None
    assert mean_interval(1, 4.0, 0.0) is None
    with pytest.raises(ValueError, match="do not exist"):
        mean_interval(3, math.nan, 1.0)


# Net Promoter Score


@pytest.mark.parametrize("row", stated("nps_interval"))
def test_nps_of_the_cases(row: dict[str, Any]) -> None:
    p, d, n = row["promoters"], row["detractors"], row["n"]
    assert_fields({"value": 100 * (p - d) / n, **ends(nps_interval(p, d, n))}, row["expect"])


def test_published_standard_errors_of_nps() -> None:
    entry = published("nps")["nps_var"]
    counts = entry["in"]
    found = nps_standard_error(counts["promoters"], counts["detractors"], sum(counts.values()))
    assert found == pytest.approx(entry["out"]["se"], abs=entry["tol"])
    shares = published("nps")["nps_whuber"]  # one half, a third, a sixth: of 6 answers 3, 2 and 1
    single = (nps_standard_error(3, 1, 6) or math.nan) ** 2 * 6 / 100**2
    assert single == pytest.approx(shares["out"]["variance"], abs=shares["tol"])


def test_nps_stays_on_its_scale() -> None:
    assert nps_interval(0, 0, 0) is None
    assert nps_standard_error(0, 0, 0) is None
    assert (nps_interval(5, 0, 5) or (0, 0))[1] == 100
    assert (nps_interval(0, 5, 5) or (0, 0))[0] == -100
    with pytest.raises(ValueError, match="do not exist"):
        nps_interval(3, 3, 5)


# Survival


def counted(times: list[float], event: list[int]) -> tuple[list[float], list[int], list[int]]:
    distinct = sorted(set(times))
    return (
        distinct,
        [sum(1 for t, e in zip(times, event, strict=True) if t == at and e) for at in distinct],
        [sum(1 for t, e in zip(times, event, strict=True) if t == at and not e) for at in distinct],
    )


def test_published_survival_of_the_treated() -> None:
    entry = published("survival")["km_6mp"]
    found = kaplan_meier(*counted(entry["in"]["time"], entry["in"]["event"]))
    expected = entry["out"]["survival"]
    assert found.times.tolist() == list(expected)
    assert found.survival == pytest.approx(list(expected.values()), abs=entry["tol"])
    assert found.quantile(0.5) == entry["out"]["median"]
    assert (found.n_events, found.n_censored) == (9, 12)


def test_published_survival_without_censoring() -> None:
    entry = published("survival")["km_placebo"]
    times = entry["in"]["time"]
    found = kaplan_meier(*counted(times, [1] * len(times)))
    assert found.quantile(0.5) == entry["out"]["median"]
    assert found.survival[-1] == 0


def test_a_median_not_reached_is_none() -> None:
    entry = published("survival")["km_undefined"]
    assert kaplan_meier(*counted(entry["in"]["time"], entry["in"]["event"])).quantile(0.5) is None


@pytest.mark.parametrize("row", stated("kaplan_meier"))
def test_kaplan_meier_of_the_cases(row: dict[str, Any]) -> None:
    events, censored = row["events"], row["censored"]
    found = kaplan_meier(*counted(events + censored, [1] * len(events) + [0] * len(censored)))
    expected = dict(row["expect"])
    assert found.survival == pytest.approx(expected.pop("survival"))
    assert_fields({"median": found.quantile(0.5), "p90": found.quantile(0.9)}, expected)


def test_a_case_censored_at_an_event_is_still_at_risk() -> None:
    assert kaplan_meier([10], [1], [1]).survival.tolist() == [0.5]
    assert kaplan_meier([10], [1], [1]).quantile(0.5) == 10


def test_of_nothing_and_of_the_censored_alone_nothing_is_reached() -> None:
    for curve in (kaplan_meier([], [], []), kaplan_meier([5, 6], [0, 0], [3, 4])):
        assert curve.times.tolist() == []
        assert curve.quantile(0.5) is None


@given(st.lists(st.integers(0, 30), min_size=1, max_size=60), st.sampled_from([0.1, 0.5, 0.9]))
def test_without_censoring_the_quantile_is_the_smallest_value_that_far(values: list[int], q: float) -> None:
    found = kaplan_meier(values, [1] * len(values), [0] * len(values))
    share = Fraction(str(q))
    expected = next(v for v in sorted(values) if Fraction(sum(w <= v for w in values), len(values)) >= share)
    assert found.quantile(q) == expected
    assert isinstance(found.quantile(q), int)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3), st.integers(0, 3)), max_size=20), st.randoms())
def test_the_curve_is_the_product_of_fractions_in_any_order(rows: list[tuple[int, int, int]], chance: Any) -> None:
    expected, share = [], Fraction(1)
    for at in sorted({t for t, _, _ in rows}):
        ended = sum(e for t, e, _ in rows if t == at)
        if ended:
            share *= 1 - Fraction(ended, sum(e + c for t, e, c in rows if t >= at))
            expected.append((at, float(share)))
    shuffled = list(rows)
    chance.shuffle(shuffled)
    columns = [[row[i] for row in shuffled] for i in range(3)]
    found = kaplan_meier(columns[0], columns[1], columns[2])
    assert found.times.tolist() == [t for t, _ in expected]
    assert found.survival == pytest.approx([s for _, s in expected], abs=1e-12)


@pytest.mark.parametrize(
    ("durations", "events", "censored"),
    [([math.nan], [1], [0]), ([-1], [1], [0]), ([1, 2], [1], [0]), ([1], [0.5], [0]), ([1], [-1], [0])],
)
def test_impossible_durations_and_counts_are_refused(durations: Any, events: Any, censored: Any) -> None:
    with pytest.raises(ValueError, match=r"must be"):
        kaplan_meier(durations, events, censored)
