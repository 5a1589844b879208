"""The pages of surveys: what came of them, the answers held back, and forms made on a page."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app_client import ask
from fake_desk import FakeDesk
from servicemeter.office.answers import answered_invitations
from servicemeter.surveys.formfile import load_forms
from servicemeter.surveys.likeness import FASTEST_S
from servicemeter.web.app import create_app
from surveys.post import links_in, post_office
from surveys.shop import Shop, open_shop, path_of

MARCH = "period=custom&first=2026-03-01&last=2026-03-31"
SPAN = "from=2026-03-01&to=2026-04-01"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Twelve asked, six rated (five good, one bad), one held back, two turned away; 100 visitors of another system's survey."""
    with open_shop(tmp_path_factory.mktemp("shop"), "csat", customers=12) as shop, post_office() as post:
        shop.ask()
        shop.send(post.server)
        paths = [path_of(links_in(mail)[0]).partition("?")[0] for mail in post.mails]
        for n, path in enumerate(paths[:6]):
            shop.client().answer(shop, path, 4, score="1" if n == 0 else "5")
        shop.client().answer(shop, paths[6], FASTEST_S / 2, score="2")
        shop.be_patient(by_link=1)  # of three more by one link the first says what was said before, and two are too often
        statuses = [shop.client().answer(shop, paths[5], 4, score="5").status_code for _ in range(3)]
        assert statuses == [200, 429, 429]
        shop.take()
        visits = [{"invitation_id": f"v{n}", "kind": "intent", "scope": "intercept", "page": "/help" if n % 2 else "/",
                   "sent_at": "2026-03-05T09:00:00Z"} for n in range(100)]  # fmt: skip
        said = [{"answer_id": f"w{n}", "invitation_id": f"v{n}", "question": "score", "answered_at": "2026-03-05T09:01:00Z",
                 "value_text": "track" if n < 60 else "buy"} for n in range(100)]  # fmt: skip
        said += [{"answer_id": f"f{n}", "invitation_id": f"v{n}", "question": "fulfilled", "answered_at": "2026-03-05T09:02:00Z",
                  "value_text": "yes" if n < 10 else "no"} for n in range(40)]  # fmt: skip
        reasons = [{"ticket_id": f"t{n}", "field": "reason", "value": "track", "occurred_at": "2026-03-02T08:00:00Z"}
                   for n in range(4)]  # fmt: skip
        work = [{"session_id": f"s{n}", "ticket_id": f"t{n}", "agent_id": "a1", "started_at": "2026-03-02T08:00:00Z",
                 "ended_at": "2026-03-02T08:10:00Z"} for n in range(4)]  # fmt: skip
        covered = [{"loaded_from": "2026-01-01T00:00:00Z", "loaded_through": "2026-05-01T00:00:00Z"}]
        shop.desk.load(source="desk", survey_invitations=visits, survey_answers=said, ticket_events=reasons, work_sessions=work,
                       sources=covered)  # fmt: skip
        yield shop


def get(shop: Shop, path: str, method: str = "GET", **more: Any) -> httpx.Response:
    """Ask the pages over the shop's desk, which are made once."""
    app = vars(shop).setdefault("pages", None) or create_app(shop.desk)
    vars(shop)["pages"] = app
    return ask(app, path, method, **more)


def texts(response: httpx.Response) -> str:
    """What a page says, without its marks."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.text)).replace("\xa0", " ").split())


def test_the_page_shows_the_funnel_and_the_score_with_what_it_rests_on(shop: Shop) -> None:
    said = texts(get(shop, f"/surveys?{MARCH}"))
    assert "delivered 12 100.0 % seen by a person 6 50.0 % rated 6 100.0 % answered to the end 0 0.0 %" in said
    assert "Rated: 50.0 % of all that was worth a question, 50.0 % of the delivered." in said
    # Wilson for 5 of 6: (5/6 + 1.96²/12 ± 1.96·sqrt(5/36/6 + 1.96²/144)) / (1 + 1.96²/6) = 0.4365 and 0.9699.
    assert "as answered 83.3 % 43.6–97.0 % 6" in said
    # With half of all answered, the truth lies within 0.5·5/6 and 0.5·5/6 + 0.5.
    assert "would lie within 41.7–91.7 %" in said
    assert "1 answer held back" in said and "2 requests turned away for coming too often" in said
    nobody = texts(get(shop, f"/surveys?{MARCH}&channel=phone"))
    assert "None of the surveys that are sent from here had anybody to ask" in nobody


def test_the_api_gives_the_same(shop: Shop) -> None:
    found = get(shop, f"/api/surveys/csat?{SPAN}").json()
    assert {step["name"]: step["count"] for step in found["funnel"]}["rated"] == 6
    assert (found["score"]["n"], found["score"]["value"]) == (6, 5 / 6)
    assert [one["reason"] for one in found["held"]] == ["too_fast"] and found["held"][0]["answer"] == {"score": 2}
    all_of_it = get(shop, f"/api/surveys?{SPAN}").json()
    assert all_of_it["turned_away"] == [{"day": "2026-03-03", "reason": "too_often", "count": 2}]
    every = all_of_it["surveys"]
    assert next(one for one in every if one["form"] == "csat")["score"] == found["score"]
    for path in ("/api/surveys", "/api/surveys?from=2026-03-01&to=never", f"/api/surveys?{SPAN}&weather=fine"):
        assert get(shop, path).status_code in (400, 422)
    assert get(shop, f"/api/surveys/nothing?{SPAN}").status_code == 400


def test_intents_are_shown_by_segment_with_fulfilment_and_what_a_page_could_save(shop: Shop) -> None:
    said = texts(get(shop, f"/intents?{MARCH}&by=page"))
    # 60 of 100 came to track; all 40 who were asked on are among them, and 10 managed.
    assert "To see where my order is 60 of 100 60 % 50–69 25 % 14–40 40" in said
    assert "To buy something 40 of 100 40 % 31–50 – 0" in said
    assert "/ To see where my order is 30 of 50" in said and "/help To buy something 20 of 50" in said
    # 4 contacts × 600 s × 0.75 = 30 min.
    assert "To see where my order is 60 75 % 4 10 min 30 min" in said
    found = get(shop, f"/api/intents?{SPAN}&by=page").json()
    assert found["savings"][0] == {"intent": "track", "visitor_count": 60, "unfulfilled_share": 0.75, "contact_count": 4,
                                   "handle_seconds": 600.0, "saved_seconds": 1800.0}  # fmt: skip
    parts = found["parts"]["visitor_intent_share"]
    assert {(row["page"], row["intent"], row["numerator"]) for row in parts} == {
        ("/", "track", 30), ("/help", "track", 30), ("/", "buy", 20), ("/help", "buy", 20)}  # fmt: skip
    by_week = texts(get(shop, f"/intents?{MARCH}&by=week"))
    assert "week 10" in by_week
    assert get(shop, f"/intents?{MARCH}&by=weather").status_code in (400, 422)


def test_a_held_answer_is_taken_on_the_page_by_our_own_page_only(shop: Shop) -> None:
    page = get(shop, f"/survey/csat?{MARCH}")
    assert "faster than a person reads" in page.text
    [held_id] = re.findall(r'name="held_id" value="([^"]+)"', page.text)
    before = len(answered_invitations(shop.office))
    for foreign in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}):
        refused = get(shop, "/survey/csat/held", "POST", data={"held_id": held_id}, headers=foreign)
        assert refused.status_code == 403
    assert get(shop, "/survey/csat/held").status_code == 405
    assert len(answered_invitations(shop.office)) == before
    done = get(shop, "/survey/csat/held", "POST", data={"held_id": held_id}, headers={"Sec-Fetch-Site": "same-origin"})
    assert done.status_code == 303 and len(answered_invitations(shop.office)) == before + 1
    assert "No answer is held back." in get(shop, f"/survey/csat?{MARCH}").text


def fields_of(page: httpx.Response) -> dict[str, str]:
    """What a browser would send of the page's form: every field that is filled in."""
    found: dict[str, str] = {}
    for tag in re.findall(r"<input [^>]*>", page.text):
        name = re.search(r'name="([^"]*)"', tag)
        if not name or ('type="checkbox"' in tag and " checked" not in tag):
            continue
        value = re.search(r'value="([^"]*)"', tag)
        found[html.unescape(name[1])] = html.unescape(value[1]) if value else ""
    for name_, options in re.findall(r'<select name="([^"]*)">(.*?)</select>', page.text, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', options) or re.search(r'<option value="([^"]*)"', options)
        found[name_] = html.unescape(chosen[1]) if chosen else ""
    return found


def test_a_form_is_made_edited_previewed_and_kept(tmp_path: Path) -> None:
    with open_shop(tmp_path, "csat") as shop:
        folder = shop.home.surveys
        made = get(shop, "/forms", "POST", data={"name": "csat_chat", "like": "csat"})
        assert (made.status_code, made.headers["location"]) == (303, "/form/csat_chat")
        assert get(shop, "/forms", "POST", data={"name": "csat_chat", "like": "csat"}).status_code == 422
        assert get(shop, "/forms", "POST", data={"name": "../evil", "like": "csat"}).status_code == 422
        assert [path.name for path in tmp_path.rglob("*.toml")] == ["csat_chat.toml"]
        page = get(shop, "/form/csat_chat")
        fields = fields_of(page)
        same = get(shop, "/form/csat_chat", "POST", data={**fields, "do": "save"})
        assert same.status_code == 303, texts(same)
        assert load_forms(folder)["csat_chat"].digest == _named(load_forms()["csat"], "csat_chat").digest
        fields = fields_of(get(shop, "/form/csat_chat"))
        fields |= {"asking.event": "contact_ended", "asking.share": "25", "asking.channels": "chat, phone",
                   "text.en.title": 'How was "the chat"?', "q1.gone": "1", "text.ro.gone": "1"}  # fmt: skip
        drafted = get(shop, "/form/csat_chat/draft/en", "POST", data=fields)
        assert "How was &#34;the chat&#34;?" in drafted.text and "How was" not in get(shop, "/form/csat_chat/preview?l=en").text
        assert get(shop, "/form/csat_chat", "POST", data={**fields, "do": "save"}).headers["location"].endswith("saved=1")
        form = load_forms(folder)["csat_chat"]
        assert (form.asking.event, form.asking.share, form.asking.channels) == ("contact_ended", 0.25, ("chat", "phone"))
        assert [q.name for q in form.questions] == ["score", "reason_high", "comment"] and list(form.wordings) == ["en", "nl"]
        assert "version 2" in get(shop, "/form/csat_chat").text
        preview = get(shop, "/form/csat_chat/preview?l=en")
        assert "default-src 'none'" in preview.headers["content-security-policy"] and "<script" not in preview.text
        after = get(shop, "/form/csat_chat/preview?l=en", "POST", data={"score": "5"})
        assert "What was good?" in after.text and "What was good?" not in preview.text
        late = get(shop, "/form/csat_chat", "POST", data={**fields, "do": "save"})
        assert late.status_code == 422 and "in the meantime" in late.text


def test_a_question_and_a_language_are_added_and_what_is_missing_is_named(tmp_path: Path) -> None:
    with open_shop(tmp_path, "csat") as shop:
        fields = fields_of(get(shop, "/form/answered"))
        count = len(load_forms()["answered"].questions)
        fields |= {f"q{count}.name": "where", f"q{count}.type": "choice", f"q{count}.options": "shop, web", "new_language": "fr"}
        shown = get(shop, "/form/answered", "POST", data={**fields, "do": "save"})
        assert shown.status_code == 422 and "text.en.where.ask" in texts(shown)
        fields = fields_of(shown)
        for tag in ("en", "nl", "ro", "fr"):
            fields |= {
                f"text.{tag}.where.ask": "Where?",
                f"text.{tag}.where.label.shop": "Shop",
                f"text.{tag}.where.label.web": "Web",
            }
        fields |= {"text.fr.title": "Une question"}
        kept = get(shop, "/form/answered", "POST", data={**fields, "do": "save"})
        assert kept.status_code == 303, texts(kept)
        form = load_forms(shop.home.surveys)["answered"]
        assert form.wordings["fr"].title == "Une question" and form.questions[-1].options == ("shop", "web")
        assert ">FR</a>" in get(shop, "/form/answered/preview?l=fr").text
        for wrong, said in (("asking.quiet_hours", "no whole number"), ("new_language", "is no language")):
            bad = get(shop, "/form/answered", "POST", data={**fields_of(get(shop, "/form/answered")), wrong: "<x>", "do": "save"})
            assert bad.status_code == 422 and said in bad.text and "<x>" not in bad.text


def test_reading_stores_nothing(tmp_path: Path) -> None:
    with open_shop(tmp_path, "csat") as shop:
        get(shop, "/surveys")
        before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and "duckdb" not in path.name}
        for path in (
            "/surveys",
            "/survey/csat",
            "/intents",
            "/forms",
            "/form/csat",
            "/form/csat/preview?l=nl",
            f"/api/surveys?{SPAN}",
        ):
            assert get(shop, path).status_code == 200
        assert get(shop, "/form/csat/preview?l=nl", "POST", data={"score": "4"}).status_code == 200
        after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and "duckdb" not in path.name}
        assert after == before


def test_words_of_customers_and_files_are_shown_as_words() -> None:
    app = create_app(FakeDesk())
    for path in ("/surveys", "/survey/csat"):
        page = ask(app, path).text
        assert "<b>chat" not in page and "<i>fast" not in page


def _named(form: Any, name: str) -> Any:
    from dataclasses import replace

    return replace(form, name=name)
