"""The pages in a real browser: widths, themes, keyboard, the filters, and no request to another host."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn

from fake_desk import FakeDesk
from servicemeter.web.app import create_app

pytestmark = pytest.mark.browser
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A server on a free port of this machine."""
    desk = FakeDesk(found=[{"title": "Chat history before 3 Nov is missing.", "count": 3, "remedy": "servicemeter sync"}])
    server = uvicorn.Server(uvicorn.Config(create_app(desk), port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium as the system has it; without it the tests are skipped and say so."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine (apt-get install chromium)")
    with api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@dataclass
class Seen:
    """A page, what its console said, and which hosts it asked."""

    page: Any
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@contextmanager
def opened(browser: Any, url: str, width: int = 1280, **more: Any) -> Iterator[Seen]:
    context = browser.new_context(viewport={"width": width, "height": 900}, **more)
    seen = Seen(context.new_page())
    seen.page.on("console", lambda message: seen.said.append(message.text))
    seen.page.on("pageerror", lambda fault: seen.said.append(str(fault)))
    seen.page.on("request", lambda request: seen.asked.append(request.url))
    seen.page.goto(url)
    yield seen
    context.close()


PATHS = ["/", "/metric/first_response_time", "/metric/volume_by_channel", "/definitions", "/check"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1280, 2560])
@pytest.mark.parametrize("path", PATHS)
def test_pages_fit_and_are_quiet(browser: Any, address: str, path: str, width: int, theme: str) -> None:
    with opened(browser, address + path, width, color_scheme=theme) as seen:
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
        assert seen.said == []
        assert seen.asked and all(url.startswith(address + "/") for url in seen.asked)


@pytest.mark.parametrize(("width", "columns"), [(360, 1), (768, 2), (1280, 4), (2560, 4)])
def test_columns_follow_the_width(browser: Any, address: str, width: int, columns: int) -> None:
    with opened(browser, address, width) as seen:
        lefts = seen.page.evaluate("[...document.querySelectorAll('.card')].map(c => Math.round(c.getBoundingClientRect().left))")
        assert len(set(lefts)) == columns


def test_figures_are_not_cut_off(browser: Any, address: str) -> None:
    script = """[...document.querySelectorAll('.card *')].filter(e => !e.closest('svg') && !e.closest('.unseen') &&
        e.getBoundingClientRect().right > e.closest('.card').getBoundingClientRect().right).map(e => e.textContent)"""
    for width in (360, 1280):
        with opened(browser, address, width) as seen:
            assert seen.page.evaluate(script) == []


def test_the_keyboard_reaches_the_figures(browser: Any, address: str) -> None:
    with opened(browser, address) as seen:
        keyboard = seen.page.keyboard
        keyboard.press("Tab")
        assert seen.page.evaluate("document.activeElement.textContent") == "Skip to the figures"
        assert seen.page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
        keyboard.press("Enter")
        for _ in range(30):
            keyboard.press("Tab")
            if seen.page.evaluate("document.activeElement.classList.contains('card')"):
                break
        assert seen.page.evaluate("document.activeElement.classList.contains('card')")
        assert seen.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        keyboard.press("Enter")
        seen.page.wait_for_url("**/metric/**")


def test_filtering_by_channel_changes_the_address_and_keeps_the_period(browser: Any, address: str) -> None:
    with opened(browser, address + "/?period=last_month") as seen:
        seen.page.select_option("select[name=channel]", "chat")
        seen.page.wait_for_url(lambda url: "channel=chat" in url)
        assert seen.page.url == address + "/?period=last_month&channel=chat"
        seen.page.click("a.card")
        seen.page.wait_for_url("**/metric/**")
        assert seen.page.url.endswith("?period=last_month&channel=chat")
        assert seen.page.input_value("select[name=channel]") == "chat"


def test_own_dates_appear_when_chosen(browser: Any, address: str) -> None:
    with opened(browser, address) as seen:
        assert not seen.page.is_visible("input[name=first]")
        seen.page.select_option("select[name=period]", "custom")
        seen.page.fill("input[name=first]", "2026-11-01")
        seen.page.fill("input[name=last]", "2026-11-10")
        seen.page.click("button[type=submit]")
        seen.page.wait_for_url(lambda url: "first=2026-11-01" in url)
        assert seen.page.url == address + "/?period=custom&first=2026-11-01&last=2026-11-10"
        assert seen.page.inner_text("h1").startswith("1–10 Nov 2026")


def test_without_scripts_the_form_still_works(browser: Any, address: str) -> None:
    with opened(browser, address, java_script_enabled=False) as seen:
        seen.page.select_option("select[name=period]", "last_week")
        seen.page.click("button[type=submit]")
        seen.page.wait_for_url(lambda url: "period=last_week" in url)
        assert seen.page.locator(".card").count() > 10


def test_reduced_motion_is_kept(browser: Any, address: str) -> None:
    with opened(browser, address, reduced_motion="reduce") as seen:
        assert seen.page.evaluate("getComputedStyle(document.querySelector('.card')).transitionDuration") == "0s"
