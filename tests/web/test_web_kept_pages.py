"""Pages that are kept: the same as made anew, and made anew after anything changed that they could tell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from app_client import ask
from servicemeter.desk.desk import Desk
from servicemeter.desk.methods.note import note
from servicemeter.ground.settings import Home
from servicemeter.office.database import open_office
from servicemeter.office.notes import keep_note
from servicemeter.web import keptpages
from servicemeter.web.app import create_app

NOW = datetime(2026, 3, 21, 12, tzinfo=UTC)
PATH = "/?period=this_month"


class Clock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def time(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(keptpages, "time", made)
    return made


@pytest.fixture
def desk(own_shop: Path) -> Iterator[Desk]:
    with Desk(Home(own_shop)) as desk:
        desk.findings()  # a page made before they are known is made again
        yield desk


class Shop:
    """The pages of a desk, and how often a scorecard was made for them."""

    def __init__(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        self.app, self.made, asked = create_app(desk), 0, desk.scorecard

        def scorecard(**given: Any) -> Any:
            self.made += 1
            return asked(**given)

        monkeypatch.setattr(desk, "scorecard", scorecard)

    def page(self, path: str = PATH, **more: Any) -> str:
        """The page, as a reader gets it."""
        response = ask(self.app, path, **more)
        assert response.status_code == 200, response.text
        return response.text


def test_a_page_is_made_once_for_each_address_and_language(desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop(desk, monkeypatch)
    first = shop.page()
    assert (shop.page(), shop.made) == (first, 1)
    assert shop.page(headers={"Accept-Language": "nl"}) != first
    assert (shop.page(PATH + "&channel=email") != first, shop.made) == (True, 3)
    clock.now_s = 60.0
    assert (shop.page(), shop.made) == (first, 4)


def test_what_is_loaded_set_or_noted_is_shown_at_once(desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop(desk, monkeypatch)
    assert desk.home is not None
    before = shop.page()
    desk.home.settings.write_text('[targets]\nfirst_response_time = "at most 1 s"\n', encoding="utf-8")
    with_target = shop.page()
    assert with_target != before
    desk.load(tickets=[{"ticket_id": "new", "created_at": "2026-03-19T09:00:00Z", "channel": "email"}], source="demo", now=NOW)
    assert shop.page() != with_target
    note(desk, date(2026, 3, 10), "New opening hours", now=NOW)
    path = "/metric/first_response_time?period=this_month"
    assert "New opening hours" in shop.page(path)
    elsewhere = open_office(desk.home)  # as another process does
    keep_note(elsewhere, date(2026, 3, 11), "A second team", None, NOW)
    elsewhere.close()
    assert "A second team" in shop.page(path)
