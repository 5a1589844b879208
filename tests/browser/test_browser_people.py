"""The pages of accounts in a real browser: they fit, are quiet, hide nothing from a screen reader, and work by keyboard."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from browser_visit import full_width, opened, styled, visit
from fake_desk import FakeDesk
from loopback import on_loopback
from rooms import PASSWORD, QUICK, make_rooms
from servicemeter.ground.settings import Home
from servicemeter.office.people import By, new_link
from servicemeter.web.app import create_app
from servicemeter.web.reception import Reception

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def place(blank_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, str]]:
    """A server with accounts: its address, the id of an account, and the token of a link."""
    home = Home(Path(shutil.copytree(blank_home, tmp_path_factory.mktemp("people") / "home")))
    made = make_rooms(FakeDesk(), home, {"lead": {"teams": ("returns",)}}, QUICK.hash(PASSWORD))
    front = Reception(home)
    person = made.accounts["lead"].person_id
    token = new_link(front.office, person, By("test", front.clock()))
    with on_loopback(create_app(FakeDesk(), reception=front)) as address:
        yield address, person, token
    front.close()
    made.front.close()


def check(page: Any, address: str, path: str, *languages: str) -> None:
    """In these languages no overflow at 360 pixels; axe finds nothing."""
    for language in languages:
        visit(page, f"{address}{path}{'&' if '?' in path else '?'}lang={language}")
        assert page.evaluate("document.documentElement.lang") == language, path
        assert full_width(page) <= 360, (path, language)
    found = Axe().run(styled(page))
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_pages_of_accounts(browser: Any, place: tuple[str, str, str], theme: str) -> None:
    address, person, token = place
    with opened(browser, f"{address}/invitation?token={token}", 360, color_scheme=theme) as seen:
        page = seen.page
        languages = ("en", "nl", "ro") if theme == "light" else ("ro",)
        check(page, address, "/invitation", *languages)
        check(page, address, "/signin", *languages)
        visit(page, f"{address}/people")
        page.keyboard.press("Tab")
        page.fill("input[name=email]", "owner@example.com")
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/people")
        paths = ("/people", "/profile", f"/people/{person}", "/audit", "/api")
        for path in paths if theme == "light" else paths[:2]:
            check(page, address, path, *languages)
        visit(page, f"{address}/profile?lang=en")
        page.fill("input[name=name]", "a board")
        page.click("text=Make a key")
        assert "smk_" in page.inner_text(".once")
        page.click("text=Set up an app")
        page.wait_for_url("**/profile/factor")
        page.wait_for_selector("html[data-whole]")
        assert page.locator("svg.qr").count() == 1
        assert full_width(page) <= 360
        found = Axe().run(styled(page))
        assert found.violations_count == 0, found.generate_report()
        page.click("text=Sign out")
        page.wait_for_url("**/signin")
        assert seen.said == [] and all(url.startswith(address) for url in seen.asked)
