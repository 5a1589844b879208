"""Pictures and files: dressed alike everywhere, honest about what they cannot say, readable by other programs."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_desk import METRICS, row, series
from servicemeter.model.curve import Curve
from servicemeter.model.question import Question
from servicemeter.show.charts import sparkline, trend_chart
from servicemeter.show.curves import curve_chart, share_within
from servicemeter.show.dots import DotLine, dot_chart
from servicemeter.show.files import png_bytes, xlsx_bytes
from servicemeter.show.heat import heat_cells, heat_chart
from servicemeter.show.theme import COLOURS, MARKS, dressed, poster, style_sheet

BY_NAME = {metric.name: metric for metric in METRICS}
FRT = BY_NAME["first_response_time"]
STEPS = [(60.0, 0.1), (600.0, 0.5), (7200.0, 0.9), (90000.0, 1.0)]
DOTS = [DotLine("<e-mail>", "2 h", row(7200.0, 90, 7000.0, 7400.0)), DotLine("none", "–", row(None, 0))]


def curve(steps: list[tuple[float, float]], **more: Any) -> Curve:
    given: dict[str, Any] = {"n": 100, "n_censored": 0, "median": 600.0, "p90": 7200.0, "is_open": False, **more}
    return Curve(Question("resolution_time"), steps, data_version=1, as_of=datetime(2026, 11, 21, tzinfo=UTC), **given)


def hours() -> list[dict[str, Any]]:
    rows = [{"weekday": d, "hour_of_day": h, **row(60.0 * h, 100)} for d in range(1, 6) for h in range(9, 17)]
    return [*rows, {"weekday": 6, "hour_of_day": 9, **row(99999.0, 3)}]


PICTURES = {
    "trend": trend_chart(series([3600.0 + 60 * i for i in range(13)], 300), FRT, target=FRT.target),
    "spark": sparkline(series([3600.0] * 13), "the last 13 weeks", FRT),
    "dots": dot_chart(DOTS, (0, 8000), 7100, 900),
    "heat": heat_chart(heat_cells(hours(), FRT), 900),
    "curve": curve_chart([("line", curve(STEPS), "ended"), ("cohort", curve(STEPS, is_open=True), "began")], (900, 260)),
}


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("theme", list(COLOURS))
def test_a_picture_as_a_file_needs_no_style_sheet(name: str, theme: str) -> None:
    """Well-formed, every class known and none left, nothing that runs, and letters that PNG can draw."""
    used = {word for found in re.findall(r' class="([^"]*)"', PICTURES[name]) for word in found.split()}
    assert used <= set(MARKS) | {"trend", "spark", "dotplot", "heat", "curve"}
    file = poster(PICTURES[name], "A & B", "by <week>", ["servicemeter"], theme)
    root = ElementTree.fromstring(file)
    assert "class=" not in file and "style" not in file and "script" not in file
    assert "A & B" in [e.text for e in root.iter()] and COLOURS[theme]["card"] in file
    mute = poster(PICTURES[name], "", "", [], theme)
    assert png_bytes(file).startswith(b"\x89PNG") and len(png_bytes(file)) > len(png_bytes(mute)), "the letters are drawn"


def test_a_picture_of_what_no_xml_can_hold_is_one_all_the_same() -> None:
    file = poster(PICTURES["dots"], "a\0b\x1b", "\ud800", ["\uffff", '" class="line'])
    titles = [e.text for e in ElementTree.fromstring(file).iter() if e.text]
    assert titles[:2] == ["a\ufffdb\ufffd", "\ufffd"] and '" class="line' in titles
    assert png_bytes(file).startswith(b"\x89PNG")


def test_the_style_sheet_and_the_attributes_say_the_same() -> None:
    rules = dict(re.findall(r"svg \.([\w-]+) \{ (.*?) \}", style_sheet()))
    assert set(rules) == set(MARKS)
    assert rules["line"] == "fill: none; stroke-linejoin: round; stroke-linecap: round; stroke: var(--accent); stroke-width: 1.8"
    assert dressed('<g class="band"/>') == f'<g fill="{COLOURS["light"]["accent"]}" fill-opacity="0.12"/>'
    soft = COLOURS["dark"]["soft"]
    assert dressed('<text class="tick y"/>', "dark") == f'<text font-size="12px" fill="{soft}" text-anchor="end"/>'


def test_the_scale_of_the_hours_is_set_by_hours_with_enough_cases() -> None:
    cells = heat_cells(hours(), FRT)
    steps = {cell.step for day in cells for cell in day if cell.step is not None}
    assert (min(steps), max(steps)) == (0, 6)
    assert cells[5][9].step is None and cells[5][9].is_low and "n 3" in cells[5][9].words
    assert cells[6][0].step is None and cells[6][0].words == "Sunday 0:00: –"
    assert cells[0][16].words == "Monday 16:00: 16 min · n 100"


@given(st.lists(st.tuples(st.integers(1, 10**7), st.integers(1, 50)), min_size=1, max_size=40))
def test_the_share_within_a_time_never_falls_and_ends_at_one(cases: list[tuple[int, int]]) -> None:
    counts = dict(sorted(cases))
    total, reached, steps = sum(counts.values()), 0, []
    for at, count in counts.items():
        reached += count
        steps.append((float(at), reached / total))
    held = curve(steps)
    shares = [share_within(held, seconds) for seconds in range(0, 10**7 + 1, 250_000)]
    assert shares == sorted(shares) and shares[-1] == 1.0
    assert all(share_within(held, at) == share for at, share in steps)


def test_a_period_that_is_not_whole_is_dashed_at_either_end() -> None:
    rows = series([100.0 * i for i in range(1, 14)])
    rows[0]["period_status"] = "partial_coverage"
    dashed = re.findall(r'class="sofar" points="([^"]*)"', trend_chart(rows, FRT))
    whole = re.findall(r'class="line" points="([^"]*)"', trend_chart(rows, FRT))
    assert [len(points.split()) for points in dashed] == [2, 2] and [len(points.split()) for points in whole] == [11]


def test_a_workbook_holds_exact_values_and_no_formula() -> None:
    rows: list[dict[str, Any]] = [
        {"channel": "=1+1", "value": 3600.5, "n": 4, "is_low": True, "on": date(2026, 11, 1)},
        {"channel": "chat", "value": None},
    ]
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(rows, [("period", "November"), ("address", "/metric/csat")])))
    [head, first, second] = list(book["figures"].values)
    assert head == ("channel", "value", "n", "is_low", "on")
    assert first == ("=1+1", 3600.5, 4, True, "2026-11-01") and second[:2] == ("chat", None)
    assert book["figures"]["A2"].data_type == "s"
    assert list(book["about"].values) == [("period", "November"), ("address", "/metric/csat")]
