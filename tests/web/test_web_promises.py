"""Agreements made, changed and ended on the page: what is shown before, what becomes of promises, what is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import httpx
import pytest

from app_client import ask
from hours_desk import NOW, WEEKDAYS, kept, load_weekend, saved
from servicemeter.desk.desk import Desk
from servicemeter.desk.methods.promises import promises
from servicemeter.model.hours import HoursWish
from servicemeter.web.app import create_app

FOUR_HOURS = {"part": "make", "metric": "first_response", "within": "4", "unit": "h", "clock": "business", "calendar": "Support",
              "policy": "mail", "channel": "email"}  # fmt: skip
OLD = {"old_policy": "mail", "old_metric": "first_response"}


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk(None, on_demand=True) as made:
        load_weekend(made)
        saved(made, HoursWish("Support", tz="Europe/Amsterdam", week=WEEKDAYS))
        yield made


def post(desk: Any, path: str, fields: dict[str, str]) -> httpx.Response:
    return ask(create_app(desk), f"{path}?lang=en", "POST", data=fields)


def save(desk: Desk, fields: dict[str, str]) -> str:
    look = post(desk, "/settings/promises/preview", fields)
    assert look.status_code == 200, look.text
    pairs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', look.text)
    done = post(desk, "/settings/promises", {unescape(name): unescape(value) for name, value in pairs})
    assert done.status_code == 303, done.text
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", look.text)).split())


def test_a_promise_is_kept_and_broken_by_the_hours_and_ends(desk: Desk) -> None:
    assert kept(desk)[0] is None
    said = save(desk, FOUR_HOURS)
    assert "+ mail: first response ≤ 4 h (opening hours), Support, email" in said and "for all times" in said
    assert kept(desk) == (1.0, 1)  # answered after one hour that was open
    saturday = (*WEEKDAYS, (6, "10:00", "14:00"))
    saved(desk, HoursWish("Support", week=saturday))
    assert kept(desk) == (0.0, 1)  # after five; the fourth was over on Saturday at 13:30
    said = save(desk, {**FOUR_HOURS, **OLD, "policy": "", "within": "6", "since": "2026-03-09"})
    assert "− mail: first response ≤ 4 h" in said and "+ mail (2): first response ≤ 6 h" in said and "from 9 Mar 2026 on" in said
    assert kept(desk) == (0.0, 1)  # what was broken on Saturday stays broken
    states = {one.policy_id: (one.rank, str(one.since), str(one.until)) for one in promises(desk, now=NOW).promises}
    assert states == {"mail": (1, "None", "2026-03-09"), "mail (2)": (1, "2026-03-09", "None")}
    save(desk, {"part": "end", **OLD, "since": "2026-03-07"})
    assert kept(desk)[0] is None  # withdrawn before its time was over


def test_a_quicker_promise_is_broken_at_the_next_opening(desk: Desk) -> None:
    save(desk, {**FOUR_HOURS, "within": "0,5"})  # half an hour is full at Friday's closing, passed on Monday at 9
    assert kept(desk) == (0.0, 1)
    save(desk, {**FOUR_HOURS, **OLD, "policy": "", "within": "60", "unit": "min", "since": "2026-03-01"})
    assert kept(desk) == (1.0, 1)  # one hour is kept by one hour


def test_what_cannot_be_promised_is_said_beside_its_field(desk: Desk) -> None:
    page = post(desk, "/settings/promises/preview", {**FOUR_HOURS, "within": "soon", "since": "9-3", "rank": "first",
                                                     "clock": "calendar"})  # fmt: skip
    found = {name: unescape(text) for name, text in re.findall(r'class="fault" id="([\w.]+)-fault">([^<]+)<', page.text)}
    assert page.status_code == 400 and found == {
        "within": "“soon” is no time to promise. Write a number above 0, such as 4 or 1.5.",
        "since": "“9-3” is no date. Write it as 2026-12-25.",
        "rank": "“first” is no rank. Write a whole number; the lowest is tried first.",
        "calendar": "A calendar is for a clock that runs in opening hours.",
    }
    assert 'value="soon"' in page.text
    unknown = post(desk, "/settings/promises/preview", {**FOUR_HOURS, "calendar": "Suport"})
    assert unknown.status_code == 400 and "Did you mean" in unknown.text and "Support" in unescape(unknown.text)
    save(desk, FOUR_HOURS)
    again = post(desk, "/settings/promises/preview", {**FOUR_HOURS, "within": "5"})
    assert again.status_code == 400 and "Give another name" in again.text
    stale = post(desk, "/settings/promises", {**FOUR_HOURS, "policy": "chat", "seen": "0"})
    assert stale.status_code == 409 and "look again" in stale.text
    assert [one.policy_id for one in promises(desk, now=NOW).promises] == ["mail"]


def test_a_promise_of_another_source_is_left_to_it(desk: Desk) -> None:
    desk.load(source="zendesk", now=NOW, sla_policies=[{"policy_id": "z", "metric": "resolution", "target_s": 60}])
    page = ask(create_app(desk), "/settings/promises?lang=en").text
    assert "comes with the data of zendesk" in page and "policy=z" not in page
    old = {"old_policy": "z", "old_metric": "resolution"}
    refused = post(desk, "/settings/promises/preview", {"part": "end", **old})
    assert refused.status_code == 400 and "Change it there" in refused.text
