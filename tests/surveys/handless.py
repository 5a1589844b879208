"""A browser that runs the scripts of every page a mail links to, and has no hand, or only makes believe that it has one."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from loopback import on_loopback
from servicemeter.web.surveys.app import create_survey_app
from surveys.shop import NOW, Shop, path_of

AGENT = "Mozilla/5.0 (X11; Linux x86_64) Chrome/150.0"
"""A browser's own name; under the one of a browser without a window the pages would come without their script."""

# The page's script schedules one thing: 900 ms after it began, which is before its page had loaded, a hand's movement may send
# the answer. By then the 800 ms in which an answer is held back are over, too. What it would send on loading, or as soon as it
# may, it has sent 200 ms later; what is on its way then is waited for: the server answers all it was asked before it ends.
READY_MS, SENT_MS = 1_000, 200
_PATIENCE_MS = 120_000  # fifty pages on a busy machine wait for one another

_SETTLED = """wait => new Promise(done => setTimeout(() => done({
    form: !!document.getElementById("form"), visible: document.visibilityState === "visible",
    ran: document.body.dataset.ready === "1" && location.href.endsWith("/a/#")}), wait))"""

# Not among them is a click on the button. That is pressing it, whoever does it: such a machine acts.
_MADE_UP = """() => {
    const kinds = [[PointerEvent, "pointerover pointermove pointerdown pointerup"],
        [MouseEvent, "mouseover mousemove mousedown mouseup"], [UIEvent, "touchstart touchend"],
        [KeyboardEvent, "keydown keypress keyup"], [FocusEvent, "focus focusin blur focusout"],
        [WheelEvent, "wheel"], [Event, "scroll"]];
    const all = [window, document, document.body, ...document.querySelectorAll("main,form,fieldset,label,input,button,a")];
    for (const target of all) for (const [Kind, names] of kinds) for (const name of names.split(" "))
        target.dispatchEvent(new Kind(name, {bubbles: true, cancelable: true, composed: true, key: "Enter", deltaY: 50}));
    for (const one of document.querySelectorAll("a,input,button")) one.focus();
    scrollTo(0, document.body.scrollHeight);
}"""


@dataclass
class Seen:
    """Pages that loaded in a browser, have a form, ran their script to its end, and took themselves as looked at."""

    loads: int = 0
    forms: int = 0
    ran: int = 0
    visible: int = 0


Asked = Counter[tuple[str, str, int]]
"""Methods, kinds of pages and statuses, counted."""


@dataclass
class _Watched:
    """An application, and what it was asked."""

    app: ASGIApp
    asked: Asked = field(default_factory=Counter)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve and count one request."""

        async def note(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.asked[scope["method"], "/" + scope["path"].split("/")[1], message["status"]] += 1
            await send(message)

        await self.app(scope, receive, note)


Deed = Callable[[Any], Awaitable[Any]]


async def make_up(page: Any) -> None:
    """Make believe that a hand is at work."""
    await page.evaluate(_MADE_UP)


async def move_wheel(page: Any) -> None:
    """Move a wheel, as a hand does: for this the page waits."""
    await page.mouse.wheel(0, 50)


def lead(shop: Shop, urls: list[str], executable: str, *, pages: int, deed: Deed | None = None) -> tuple[Seen, Asked]:
    """Open every address of a shop's mails in a browser, so many at once; what it saw, and what the server was asked.

    Time goes by for the shop as for everybody, and nobody comes too often for it: an answer that a page sent would be one.
    """
    began = datetime.now(UTC)
    shop.be_patient()
    shop.counter.clock = lambda: NOW + (datetime.now(UTC) - began)
    watched = _Watched(create_survey_app(shop.home, shop.office, counter=shop.counter))
    with on_loopback(watched) as address:
        opening = _open_all(executable, [address + path_of(url) for url in urls], pages, deed)
        with ThreadPoolExecutor(1) as apart:  # other tests keep a browser, and with it a loop, in this thread
            seen = apart.submit(asyncio.run, opening).result()
    return seen, watched.asked


def asked_for(mails: int, times: int) -> Asked:
    """What a server is asked when every link of so many mails is opened so often and nothing else happens."""
    # five scores and the objection
    return Counter({("GET", "/a", 200): 5 * mails * times, ("GET", "/o", 200): mails * times})


async def _open_all(executable: str, urls: list[str], pages: int, deed: Deed | None) -> Seen:
    from playwright.async_api import async_playwright

    seen, waiting = Seen(), iter(urls)
    async with async_playwright() as playwright:
        # Many pages to a process of the browser: they are of one site, and a process each would fill the memory.
        arguments = ["--no-sandbox", "--renderer-process-limit=4"]
        browser = await playwright.chromium.launch(executable_path=executable, args=arguments)
        context = await browser.new_context(user_agent=AGENT, locale="en-US", viewport={"width": 360, "height": 640})
        context.set_default_timeout(_PATIENCE_MS)

        async def open_next() -> None:
            page = await context.new_page()
            for url in waiting:
                await _open(page, url, seen, deed)

        await asyncio.gather(*(open_next() for _ in range(pages)))
        await browser.close()
    return seen


async def _open(page: Any, url: str, seen: Seen, deed: Deed | None) -> None:
    answer = await page.goto(url, wait_until="load")
    assert answer.status == 200, (url, answer.status)
    if deed:  # on loading, and once more when the page would heed a hand
        await deed(page)
        await page.evaluate(_SETTLED, READY_MS)
        await deed(page)
    found = await page.evaluate(_SETTLED, SENT_MS if deed else READY_MS + SENT_MS)
    seen.loads += 1
    seen.forms += found["form"]
    seen.ran += found["ran"]
    seen.visible += found["visible"]
