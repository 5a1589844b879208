"""A page opened in a browser, and all that it did: its console, its requests, and what its security policy refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Seen", "full_width", "opened", "styled", "visit"]

_TELL_REFUSALS = """
    document.addEventListener("securitypolicyviolation", (e) => console.error(`refused ${e.violatedDirective} ${e.blockedURI}`));
"""


@dataclass
class Seen:
    """A page, what its console said (refusals of the security policy among it), and which addresses it asked."""

    page: Any
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@contextmanager
def opened(browser: Any, url: str, width: int = 1280, **more: Any) -> Iterator[Seen]:
    """The page, once all its parts are there."""
    context = browser.new_context(viewport={"width": width, "height": 900}, **more)
    seen = Seen(context.new_page())
    seen.page.add_init_script(_TELL_REFUSALS)
    seen.page.on("console", lambda message: seen.said.append(message.text))
    seen.page.on("pageerror", lambda fault: seen.said.append(str(fault)))
    seen.page.on("request", lambda request: seen.asked.append(request.url))
    visit(seen.page, url, is_scripted=more.get("java_script_enabled", True))
    yield seen
    context.close()


def visit(page: Any, url: str, *, is_scripted: bool = True) -> None:
    """Go to an address and wait until all its parts are there."""
    page.goto(url)
    if is_scripted:
        page.wait_for_selector("html[data-whole]")


def styled(page: Any) -> Any:
    """The page once its style sheets are there: a click's next page has its parts before, and is laid out without them."""
    page.wait_for_load_state("load")
    return page


def full_width(page: Any) -> int:
    """How wide a page is, with what overflows."""
    return int(styled(page).evaluate("document.documentElement.scrollWidth"))
