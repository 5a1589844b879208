"""The widget in a frame: asked by the same rules, never twice, never by looking, and only where the form allows it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from app_client import ask
from servicemeter.office.answers import answered_invitations
from servicemeter.surveys.likeness import Rates
from servicemeter.surveys.tokens import derive_key, sign
from surveys.shop import Shop, hidden, open_shop

SITE = "https://shop.example.com"
NONE = '<main id="main" data-none>'


def framed(shop: Shop, **asking: object) -> None:
    """Let the site frame the form, asking everybody."""
    form = shop.forms["intent"]
    shop.forms["intent"] = replace(form, asking=replace(form.asking, share=1.0, origins=(SITE,), **asking))  # type: ignore[arg-type]


def test_looking_stores_nothing_and_answering_is_one_answer(tmp_path: Path) -> None:
    with open_shop(tmp_path, "intent") as shop:
        framed(shop)
        client = shop.client()
        for method in ("GET", "HEAD", "GET"):
            page = client.get("/f/intent?p=/cart", method)
            assert page.status_code == 200 and f"frame-ancestors {SITE}" in page.headers["content-security-policy"]
        assert shop.invitations() == [] and "To buy something" in page.text
        for fields in ({"score": "buy"}, {"score": "buy", "fulfilled": "no", "whole": "1"}):
            shop.wait(seconds=5)
            page = client.post("/f/intent?p=/cart", stamp=hidden(page.text, "stamp"), **fields)
        [versions] = answered_invitations(shop.office).values()
        assert versions[-1].content == {"score": "buy", "fulfilled": "no"}
        [invitation] = shop.invitations()
        assert (invitation.via, invitation.page) == ("widget", "/cart")
        assert NONE in client.get("/f/intent?p=/cart").text  # asked, so not asked again today


def test_a_known_visitor_is_asked_once_on_all_devices(tmp_path: Path) -> None:
    with open_shop(tmp_path, "intent") as shop:
        framed(shop)
        said = {"source": "shop", "id": "c7", "email": "ann@example.com", "exp": int((shop.now + timedelta(hours=9)).timestamp())}
        path = f"/f/intent?p=/&c={sign(derive_key(shop.home.survey_key(), 'visitor'), said)}"
        shop.client().answer(shop, path, score="buy")  # without the signed visitor in the address of the post: somebody unknown
        page = shop.client().get(path)
        shop.wait(seconds=5)
        assert shop.client().post(path, stamp=hidden(page.text, "stamp"), score="track").status_code == 200
        other = replace(shop.client(), headers={"User-Agent": "Mozilla/5.0 (Macintosh) Safari/605", "Accept-Language": "nl"})
        assert NONE in other.get(path).text
        assert [i.customer_id for i in shop.invitations()] == [None, "c7"]


def test_nothing_is_asked_where_the_form_does_not_say_so(tmp_path: Path) -> None:
    with open_shop(tmp_path, "intent", "csat") as shop:
        client = shop.client()
        assert NONE in client.get("/f/intent?p=/").text  # no site may frame it
        framed(shop, pages=("/cart*",))
        assert NONE in client.get("/f/intent?p=/help").text and NONE not in client.get("/f/intent?p=/cart/2").text
        assert NONE in client.get("/f/csat").text and NONE in client.get("/f/nothing").text
        assert NONE in client.get("/f/intent?p=/cart", **{"User-Agent": "preview bot"}).text
        none = client.get("/f/intent?p=/help")
        assert len(none.content) < 8_000 and f"frame-ancestors {SITE}" in none.headers["content-security-policy"]
        page = client.get("/f/intent?p=/cart")
        shop.counter.by_place = Rates(1)
        pressed = [client.post("/f/intent?p=/cart", stamp=hidden(page.text, "stamp"), score=s) for s in ("", "buy")]
        assert [answer.status_code for answer in pressed] == [422, 429] and shop.invitations() == []


def test_what_a_site_sends_is_read_as_far_as_anybody_means_it(tmp_path: Path) -> None:
    with open_shop(tmp_path, "intent") as shop:
        app = shop.client().app
        for body in (b"[" * 5_000, b'{"survey":' + b"[" * 5_000, b'{"survey": "\\ud800"}', b'"intent"', b"\xff"):
            for path in ("/w/ask", "/w/seen", "/w/answer"):
                assert ask(app, path, "POST", "survey.example.com", content=body).status_code == 404
