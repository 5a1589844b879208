"""Tickets, the present moment and the busiest times as pages, files and API: one answer, whatever its dress."""

from __future__ import annotations

import csv
import io
import json
import re
from html import unescape
from typing import Any

import pytest

from app_client import ask
from fake_desk import FakeDesk
from servicemeter.desk.desk import Desk
from servicemeter.desk.methods.find_tickets import find_tickets
from servicemeter.desk.methods.tell_ticket import tell_ticket
from servicemeter.desk.methods.watch import watch
from servicemeter.model.question import Filter
from servicemeter.model.ticket import TicketWish
from servicemeter.show.lanes import clock_facts
from servicemeter.web.app import create_app


def words(html: str) -> str:
    """The text of a page, as a reader sees it."""
    bare = re.sub(r"<svg.*?</svg>|<[^>]+>", " ", html, flags=re.S)
    return re.sub(r"\s+", " ", unescape(bare).replace("\N{NO-BREAK SPACE}", " ")).strip()


def got(desk: Any, path: str, status: int = 200, **more: Any) -> str:
    response = ask(create_app(desk), path, **more)
    assert response.status_code == status, response.text
    return response.text


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\N{BYTE ORDER MARK}"))))


def test_page_file_api_and_python_list_the_same_tickets(small: Desk) -> None:
    query = "status=unresolved&sort=due"
    found = find_tickets(small, wish=TicketWish((Filter("status", ("unresolved",)),), sort="due"))
    ids = [row["ticket_id"] for row in found.rows]
    page = got(small, f"/tickets?{query}")
    assert re.findall(r'<th scope="row"><a href="/ticket\?id=([^&]+)&', page) == ids
    assert "4 tickets shown: 1 to 4 · of 5 in all" in words(page)
    assert [row["ticket_id"] for row in rows_of(got(small, f"/tickets.csv?{query}"))] == ids
    api = json.loads(got(small, "/api/tickets?where=status=unresolved&sort=due"))
    assert api == json.loads(got(small, f"/tickets.json?{query}")) == found.to_dict()


def test_a_list_says_what_narrows_it_and_each_condition_can_go(small: Desk) -> None:
    page = got(small, "/tickets?status=unresolved&channel=email&agent=kim&created_from=2026-03-01&created_to=2026-03-04")
    assert "2 tickets shown: 1 to 2" in words(page)  # a-1 is of the fourth, which is in it; d-4 of the third
    for gone in ("status", "channel", "agent", "created_from"):
        links = re.findall(r'<a href="([^"]*)" title="Take this condition away"', page)
        assert any(f"{gone}=" not in link for link in links), gone


def test_pages_of_a_list_are_addresses_and_hostile_words_stay_words() -> None:
    page = got(FakeDesk(), "/tickets?size=50&page=2&words=%3Cb%3E")
    assert "<b>" not in page and "page 2 of 3" in words(page)
    assert re.findall(r'<a href="([^"]*)">(?:first|before|next|last)</a>', page) == [
        "/tickets?words=%3Cb%3E&amp;size=50", "/tickets?words=%3Cb%3E&amp;page=3&amp;size=50",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/tickets?page=x", "no whole number"),
        ("/tickets?page=0", "count from 1"),
        ("/tickets?created_from=2026-03-05&created_to=2026-03-01", "Swap the two"),
        ("/tickets?status=opened", "open"),
        ("/api/tickets?status=open", "status"),
        ("/tickets.exe", "form of a file"),
        ("/ticket", "Name the ticket"),
        ("/ticket?id=nothing", "no ticket"),
        ("/api/ticket?ticket=1", "ticket"),
        ("/customer?id=c1", "Name the customer"),
        ("/api/customer?id=zzz&of=files", "no customer"),
        ("/now?wall=yes", "neither 1 nor 0"),
        ("/api/now?limit=many", "no number of rows"),
        ("/busy?day=8", "no day of the week"),
        ("/busy?show=noise", "noise"),
        ("/api/busy_times?from=2026-03-01", "both from and to"),
        ("/tickets.svg", "no picture"),
    ],
)
def test_what_cannot_be_asked_is_said(small: Desk, path: str, says: str) -> None:
    assert says in unescape(got(small, path, 400))


def test_a_ticket_is_told_with_its_clocks_and_words(small: Desk) -> None:
    story = tell_ticket(small, ticket_id="a-1")
    page = got(small, "/ticket?id=a-1&of=files")
    text = words(page)
    for clock in story.clocks:
        assert clock_facts(clock, "en") in text
    for said in ("Kapotte lamp", "5 h late", "the customer waits for 27 h", "Answered after 18 h 2 h in opening hours", "Kim"):
        assert said in text, said
    assert page.count('class="lanes"') == 3
    assert "Încă aștept lampa" in got(small, "/ticket?id=b-2")
    assert 'href="https://desk.example/a-1" rel="noreferrer"' in page
    assert "javascript:" not in got(small, "/ticket?id=b-2")
    assert json.loads(got(small, "/api/ticket?id=a-1")) == json.loads(json.dumps(story.to_dict()))
    assert len(rows_of(got(small, "/ticket.csv?id=a-1"))) == len(story.entries)
    assert "spam" in words(got(small, "/ticket?id=e-5")).lower()


def test_words_are_hidden_where_the_settings_say_so(small: Desk, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "servicemeter.toml").write_text("[privacy]\nshow_words = false\n")
    from servicemeter.ground.settings import Home

    monkeypatch.setattr(small, "home", Home(tmp_path))
    assert "lamp" not in got(small, "/tickets").lower()
    assert "aștept" not in got(small, "/ticket?id=b-2")
    assert "may not be read" in unescape(got(small, "/tickets?words=lamp", 400))
    assert "Kapotte" not in got(small, "/api/ticket?id=a-1")


def test_what_each_metric_made_of_a_ticket_is_a_page(small: Desk) -> None:
    text = words(got(small, "/ticket/metrics?id=a-1"))
    assert "First response time 18 h 5 Mar 2026 10:00" in text
    assert "SLA breaches over by 5 h" in text


def test_a_customer_leads_to_the_tickets(small: Desk) -> None:
    page = got(small, "/customer?id=c1&of=files")
    assert "Ann 2 tickets · 0 calls and chats · 0 survey answers · 1 order" in words(page)
    assert re.findall(r'<a href="(/ticket\?[^"]*)">([^<]+)</a>', page) == [
        ("/ticket?of=files&amp;id=a-1", "a-1"), ("/ticket?of=files&amp;id=c-3", "c-3"),
    ]  # fmt: skip
    assert [row["what"] for row in rows_of(got(small, "/customer.csv?id=c1&of=files"))] == ["ticket", "ticket", "order"]


def test_now_shows_what_is_watched_and_leads_to_all_of_it(small: Desk) -> None:
    seen = watch(small)
    page = got(small, "/now")
    for one in seen.lists:
        tile = re.search(rf'id="tile-{one.name}">.*?class="figure">(\d+)<', page)
        assert tile and int(tile[1]) == one.count, one.name
        if one.where:
            link = re.search(rf'href="([^"]*)" id="tile-{one.name}"', page)
            assert link and f"{one.count} ticket" in words(got(small, unescape(link[1])))
    assert '<noscript><meta http-equiv="refresh"' in page and "now.js?v=" in page
    for still in ("live=0", "as_of=2026-03-05T12:00:00Z"):
        assert "now.js?v=" not in got(small, f"/now?{still}")
    assert json.loads(got(small, "/api/now?limit=8")) == seen.to_dict() == json.loads(got(small, "/now.json"))


def test_an_unchanged_moment_is_not_sent_again(small: Desk) -> None:
    app = create_app(small)
    first = ask(app, "/api/now")
    again = ask(app, "/api/now", headers={"If-None-Match": f'"other", {first.headers["etag"]}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert ask(app, "/api/now?limit=1", headers={"If-None-Match": first.headers["etag"]}).status_code == 200


def test_how_old_the_data_is_stands_beside_it() -> None:
    assert re.search(r"Data to 21 Nov 17:40\. (less than a minute|[\d hd.min]+) old", words(got(FakeDesk(), "/now")))


def test_busiest_times_show_load_only_where_it_is_measured() -> None:
    page = got(FakeDesk(), "/busy?show=load")
    assert "Monday at 19:00 brings the most work: it keeps 1.9 people busy" in words(page)
    assert "Without measured handling time, and so not in the load: chat" in words(page)
    assert "e-mail 900 1 min 40 s 25 h" in words(page)
    table = page[page.index("The figures behind the lines") :]
    assert re.findall(r'<th scope="col" class="right">([^<]+)</th>', table)[:2] == ["e-mail", "all"]
    arrivals = got(FakeDesk(), "/busy?day=3")
    assert "Monday at 19:00 is the busiest: 19.0 arrivals an hour" in words(arrivals)
    assert re.search(r'<a href="/busy\?day=3" aria-current="true">Wednesday</a>', arrivals)
    rows = rows_of(got(FakeDesk(), "/busy.csv"))
    assert len(rows) == 3 * 7 * 12 and rows[0]["per_hour"] == "8.0"


@pytest.mark.parametrize("path", ["/ticket?id=a-1", "/busy?period=last_30_days"])
def test_every_file_a_page_offers_is_there(small: Desk, path: str) -> None:
    links = re.findall(r'<a href="([^"]+)" download>', got(small, path))
    assert len(links) >= 3
    for link in links:
        response = ask(create_app(small), unescape(link))
        assert response.status_code == 200 and response.headers["content-disposition"].startswith("attachment"), link
