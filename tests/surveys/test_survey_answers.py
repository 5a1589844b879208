"""Answering: once an invitation, changeable for two weeks, nothing of use in the database, and what no person gave held back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from servicemeter.office.answers import answered_invitations, count_refusals, list_held
from servicemeter.office.inbox import waiting_items
from servicemeter.surveys.answering import release_held
from servicemeter.surveys.doors import make_link
from servicemeter.surveys.replies import read_reply
from surveys.post import links_in, post_office
from surveys.shop import SOLVED, Shop, hidden, load_tickets, office_bytes, open_shop, path_of


@contextmanager
def invited(folder: Path, name: str = "csat", customers: int = 1) -> Iterator[tuple[Shop, list[str]]]:
    """A shop whose customers have their mail, and the paths of their links without a score."""
    with open_shop(folder, name, customers=customers, share=1.0) as shop, post_office() as post:
        shop.ask()
        assert shop.send(post.server) == {"sent": customers}
        paths = [path_of(links_in(mail)[0]).partition("?")[0] for mail in post.mails]
        yield shop, paths


def test_fifty_at_once_are_one_answer(tmp_path: Path) -> None:
    with invited(tmp_path) as (shop, [path]):
        client, outcomes = shop.client(), []
        stamp = hidden(client.get(path).text, "stamp")
        shop.wait(seconds=5)
        gate = threading.Barrier(50)

        def press() -> None:
            gate.wait()
            outcomes.append(client.post(path, score="4", stamp=stamp).status_code)

        threads = [threading.Thread(target=press) for _ in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert outcomes == [200] * 50
        [versions] = answered_invitations(shop.office).values()
        assert [(v.number, v.content) for v in versions] == [(1, {"score": 4})]
        shop.take()
        assert shop.measure("csat")["n"] == 1


def test_an_answer_can_be_changed_for_two_weeks_and_every_version_is_kept(tmp_path: Path) -> None:
    with invited(tmp_path) as (shop, [path]):
        client = shop.client()
        assert client.answer(shop, path, score="2").status_code == 200
        answered_at = shop.now
        shop.now = answered_at + timedelta(days=13, hours=23)
        assert client.answer(shop, path, score="5", comment="Solved after all.").status_code == 200
        shop.now = answered_at + timedelta(days=14, hours=1)
        page = client.get(path)
        assert page.status_code == 410 and "can no longer be changed" in page.text
        [versions] = answered_invitations(shop.office).values()
        assert [v.content["score"] for v in versions] == [2, 5]
        shop.take()
        assert shop.measure("csat")["value"] == 1.0 and shop.measure("csat")["n"] == 1


def test_an_edit_after_the_window_is_refused_with_an_open_page(tmp_path: Path) -> None:
    with invited(tmp_path) as (shop, [path]):
        client = shop.client()
        client.answer(shop, path, score="2")
        shop.wait(days=13, hours=23, minutes=59)
        stamp = hidden(client.get(path).text, "stamp")
        shop.wait(hours=2)
        assert client.post(path, score="5", stamp=stamp).status_code == 410
        [versions] = answered_invitations(shop.office).values()
        assert len(versions) == 1


def test_a_dump_of_the_database_holds_no_usable_link(tmp_path: Path) -> None:
    with invited(tmp_path, customers=5) as (shop, paths):
        shop.client().answer(shop, paths[0], score="4", comment="Ursula said so.")
        dump = office_bytes(shop)
        assert len(dump) > 10_000
        for path in paths:
            assert len(path.removeprefix("/a/")) >= 22
            assert path.removeprefix("/a/").encode() not in dump
        assert b"Ursula" not in dump and b"c0@example.com" not in dump


def test_what_follows_on_a_printed_code_is_the_same_answer(tmp_path: Path) -> None:
    with open_shop(tmp_path, "csat") as shop:
        link = make_link(shop.home.survey_key(), shop.forms["csat"], "link", shop.now + timedelta(days=9), location="Utrecht")
        client, path = shop.client(), f"/r/{link}"
        page = client.get(path)
        for fields in ({"score": "2"}, {"score": "2", "comment": "Cold in there.", "whole": "1"}):
            shop.wait(seconds=5)
            page = client.post(path, stamp=hidden(page.text, "stamp"), **fields)
        client.answer(shop, path, 5, score="5")  # the next person opens the page anew
        said = [versions[-1].content for versions in answered_invitations(shop.office).values()]
        assert sorted(said, key=len) == [{"score": 5}, {"score": 2, "comment": "Cold in there."}]


def test_what_a_customer_wrote_is_masked_before_any_of_it_is_kept(tmp_path: Path) -> None:
    """In the answer and in the inbox; the score stays. 4111 1111 1111 1111 passes the Luhn sum (30)."""
    with invited(tmp_path) as (shop, [path]):
        shop.home.settings.write_text("[privacy]\nredact = true\n")
        wrote = "Mail jan@example.com, card 4111 1111 1111 1111."
        assert shop.client().answer(shop, path, score="4", comment=wrote).status_code == 200
        [[version]] = answered_invitations(shop.office).values()
        assert version.content == {"score": 4, "comment": "Mail [email], card [card]."}
        [item] = [item for item in waiting_items(shop.office) if item.delivery_id.startswith("answer ")]
        assert b"[card]" in item.body and b"4111" not in item.body and b"jan@" not in item.body


def test_a_held_answer_is_masked_too(tmp_path: Path) -> None:
    with invited(tmp_path) as (shop, [path]):
        shop.home.settings.write_text("[privacy]\nredact = true\n")
        client = shop.client()
        stamp = hidden(client.get(path).text, "stamp")
        assert client.post(path, score="1", stamp=stamp, comment="Call jan@example.com", website="x").status_code == 202
        with shop.office.reading() as on:
            [held] = list_held(shop.office, on)
        assert held.content["content"]["comment"] == "Call [email]"


def test_the_answer_stays_with_the_agent_of_the_time(tmp_path: Path) -> None:
    with invited(tmp_path) as (shop, [path]):
        moved = [
            {"ticket_id": "t0", "field": "assignee_id", "value": "a2", "occurred_at": SOLVED + timedelta(hours=40), "seq": 9}
        ]
        shop.desk.load(source="desk", ticket_events=moved)
        shop.wait(days=2)
        shop.client().answer(shop, path, score="5")
        shop.take()
        assert shop.measure("csat", by=["agent"])["agent"] == "a1"


def test_a_rating_alone_counts_and_the_rest_makes_it_complete(tmp_path: Path) -> None:
    with invited(tmp_path) as (shop, [path]):
        client = shop.client()
        page = client.answer(shop, path, score="2")
        assert "What should have been better?" in page.text and "What was good?" not in page.text
        [invitation] = shop.invitations()
        assert invitation.rated_at and not invitation.completed_at
        shop.take()
        assert shop.measure("csat")["n"] == 1
        fields: dict[str, Any] = {
            "score": "2",
            "reason_low": ["slow", "other"],
            "reason_low_other": "Twice.",
            "comment": "Late",
            "whole": "1",
        }
        assert "Thank you" in client.answer(shop, path, **fields).text
        [versions] = answered_invitations(shop.office).values()
        assert versions[-1].is_complete and versions[-1].content["reason_low"] == ["slow", "other"]
        shop.take()
        assert shop.measure("csat")["n"] == 1  # the score did not change, so it was answered once


@pytest.mark.parametrize(
    ("seconds", "more", "doubt"),
    [(0.2, {}, "too_fast"), (4, {"website": "http://spam.example"}, "hidden_field"), (-1, {}, "no_page")],
)
def test_what_no_person_gives_is_held_back_counted_and_shown(
    tmp_path: Path, seconds: float, more: dict[str, str], doubt: str
) -> None:
    with invited(tmp_path) as (shop, [path]):
        client = shop.client()
        if seconds < 0:
            held = client.post(path, score="1", stamp="made.up")
        else:
            held = client.answer(shop, path, seconds, score="1", **more)
        assert held.status_code == 202 and "once more" in held.text
        assert answered_invitations(shop.office) == {}
        with shop.office.reading() as on:
            [kept] = list_held(shop.office, on, state="held")
        assert kept.reason == doubt and kept.content["content"] == {"score": 1}
        # A person presses once more on the page that says so, and is heard.
        again = hidden(held.text, "stamp")
        shop.wait(seconds=12)
        assert client.post(path, score="1", stamp=again).status_code == 200
        with shop.office.reading() as on:
            assert [h.state for h in list_held(shop.office, on)] == ["repeated"]


def test_a_machine_that_presses_every_button_has_no_vote(tmp_path: Path) -> None:
    with invited(tmp_path) as (shop, [path]):
        client = shop.client()
        stamp = hidden(client.get(path).text, "stamp")
        shop.wait(seconds=2)
        outcomes = [client.post(path, score=str(score), stamp=stamp).status_code for score in (1, 2, 3, 4, 5)]
        assert outcomes == [200, 202, 202, 202, 202]  # the first looks like anybody's; what follows gives it away
        with shop.office.reading() as on:
            assert {h.reason for h in list_held(shop.office, on)} == {"wavering"}


def test_held_answers_can_be_released(tmp_path: Path) -> None:
    with invited(tmp_path) as (shop, [path]):
        shop.client().answer(shop, path, 0.1, score="5")
        with shop.office.reading() as on:
            [held] = list_held(shop.office, on)
        taken = release_held(shop.office, shop.forms, held.held_id)
        assert taken and taken.outcome == "taken"
        assert release_held(shop.office, shop.forms, held.held_id) is None


def test_too_many_answers_are_told_to_wait_and_counted(tmp_path: Path) -> None:
    with invited(tmp_path) as (shop, [path]):
        shop.be_patient(by_place=30, by_link=5)
        client = shop.client()
        statuses = [client.answer(shop, path, score="4").status_code for _ in range(7)]
        assert statuses == [200] * 5 + [429] * 2
        refused = client.answer(shop, path, score="4")
        assert int(refused.headers["retry-after"]) <= 61
        assert sum(count_refusals(shop.office).values()) == 3


@pytest.mark.parametrize("score", ["", "0", "6", "4.5", "abc", "４", "9" * 5000])
def test_what_is_no_answer_is_said_and_not_kept(tmp_path: Path, score: str) -> None:
    with invited(tmp_path) as (shop, [path]):
        page = shop.client().answer(shop, path, score=score)
        assert page.status_code == 422 and 'role="status"' in page.text
        assert answered_invitations(shop.office) == {}


def test_objecting_is_a_button_and_holds_for_every_survey(tmp_path: Path) -> None:
    with invited(tmp_path) as (shop, [path]):
        client, objection = shop.client(), path.replace("/a/", "/o/")
        assert "<button>" in client.get(objection).text
        one_click = client.post(objection, **{"List-Unsubscribe": "One-Click"})
        assert one_click.status_code == 200
        load_tickets(shop.desk, 1)
        shop.wait(days=60)
        again = [{"ticket_id": "t0", "field": "status", "value": v, "occurred_at": shop.now - timedelta(hours=h), "seq": n}
                 for n, (v, h) in enumerate((("open", 40), ("solved", 30)), 20)]  # fmt: skip
        shop.desk.load(source="desk", ticket_events=again)
        [decision] = shop.ask()
        assert decision.reason == "objected"


def test_a_link_ends(tmp_path: Path) -> None:
    with invited(tmp_path) as (shop, [path]):
        shop.wait(days=29)
        assert shop.client().get(path).status_code == 410
        assert shop.client().get("/a/" + "x" * 22).status_code == 404


def test_not_yet_answered_is_a_no_and_kept_as_said(tmp_path: Path) -> None:
    with invited(tmp_path, "answered") as (shop, [path]):
        page = shop.client().answer(shop, path, score="not_yet")
        assert "What is still missing?" in page.text
        shop.take()
        row = shop.measure("first_contact_resolution_rate", method="survey")
        assert (row["numerator"], row["n"]) == (0, 1)


def test_answers_to_questions_that_are_not_asked_are_left_out(tmp_path: Path) -> None:
    with open_shop(tmp_path, "csat") as shop:
        reply = read_reply(
            shop.forms["csat"], {"score": ["5"], "reason_low": ["slow"], "reason_high": ["fast"], "comment": ["x" * 3000]}
        )
        assert reply.content == {"score": 5, "reason_high": ["fast"], "comment": "x" * 2000}
