"""The present moment in a real browser: it keeps itself up to date without a flicker, and works without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

import fake_live
from browser_visit import full_width, opened
from fake_desk import FakeDesk
from loopback import on_loopback
from servicemeter.web.app import create_app

pytestmark = pytest.mark.browser


@pytest.fixture
def changing(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, dict[str, int]]]:
    """A server whose count of overdue tickets is told by a dict."""
    held = {"overdue": 12}
    original = fake_live._watch

    def changed(asked: Any, card: Any) -> Any:
        found = original(asked, card)
        lists = [replace(one, count=held["overdue"]) if one.name == "overdue" else one for one in found.lists]
        return replace(found, lists=lists)

    monkeypatch.setattr(fake_live, "_watch", changed)
    monkeypatch.setattr("servicemeter.web.pages.now._EVERY_S", 1)
    with on_loopback(create_app(FakeDesk())) as address:
        yield address, held


def test_what_changed_takes_its_place_and_all_else_stays(browser: Any, changing: tuple[str, dict[str, int]]) -> None:
    address, held = changing
    with opened(browser, address + "/now") as seen:
        page = seen.page
        assert page.inner_text("#tile-overdue .figure") == "12"
        page.focus("#tile-overdue")
        page.set_viewport_size({"width": 1280, "height": 300})
        page.evaluate("window.kept = document.querySelector('#now-foot'); scrollTo(0, 40)")
        held["overdue"] = 13
        page.locator("#tile-overdue .figure", has_text="13").wait_for()
        assert page.evaluate("document.activeElement.id") == "tile-overdue"
        assert page.evaluate("scrollY") == 40
        assert page.evaluate("window.kept.isConnected")  # what is the same is not put in anew
        statuses: list[int] = []
        page.on("response", lambda response: statuses.append(response.status))
        page.wait_for_timeout(2500)
        assert statuses and set(statuses) <= {200, 304} and 304 in statuses
        assert seen.said == []


def test_without_scripts_the_page_reloads_itself(browser: Any, changing: tuple[str, dict[str, int]]) -> None:
    with opened(browser, changing[0] + "/now", java_script_enabled=False) as seen:
        assert seen.page.locator("noscript meta[http-equiv=refresh], meta[http-equiv=refresh]").count() == 1
        assert seen.page.inner_text("#tile-overdue .figure") == "12"


def test_the_wall_can_be_read_from_afar_and_fits(browser: Any, address: str) -> None:
    with opened(browser, address + "/now?wall=1", 2560) as seen:
        seen.page.set_viewport_size({"width": 2560, "height": 1440})
        sizes = seen.page.evaluate(
            "[...document.querySelectorAll('.tile .figure, .queue li')].map(e => parseFloat(getComputedStyle(e).fontSize))"
        )
        assert min(sizes) >= 30  # 15 mm on a screen of 1.2 m
        assert seen.page.evaluate("document.documentElement.scrollHeight") <= 1440
        assert not seen.page.is_visible("header.top")


def test_tickets_are_narrowed_by_choosing_and_by_pressing_find(browser: Any, address: str) -> None:
    with opened(browser, address + "/tickets") as seen:
        seen.page.select_option("select[name=status]", "open")
        seen.page.wait_for_url("**/tickets?status=open")
        seen.page.fill("input[name=words]", "lamp")
        seen.page.press("input[name=words]", "Enter")
        seen.page.wait_for_url("**words=lamp**")
        seen.page.click("text=More to narrow by")
        seen.page.fill("input[name=created_from]", "2026-11-01")
        seen.page.click("button[type=submit]")
        seen.page.wait_for_url("**created_from=2026-11-01**")
        assert seen.page.input_value("select[name=status]") == "open"
        seen.page.click("a[href^='/ticket?']")
        seen.page.wait_for_selector("#metrics table")
        assert seen.said == []


@pytest.mark.parametrize("width", [360, 1280])
def test_no_name_in_a_list_is_cut_and_columns_stand_below_one_another(browser: Any, address: str, width: int) -> None:
    lengthen = """[...document.querySelectorAll('.queue:not(.ages) :is(.what, .who)')].forEach((e, i) => {
        e.textContent = i % 3 ? 'social' : 'social media · change_of_the_delivery_address_360006965034' })"""
    cut = """[...document.querySelectorAll('.queue :is(.what, .who)')].filter(e => e.scrollWidth > e.clientWidth).map(
        e => e.textContent)"""
    lefts = """[...document.querySelectorAll('.queue:not(.ages)')].map(list =>
        new Set([...list.querySelectorAll('.what')].map(e => Math.round(e.getBoundingClientRect().left))).size)"""
    with opened(browser, address + "/now", width) as seen:
        seen.page.evaluate(lengthen)
        assert seen.page.evaluate(cut) == []
        assert set(seen.page.evaluate(lefts)) == {1}
        assert full_width(seen.page) <= width
