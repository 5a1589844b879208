"""Tables of text, and CSV that a spreadsheet reads and does not run."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from fake_desk import AS_OF, METRICS, TZ, make_scorecard, row
from servicemeter.model.answer import Answer, Row
from servicemeter.model.question import Question
from servicemeter.show.tables import answer_table, csv_text, guarded, scorecard_table

BY_NAME = {metric.name: metric for metric in METRICS}


def answer(rows: list[Row], **question: Any) -> Answer:
    asked = Question("first_response_time", **question)
    return Answer("first_response_time", "seconds", asked, rows, 7, AS_OF, TZ)


def test_the_scorecard_is_a_row_a_card() -> None:
    scorecard = make_scorecard()
    table = scorecard_table(scorecard, BY_NAME)
    assert len(table.rows) == sum(len(f.cards) for f in scorecard.families)
    assert all(len(r) == len(table.columns) for r in table.rows)
    speed = next(r for r in table.rows if r[1] == "First response time")
    assert speed == [
        "Speed", "First response time", "2 h 10 min", "2 h 04 – 2 h 17", "4,812", "▼ 18 min faster", "target 4 h · met"
    ]  # fmt: skip
    assert [c.align for c in table.columns][2:5] == ["right", "right", "right"]
    nothing = next(r for r in table.rows if r[1] == "Abandonment rate")
    assert nothing[2] == "–" and nothing[5] == "not measured: no source has what it needs"


def test_an_answer_is_a_row_a_group() -> None:
    rows = [
        {"period_start": "2026-11-16", "channel": "email", **row(7800, 4812, 7440, 8220)},
        {"period_start": "2026-11-16", "channel": "chat", **row(None, 0, null_reason="empty")},
    ]
    table = answer_table(answer(rows, grain="week", by=("channel",)), BY_NAME["first_response_time"])
    assert [c.title for c in table.columns] == ["period", "channel", "value", "95 % interval", "n", ""]
    assert table.rows == [
        ["week 47 of 2026", "email", "2 h 10 min", "2 h 04 – 2 h 17", "4,812", "so far"],
        ["week 47 of 2026", "chat", "–", "", "0", "no tickets answered or solved in this period"],
    ]


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠"])
def test_text_that_a_spreadsheet_would_run_is_guarded(first: str) -> None:
    assert guarded(first + "HYPERLINK(1)") == "'" + first + "HYPERLINK(1)"
    assert guarded("  " + first + "1").startswith("'")


def test_plain_text_and_numbers_stay_as_they_are() -> None:
    rows = [{"channel": "=cmd|x", "agent": 'Q, "two"\nlines', **row(-12.5, 3, numerator=0.1)}]
    text = csv_text(answer(rows))
    assert text.endswith("\r\n")
    read = next(csv.DictReader(io.StringIO(text, newline="")))
    assert read["channel"] == "'=cmd|x" and read["agent"] == 'Q, "two"\nlines'
    assert read["value"] == "-12.5" and read["numerator"] == "0.1" and read["low_sample"] == "true"
    assert read["null_reason"] == "" and read["metric"] == "first_response_time"


def test_rows_with_different_fields_share_one_heading() -> None:
    read = list(csv.DictReader(io.StringIO(csv_text(answer([{"value": 1}, {"value": None, "null_reason": "empty"}])))))
    assert [(r["value"], r["null_reason"]) for r in read] == [("1", ""), ("", "empty")]
