"""Answers as pictures, as a notebook shows them and as files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from servicemeter.desk.desk import Desk
from servicemeter.ground.errors import BadQuestion
from servicemeter.model.answer import Answer

NOW = datetime(2026, 3, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    """Two tickets by e-mail in the first week of March and one in the second, one by a channel of odd letters in the second."""
    days = [("1", "02", "email"), ("2", "03", "email"), ("3", "10", "email"), ("4", "11", "chat")]
    with Desk(None) as made:
        made.load(
            tz="UTC",
            now=NOW,
            tickets=[{"ticket_id": n, "created_at": f"2026-03-{d}T10:00:00Z", "channel": c, "brand": "<b>"} for n, d, c in days],
        )
        yield made


def ask(desk: Desk, metric: str = "tickets_created", **asked: Any) -> Answer:
    return desk.measure(metric, since="2026-03-02", until="2026-03-16", **asked)


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_over_time_each_group_has_its_own_line(desk: Desk) -> None:
    chart = ask(desk, grain="week", by="channel").chart()
    said = texts(chart.svg)
    assert said[:2] == ["Number of tickets", "2–15 Mar 2026 · a number"]
    assert {"chat", "e-mail"} <= set(said)
    # Points tell their figures: e-mail 2 and 1, chat 1 in the second week; in the first it has no row.
    assert len(re.findall(r"<title>", chart.svg)) == 3
    assert chart._repr_html_() == chart.svg


def test_without_a_grain_each_group_has_a_dot(desk: Desk) -> None:
    """The one with most comes first; what the organisation wrote stays text."""
    assert [one for one in texts(ask(desk, by="channel").chart("nl").svg) if one in ("e-mail", "chat", "3", "1")] == [
        "e-mail", "3", "chat", "1",
    ]  # fmt: skip
    assert "<b>" in texts(ask(desk, by="brand").chart(theme="dark").svg)


def test_one_figure_and_none(desk: Desk) -> None:
    assert "4" in texts(ask(desk).chart().svg)
    assert "–" in texts(ask(desk, "csat").chart().svg)


def test_it_is_written_as_a_file(desk: Desk, tmp_path: Path) -> None:
    chart = ask(desk, grain="week").chart()
    chart.save(tmp_path / "week.svg")
    assert (tmp_path / "week.svg").read_text("utf-8") == chart.svg
    chart.save(tmp_path / "week.PNG")
    assert (tmp_path / "week.PNG").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(BadQuestion, match=r"week\.pdf.*\.svg or \.png"):
        chart.save(tmp_path / "week.pdf")
