"""Machines with a browser at the links of mails: who only opens them votes for nobody, and who presses all buttons is noticed.

`benchmarks/survey_scanners.py` does the same with a thousand mails.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from browser.conftest import CHROMIUM
from servicemeter.office.answers import answered_invitations, list_held
from surveys.handless import Deed, Seen, asked_for, lead, make_up, move_wheel
from surveys.test_survey_scanners import mailed, untouched

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine (apt-get install chromium-headless-shell)"),
]
_BROWSER = CHROMIUM or ""


def setup_module() -> None:
    """Without playwright there is nothing to open pages with."""
    pytest.importorskip("playwright.async_api", reason="playwright is not installed")


@pytest.mark.slow
def test_mails_opened_by_machines_hold_no_answer_until_a_hand_moves(tmp_path: Path) -> None:
    """Two mails: ten pages to answer on, two to object. A hand: the link of a score, and one movement."""
    with mailed(tmp_path, 2) as (shop, urls):
        deeds: tuple[Deed | None, ...] = (None, make_up)
        for deed in deeds:
            with untouched(shop):
                seen, asked = lead(shop, urls, _BROWSER, pages=12, deed=deed)
            assert seen == Seen(loads=12, forms=10, ran=10, visible=12)
            assert asked == asked_for(2, 1)
        four = next(url for url in urls if url.endswith("?s=4"))
        lead(shop, [four], _BROWSER, pages=1, deed=move_wheel)
        assert [v.content for versions in answered_invitations(shop.office).values() for v in versions] == [{"score": 4}]


async def press(page: Any) -> None:
    """Press the button by script, once, after the time that a person needs."""
    await page.evaluate("""() => { const button = document.querySelector("#form button");
        if (document.body.dataset.ready && !window.pressed && button) { window.pressed = true; button.click(); } }""")


def test_a_script_that_presses_all_buttons_is_held_back(tmp_path: Path) -> None:
    """The first of five scores within ten seconds looks like anybody's; the others are other scores without a hand."""
    with mailed(tmp_path, 1) as (shop, urls):
        _, asked = lead(shop, urls[:5], _BROWSER, pages=5, deed=press)
        assert asked["POST", "/a", 200] == 1 and asked["POST", "/a", 202] == 4
        [versions] = answered_invitations(shop.office).values()
        assert len(versions) == 1
        with shop.office.reading() as on:
            assert [held.reason for held in list_held(shop.office, on, state="held")] == ["wavering"] * 4
