"""Pictures of the main pages, taken of the demo shop: `uv run python docs/pictures/make.py [--whole] [NAME …]`.

The shop is made up anew in a folder of its own, served on a free port, and looked at with Chromium. `--whole` takes pages in
their whole length, light and dark and as a phone shows them, into `pictures-whole/`, to look through a change of the look.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
PAGES = {
    "scorecard": "/?period=last_month",
    "metric": "/metric/first_response_time?period=last_90_days",
    "calls": "/metric/service_level?period=last_month",
    "definition": "/metric/first_contact_resolution?period=last_month",
    "now": "/now",
    "tickets": "/tickets?sla=breached",
    "ticket": "",  # the first of `tickets`
    "busy": "/busy?period=last_90_days",
    "agents": "/agents?period=last_90_days",
    "assist": "/assist",
    "surveys": "/surveys?period=last_90_days",
    "intents": "/intents?period=last_90_days",
    "sentiment": "/sentiment?period=last_90_days",
    "loyalty": "/loyalty?period=last_90_days",
    "data": "/check",
    "sources": "/sources",
    "targets": "/targets",
    "views": "/views",
    "definitions": "/definitions",
    "settings": "/settings",
    "people": "/people",
    "import": "/import",
    "forms": "/forms",
    "api": "/api",
}
"""The address of each page."""
MAIN = ("scorecard", "metric", "now", "tickets", "ticket", "busy", "agents", "surveys", "intents", "sentiment", "loyalty", "data")
"""Those that stand in the documents."""


@contextmanager
def served_demo() -> Iterator[str]:
    """The address of a demo shop of its own, served until the end."""
    program = [sys.executable, "-m", "servicemeter"]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([*program, "demo", "--no-serve", "--home", folder], check=True, stdout=subprocess.DEVNULL)
        server = subprocess.Popen(
            [*program, "serve", "--port", "0", "--home", folder], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        try:
            assert server.stderr is not None
            for line in server.stderr:
                if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                    yield found[0]
                    break
            else:
                raise SystemExit("the demo is not served")
        finally:
            server.terminate()
            server.wait()


@contextmanager
def chromium() -> Iterator[Any]:
    """Chromium as the system has it."""
    with sync_playwright() as playwright:
        found = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


def take(browser: Any, url: str, file: Path, *, width: int = 1280, theme: str = "light", is_whole: bool = False) -> None:
    """One picture, once all parts of the page are there."""
    context = browser.new_context(viewport={"width": width, "height": 860}, color_scheme=theme, reduced_motion="reduce")
    page = context.new_page()
    page.goto(url)
    page.wait_for_selector("html[data-whole]", timeout=60_000)
    page.screenshot(path=file, full_page=is_whole)
    context.close()


def first_ticket(browser: Any, address: str) -> str:
    """The address of the first ticket that the list shows."""
    page = browser.new_page()
    page.goto(address + PAGES["tickets"])
    href: str = page.locator("a[href^='/ticket?']").first.get_attribute("href")
    page.close()
    return href


def main() -> None:
    """Take the pictures that are named, or all."""
    is_whole = "--whole" in sys.argv
    names = [name for name in sys.argv[1:] if not name.startswith("--")] or list(PAGES if is_whole else MAIN)
    folder = Path("pictures-whole") if is_whole else HERE
    folder.mkdir(exist_ok=True)
    with served_demo() as address, chromium() as browser:
        for name in names:
            url = address + (PAGES[name] or first_ticket(browser, address))
            take(browser, url, folder / f"{name}.png", is_whole=is_whole)
            if is_whole:
                take(browser, url, folder / f"{name}-dark.png", theme="dark", is_whole=True)
                take(browser, url, folder / f"{name}-phone.png", width=390, is_whole=True)
            print(name, url.removeprefix(address), file=sys.stderr)


if __name__ == "__main__":
    main()
