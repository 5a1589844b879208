"""Mails leave at most once, whatever breaks between the first byte and the note that it left."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from servicemeter.ground.errors import BadMail
from servicemeter.ground.settings import MailServer
from servicemeter.office.mails import claim_mail, count_mails, put_mail
from servicemeter.surveys.asking import occasion_of
from servicemeter.surveys.formfile import load_forms
from servicemeter.surveys.mailing import compose
from servicemeter.surveys.sending import links_of
from servicemeter.surveys.tokens import make_token
from surveys.post import links_in, post_office
from surveys.shop import NOW, open_shop, path_of

_SENDER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from servicemeter.ground.settings import Home, MailServer, SurveySettings
from servicemeter.office.database import open_office
from servicemeter.surveys.formfile import load_forms
from servicemeter.surveys.sending import send_mails

folder, port, now = Path(sys.argv[1]), int(sys.argv[2]), datetime.fromisoformat(sys.argv[3])
server = MailServer("127.0.0.1", "care@example.com", port=port, security="none", timeout_s=30)
send_mails(open_office(Home(folder)), load_forms(), server, SurveySettings("https://survey.example.com"), lambda: now)
"""


@pytest.mark.parametrize("moment", ["before the answer", "after the answer"])
def test_a_sender_killed_between_sending_and_noting_sends_nothing_twice(tmp_path: Path, moment: str) -> None:
    with open_shop(tmp_path, "csat", customers=3) as shop, post_office() as post:
        shop.ask()
        command = [sys.executable, "-c", _SENDER, str(tmp_path), str(post.server.port), shop.now.isoformat()]
        killed: list[subprocess.Popen[bytes]] = []

        async def kill(server: Any) -> str:
            """The second mail has arrived: its sender dies before it can note so."""
            if len(post.mails) == 2 and killed:
                if moment == "after the answer":
                    await server.push("250 OK")
                os.kill(killed.pop().pid, signal.SIGKILL)
                await asyncio.sleep(0.2)
            return "250 OK"

        post.says = kill
        process = subprocess.Popen(command)
        killed.append(process)
        assert process.wait(60) == -signal.SIGKILL
        # Somebody starts it again at once, and once more when it is certain that nobody is sending any longer.
        assert shop.send(post.server).get("sent", 0) == 1
        shop.wait(minutes=16)
        later = shop.send(post.server)
        assert sorted(post.recipients) == ["c0@example.com", "c1@example.com", "c2@example.com"]
        states = count_mails(shop.office)
        assert states == ({"sent": 2, "unknown": 1} if later else {"sent": 3})
        assert {i.state for i in shop.invitations()} <= {"asked", "unknown"}


def test_many_senders_at_once_claim_each_mail_once(tmp_path: Path) -> None:
    with open_shop(tmp_path, "csat", customers=12) as shop:
        shop.ask()
        claimed: list[int] = []

        def claim() -> None:
            while mail := claim_mail(shop.office, shop.now, make_token()):
                claimed.append(mail.mail_id)

        threads = [threading.Thread(target=claim) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(claimed) == len(set(claimed)) == 12


def test_a_time_out_after_the_data_is_unknown_and_held(tmp_path: Path) -> None:
    with open_shop(tmp_path, "csat") as shop, post_office() as post:
        shop.ask()

        async def sleep(server: Any) -> str:
            await asyncio.sleep(4)
            return "250 OK"

        post.says = sleep
        assert shop.send(post.server) == {"unknown": 1}
        shop.wait(days=1)
        assert shop.send(post.server) == {}
        assert len(post.mails) == 1
        # Should it have arrived after all, the link works and the answer counts.
        path = path_of(links_in(post.mails[0])[0]).partition("?")[0]
        assert shop.client().answer(shop, path, score="5").status_code == 200


def test_what_the_server_will_not_have_is_tried_again_or_noted(tmp_path: Path) -> None:
    with open_shop(tmp_path, "csat", customers=2) as shop, post_office() as post:
        shop.ask()
        post.refuses = {"c0@example.com"}

        async def busy(server: Any) -> str:
            post.mails.clear()
            return "451 try again later"

        post.says = busy
        assert shop.send(post.server) == {"bounced": 1, "waiting": 1}
        assert shop.send(post.server) == {}  # not due yet
        post.says = None
        shop.wait(minutes=6)
        assert shop.send(post.server) == {"sent": 1}
        assert {i.state for i in shop.invitations()} == {"asked", "bounced"}
        shop.take()
        assert shop.measure("survey_response_rate", as_of="2026-03-31T00:00:00Z")["n"] == 1


BAD_ADDRESSES = (
    "c0@example.com\r\nBcc: eve@example.com", "c0@example.com\n", "c0@example.com, eve@example.com", "c0@bücher.example",
    "c\0@example.com", "c0@[1.2", "c0", "{{ c0 }}", "c" * 300 + "@example.com",
)  # fmt: skip


@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_nobody_is_asked_at_what_is_no_address(address: str) -> None:
    row = {"what": "ticket", "of_source": "desk", "of_id": "t0", "happened_at": NOW.isoformat(), "identities": []}
    form = load_forms()["csat"]
    assert occasion_of({**row, "address": address}, form).address is None
    assert occasion_of({**row, "address": "c0@example.com"}, form).address == "c0@example.com"


def test_a_mail_that_cannot_be_written_holds_up_no_other(tmp_path: Path) -> None:
    with open_shop(tmp_path, "csat", customers=2) as shop, post_office() as post:
        shop.ask()
        first, _ = shop.invitations()
        with shop.office.writing() as on:  # as it waits where it was put before addresses were looked at
            put_mail(shop.office, on, first.invitation_id, "reminder", BAD_ADDRESSES[0], shop.now - timedelta(hours=1))
        assert shop.send(post.server) == {"refused": 1, "sent": 2}
        assert sorted(post.recipients) == ["c0@example.com", "c1@example.com"]


def test_without_a_mail_server_nothing_is_claimed(tmp_path: Path) -> None:
    with open_shop(tmp_path, "csat") as shop:
        shop.ask()
        with pytest.raises(BadMail, match="Nothing was sent"):
            shop.send(MailServer("127.0.0.1", "care@example.com", port=1, security="none"))
        assert count_mails(shop.office) == {"waiting": 1}


def test_reminders_go_to_those_who_may_be_reminded_and_once(tmp_path: Path) -> None:
    with open_shop(tmp_path, "csat", customers=4, remind_days=3) as shop, post_office() as post:
        shop.ask()
        shop.send(post.server)
        path = {str(m["To"]): path_of(links_in(m)[0]).partition("?")[0] for m in post.mails}
        client = shop.client()
        client.answer(shop, path["c0@example.com"], score="4")
        client.post(path["c1@example.com"].replace("/a/", "/o/"))
        reopened = [{"ticket_id": "t2", "field": "status", "value": "open", "occurred_at": NOW + timedelta(days=1), "seq": 20}]
        shop.desk.load(source="desk", ticket_events=reopened)
        post.mails.clear()
        for _ in range(6):
            shop.wait(days=1)
            shop.ask()
            shop.send(post.server)
        assert [str(m["To"]) for m in post.mails] == ["c3@example.com"]
        assert str(post.mails[0]["Subject"]).startswith("A reminder")
        for link in (path["c3@example.com"], path_of(links_in(post.mails[0])[0])):
            assert client.get(link).status_code == 200  # the first mail's link is good as well


@pytest.mark.parametrize("language", ["en", "nl", "ro"])
@pytest.mark.parametrize("name", sorted(load_forms()))
def test_mails_can_be_read_without_pictures_and_without_html(name: str, language: str) -> None:
    form = load_forms()[name]
    links = links_of("https://survey.example.com", "x" * 22)
    mail = compose(form, language, links, sender="care@example.com", recipient="ann@example.com", now=NOW)
    assert mail["List-Unsubscribe"] == "<https://survey.example.com/o/xxxxxxxxxxxxxxxxxxxxxx>"
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert isinstance(plain, EmailMessage) and isinstance(html, EmailMessage)
    values = list(form.score.scale.values) if form.score.scale else list(form.score.options)
    for value in values:
        assert links.score(value) in plain.get_content() and links.score(value) in html.get_content()
        assert len(links.answer) <= 60
    assert "<img" not in html.get_content() and "prefers-color-scheme: dark" in html.get_content()
    assert not set("şţŞŢ") & set(plain.get_content() + html.get_content())  # the letters have commas below
