"""A Shopify shop pulled into the book: whatever its API does on the way, the book ends as the shop is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fakes.shopify import FakeShopify, shopify_limits
from servicemeter.desk.desk import Desk
from servicemeter.desk.methods.sources import sources
from servicemeter.desk.sync import sync_source
from servicemeter.ground.settings import Home
from servicemeter.office.connections import Connection, keep_connection
from servicemeter.office.runs import SyncRun

BEGAN = datetime(2026, 3, 20, 12, tzinfo=UTC)


@contextmanager
def connected(fake: FakeShopify, home: Path, token: str | None = None) -> Iterator[Desk]:
    """A desk with the shop connected as `shop`."""
    with fake.serving() as address, Desk(Home(home)) as desk:
        fake.address = address
        keep_connection(desk.office, Connection("shop", "shopify", address, {}, BEGAN), {"token": token or fake.token})
        yield desk


def sync(desk: Desk, fake: FakeShopify) -> SyncRun:
    return sync_source(desk, "shop", clock=fake.now, pace=fake.time.pace())


def held(desk: Desk) -> dict[str, list[Any]]:
    """What the book has of the shop."""
    with desk.on_book() as book:
        rows = book.engine.rows
        return {
            "orders": sorted(rows("select order_id, epoch(placed_at)::int, amount, currency, customer_id, is_test from orders")),
            "events": sorted(rows("select order_id, epoch(occurred_at)::int, kind, amount from order_events"), key=str),
            "customers": sorted(rows("select customer_id, country from customers")),
            "mail": sorted(rows("select customer_id, value from customer_identities where kind = 'email'")),
        }


def truth(fake: FakeShopify, gone: dict[int, dict[str, Any]]) -> dict[str, list[Any]]:
    """What is true of the shop; `gone` are deleted orders that had been there at a sync."""
    orders: list[Any] = []
    events: list[Any] = []
    for order in [*fake.orders.values(), *gone.values()]:
        buyer = order["customer"] and str(order["customer"]["id"])
        amount = round(float(order["total_price"]) * 100)
        orders.append((str(order["id"]), _epoch(order["processed_at"]), amount, "EUR", buyer, order["test"]))
        if order["cancelled_at"]:
            events.append((str(order["id"]), _epoch(order["cancelled_at"]), "cancelled", None))
        back: Counter[int] = Counter()
        for refund in order["refunds"]:
            line = refund["refund_line_items"][0]["subtotal_set"]["shop_money"]["amount"]
            back[_epoch(refund["processed_at"])] += round(float(line) * 100)
        events += [(str(order["id"]), at, "refunded", amount) for at, amount in back.items()]
    events += [(str(e["subject_id"]), _epoch(e["created_at"]), "cancelled", None) for e in fake.events if e["subject_id"] in gone]
    return {
        "orders": sorted(orders),
        "events": sorted(events, key=str),
        "customers": sorted((str(c), "NL") for c in fake.customers),
        "mail": sorted((str(c["id"]), c["email"]) for c in fake.customers.values()),
    }


def _epoch(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def test_the_book_ends_as_the_shop_is(tmp_path: Path) -> None:
    fake = FakeShopify(BEGAN, limits=shopify_limits()).populate(90)
    with connected(fake, tmp_path) as desk:
        run = sync(desk, fake)
        assert (run.state, run.error, run.kept_aside, run.remarks) == ("done", None, 0, [])
        assert held(desk) == truth(fake, {})
        assert desk.report_tz == "Europe/Amsterdam"
        [source] = sources(desk)
        assert source["capabilities"] == "customer_identity,orders"
        assert sum(there for there, _ in run.counts.values()) > 0
        assert all(there == here for there, here in run.counts.values())
        again = sync(desk, fake)
        assert (again.state, again.new_rows, again.changed_rows) == ("done", 0, 0)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_a_bad_day_loses_nothing(tmp_path: Path, seed: int) -> None:
    """Faults, limits, and orders that come, change and are deleted while the pages are read."""
    fake = FakeShopify(BEGAN, limits=shopify_limits(), fault_share=0.15, pages=5)
    fake.chance.seed(seed)
    fake.populate(60)
    with connected(fake, tmp_path) as desk:
        fake.on_request = lambda: fake.happen() if fake.chance.random() < 0.5 else None
        assert sync(desk, fake).state == "done"
        fake.time.seconds += 600
        assert sync(desk, fake).state == "done"
        fake.on_request = lambda: None
        before = dict(fake.orders)
        with desk.on_book() as book:
            known = {int(one) for (one,) in book.engine.rows("select order_id from orders")}
        fake.time.seconds += 600
        for _ in range(20):
            fake.happen()
        run = sync(desk, fake)
        assert (run.state, run.error, run.kept_aside) == ("done", None, 0)
        gone = {one: order for one, order in before.items() if one in known and one not in fake.orders}
        book_has = held(desk)
        true = truth(fake, gone)
        earlier = known - fake.orders.keys() - gone.keys()
        assert [o for o in book_has["orders"] if int(o[0]) not in earlier] == true["orders"]
        assert [e for e in book_has["events"] if int(e[0]) not in earlier] == true["events"]
        assert {int(e[0]) for e in book_has["events"] if e[2] == "cancelled"} >= earlier
    assert fake.most_in_window("/admin/", 20.0) <= 40
    assert 429 not in {status for _, _, status in fake.asked}


def test_a_token_for_sixty_days_only_is_said(tmp_path: Path) -> None:
    fake = FakeShopify(BEGAN).populate(30, days=60)
    with connected(fake, tmp_path) as desk:
        [remark] = sync(desk, fake).remarks
        assert "read_all_orders" in remark


def test_without_customers_the_rest_goes_on(tmp_path: Path) -> None:
    fake = FakeShopify(BEGAN, forbidden=("/admin/api/2025-07/customers.json",)).populate(20)
    with connected(fake, tmp_path) as desk:
        run = sync(desk, fake)
        assert (run.state, len(held(desk)["orders"])) == ("done", 20)
        [remark] = run.remarks
        assert "customer_identity" in remark
        assert sources(desk)[0]["capabilities"] == "orders"


def test_a_wrong_token_is_said(tmp_path: Path) -> None:
    with connected(FakeShopify(BEGAN), tmp_path, "other") as desk:
        assert sync_source(desk, "shop", clock=lambda: BEGAN + timedelta(1)).error_kind == "SourceRefused"
