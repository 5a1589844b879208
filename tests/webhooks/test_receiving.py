"""The receiver: what is kept, what is refused, and that nobody is told why."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from servicemeter.desk.webhooks import turn_door
from servicemeter.ground.errors import BadSettings
from servicemeter.office.doors import count_refusals_at_doors, list_doors
from servicemeter.office.inbox import Arrival, expire, receive_many, settle, waiting_items
from servicemeter.sources.webhook import SECRET_HEADER
from servicemeter.web.webhooks.receiver import LARGEST_BODY, Receiver
from servicemeter.web.webhooks.writing import Crowded, NotKept, Writer
from webhooks.sending import NOW, Yard, opened_yard, signed, standard

TICKET = {"tickets": [{"ticket_id": "1", "created_at": "2026-03-20T10:00:00Z", "channel": "email"}]}


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    with opened_yard(tmp_path) as made:
        yield made


def refusals(yard: Yard) -> dict[tuple[str, str], int]:
    yard.receiver.close()
    return count_refusals_at_doors(yard.office, NOW.date())


def test_a_genuine_delivery_is_kept_sealed_before_it_is_acknowledged(yard: Yard, tmp_path: Path) -> None:
    yard.connect("crm", "webhook")
    said = {"messages": [{"message_id": "m", "ticket_id": "1"}], "texts": [{"of": "message", "id": "m", "text": "a canary ș"}]}
    answer = standard(yard, "crm", "d1", said)
    assert (answer.status_code, answer.content) == (200, b"")
    [item] = waiting_items(yard.office)
    assert (item.source, item.delivery_id, item.received_at) == ("crm", "d1", NOW)
    assert item.headers == {"webhook-id": "d1"}
    assert "a canary ș".encode() in item.body
    assert all(b"canary" not in path.read_bytes() for path in tmp_path.iterdir() if path.is_file())


def test_what_is_wrong_is_refused_alike(yard: Yard) -> None:
    secret = yard.connect("crm", "webhook").secret
    assert secret is not None
    body = b"{}"
    right = signed(secret, "d1", body, NOW)
    wrong = [
        yard.send("crm", body, signed(secret, "d1", body, NOW - timedelta(seconds=301))),
        yard.send("crm", body, signed(secret, "d1", body, NOW + timedelta(seconds=301))),
        yard.send("crm", b"{} ", right),
        yard.send("crm", body, {**right, "webhook-id": "d2"}),
        yard.send("crm", body, {k: v for k, v in right.items() if k != "webhook-signature"}),
        yard.send("crm", body),
    ]
    door = yard.doors["crm"].path
    wrong += [ask_at(yard, door + "x", body, right), ask_at(yard, "/in/", body, right), ask_at(yard, "/in/crm", body, right)]
    assert {(a.status_code, a.content, tuple(sorted(a.headers))) for a in wrong} == {
        (401, b"Not accepted.", ("cache-control", "content-length", "content-type", "x-content-type-options"))
    }
    assert waiting_items(yard.office) == []
    assert yard.send("crm", body, right).status_code == 200
    assert refusals(yard) == {("crm", "not_genuine"): 6, ("", "unknown_address"): 3}


def ask_at(yard: Yard, path: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
    from app_client import ask

    return ask(yard.receiver, path, "POST", content=body, headers=headers)


def test_only_post_and_a_look(yard: Yard) -> None:
    yard.connect("crm", "webhook")
    assert yard.send("crm", b"", method="HEAD").status_code == 200
    assert yard.send("crm", b"", method="GET").status_code == 405
    assert yard.send("crm", b"", method="DELETE").status_code == 405
    assert refusals(yard) == {("crm", "method"): 2}


def test_a_body_that_is_too_large_is_refused(yard: Yard) -> None:
    yard.connect("crm", "webhook")
    assert standard(yard, "crm", "d1", b"x" * LARGEST_BODY).status_code == 200
    assert standard(yard, "crm", "d2", b"x" * (LARGEST_BODY + 1)).status_code == 413
    assert unmeasured(yard, LARGEST_BODY + 1) == 413
    assert refusals(yard) == {("crm", "too_large"): 2}


def unmeasured(yard: Yard, size: int) -> int:
    """The status of a body that comes in pieces and says nothing of its length."""
    scope = {"type": "http", "method": "POST", "path": yard.doors["crm"].path, "headers": []}
    pieces = iter([{"type": "http.request", "body": b"x" * 100_000, "more_body": True}] * (size // 100_000 + 2))
    said: list[int] = []

    async def receive() -> dict[str, object]:
        return next(pieces)

    async def send(message: dict[str, object]) -> None:
        said.extend([int(str(message["status"]))] if "status" in message else [])

    asyncio.run(yard.receiver(scope, receive, send))  # type: ignore[arg-type]
    return said[0]


def test_each_connection_has_its_own_limit(yard: Yard) -> None:
    yard.receiver = Receiver(yard.office, per_minute=3, clock=yard.clock, seconds=lambda: yard.seconds)
    yard.connect("crm", "webhook")
    yard.connect("shop", "webhook")
    codes = []
    for n in range(5):
        codes.append(standard(yard, "crm", f"d{n}", TICKET).status_code)
        yard.wait(seconds=10)
    assert codes == [200, 200, 200, 429, 429]
    assert standard(yard, "shop", "d1", TICKET).status_code == 200
    refused = standard(yard, "crm", "d3", TICKET)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "11")  # the first came 50 s ago
    yard.send("crm", b"forged")  # what is not genuine uses up nothing
    yard.wait(seconds=10)
    assert standard(yard, "crm", "d3", TICKET).status_code == 200
    assert yard.states("crm") == {"waiting": 4}
    assert refusals(yard) == {("crm", "too_many"): 3, ("crm", "not_genuine"): 1}


def test_what_could_not_be_written_is_not_acknowledged(yard: Yard, tmp_path: Path) -> None:
    yard.connect("crm", "webhook")
    assert standard(yard, "crm", "d0", TICKET).status_code == 200
    with sqlite3.connect(tmp_path / "office.sqlite") as on:
        on.execute("create trigger no_room before insert on inbox begin select raise(abort, 'disk full'); end")
    refused = standard(yard, "crm", "d1", TICKET)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "30")
    with sqlite3.connect(tmp_path / "office.sqlite") as on:
        on.execute("drop trigger no_room")
    on.close()
    assert standard(yard, "crm", "d1", TICKET).status_code == 200
    assert yard.states("crm") == {"waiting": 2}


def test_many_at_once_are_one_transaction() -> None:
    batches: list[int] = []

    def write(arrivals: Sequence[Arrival]) -> None:
        batches.append(len(arrivals))
        if arrivals[0].delivery_id == "bad":
            raise OSError("no room")

    writer = Writer(write, most_bytes=100)

    async def flood() -> None:
        await asyncio.gather(*(writer.keep(Arrival("s", str(n), b"x", NOW)) for n in range(90)))
        outcomes = await asyncio.gather(
            *(writer.keep(Arrival("s", "bad", b"x" * size, NOW)) for size in (60, 60, 40)), return_exceptions=True
        )
        assert [type(one) for one in outcomes] == [NotKept, Crowded, NotKept]
        await writer.keep(Arrival("s", "large", b"x" * 1_000, NOW))  # alone it may be as large as it likes

    asyncio.run(flood())
    writer.close()
    assert sum(batches) == 90 + 2 + 1
    assert len(batches) <= 6


def test_a_delivery_that_comes_again_is_kept_once(yard: Yard) -> None:
    yard.connect("crm", "webhook")
    for _ in range(3):
        assert standard(yard, "crm", "d1", TICKET).status_code == 200
        yard.wait(seconds=60)
    assert yard.states("crm") == {"waiting": 1}
    assert (
        standard(yard, "crm", "d1", {"tickets": []}).status_code == 200
    )  # an id is no proof: it is kept for somebody to look at
    assert standard(yard, "crm", "d1", {"tickets": []}).status_code == 200
    assert yard.states("crm") == {"waiting": 1, "failed": 1}


def test_repeats_within_one_transaction(yard: Yard) -> None:
    given = [("a", b"1"), ("a", b"1"), ("a", b"2"), ("b", b"1"), ("a", b"2")]
    receive_many(yard.office, [Arrival("s", key, body, NOW) for key, body in given])
    assert yard.states("s") == {"waiting": 2, "failed": 1}
    receive_many(yard.office, [Arrival("i", "a", body, NOW, repeats_differ=True) for body in (b"1", b"2", b"3")])
    receive_many(yard.office, [Arrival("i", "a", b"4", NOW, repeats_differ=True)])
    assert yard.states("i") == {"waiting": 1}


def test_a_fresh_secret_leaves_the_old_one_for_a_day(yard: Yard) -> None:
    old = yard.connect("crm", "webhook").secret
    turned = turn_door(yard.office, "crm", now=yard.now)
    assert old is not None and turned.secret is not None and turned.secret != old
    assert turned.path == yard.doors["crm"].path

    def accepts(secret: str, number: str) -> bool:
        return yard.send("crm", b"{}", signed(secret, number, b"{}", yard.now)).status_code == 200

    assert accepts(old, "1") and accepts(turned.secret, "2")
    yard.wait(hours=23, minutes=59)
    assert accepts(old, "3") and accepts(turned.secret, "4")
    yard.wait(minutes=1)
    assert not accepts(old, "5")
    assert accepts(turned.secret, "6")


def test_an_unsigned_door_is_as_secret_as_its_address(yard: Yard) -> None:
    first = yard.connect("woot", "chatwoot", unsigned=True, account_id="1")
    assert not first.door.is_signed
    assert len(first.path.removeprefix("/in/")) == 32  # 24 random bytes, 192 bits
    assert yard.send("woot", {"event": "webwidget_triggered"}).status_code == 200
    turned = turn_door(yard.office, "woot", now=yard.now)
    yard.wait(seconds=6)
    assert turned.path != first.path
    assert yard.send("woot", {"event": "webwidget_triggered"}).status_code == 200  # the old one, for a day more
    yard.doors["woot"] = turned
    assert yard.send("woot", {"event": "webwidget_triggered"}).status_code == 200
    yard.doors["woot"] = first
    yard.wait(hours=24)
    assert yard.send("woot", {"event": "webwidget_triggered"}).status_code == 401


def test_a_secret_header(yard: Yard) -> None:
    secret = yard.connect("fd", "freshdesk").secret
    assert secret is not None and len(secret) == 64
    assert yard.send("fd", {"ticket_id": 1}).status_code == 401
    assert yard.send("fd", {"ticket_id": 1}, {SECRET_HEADER: secret}).status_code == 200


def test_a_vendor_that_makes_the_secret_has_to_give_it(yard: Yard) -> None:
    with pytest.raises(BadSettings, match="makes the secret itself"):
        yard.connect("desk", "zendesk")
    yard.connect("desk", "zendesk", secret="theirs")
    assert [door.secrets[0].text for door in list_doors(yard.office)] == ["theirs"]
    with pytest.raises(BadSettings, match="whsec_"):
        yard.connect("crm", "webhook", secret="not base64!")
    with pytest.raises(BadSettings, match="sends no webhooks"):
        yard.connect("old", "request_tracker")
    with pytest.raises(BadSettings, match="our own surveys"):
        yard.connect("surveys", "webhook")


def test_bodies_expire_and_reasons_stay(yard: Yard) -> None:
    receive_many(yard.office, [Arrival("s", str(n), os.urandom(20), NOW) for n in range(4)])
    ids = [item.item_id for item in waiting_items(yard.office)]
    settle(yard.office, ids[:2], "taken", now=NOW)
    settle(yard.office, ids[2:3], "failed", "broken", now=NOW)
    assert expire(yard.office, NOW) == 0
    assert expire(yard.office, NOW + timedelta(seconds=1)) == 3
    assert yard.states("s") == {"failed": 1, "waiting": 1}  # what waits never expires
    assert expire(yard.office, NOW + timedelta(days=400)) == 0
