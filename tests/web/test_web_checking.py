"""Pages while the data are still being checked: shown at once, said plainly, and with their marks as soon as they are known."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app_client import ask
from fake_desk import FakeDesk
from held_findings import HeldFindings
from servicemeter.desk.desk import Desk
from servicemeter.ground.settings import Home
from servicemeter.web import visit
from servicemeter.web.app import create_app
from terminal import UNTIL

SAID = {
    "en": "The data are still being checked.",
    "nl": "De gegevens worden nog nagekeken.",
    "ro": "Datele sunt încă în curs de verificare.",
}
UNKNOWN = '<span class="badge unknown">'
EARLY = {
    "tickets": [{"ticket_id": "early", "created_at": "2026-03-10T09:00:00Z", "channel": "email", "customer_id": "c1"}],
    "ticket_events": [
        {"event_id": "e1", "ticket_id": "early", "occurred_at": "2026-03-09T09:00:00Z", "field": "status", "value": "solved"}
    ],
}
"""A ticket that was solved before it was created, which makes resolution times doubtful."""


@pytest.mark.parametrize("language", SAID)
@pytest.mark.parametrize("path", ["/", "/metric/first_response_time"])
def test_pages_say_that_the_data_are_being_checked(path: str, language: str) -> None:
    html = ask(create_app(FakeDesk(found=None)), f"{path}?lang={language}").text
    assert html.count(SAID[language]) == 1
    assert UNKNOWN in html and not re.search(r'class="badge">|findings? about', html)
    known = ask(create_app(FakeDesk(found=[])), f"{path}?lang={language}").text
    assert SAID[language] not in known and "badge" not in known


def test_a_page_waits_for_the_findings_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []

    class Slow(FakeDesk):
        def findings_within(self, patience_s: float) -> None:
            asked.append(patience_s)

    monkeypatch.setattr(visit, "PATIENCE_S", 0.25)
    assert ask(create_app(Slow()), "/").status_code == 200
    assert sorted(asked) == [0, 0.25]


def test_a_page_is_shown_while_they_are_held_up_and_has_its_marks_after(own_shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = "/?period=this_month"
    with Desk(Home(own_shop)) as desk:
        desk.load(source="late", tz="UTC", now=UNTIL, **EARLY)
        app, held = create_app(desk), HeldFindings(desk, monkeypatch)
        monkeypatch.setattr(visit, "PATIENCE_S", 0.0)
        mark = desk.mark()
        before = ask(app, path).text
        assert SAID["en"] in before and UNKNOWN in before and "about its data" not in before
        held.wait()
        assert SAID["en"] in ask(app, "/metric/resolution_time").text
        held.let_go()
        assert desk.mark() != mark
        after, count = ask(app, path).text, len(desk.findings())
        assert f'<span class="badge">{count}<' in after and "finding about its data" in after
        assert SAID["en"] not in after and UNKNOWN not in after
        assert "Tickets solved before they were created" in ask(app, "/metric/resolution_time").text
        assert "Tickets solved before they were created" in ask(app, "/check").text
