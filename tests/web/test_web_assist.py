"""What an agent sees before answering: by API and on a page, with nothing stored and no words in logs."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from app_client import ask
from servicemeter.desk.desk import Desk
from servicemeter.web.app import create_app

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
SAD = "This is terrible, my parcel is broken again and nobody answers!"
GLAD = "Thank you so much, wonderful service, everything is solved now!"


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with Desk(None) as desk:
        who = {"customer_id": "c1"}
        desk.load(
            customers=[who, {"customer_id": "c2"}, {"customer_id": "c3"}],
            customer_identities=[{"customer_id": c, "kind": "email", "value": "ann@example.com"} for c in ("c1", "c2")],
            tickets=[
                {"ticket_id": "1", "created_at": "2026-03-02T09:00:00Z", "channel": "email", **who},
                {"ticket_id": "2", "created_at": "2026-02-01T09:00:00Z", "customer_id": "c3"},
            ],
            messages=[
                {"message_id": "m1", "ticket_id": "1", "occurred_at": "2026-03-02T09:00:00Z", "author_type": "customer"},
                {"message_id": "m2", "ticket_id": "1", "occurred_at": "2026-03-02T10:00:00Z", "author_type": "agent"},
                {"message_id": "m3", "ticket_id": "1", "occurred_at": "2026-03-03T09:00:00Z", "author_type": "customer"},
            ],
            texts=[
                {"of": "message", "id": "m1", "text": SAD},
                {"of": "message", "id": "m2", "text": "I am terribly sorry, how awful"},
                {"of": "message", "id": "m3", "text": GLAD},
            ],
            ticket_events=[
                {"event_id": "e", "ticket_id": "1", "occurred_at": "2026-03-03T10:00:00Z", "field": "status", "value": "solved"},
                {"event_id": "f", "ticket_id": "1", "occurred_at": "2026-03-02T10:00:00Z", "field": "reason", "value": "damage"},
            ],
            orders=[
                {"order_id": "o", "customer_id": "c2", "placed_at": "2026-02-20T09:00:00Z", "amount": 4200, "currency": "EUR"}
            ],
            now=NOW,
        )
        yield desk


def _asked(desk: Desk, path: str, method: str = "GET", **more: Any) -> Any:
    response = ask(create_app(desk), path, method, **more)
    assert response.status_code == 200, response.text
    return response.json()


def test_a_ticket_tells_mood_shift_reason_and_the_story_of_the_person(desk: Desk) -> None:
    told = _asked(desk, "/api/assist?ticket=1")
    assert (told["language"], told["sentiment"]["label"], told["first"]["label"]) == ("en", "positive", "negative")
    assert told["turned"] == "recovered"
    assert told["shift"] == pytest.approx(told["sentiment"]["score"] - told["first"]["score"])
    assert "terrible" in [word["text"] for word in told["first"]["words"]]
    assert told["complaint"]["rule"].startswith("en.")
    assert told["reason"] == {"name": "damage", "by": "source"}
    assert told["customer"]["counts"] == {"ticket": 1, "order": 1}
    ticket = next(entry for entry in told["customer"]["entries"] if entry["what"] == "ticket")
    assert (ticket["is_solved"], ticket["reason"]) == (True, "damage")


def test_a_ticket_without_words_has_no_mood_and_still_a_story(desk: Desk) -> None:
    told = _asked(desk, "/api/assist?ticket=2&source=files")
    assert told["sentiment"] is None
    assert told["customer"]["counts"] == {"ticket": 1}


def test_a_text_is_read_and_neither_kept_nor_logged(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    version = desk.data_version
    told = _asked(desk, "/api/assist", "POST", json={"text": SAD})
    assert told["sentiment"]["label"] == "negative"
    page = ask(create_app(desk), "/assist", "POST", data={"text": SAD})
    assert "negative" in page.text
    assert desk.data_version == version
    assert "terrible" not in caplog.text


@pytest.mark.parametrize(
    ("path", "method", "sent", "says"),
    [
        ("/api/assist", "GET", None, "Name the ticket"),
        ("/api/assist?ticket=77", "GET", None, "no ticket"),
        ("/api/assist?tickets=1", "GET", None, "tickets"),
        ("/api/assist", "POST", {"words": "x"}, "Send"),
        ("/api/assist", "POST", {"text": "x", "langage": "en"}, "langage"),
        ("/api/assist", "POST", {"text": "x", "language": 3}, "code"),
    ],
)
def test_what_cannot_be_asked_is_said(desk: Desk, path: str, method: str, sent: Any, says: str) -> None:
    response = ask(create_app(desk), path, method, json=sent)
    assert response.status_code == 400
    assert says in response.json()["message"]


def test_the_page_shows_a_ticket_and_says_when_there_is_none(desk: Desk) -> None:
    app = create_app(desk)
    page = ask(app, "/assist?ticket=1").text
    for said in ("no longer sounds negative", "damage", "1 × ticket", "order"):
        assert said in page
    assert ask(app, "/assist").status_code == 200
    assert "no ticket" in ask(app, "/assist?ticket=%3Cb%3E").text
    assert "<b>" not in ask(app, "/assist?ticket=%3Cb%3E").text
