"""Pictures of fair comparison, of shares, and of flags: what must be in them and what must not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

from fake_desk import METRICS, FakeDesk, row
from servicemeter.model.comparison import Comparison
from servicemeter.model.target import Note
from servicemeter.show.charts import trend_chart
from servicemeter.show.funnel import funnel_chart, standing_words
from servicemeter.show.stacks import stack_chart, stack_mark

BY_NAME = {metric.name: metric for metric in METRICS}
CSAT = BY_NAME["csat"]


def compared() -> Comparison:
    return FakeDesk().compare("agent", "csat", since=None, until=None, period="this_month", where=[], as_of=None)


def test_a_funnel_has_every_group_and_names_only_those_outside() -> None:
    """Four groups: one better by far, one worse, one within, one with too few cases."""
    svg = funnel_chart(compared(), CSAT, (1120, 360))
    root = ElementTree.fromstring(svg)
    marks = [circle.get("class") or "" for circle in root.iter("circle")]
    assert sorted(marks) == ["bad", "good", "peer", "peer faded"]
    assert [text.text for text in root.iter("text") if (text.get("class") or "").startswith(("good", "bad"))] == ["▲ t0", "▼ t2"]
    assert len([line for line in root.iter("polyline") if line.get("class") in ("limit", "far")]) == 4
    assert "all together 70.0 %" in svg


def test_names_of_groups_are_escaped_and_an_empty_funnel_is_a_picture() -> None:
    hostile = compared()
    hostile = replace(hostile, groups=[replace(hostile.groups[0], name="<b>")])
    assert "<b>" not in funnel_chart(hostile, CSAT, (340, 300)) and "&lt;b&gt;" in funnel_chart(hostile, CSAT, (340, 300))
    ElementTree.fromstring(funnel_chart(replace(hostile, groups=[], common=None), CSAT, (340, 300)))


def test_standings_in_words() -> None:
    words = [standing_words(group) for group in compared().groups]
    assert words == [
        "better than luck explains, by far",
        "within what luck does",
        "worse than luck explains",
        "too few cases to say",
    ]


def test_shares_are_stacked_to_the_whole_and_leading_gaps_are_left_out() -> None:
    """Two periods without scores, then one of .25, .25, .5: 200 units high, less the gap of 1 between parts: 49, 49, 99."""
    gap = {"period_start": "2026-10-05", "positive": None}
    full = {**row(0.25, 40), "period_start": "2026-10-19", "negative": 0.25, "neutral": 0.25, "positive": 0.5}
    root = ElementTree.fromstring(stack_chart([gap, gap, full], "week", (400, 242)))
    boxes = list(root.iter("rect"))
    assert [box.get("class") for box in boxes] == ["bad", "middling", "good"]
    assert [float(box.get("height") or 0) for box in boxes] == [49, 49, 99]
    assert stack_mark(gap) == "" and stack_mark(full).count("<rect") == 3
    ElementTree.fromstring(stack_chart([gap], "week", (400, 242)))


def test_flags_stand_on_their_day_and_only_within_the_periods_drawn() -> None:
    """Two weeks at x = 62 and 742 of 760 - 18: Wednesday 4 Nov is 2/7 into the first week: at place 0 - .5 + 2/7, so at its
    point; Monday 9 Nov begins the second: half a step before its point, (62 + 742)/2 = 402."""
    rows = [{**row(0.8, 90, 0.7, 0.9), "period_start": day, "period_status": "complete"} for day in ("2026-11-02", "2026-11-09")]
    notes = [Note(i, date(2026, 11, day), f"note <{i}>") for i, day in enumerate((1, 4, 9, 16))]
    svg = trend_chart(rows, CSAT, notes=notes)
    root = ElementTree.fromstring(svg)
    at = [float(line.get("x1") or 0) for line in root.iter("line") if line.get("class") == "flag-line"]
    assert at == [62, 402]
    assert "note &lt;1&gt;" in svg and "note &lt;0&gt;" not in svg
