"""The parts of a metric's page: sorted fairly, cut with what is left said, the same on the page and in the file."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from typing import Any

import pytest

from app_client import ask
from fake_desk import FakeDesk, row
from servicemeter.model.answer import Answer
from servicemeter.model.question import Filter, Question
from servicemeter.web.app import create_app

PAGE = "/metric/first_response_time"


class ManyAgents(FakeDesk):
    """Thirty agents, one of them with hardly a case and the largest value; together they are something else again."""

    def measure(self, question: Question) -> Answer:
        answer = super().measure(question)
        if question.by == ("agent",):
            rows: list[dict[str, Any]] = [{"agent": f"a{i:02}", **row(1000.0 * i, 100 + i)} for i in range(1, 31)]
            rows[29] |= {"n": 4, "low_sample": True}
            return replace(answer, rows=rows)
        if any(held.negated for held in question.where):
            return replace(answer, rows=[row(4321.0, 1234, 4000.0, 4600.0)])
        return answer


def figures(path: str, desk: FakeDesk) -> list[dict[str, str]]:
    text = ask(create_app(desk), path).content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_largest_stand_first_small_samples_below_them_and_others_are_measured_together() -> None:
    desk = ManyAgents()
    rows = figures(f"{PAGE}/split.csv?by=agent", desk)
    assert [r["agent"] for r in rows] == [*(f"a{i:02}" for i in range(29, 17, -1)), "18 others"]
    assert rows[-1]["value"] == "4321.0" and rows[-1]["n"] == "1234"
    [others] = [q for q in desk.asked if isinstance(q, Question) and q.where]
    assert others.where == (Filter("agent", tuple(f"a{i:02}" for i in range(29, 17, -1)), negated=True),) and others.by == ()


@pytest.mark.parametrize(
    ("sort", "first"), [("value", "a01"), ("-value", "a29"), ("-n", "a29"), ("name", "a01")]
)  # fmt: skip
def test_the_order_is_in_the_address(sort: str, first: str) -> None:
    assert figures(f"{PAGE}/split.csv?by=agent&sort={sort}", ManyAgents())[0]["agent"] == first


def test_the_file_has_the_figures_of_the_page() -> None:
    page = json.loads(ask(create_app(FakeDesk()), f"{PAGE}/split.json").text)
    html = ask(create_app(FakeDesk()), f"{PAGE}/split").text
    assert page["title"] in html and page["period"] in html
    assert [r["channel"] for r in page["rows"]] == ["email", "social", "chat", "phone"]
    shown = [re.sub(r"<.*?>", "", cell) for cell in re.findall(r'<td class="right strong">(.*?)</td>', html)]
    assert [text.replace("\N{NO-BREAK SPACE}", " ") for text in shown] == ["2 h 10 min", "1 h 44 min", "52 min", "2 h 49 min"]


def test_options_in_the_address_are_asked_and_judged_by_no_target() -> None:
    desk = FakeDesk()
    html = ask(create_app(desk), f"{PAGE}?set=clock=business").text
    asked = [q for q in desk.asked if isinstance(q, Question)]
    assert asked and all(q.params == {"clock": "business"} for q in asked)
    assert "clock=business" in html and "target 4" not in html
    assert ask(create_app(FakeDesk()), f"{PAGE}?set=clock=calendar").text.count("target 4") > 0


@pytest.mark.parametrize(
    ("address", "hint"),
    [
        (f"{PAGE}?by=chanel", "Did you mean 'channel'"),
        (f"{PAGE}?set=clock=lunar", "There is no value of clock called 'lunar'"),
        (f"{PAGE}?set=clok=business", "Did you mean 'clock'"),
        (f"{PAGE}?set=business", "Write clock=business"),
        (f"{PAGE}?grain=decade", "There is no grain called 'decade'"),
        (f"{PAGE}/tren", "Did you mean 'trend'"),
        (f"{PAGE}/trend.doc", "There is no form of a file called 'doc'"),
        (f"{PAGE}/rows.png", "This part has no picture"),
    ],
)
def test_a_wrong_address_says_what_would_be_right(address: str, hint: str) -> None:
    text = ask(create_app(FakeDesk()), address).text.replace("&#39;", "'")
    assert hint in text


def test_rows_tell_their_instants_in_the_reporting_zone_and_files_keep_the_exact_ones() -> None:
    """Amsterdam is an hour before UTC in November."""
    page = ask(create_app(FakeDesk()), f"{PAGE}/rows").text
    assert re.findall(r"<td>(2026-11-02T[^<]+)</td>", page) == [f"2026-11-02T0{hour}:30:00+01:00" for hour in (1, 2, 3)]
    assert figures(f"{PAGE}/rows.csv", FakeDesk())[0]["happened_at"] == "2026-11-02T00:30:00+00:00"


def test_more_rows_than_a_file_holds_are_refused_and_not_cut() -> None:
    class Crowded(FakeDesk):
        def explain_question(self, question: Question, limit: int = 100) -> Any:
            return replace(super().explain_question(question, limit), row_count=200_001)

    response = ask(create_app(Crowded()), f"{PAGE}/rows.csv")
    assert response.status_code == 400 and "200,001 rows are behind this" in response.text
    assert ask(create_app(Crowded()), f"{PAGE}/rows").status_code == 200


def test_the_scorecard_s_json_carries_target_and_outcome() -> None:
    families = json.loads(ask(create_app(FakeDesk()), "/api/scorecard").text)["families"]
    cards = {card["metric"]: card for family in families for card in family["cards"]}
    assert cards["first_response_time"]["target"] == {"at": "<=", "value": 14400, "source": "common practice"}
    outcomes = {name: cards[name]["outcome"] for name in ("first_response_time", "resolution_time", "csat", "tickets_created")}
    assert outcomes == {"first_response_time": "met", "resolution_time": "missed", "csat": "close", "tickets_created": None}
