"""The pages in a real browser: widths, themes, keyboard, the filters, and no request to another host."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from browser_visit import full_width, opened, styled, visit
from servicemeter.web.navigation import navigable

pytestmark = pytest.mark.browser
# Every page of the navigation, and those that only links lead to.
PATHS = [
    *navigable(), "/metric/first_response_time", "/metric/csat", "/metric/volume_by_channel", "/metric/abandonment_rate",
    "/metric/first_response_time/times", "/no_such_page", "/ticket?id=t7", "/customer?id=c7&of=shop", "/now?wall=1",
    "/agent?agent=a1", "/import?file=proposed", "/settings/hours?calendar=t0",
    "/sources/loads", "/sources/undo?source=shop&load=4",
    "/survey/csat", "/intents?by=page", "/forms",
    "/form/csat", "/form/intent",
]  # fmt: skip


def _said(address: str, path: str, language: str) -> str:
    return f"{address}{path}{'&' if '?' in path else '?'}lang={language}"


@pytest.mark.parametrize("languages", [("en", "ro"), pytest.param(("en", "nl"), marks=pytest.mark.slow)], ids="-".join)
@pytest.mark.parametrize("path", PATHS)
def test_pages_fit_are_quiet_and_open_to_all(browser: Any, address: str, path: str, languages: tuple[str, ...]) -> None:
    """In every language and width no overflow, nothing on the console, nothing the security policy refuses, no other host;
    axe finds nothing, wide or narrow, light or dark. (Romanian has the longest words; Dutch is one of the proofs.)"""
    with opened(browser, _said(address, path, "en"), color_scheme="light") as seen:
        for width in (1280, 360):
            _find_nothing(seen.page, width)
        seen.page.emulate_media(color_scheme="dark")
        _find_nothing(seen.page, 1280, runOnly=["color-contrast"])  # nothing else differs
        for language in languages:
            if language != "en":
                visit(seen.page, _said(address, path, language))
            assert seen.page.evaluate("document.documentElement.lang") == language
            for width in (360, 768, 1280, 2560):
                seen.page.set_viewport_size({"width": width, "height": 900})
                assert full_width(seen.page) <= width, (language, width)
        assert [line for line in seen.said if "404" not in line] == []
        assert seen.asked and all(url.startswith(address + "/") for url in seen.asked)


def _find_nothing(page: Any, width: int, **options: Any) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    found = Axe().run(styled(page), options={"resultTypes": ["violations"], **options})
    assert found.violations_count == 0, (width, found.generate_report())


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


OUTLINE = "document.activeElement === document.body ? '' : getComputedStyle(document.activeElement).outlineStyle"
REACHABLE = """[...document.querySelectorAll("a[href], button, select, input, summary, [tabindex='0']")]
    .filter(e => e.checkVisibility() && e.type !== "hidden").length"""


@pytest.mark.parametrize("path", ["/", "/metric/first_response_time", "/check"])
def test_everything_can_be_reached_by_keyboard_and_shows_that_it_is(browser: Any, address: str, path: str) -> None:
    with opened(browser, address + path) as seen:
        seen.page.evaluate("let n = 0; document.addEventListener('focusin', e => { e.target.dataset.reached = ++n; })")
        total = seen.page.evaluate(REACHABLE)
        for _ in range(total + 1):
            seen.page.keyboard.press("Tab")
            outline = seen.page.evaluate(
                "document.activeElement === document.body || getComputedStyle(document.activeElement).outlineStyle"
            )
            assert outline in (True, "solid")
        assert seen.page.evaluate("document.querySelectorAll('[data-reached]').length") == total


def test_the_heat_map_is_walked_by_arrow_keys(browser: Any, address: str) -> None:
    with opened(browser, address + "/metric/first_response_time/times") as seen:
        seen.page.focus("[data-heat].wide td[tabindex='0']")
        for key in ("ArrowDown", "ArrowRight", "ArrowRight", "ArrowUp"):
            seen.page.keyboard.press(key)
        assert seen.page.inner_text("[data-heat-says]").startswith("Monday 2:00: ")
        seen.page.keyboard.press("ArrowUp")
        assert seen.page.inner_text("[data-heat-says]").startswith("Monday 2:00: ")


def test_late_parts_take_their_place_and_are_links_without_scripts(browser: Any, address: str) -> None:
    with opened(browser, address + "/metric/first_response_time?period=last_week") as seen:
        for part in ("times", "spread", "variants", "rows"):
            assert seen.page.locator(f"#{part} .links a").count() >= 3
        assert seen.page.locator("[data-fetch]").count() == 0
    with opened(browser, address + "/metric/first_response_time?period=last_week", java_script_enabled=False) as seen:
        seen.page.click("#spread h2 a")
        assert seen.page.url.endswith("/spread?period=last_week")
        assert seen.page.locator("#spread svg").count() == 3


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


@pytest.mark.parametrize(
    ("path", "field", "wrong"),
    [("/settings/hours?calendar=t0", "d1.1.open", "9 uur"), ("/settings/promises", "within", "soon")],
)
def test_a_change_is_looked_at_and_a_wrong_field_says_so(browser: Any, address: str, path: str, field: str, wrong: str) -> None:
    """Without scripts: what is wrong is beside its field and read with it; what would change is a page that all can read."""
    with opened(browser, address + path, java_script_enabled=False) as seen:
        page = seen.page
        page.fill(f"[name='{field}']", wrong)
        page.locator("button.main").first.click()
        page.wait_for_selector(".fault")
        described = page.get_attribute(f"[name='{field}']", "aria-describedby")
        assert wrong in page.inner_text(f"[id='{described}']") and page.input_value(f"[name='{field}']") == wrong
        page.fill(f"[name='{field}']", "8:30" if path.startswith("/settings/hours") else "4")
        page.locator("button.main").first.click()
        page.wait_for_selector("pre.change")
        assert page.inner_text("h1") == "This would change" and "10:00–14:00" in page.inner_text("pre")
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 900})
            assert full_width(page) <= width
        assert [line for line in seen.said if "400" not in line] == []


@pytest.mark.parametrize("path", ["/settings/hours?calendar=t0", "/settings/promises"])
def test_axe_finds_nothing_where_a_change_is_looked_at(browser: Any, address: str, path: str) -> None:
    with opened(browser, address + path) as seen:
        if path == "/settings/promises":
            seen.page.fill("[name='within']", "0")
        else:
            seen.page.fill("[name='d1.1.open']", "25:00")
        seen.page.locator("button.main").first.click()
        seen.page.wait_for_selector(".fault")
        assert seen.page.locator(".fault").count() == 1
        _find_nothing(seen.page, 360)
        seen.page.locator("[aria-invalid]").fill("4" if path == "/settings/promises" else "08:00")
        seen.page.locator("button.main").first.click()
        seen.page.wait_for_selector("pre.change")
        _find_nothing(seen.page, 360)
