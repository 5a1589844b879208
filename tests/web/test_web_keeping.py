"""What people set, keep and send through the pages, on a real book: it holds, it can be undone, and no GET stores anything."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from import_page import upload

from app_client import ask
from fake_desk import FakeDesk
from servicemeter.desk.desk import Desk
from servicemeter.desk.methods.aims import aims
from servicemeter.desk.methods.note import note
from servicemeter.desk.methods.notes import notes
from servicemeter.desk.methods.save_view import save_view
from servicemeter.desk.methods.views import views
from servicemeter.ground.settings import Home
from servicemeter.model.question import Filter
from servicemeter.web.app import create_app
from servicemeter.web.navigation import routers

OWN = {"Sec-Fetch-Site": "same-origin"}
NOW = datetime(2026, 3, 21, 12, tzinfo=UTC)


@pytest.fixture
def desk(own_shop: Path) -> Iterator[Desk]:
    with Desk(Home(own_shop)) as desk:
        yield desk


def send(desk: Desk, path: str, status: int = 303, **fields: str) -> httpx.Response:
    response = ask(create_app(desk), path, "POST", data=fields, headers=OWN)
    assert response.status_code == status, response.text
    return response


def page(desk: Desk, path: str, status: int = 200) -> str:
    response = ask(create_app(desk), path)
    assert response.status_code == status, response.text
    return response.text


def target(desk: Desk, channel: str | None = None) -> dict[str, Any] | None:
    where = [Filter("channel", (channel,))] if channel else []
    card = desk.scorecard(period="this_month", where=where, metrics=["first_response_time"]).families[0].cards[0]
    return vars(card.target) if card.target else None


def test_a_target_of_the_page_goes_before_the_file_s_and_back(desk: Desk) -> None:
    """4 h = 14,400 s in the definition; 2 h = 7,200 s in the file; 90 min = 5,400 s and 20 min = 1,200 s on the page."""
    assert desk.home is not None
    assert (target(desk) or {})["value"] == 14400
    desk.home.settings.write_text('[targets]\nfirst_response_time = "at most 2 h"\n', encoding="utf-8")
    assert (target(desk) or {})["value"] == 7200
    first = send(desk, "/targets", metric="first_response_time", at="at most", figure="90", unit="min")
    assert (target(desk) or {})["value"] == 5400
    send(desk, "/targets", metric="first_response_time", at="at most", figure="20", unit="min", channel="chat")
    assert ((target(desk) or {})["value"], (target(desk, "chat") or {})["value"]) == (5400, 1200)
    html = page(desk, first.headers["location"])
    assert "another one holds in its place" in html and "The target holds from now on." in html
    again = send(desk, "/targets", metric="first_response_time", at="at most", figure="1,5", unit="min")
    assert (target(desk) or {})["value"] == 90
    undo = re.search(r"set=(\d+)", again.headers["location"])
    assert undo is not None
    send(desk, "/targets/put-back", kind="target", number=undo[1])
    assert (target(desk) or {})["value"] == 5400
    send(desk, "/targets/drop", kind="target", number=undo[1])
    assert (target(desk) or {})["value"] == 7200


def test_a_target_is_asked_in_the_unit_in_which_it_is_said(desk: Desk) -> None:
    """The first response starts at 4 h, the speed of answer at 30 s; a target of 4 must not be taken for 4 seconds."""
    assert '<option value="h" selected>u</option>' in page(desk, "/targets?metric=first_response_time&lang=nl")
    assert '<option value="s" selected>s</option>' in page(desk, "/targets?metric=average_speed_of_answer&lang=nl")
    assert '<option value="%" selected>%</option>' in page(desk, "/targets?metric=csat&lang=nl")


def test_a_target_that_no_figure_can_reach_is_refused_in_the_reader_s_language(desk: Desk) -> None:
    said = {"en": "it must be greater than 0.", "nl": "het moet groter zijn dan 0.", "ro": "trebuie să fie mai mare decât 0."}
    for language, words in said.items():
        fields = {"metric": "first_response_time", "at": "at most", "figure": "-1", "unit": "h"}
        html = send(desk, f"/targets?lang={language}", 400, **fields).text
        alert = re.search(r'<p class="panel alert" role="alert">(.*?)</p>', html, re.S)
        assert alert and words in alert[1] and "<span" not in alert[1] and 'value="-1"' in html
    assert aims(desk).goals == []


@pytest.mark.parametrize(
    ("fields", "hint"),
    [
        ({"metric": "csat", "at": "at least", "figure": "85", "unit": "min"}, "is no unit of it"),
        ({"metric": "csat", "at": "about", "figure": "85", "unit": "%"}, "is no target"),
        ({"metric": "csat", "at": "at least", "figure": "85", "unit": "%", "month": "December"}, "is no month"),
    ],
)
def test_a_target_that_cannot_be_is_told_and_what_was_typed_stays(desk: Desk, fields: dict[str, str], hint: str) -> None:
    html = send(desk, "/targets", 400, **fields).text
    assert hint in html and 'value="85"' in html
    assert aims(desk).goals == []


def test_a_note_is_drawn_where_its_figure_is_until_it_is_taken_away(desk: Desk) -> None:
    send(desk, "/targets/notes", day="2026-03-10", text="Chat is <open> late", about="first_response_time")
    trend = page(desk, "/metric/first_response_time/trend?grain=month")
    assert trend.count('<path class="flag"') == 3 and "Chat is &lt;open&gt; late" in trend and "10 Mar 2026" in trend
    assert 'class="flag"' not in page(desk, "/metric/csat/trend?grain=month")
    number = notes(desk)[0].note_id
    send(desk, "/targets/drop", kind="note", number=str(number))
    assert notes(desk) == []
    send(desk, "/targets/put-back", kind="note", number=str(number))
    assert [(note.happened_on, note.metric) for note in notes(desk)] == [(date(2026, 3, 10), "first_response_time")]
    assert "A note has 1 to 200 letters" in send(desk, "/targets/notes", 400, day="2026-03-10", text="x" * 201).text


def test_views_are_named_opened_forgotten_and_put_back(desk: Desk) -> None:
    view = "/metric/csat?period=last_month&channel=chat"
    assert f'href="/views?of={"%2Fmetric%2Fcsat%3Fperiod%3Dlast_month%26channel%3Dchat"}"' in page(desk, view)
    send(desk, "/views", name="  Chat,  last month ", address=view)
    send(desk, "/views", name="Chat, last month", address="/?period=last_month")
    assert [(v.name, v.address, v.owner) for v in views(desk)] == [("Chat, last month", "/?period=last_month", None)]
    number = str(views(desk)[0].view_id)
    send(desk, "/views/drop", number=number)
    assert views(desk) == [] and "The view is forgotten." in page(desk, f"/views?gone={number}")
    send(desk, "/views/put-back", number=number)
    assert 'href="/?period=last_month"' in page(desk, "/views")
    for elsewhere in ("//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"):
        assert "Only addresses of these pages" in send(desk, "/views", 400, name="x", address=elsewhere).text
    save_view(desk, "Mine", "/", owner="somebody", now=NOW)
    assert [v.name for v in views(desk)] == ["Chat, last month"] and len(views(desk, "somebody")) == 2


def test_settings_are_previewed_proven_written_and_hold(desk: Desk) -> None:
    assert desk.home is not None
    desk.home.settings.write_text('# ours\n[targets]\ncsat = "at least 85 %"\n', encoding="utf-8")
    fields: dict[str, Any] = {
        "shown": "privacy.hide_individuals privacy.smallest_team",
        "privacy.hide_individuals": "true",
        "privacy.smallest_team": "6",
    }
    before = desk.home.settings.read_bytes()
    preview = send(desk, "/settings/preview", 200, **fields).text
    assert "+ hide_individuals = true" in preview and desk.home.settings.read_bytes() == before
    seen = re.search(r'name="seen" value="(\w+)"', preview)
    assert seen is not None
    assert "not compared here" not in page(desk, "/agents")
    send(desk, "/settings", seen=seen[1], **fields)
    said = desk.home.settings.read_text(encoding="utf-8")
    assert said.startswith("# ours\n") and tomllib.loads(said)["privacy"] == {"hide_individuals": True, "smallest_team": 6}
    assert desk.home.settings.with_name("servicemeter.toml.before").read_bytes() == before
    for path in ("/agents", "/agents?lang=en&metric=csat", "/agent?agent=a1"):
        assert "Works-council mode is on" in page(desk, path) and "Agent 1" not in page(desk, path)
    for path in ("/agents.csv", "/agents.json", "/api/compare?by=agent"):
        assert "Agent 1" not in page(desk, path)
    assert "changed since you looked" in send(desk, "/settings", 409, seen=seen[1], **fields).text
    wrong = ask(create_app(desk), "/settings/preview", "POST", data={**fields, "privacy.smallest_team": "1"}, headers=OWN)
    assert wrong.status_code == 400 and "whole number from 2" in wrong.text


ODD = (
    b"Nr;Aangemaakt;Eerste antwoord;Status;Kanaal\n"
    b"1001;21-02-2026 09:00;21-02-2026 09:40;gesloten;e-mail\n"
    b"1002;13-02-2026 10:00;;open;chat\n"
)


def test_a_file_is_looked_at_tried_taken_and_removed(desk: Desk) -> None:
    assert desk.home is not None
    version = desk.data_version
    at = upload(desk, "../../odd shop.csv", ODD, name="oddities", tz="Europe/Amsterdam")
    look = page(desk, at)
    assert "odd_shop.csv" in look and "No known export looks like this" in look and "21-02-2026 09:40" in look
    question = at.partition("?")[2]
    mapping = re.search(r"<textarea[^>]*>(.*?)</textarea>", look, re.S)
    assert mapping is not None
    text = mapping[1].replace("&#34;", '"').replace("&#39;", "'")
    assert "is not TOML" in send(desk, f"/import/mapping?{question}", 400, mapping="][").text
    send(desk, f"/import/mapping?{question}", mapping=text)
    tried = send(desk, f"/import/try?{question}", 200).text
    assert "This is what would come of it" in tried and desk.data_version == version
    taken = send(desk, f"/import/take?{question}", 200, remember="1").text
    assert "The file was taken" in taken and desk.data_version == version + 1
    assert list(desk.home.uploads.iterdir()) == [] and [f.suffix for f in desk.home.mappings.iterdir()] == [".toml"]
    created = desk.measure("tickets_created", since="2026-02-13", until="2026-02-14", where=[], by=["source"]).rows
    assert {row["source"]: row["value"] for row in created}["oddities"] == 1
    assert "There is no upload called" in page(desk, at, 400)
    again = upload(desk, "odd shop.csv", ODD, name="oddities", tz="Europe/Amsterdam").partition("?")[2]
    assert "Recognised as:" in page(desk, f"/import?{again}")
    send(desk, f"/import/drop?{again}")
    assert list(desk.home.uploads.iterdir()) == []


def test_a_file_that_cannot_be_read_says_why_without_where_it_lies(desk: Desk) -> None:
    assert desk.home is not None
    at = upload(desk, "noise.csv", b"\x00\x01\x02\x03" * 50)
    html = page(desk, at)
    assert 'class="alert"' in html and str(desk.home.folder) not in html
    for token in ("../../book", "0" * 32, "x"):
        assert "There is no upload called" in page(desk, f"/import?file={token}", 400)


def test_sources_say_the_same_as_the_terminal(desk: Desk) -> None:
    html = page(desk, "/sources")
    assert "No source is connected" in html and "demo" in html
    assert page(desk, "/api/sources").count('"loaded_through"') == 1


def test_sentiment_and_loyalty_have_their_figures(desk: Desk) -> None:
    assert "of the tickets were scored" in page(desk, "/sentiment?period=last_month")
    loyal = page(desk, "/loyalty?period=last_month")
    assert "within 5\N{NO-BREAK SPACE}days" in loyal.replace("5 days", "5\N{NO-BREAK SPACE}days") and "Measured over" in loyal
    assert "all channels and teams together only" in page(desk, "/loyalty?period=last_month&channel=chat")


PATHS = [
    "/agents", "/teams", "/agent?agent=a1", "/import", "/views?of=/", "/targets?metric=csat", "/agents.xlsx", "/teams.svg",
    "/sentiment", "/sentiment.csv", "/api/compare?by=team", "/sources", "/api/sources", "/loyalty", "/settings",
]  # fmt: skip


def test_no_get_stores_anything_and_head_answers(desk: Desk) -> None:
    """With and without an application database: files stay as they are, and none appears."""
    assert desk.home is not None
    app = create_app(desk)
    desk.prepare()
    for with_office in (False, True):
        if with_office:
            note(desk, date(2026, 3, 1), "kept", now=NOW)
        before = _contents(desk.home.folder)
        for path in PATHS:
            assert ask(app, path).status_code == 200, path
        assert _contents(desk.home.folder) == before
    for path in ("/agents", "/settings", "/views"):
        assert ask(app, path, "HEAD").status_code == 200


def _contents(folder: Path) -> dict[str, str]:
    files = (f for f in sorted(folder.rglob("*")) if f.is_file() and not f.name.endswith("-shm"))
    return {f.name: sha256(f.read_bytes()).hexdigest() for f in files}


_ASKS_ONLY = {"/assist", "/api/assist"}
POSTS = sorted(
    route.path
    for router in routers()
    for route in router.routes
    if isinstance(route, APIRoute) and "POST" in (route.methods or ()) and route.path not in _ASKS_ONLY
)


@pytest.mark.parametrize("path", POSTS)
def test_no_form_of_another_site_changes_anything(path: str) -> None:
    """Made from the routes: what another site makes a browser send is refused at the entrance."""
    app = create_app(FakeDesk())
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
    ):
        response = ask(app, path, "POST", data={"number": "1"}, headers=headers)
        assert response.status_code == 403 and "nothing was done" in response.text, headers
    allowed = ask(app, path, "POST", data={"nonsense": "1"}, headers={"Origin": "http://127.0.0.1:8321"})
    assert "nothing was done" not in allowed.text
