"""Survey pages and the widget in a real browser: the keyboard, small screens, strict policies, and no vote without a hand."""

from __future__ import annotations

import http.server
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from browser_visit import full_width
from loopback import on_loopback
from servicemeter.ground.settings import Home
from servicemeter.office.answers import answered_invitations
from servicemeter.office.database import Office, open_office
from servicemeter.office.invitations import list_invitations
from servicemeter.surveys.doors import make_link
from servicemeter.surveys.formfile import load_forms, read_form
from servicemeter.surveys.likeness import Rates
from servicemeter.surveys.tokens import derive_key, sign
from servicemeter.web.surveys.app import Counter, create_survey_app

pytestmark = pytest.mark.browser
_ENDS = datetime(2100, 1, 1, tzinfo=UTC)
_EVERYTHING = """
name = "everything"
kind = "csat"
[[questions]]
name = "score"
type = "rating"
style = "faces"
[[questions]]
name = "stars"
type = "rating"
style = "stars"
[[questions]]
name = "effort"
type = "rating"
scale = "ces_0_10"
[[questions]]
name = "one"
type = "choice"
options = ["red", "other"]
[[questions]]
name = "many"
type = "choices"
options = ["this", "that", "other"]
[[questions]]
name = "comment"
type = "text"
[text.en]
title = "Everything"
score = { ask = "How was it?", 1 = "bad", 5 = "good" }
stars = { ask = "And the rest?", 1 = "bad", 5 = "good" }
effort = { ask = "How much effort?", 0 = "none", 10 = "very much" }
one = { ask = "Which one?", red = "Red", other = "Another" }
many = { ask = "Which ones?", this = "This", that = "That", other = "Another" }
comment = { ask = "Anything else?" }
[text.nl]
title = "Alles"
score = { ask = "Hoe was het?" }
stars = { ask = "En de rest?" }
effort = { ask = "Hoeveel moeite?" }
one = { ask = "Welke?", red = "Rood", other = "Een andere" }
many = { ask = "Welke allemaal?", this = "Dit", that = "Dat", other = "Iets anders" }
comment = { ask = "Nog iets?" }
"""


@dataclass
class Served:
    """The survey pages, served to a browser."""

    office: Office
    counter: Counter
    address: str

    def link(self, name: str, number: int = 1, **of: str) -> str:
        """A signed link to a form, of a ticket."""
        form = self.counter.forms[name]
        return f"{self.address}/r/{make_link(self.counter.key, form, 'signature', _ENDS, ticket_id=f't{number}', **of)}"

    def contents(self) -> list[dict[str, Any]]:
        """What was answered, the last version of each."""
        return [versions[-1].content for versions in answered_invitations(self.office).values()]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    home = Home(tmp_path)
    home.make()
    office = open_office(home)
    forms = load_forms() | {"everything": read_form(_EVERYTHING, "everything.toml")}
    intent = forms["intent"]
    forms["intent"] = replace(intent, asking=replace(intent.asking, share=1.0, after_seconds=0))
    counter = Counter(office, forms, home.survey_key(), home.identity_key())
    counter.by_place, counter.by_link = Rates(10**6), Rates(10**6)
    with on_loopback(create_survey_app(home, office, counter=counter)) as address:
        yield Served(office, counter, address)
    office.close()


@contextmanager
def opened(browser: Any, url: str, width: int = 1280, **more: Any) -> Iterator[Any]:
    """A page with what its console said and which addresses it asked, as `said` and `asked`."""
    more = {"user_agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/150.0", "locale": "en-US"} | more
    context = browser.new_context(viewport={"width": width, "height": 800}, **more)
    page = context.new_page()
    page.said, page.asked = [], []
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda fault: page.said.append(str(fault)))
    page.on("request", lambda request: page.asked.append(request.url))
    page.goto(url)
    yield page
    context.close()


@pytest.mark.slow
def test_scripts_that_run_without_a_hand_vote_for_nobody(browser: Any, served: Served) -> None:
    for score in range(1, 6):
        with opened(browser, served.link("csat", score) + f"?s={score}") as page:
            page.evaluate(
                "document.querySelector('[value=\"3\"]').dispatchEvent(new PointerEvent('pointerdown', {bubbles: true}))"
            )
            page.evaluate("document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'a', bubbles: true}))")
            page.wait_for_timeout(1500)
    assert served.contents() == [] and list_invitations(served.office) == []


def test_a_person_needs_one_more_touch(browser: Any, served: Served) -> None:
    with opened(browser, served.link("csat") + "?s=4") as page:
        page.wait_for_timeout(1000)
        page.mouse.wheel(0, 50)
        page.wait_for_selector("#form[data-saved]")
        assert "Saved: 4 of 5" in page.inner_text("#notice")
        assert served.contents() == [{"score": 4}]
        assert "s=4" not in page.url and "/r/" + "x" not in page.url
        assert page.said == []
    [invitation] = list_invitations(served.office)
    assert invitation.seen_at and invitation.rated_at


def test_without_scripts_it_is_one_press(browser: Any, served: Served) -> None:
    with opened(browser, served.link("csat") + "?s=2", java_script_enabled=False) as page:
        page.wait_for_timeout(1000)
        page.click("text=Send 2 of 5")
        assert "Saved: 2 of 5" in page.inner_text("#notice")
    assert served.contents() == [{"score": 2}]


def test_every_question_can_be_answered_by_keyboard_alone(browser: Any, served: Served) -> None:
    with opened(browser, served.link("everything")) as page:
        keys = page.keyboard
        page.wait_for_timeout(900)
        keys.press("Tab")
        assert page.evaluate("document.activeElement.name") == "score"
        for _ in range(3):
            keys.press("ArrowRight")
        assert served.contents() == []  # arrows choose, they do not send
        assert page.evaluate("document.activeElement.value") in ("3", "4")
        score = int(page.evaluate("document.querySelector('[name=score]:checked').value"))
        keys.press("Enter")
        page.wait_for_selector("#form[data-saved]")
        assert served.contents() == [{"score": score}]
        for name, press in (
            ("stars", ["Space", "ArrowRight"]),
            ("effort", ["Space", *["ArrowRight"] * 7]),
            ("one", ["Space"]),
            ("many", ["Space"]),
        ):
            while page.evaluate("document.activeElement.name") != name:
                keys.press("Tab")
            for key in press:
                keys.press(key)
        while page.evaluate("document.activeElement.name") != "comment":
            keys.press("Tab")
        page.wait_for_timeout(3000)  # who writes needs time; faster than that is asked to press once more
        keys.type("Fine, and you?")
        keys.press("Tab")
        keys.press("Enter")
        page.wait_for_selector("main[data-done]")
        assert page.said == []
    assert served.contents() == [
        {"score": score, "stars": 2, "effort": 7, "one": "red", "many": ["this"], "comment": "Fine, and you?"}
    ]


@pytest.mark.parametrize("name", ["csat", "nps", "everything", "ces", "answered"])
def test_pages_are_small_and_can_be_touched_at_320_pixels(browser: Any, served: Served, name: str) -> None:
    with opened(browser, served.link(name), 320, java_script_enabled=True) as page:
        page.wait_for_timeout(900)
        page.check("[name=score] >> nth=0", force=True)
        page.click("button")
        page.wait_for_selector("#form[data-saved]")
        assert full_width(page) <= 320
        small = page.evaluate("""[...document.querySelectorAll('label:has(input:not([type=text])), button, a, textarea')]
            .filter(e => !e.closest('.trap') && e.getBoundingClientRect().width)
            .map(e => [e.textContent.trim(), e.getBoundingClientRect().width, e.getBoundingClientRect().height])
            .filter(([, w, h]) => w < 24 || h < 24)""")
        assert small == []
        assert all(url.startswith(served.address) for url in page.asked)
        nameless = page.evaluate("""[...document.querySelectorAll('input,textarea,button')].filter(e =>
            !e.closest('.trap') && e.type !== 'hidden' && !(e.labels && e.labels.length) && !e.textContent.trim()).length""")
        assert nameless == 0
        assert page.said == []
    with opened(browser, served.link(name, 2), java_script_enabled=False) as page:
        assert len(page.content().encode()) < 30_000


@contextmanager
def shop_site(served: Served, customer: str | None = None) -> Iterator[str]:
    """A shop's page of another origin, under a strict policy that lets in nothing but the survey's host."""
    attribute = f' data-customer="{customer}"' if customer else ""
    html = (f'<!doctype html><html lang="en"><title>Shop</title><body><h1>Shop</h1><button>Buy</button>'
            f'<script async src="{served.address}/w.js" data-survey="intent"{attribute}></script></body></html>')  # fmt: skip
    own = served.address
    policy = f"default-src 'none'; script-src {own}; connect-src {own}; style-src 'none'; require-trusted-types-for 'script'"
    with site_of({"/": html}, policy) as url:
        yield url


@contextmanager
def site_of(pages: dict[str, str], policy: str) -> Iterator[str]:
    """A site of another origin with these pages, all under one policy."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages.get(self.path, "").encode()
            self.send_response(200 if body else 404)
            kind = "text/javascript" if self.path.endswith(".js") else "text/html"
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: Any) -> None:
            return

    site = http.server.ThreadingHTTPServer(("localhost", 0), Page, bind_and_activate=False)
    site.address_family = socket.AF_INET
    site.server_bind()
    site.server_activate()
    thread = threading.Thread(target=site.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{site.server_address[1]}/"
    finally:
        site.shutdown()
        site.server_close()
        thread.join()


def test_the_widget_works_under_a_strict_policy(browser: Any, served: Served) -> None:
    with shop_site(served) as url, opened(browser, url) as page:
        page.wait_for_selector("section h2")
        styled = page.evaluate("getComputedStyle(document.querySelector('div').shadowRoot.querySelector('section')).position")
        assert styled == "fixed"
        assert page.context.cookies() == [] and page.evaluate("localStorage.length + sessionStorage.length") == 0
        assert list_invitations(served.office) == []  # nobody moved yet
        for answer in ("To buy something", "Partly", "Yes"):
            page.wait_for_timeout(900)
            page.get_by_label(answer, exact=True).check()
            page.get_by_role("button", name="Send").click()
        page.wait_for_timeout(300)
        page.locator("textarea").fill("A size.")
        page.get_by_role("button", name="Send").click()
        page.wait_for_selector("text=Thank you")
        assert served.contents() == [{"score": "buy", "fulfilled": "partly", "informed": "yes", "comment": "A size."}]
        assert [said for said in page.said if "favicon" not in said] == []
        assert all(asked.startswith((served.address, url)) for asked in page.asked)
        page.reload()
        page.wait_for_timeout(800)
        assert page.locator("section").count() == 0  # answered, so not asked again


def test_the_widget_asks_nobody_twice(browser: Any, served: Served) -> None:
    now = datetime.now(UTC)
    said = {"source": "shop", "id": "c7", "email": "ann@example.com", "exp": int((now + timedelta(hours=1)).timestamp())}
    customer = sign(derive_key(served.counter.key, "visitor"), said)
    with shop_site(served, customer) as url:
        for visits in range(2):  # two browsers of one person: the second is not asked
            with opened(browser, url) as page:
                if visits == 0:
                    page.wait_for_selector("section h2")
                    page.click("text=Buy")
                    page.wait_for_timeout(400)
                    page.get_by_role("button", name="Close").click()
                    assert page.locator("section").count() == 0
                    assert page.evaluate("localStorage.getItem('servicemeter-intent')") == "closed"
                else:
                    page.wait_for_timeout(800)
                    assert page.locator("section").count() == 0
    [invitation] = list_invitations(served.office)
    assert (invitation.customer_source, invitation.customer_id, invitation.state) == ("shop", "c7", "asked")


def test_the_widget_is_closed_by_escape_and_read_by_keyboard(browser: Any, served: Served) -> None:
    with shop_site(served) as url, opened(browser, url, 320) as page:
        page.wait_for_selector("section h2")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Buy"
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        small = page.evaluate("""[...document.querySelector('div').shadowRoot.querySelectorAll('label,button')]
            .map(e => e.getBoundingClientRect()).filter(b => b.width < 24 || b.height < 24 || b.right > 320).length""")
        assert small == 0
        page.keyboard.press("Escape")
        assert page.locator("section").count() == 0


@contextmanager
def framing_site(served: Served) -> Iterator[str]:
    """A shop's page of another origin that takes no script from others, and frames the survey."""
    own = (
        "addEventListener('message', e => { if (e.origin === '"
        + served.address
        + """' && e.data.servicemeter) {
        (window.told ||= []).push(e.data.servicemeter);
        const frame = document.querySelector('iframe');
        if (e.data.servicemeter === 'none') frame.remove();
        if (e.data.servicemeter === 'size') frame.height = e.data.height; } });"""
    )
    html = (f'<!doctype html><html lang="en"><title>Shop</title><body><h1>Shop</h1><script src="/own.js"></script>'
            f'<iframe title="Survey" width="340" src="{served.address}/f/intent?p=/cart"></iframe></body></html>')  # fmt: skip
    policy = f"default-src 'none'; script-src 'self'; frame-src {served.address}"
    with site_of({"/": html, "/own.js": own}, policy) as url:
        intent = served.counter.forms["intent"]
        asking = replace(intent.asking, origins=(url.rstrip("/"),), pages=("/cart",))
        served.counter.forms = {**served.counter.forms, "intent": replace(intent, asking=asking)}
        yield url


def test_a_frame_asks_where_no_script_of_others_is_allowed(browser: Any, served: Served) -> None:
    with framing_site(served) as url, opened(browser, url, 360) as page:
        frame = page.frame_locator("iframe")
        frame.get_by_label("To buy something", exact=True).wait_for()
        assert list_invitations(served.office) == []
        page.wait_for_timeout(900)
        frame.get_by_label("To buy something", exact=True).check()
        frame.get_by_role("button").click()
        frame.locator("#form[data-saved]").wait_for()
        page.wait_for_timeout(3000)  # who reads on needs time
        frame.locator("[name=fulfilled]").first.check()
        frame.get_by_role("button").click()
        frame.locator("main[data-done]").wait_for()
        assert served.contents() == [{"score": "buy", "fulfilled": "yes"}] and len(list_invitations(served.office)) == 1
        assert page.context.cookies() == [] and page.evaluate("localStorage.length") == 0
        assert {"size", "done"} <= set(page.evaluate("window.told"))
        assert page.evaluate("+document.querySelector('iframe').height") > 100
        assert [said for said in page.said if "favicon" not in said] == []
        page.reload()
        page.wait_for_function("!document.querySelector('iframe')")  # asked already, so there is nothing


@pytest.mark.parametrize("name", ["csat", "nps", "everything", "intent"])
def test_nothing_stands_in_the_way_of_anybody(browser: Any, served: Served, name: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed").Axe()
    # Without motion: half way between the colours of two themes there is no contrast.
    with opened(browser, served.link(name), 360, color_scheme="light", bypass_csp=True, reduced_motion="reduce") as page:
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            found = axe.run(page).response["violations"]
            assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found] == []
            page.wait_for_timeout(900)
            page.check("[name=score] >> nth=1", force=True)
            page.click("button")
            page.wait_for_selector("#form[data-saved]")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_widget_stands_in_the_way_of_nobody(browser: Any, served: Served, theme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed").Axe()
    with shop_site(served) as url, opened(browser, url, color_scheme=theme, bypass_csp=True) as page:
        page.wait_for_selector("section h2")
        found = [v for v in axe.run(page).response["violations"] if any("section" in str(n["target"]) for n in v["nodes"])]
        assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found] == []


def test_the_script_is_small() -> None:
    import gzip
    from importlib.resources import files

    script = files("servicemeter.web").joinpath("static", "widget.js").read_bytes()
    assert len(gzip.compress(script)) <= 15_000
