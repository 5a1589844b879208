"""Loads on the page: taken back after a look, a source removed, and refused when something came in between."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from typing import Any

import httpx
import pytest

from app_client import ask
from servicemeter.desk.desk import Desk
from servicemeter.web.app import create_app

NINTH = [{"ticket_id": "9", "created_at": "2026-03-09T09:00:00Z"}]


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk(None, on_demand=True) as made:
        for hour, numbers in ((1, (1, 2)), (2, (2, 3, 4))):
            rows = [{"ticket_id": str(n), "created_at": f"2026-03-0{n}T0{hour}:00:00Z"} for n in numbers]
            made.load(source="desk", now=datetime(2026, 3, 20, hour, tzinfo=UTC), tickets=rows)
        yield made


def get(desk: Desk, path: str) -> httpx.Response:
    return ask(create_app(desk), path)


def send(desk: Desk, look: httpx.Response, action: str) -> httpx.Response:
    pairs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', look.text)
    fields = {unescape(name): unescape(value) for name, value in pairs}
    return ask(create_app(desk), f"{action}?lang=en", "POST", data=fields)


def tickets(desk: Desk) -> list[Any]:
    return [number for (number,) in desk.book.engine.rows("select ticket_id from tickets order by 1")]


def test_a_load_is_taken_back_from_the_list(desk: Desk) -> None:
    listed = get(desk, "/sources/loads?lang=en").text
    assert 'href="/sources/undo?lang=en&amp;source=desk&amp;load=2"' in listed
    look = get(desk, "/sources/undo?lang=en&source=desk&load=2")
    assert "tickets: 3 rows go, of 1 the version before holds again" in look.text and tickets(desk) == ["1", "2", "3", "4"]
    done = send(desk, look, "/sources/undo")
    assert done.status_code == 303 and done.headers["location"] == "/sources/loads?lang=en&done=3"
    assert tickets(desk) == ["1", "2"]
    assert "taken back in 3" in get(desk, "/sources/loads?lang=en&done=3").text
    stale = send(desk, look, "/sources/undo")
    assert stale.status_code == 409 and "taken back already" in stale.text and desk.data_version == 3


def test_nothing_is_done_when_something_came_since_one_looked(desk: Desk) -> None:
    look = get(desk, "/sources/remove?lang=en&source=desk")
    assert "All rows of desk go, from 2 loads." in look.text
    desk.load(source="desk", now=datetime(2026, 3, 20, 3, tzinfo=UTC), tickets=NINTH)
    stale = send(desk, look, "/sources/remove")
    assert stale.status_code == 409 and "since you looked" in stale.text and len(tickets(desk)) == 5
    done = send(desk, stale, "/sources/remove")  # the page of the refusal shows what would go now
    assert done.status_code == 303 and tickets(desk) == []


def test_what_cannot_go_is_said(desk: Desk) -> None:
    for path, said in (
        ("/sources/undo?source=desc", "Did you mean"),
        ("/sources/undo?source=desk&load=7", "There is no load called"),
        ("/sources/remove?source=servicemeter", "servicemeter hours"),
    ):
        answer = get(desk, f"{path}&lang=en")
        assert answer.status_code == 409 and said in unescape(answer.text) and "<form method" not in answer.text, path
    assert get(desk, "/sources/undo?source=desk&load=x").status_code == 400


def test_after_everything_was_taken_back_the_pages_are_those_of_an_empty_book(desk: Desk) -> None:
    assert "servicemeter import" not in get(desk, "/?lang=en").text
    send(desk, get(desk, "/sources/undo?lang=en&source=desk&load=1"), "/sources/undo")
    html = get(desk, "/?lang=en").text
    assert "servicemeter import" in html and "1969" not in html
