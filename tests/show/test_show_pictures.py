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


def curve(steps: list[tuple[float, float]], **more: Any) -> Curve:
    given: dict[str, Any] = {"n": 100, "n_censored": 0, "median": 600.0, "p90": 7200.0, "is_open": False, **more}
    return Curve(Question("resolution_time"), steps, data_version=1, as_of=datetime(2026, 11, 21, tzinfo=UTC), **given)


def hours() -> list[dict[str, Any]]:
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
