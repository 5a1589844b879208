"""A file through the form of its columns in a real browser, by keyboard on a narrow screen, to its figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from browser_visit import full_width, opened, styled
from loopback import on_loopback
from servicemeter.desk.desk import Desk
from servicemeter.web.app import create_app

pytestmark = pytest.mark.browser
FILE = "Nr;Aangemaakt;Status;Kanaal\n1;02-03-2026 09:00;klaar;loket\n2;03-03-2026 10:00;wacht;mail\n"


def choose(page: Any, name: str, letters: str, wanted: str) -> None:
    """Choose in a list as somebody without a mouse does."""
    page.focus(f"select[name='{name}']")
    page.keyboard.type(letters)
    assert page.input_value(f"select[name='{name}']") == wanted


def test_a_file_goes_through_its_form_by_keyboard(browser: Any, desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text(FILE, encoding="utf-8")
    with on_loopback(create_app(desk)) as address, opened(browser, f"{address}/import", 360) as seen:
        page = seen.page
        page.set_input_files("input[type=file]", tmp_path / "export.csv")
        page.fill("input[name=tz]", "Europe/Amsterdam")
        page.focus("form[enctype] button")
        page.keyboard.press("Enter")
        choose(page, "c2.word.0", "solv", "solved")
        choose(page, "c2.word.1", "pend", "pending")
        page.focus("button[value=show]")
        page.keyboard.press("Enter")
        assert "Day and month can be read either way" in page.inner_text("#c1-fault")
        choose(page, "c1.order", "day", "day-first")
        page.focus("button[value=show]")
        page.keyboard.press("Enter")
        assert page.inner_text("#result-title") == "3. What comes of it"
        assert full_width(page) <= 360
        found = Axe().run(styled(page))
        assert found.violations_count == 0, found.generate_report()
        page.focus("button[value=take]")
        page.keyboard.press("Enter")
        page.locator("h1", has_text="The file was taken").wait_for()
    assert desk.measure("tickets_created", since="2026-03-01", until="2026-04-01").rows[0]["value"] == 2
