"""Each vendor's webhooks: what comes whole is shaped as it would be pulled, what is only named is asked for."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fakes.chatwoot import FakeChatwoot
from fakes.intercom import FakeIntercom
from fakes.shopify import FakeShopify
from fakes.woocommerce import FakeWooCommerce
from servicemeter.desk.schedule import take_what_came
from servicemeter.desk.sync import fetch_told, sync_source
from servicemeter.ground.errors import SourceRefused
from servicemeter.office.connections import Connection, find_connection, keep_connection, plan_next
from servicemeter.office.inbox import list_failures
from servicemeter.office.runs import begin_run, end_run
from servicemeter.sources.finding import connector_names, find_connector
from servicemeter.sources.webhook import SECRET_HEADER, Delivery
from webhooks.sending import NOW, Yard, opened_yard

SECRET = "theirs"


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    with opened_yard(tmp_path) as made:
        yield made


@contextmanager
def at_vendor(yard: Yard, name: str, kind: str, fake: Any, secrets: dict[str, str], **options: str) -> Iterator[None]:
    """A connection to a fake vendor, with an open door."""
    with fake.serving() as address:
        yard.connect(name, kind, secret=SECRET)
        keep_connection(yard.office, Connection(name, kind, address, options, NOW, every_s=900), secrets)
        if isinstance(fake, FakeShopify):
            fake.address = address
        yield


def hmac64(body: bytes) -> str:
    return base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha256).digest()).decode()


def shopify(yard: Yard, topic: str, said: Any, event: str, at: str = "2026-03-20T11:00:00Z") -> int:
    body = json.dumps(said).encode()
    headers = {"X-Shopify-Hmac-Sha256": hmac64(body), "X-Shopify-Topic": topic, "X-Shopify-Event-Id": event,
               "X-Shopify-Triggered-At": at}  # fmt: skip
    return yard.send("shop", body, headers).status_code


ORDERS = (
    "select 'o', order_id, epoch(placed_at)::int, amount, currency, customer_id, is_test from orders union all "
    "select 'e', order_id, epoch(occurred_at)::int, amount, kind, null, null from order_events union all "
    "select 'c', customer_id, null, null, country, name, null from customers order by all"
)


def test_shopify_sent_is_shopify_pulled(yard: Yard, tmp_path: Path) -> None:
    """The same shop, pulled by one home and told to another in any order, every order at several moments of its life."""
    fake = FakeShopify(NOW).populate(12)
    chance = random.Random(5)
    fresh = [{**o, "refunds": [], "cancelled_at": None, "updated_at": o["created_at"]} for o in fake.orders.values()]
    told: list[tuple[str, dict[str, Any]]] = [("orders/create", o) for o in fresh]
    told += [("orders/updated", o) for o in fake.orders.values()] + [("customers/create", c) for c in fake.customers.values()]
    told = [one for one in told for _ in range(chance.randint(1, 3))]
    chance.shuffle(told)
    yard.connect("shop", "shopify", secret=SECRET)
    for topic, said in told:
        assert shopify(yard, topic, said, f"e{said['id']}") == 200
        if chance.random() < 0.03:
            yard.take("shop")
    assert shopify(yard, "app/uninstalled", {}, "x") == 200
    yard.take("shop")
    assert yard.states("shop") == {"taken": len({(t, json.dumps(s)) for t, s in told}), "unused": 1}
    with opened_yard(tmp_path / "other") as other, fake.serving() as address:
        fake.address = address
        keep_connection(other.office, Connection("shop", "shopify", address, {}, NOW), {"token": fake.token})
        assert sync_source(other.desk, "shop", clock=fake.now, pace=fake.time.pace()).state == "done"
        assert yard.rows(ORDERS) == other.rows(ORDERS)


def test_shopifys_deleted_order_is_one_whichever_comes_first(yard: Yard) -> None:
    yard.connect("shop", "shopify", secret=SECRET)
    order = next(iter(FakeShopify(NOW).populate(1).orders.values()))
    shopify(yard, "orders/delete", {"id": order["id"]}, "e2", "2026-03-20T11:30:00Z")
    yard.take("shop")
    shopify(yard, "orders/create", order, "e1")
    yard.take("shop")
    assert yard.rows("select order_id, occurred_at::varchar from order_events where kind = 'cancelled'") == [
        (str(order["id"]), "2026-03-20 11:30:00")
    ]


def test_a_refund_that_comes_alone_is_asked_for_with_its_order(yard: Yard) -> None:
    fake = FakeShopify(NOW).populate(3)
    order = next(iter(fake.orders.values()))
    fake.refund(order, int(NOW.timestamp()) - 60, "2.50")
    with at_vendor(yard, "shop", "shopify", fake, {"token": fake.token}):
        shopify(yard, "refunds/create", {"id": 1, "order_id": order["id"]}, "e1")
        shopify(yard, "refunds/create", {"id": 2, "order_id": 12345}, "e2")  # gone since
        assert take_what_came(yard.desk, yard.clock) == ["shop"]
    assert yard.rows("select order_id from orders") == [(str(order["id"]),)]
    assert (250,) in yard.rows("select amount from order_events where kind = 'refunded'")
    with yard.desk.on_book() as book:
        assert book.sources_with("told") == []


def test_woocommerce_tells_and_is_asked(yard: Yard) -> None:
    fake = FakeWooCommerce(NOW).populate(6)
    order = next(o for o in fake.orders.values() if o["date_paid_gmt"])
    with at_vendor(yard, "shop", "woocommerce", fake, {"secret": fake.secret}, key=fake.key):
        body = json.dumps(order).encode()
        headers = {"X-WC-Webhook-Signature": hmac64(body), "X-WC-Webhook-Topic": "order.updated", "X-WC-Webhook-Delivery-ID": "7"}
        assert yard.send("shop", body, headers).status_code == 200
        assert yard.send("shop", b"webhook_id=3", {"X-WC-Webhook-Signature": hmac64(b"webhook_id=3")}).status_code == 200
        take_what_came(yard.desk, yard.clock)
    assert yard.states("shop") == {"taken": 1, "unused": 1}
    assert yard.rows("select order_id from orders") == [(str(order["id"]),)]


def chatwoot(yard: Yard, said: Any, delivery: str) -> int:
    body, at = json.dumps(said, ensure_ascii=False).encode(), str(int(yard.now.timestamp()))
    made = hmac.new(SECRET.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    headers = {"X-Chatwoot-Signature": f"sha256={made}", "X-Chatwoot-Timestamp": at, "X-Chatwoot-Delivery": delivery}
    return yard.send("woot", body, headers).status_code


def test_chatwoots_message_comes_whole_and_its_conversation_is_asked_for(yard: Yard) -> None:
    fake = FakeChatwoot(NOW).populate(3)
    ticket = fake.tickets[2]
    last = ticket.messages[-1]
    said = {
        "event": "message_created", "id": last.id, "content": "Mulțumesc – graag gedaan", "message_type": "outgoing",
        "private": False, "created_at": datetime.fromtimestamp(last.at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
        "content_type": "text", "content_attributes": {}, "sender": {"id": last.author, "name": "A", "type": "user"},
        "conversation": {"id": 2, "meta": {"sender": {"id": ticket.requester}}}, "account": {"id": 3},
    }  # fmt: skip
    with at_vendor(yard, "woot", "chatwoot", fake, {"token": fake.token}, account_id="3"):
        assert chatwoot(yard, said, "u1") == 200
        assert chatwoot(yard, {"event": "conversation_status_changed", "id": 2, "status": "resolved"}, "u2") == 200
        assert chatwoot(yard, {"event": "conversation_typing_on"}, "u3") == 200
        assert chatwoot(yard, {"event": "conversation_updated", "id": 99}, "u4") == 200  # deleted since
        yard.take("woot")
        message = "select ticket_id, author_type, author_id, is_public, epoch(occurred_at)::int from messages where message_id = "
        first = yard.rows(f"{message}'{last.id}'")
        assert first == [("2", "agent", str(last.author), True, last.at)]
        assert yard.rows("select count(*) from tickets") == [(0,)]
        assert fetch_told(yard.desk, "woot", clock=yard.clock) == 2
        assert yard.rows(f"{message}'{last.id}'") == first
    assert yard.rows("select ticket_id, customer_id from tickets") == [("2", str(ticket.requester))]
    assert yard.rows("select count(*) from messages where author_type <> 'system'") == [(len(ticket.messages),)]
    assert yard.rows("select count(*) from past.messages") == [(0,)]
    assert yard.states("woot") == {"taken": 3, "unused": 1}


def intercom(yard: Yard, said: Any) -> int:
    body = json.dumps(said).encode()
    made = hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest()
    return yard.send("chat", body, {"X-Hub-Signature": f"sha1={made}"}).status_code


def test_intercom_tells_of_people_conversations_and_deletions(yard: Yard) -> None:
    fake = FakeIntercom(NOW).populate(3)

    def notification(number: str, topic: str, item: dict[str, Any]) -> dict[str, Any]:
        at = int(NOW.timestamp()) - 60
        return {"type": "notification_event", "id": number, "topic": topic, "created_at": at, "delivery_attempts": 1,
                "data": {"type": "notification_event_data", "item": item}}  # fmt: skip

    with at_vendor(yard, "chat", "intercom", fake, {"token": fake.token}):
        replied = notification("n1", "conversation.user.replied", {"type": "conversation", "id": "2", "conversation_parts": {}})
        assert intercom(yard, replied) == 200
        assert intercom(yard, {**replied, "delivery_attempts": 2}) == 200  # the same, sent again
        person = {"type": "contact", "id": "c9", "name": "Ana", "created_at": 5, "updated_at": 6, "email": "ana@example.com"}
        intercom(yard, notification("n2", "contact.user.created", person))
        intercom(yard, notification("n3", "conversation.deleted", {"type": "conversation", "conversation_id": "3"}))
        intercom(yard, notification("n4", "ping", {"type": "ping"}))
        assert take_what_came(yard.desk, yard.clock) == ["chat"]
    assert yard.states("chat") == {"taken": 3, "unused": 1}
    assert yard.rows("select ticket_id from tickets") == [("2",)]
    assert yard.rows("select name from customers where customer_id = 'c9'") == [("Ana",)]
    assert yard.rows("select ticket_id, occurred_at::varchar from ticket_events where field = 'is_deleted'") == [
        ("3", "2026-03-20 11:59:00")
    ]


def zendesk(yard: Yard, said: Any, invocation: str) -> int:
    body, at = json.dumps(said).encode(), yard.now.isoformat()
    made = base64.b64encode(hmac.new(SECRET.encode(), at.encode() + body, hashlib.sha256).digest()).decode()
    headers = {"X-Zendesk-Webhook-Signature": made, "X-Zendesk-Webhook-Signature-Timestamp": at,
               "X-Zendesk-Webhook-Invocation-Id": invocation}  # fmt: skip
    return yard.send("desk", body, headers).status_code


def test_zendesks_ticket_makes_the_account_due(yard: Yard) -> None:
    """Its history comes in exports alone, so the whole account is pulled: at once, but every two minutes at most."""
    yard.connect("desk", "zendesk", secret=SECRET)
    event = {"zendesk_event_version": "2022-06-20", "id": "e1", "type": "zen:event-type:ticket.status_changed",
             "subject": "zen:ticket:42", "detail": {"id": "42"}}  # fmt: skip

    def due() -> datetime | None:
        return find_connection(yard.office, "desk").next_run_at

    plan_next(yard.office, "desk", NOW + timedelta(minutes=14), failure_count=0)
    assert zendesk(yard, event, "i1") == 200
    assert zendesk(yard, event, "i2") == 200  # the same event, sent again
    yard.take("desk")
    assert due() == NOW
    assert yard.states("desk") == {"taken": 1}
    run = begin_run(yard.office, "desk", NOW - timedelta(seconds=30))
    end_run(yard.office, run)
    plan_next(yard.office, "desk", NOW + timedelta(minutes=14), failure_count=0)
    zendesk(yard, {"ticket_id": "43"}, "i3")
    yard.take("desk")
    assert due() == NOW + timedelta(seconds=90)
    plan_next(yard.office, "desk", NOW + timedelta(minutes=30), failure_count=1)  # it fails: it is not pressed
    zendesk(yard, {"ticket_id": "44"}, "i4")
    zendesk(yard, {**event, "id": "e5", "type": "zen:event-type:user.created", "subject": "zen:user:1"}, "i5")
    yard.take("desk")
    assert due() == NOW + timedelta(minutes=30)
    assert yard.states("desk") == {"taken": 3, "unused": 1}
    assert list_failures(yard.office, "desk") == []


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("freshdesk", {"freshdesk_webhook": {"ticket_id": "INC-17", "ticket_updated_at": "2026-03-20T11:00:00Z"}}),
        ("freshdesk", {"ticket_id": 17, "updated_at": "2026-03-20T11:00:00Z"}),
        ("gorgias", {"ticket": {"id": 17, "updated_datetime": "2026-03-20T11:00:00"}}),
    ],
)
def test_who_tells_when_is_heard_once(yard: Yard, kind: str, said: dict[str, Any]) -> None:
    opened = yard.connect("desk", kind)
    assert opened.secret is not None
    for _ in range(3):
        assert yard.send("desk", said, {SECRET_HEADER: opened.secret}).status_code == 200
    assert yard.states("desk") == {"waiting": 1}
    hook = find_connector(kind).told_by({})
    assert hook is not None
    assert hook.read(Delivery({}, json.dumps(said).encode(), NOW)).wanted == ["17"]


def test_who_does_not_tell_when_is_heard_every_time(yard: Yard) -> None:
    opened = yard.connect("desk", "gorgias")
    assert opened.secret is not None
    for _ in range(2):
        yard.send("desk", {"ticket_id": 17}, {SECRET_HEADER: opened.secret})
    assert yard.states("desk") == {"waiting": 2}


def test_a_vendor_that_cannot_be_asked_is_asked_later(yard: Yard) -> None:
    fake = FakeShopify(NOW).populate(2)
    order_id = next(iter(fake.orders))
    with at_vendor(yard, "shop", "shopify", fake, {"token": "withdrawn"}):
        shopify(yard, "refunds/create", {"id": 1, "order_id": order_id}, "e1")
        take_what_came(yard.desk, yard.clock)
        assert find_connection(yard.office, "shop").failure_count == 1
        with pytest.raises(SourceRefused):
            fetch_told(yard.desk, "shop", clock=yard.clock)
        asked = len(fake.asked)
        take_what_came(yard.desk, yard.clock)
        assert len(fake.asked) == asked  # until a pull has worked again
    assert yard.states("shop") == {"taken": 1}
    with yard.desk.on_book() as book:
        assert book.sources_with("told") == ["shop"]


def test_every_declaration_is_found_by_name() -> None:
    hooks = {name: find_connector(name).told_by({}) for name in connector_names()}
    assert {name for name, hook in hooks.items() if hook} >= {
        "zendesk", "shopify", "intercom", "chatwoot", "freshdesk", "gorgias", "woocommerce", "webhook",
    }  # fmt: skip
    for name, hook in hooks.items():
        if hook:
            assert hook.where, name
            assert hook.signature or hook.secret_header, name
