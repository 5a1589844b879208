"""Pictures: what is drawn, where, and that nothing from the data becomes markup."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest

from fake_desk import HOSTILE, METRICS, make_metric, row, series
from servicemeter.model.metric import Metric
from servicemeter.show.axes import axis_for, nice_step
from servicemeter.show.charts import dot_mark, sparkline, trend_chart

BY_NAME = {metric.name: metric for metric in METRICS}


def drawn(svg: str) -> ElementTree.Element:
    """The picture as a tree: it parses, and no element carries a style of its own."""
    root = ElementTree.fromstring(svg)
    assert not any("style" in element.attrib for element in root.iter())
    return root


def of_class(root: ElementTree.Element, css_class: str) -> list[ElementTree.Element]:
    return [e for e in root.iter() if css_class in e.attrib.get("class", "").split()]


def points(element: ElementTree.Element) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in (p.split(",") for p in element.attrib["points"].split())]


def complete(values: list[float | None]) -> list[dict[str, Any]]:
    return [row(v, 100, period_status="complete") for v in values]


def test_higher_values_stand_higher_and_time_runs_right() -> None:
    line = points(of_class(drawn(sparkline(complete([1, 3, 2]))), "line")[0])
    xs, ys = [x for x, _ in line], [y for _, y in line]
    assert xs == sorted(xs) and ys[1] < ys[2] < ys[0]
    assert (ys[1], ys[0]) == (4.0, 30.0)


def test_the_unfinished_last_step_is_dashed_and_hatched() -> None:
    rows = series([float(i) for i in range(13)])
    root = drawn(sparkline(rows))
    assert len(points(of_class(root, "line")[0])) == 12
    assert len(points(of_class(root, "sofar")[0])) == 2
    assert of_class(root, "hatch")
    finished = drawn(sparkline(complete([1, 2, 3])))
    assert not of_class(finished, "sofar") and not of_class(finished, "hatch")


def test_periods_without_a_value_are_gaps_not_zeros() -> None:
    root = drawn(sparkline(complete([1, 2, None, 4, 5])))
    assert [len(points(line)) for line in of_class(root, "line")] == [2, 2]
    alone = drawn(sparkline(complete([1, 2, None, 4])))
    assert len(of_class(alone, "alone")) == 1


def test_one_value_is_a_dot_and_none_is_an_empty_picture() -> None:
    assert len(of_class(drawn(sparkline(complete([5]))), "dot")) == 1
    empty = drawn(sparkline(complete([None, None])))
    assert not list(empty) and empty.attrib["aria-label"] == "no values"
    assert not list(drawn(sparkline([])))


def test_equal_values_lie_in_the_middle() -> None:
    assert {y for _, y in points(of_class(drawn(sparkline(complete([2, 2, 2]))), "line")[0])} == {17.0}


def test_the_band_follows_the_interval_and_skips_what_has_none() -> None:
    rows = [row(v, 9, v - 1, v + 1, period_status="complete") for v in (1.0, 2.0, 3.0)] + complete([2])
    band = points(of_class(drawn(sparkline(rows)), "band")[0])
    assert len(band) == 6 and band[0][1] < band[-1][1]


def test_a_hidden_survey_score_is_not_drawn() -> None:
    rows = [row(0.9, n, 0.5, 1.0, period_status="complete") for n in (4, 40, 40)]
    assert len(points(of_class(drawn(sparkline(rows, metric=BY_NAME["csat"])), "line")[0])) == 2


def test_the_trend_has_ticks_target_points_and_dates() -> None:
    metric = BY_NAME["first_response_time"]
    rows = series([10000.0 - 300 * i for i in range(13)], 600)
    root = drawn(trend_chart(rows, metric, target=metric.target))
    ticks = [e.text for e in of_class(root, "y")]
    assert ticks == ["1 h", "2 h", "3 h", "4 h"]
    assert [e.text for e in of_class(root, "aim-label")] == ["target 4 h"]
    assert of_class(root, "x")[0].text == "16 Nov" and len(of_class(root, "point")) == 12
    title = of_class(root, "dot")[0].find("title")
    assert title is not None and title.text == "week 47 of 2026 · 1 h 47 min · n 300"


@pytest.mark.parametrize("metric", METRICS, ids=lambda m: m.name)
@pytest.mark.parametrize(
    "values", [[None] * 13, [None] * 12 + [0.5], [0.5] * 13, [0.0] * 13], ids=["none", "one", "equal", "zero"]
)
def test_every_unit_survives_poor_series(metric: Metric, values: list[float | None]) -> None:
    root = drawn(trend_chart(series(values), metric))
    keys = ("x", "x1", "x2", "cx", "y", "y1", "y2", "cy")
    places = [float(e.attrib[key]) for e in root.iter() for key in keys if key in e.attrib]
    assert bool(places) == any(v is not None for v in values)
    assert all(0 <= place <= 760 for place in places)


def test_names_from_the_data_are_escaped() -> None:
    hostile = make_metric("own", "speed", HOSTILE, "count", "lower")
    for svg in (trend_chart(series([1.0] * 13), hostile), sparkline(series([1.0] * 13), HOSTILE)):
        assert "<script" not in svg
        drawn(svg)


def test_axes_are_round_and_hold_all_values() -> None:
    assert axis_for([312, 220], 0, 1, unit="count").ticks == (0, 100, 200, 300, 400)
    assert axis_for([0.61, 0.74], 0, 1, unit="fraction", bounds=(0, 1)).ticks == (0.6, 0.65, 0.7, 0.75)
    assert axis_for([0.97, 1.0], 0, 1, unit="fraction", bounds=(0, 1)).high == 1.0
    flat = axis_for([5, 5], 0, 1, unit="score")
    assert flat.low < 5 < flat.high
    assert nice_step(0.011) == 0.02


def test_dots_share_a_scale_and_mark_the_total() -> None:
    root = drawn(dot_mark(row(50, 9, 40, 60), 0, 100, 25))
    dot, whisker, ref = (of_class(root, c)[0].attrib for c in ("dot", "whisker", "ref"))
    assert float(dot["cx"]) == 80.0
    assert (float(whisker["x1"]), float(whisker["x2"])) == (64.8, 95.2)
    assert float(ref["x1"]) == 42.0
    assert dot_mark(row(None, 0), 0, 100) == ""
