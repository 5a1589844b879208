"""A WooCommerce shop pulled into the book: whatever its API does on the way, the book ends as the shop is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fakes.woocommerce import FakeWooCommerce
from servicemeter.desk.desk import Desk
from servicemeter.desk.methods.sources import sources
from servicemeter.desk.sync import sync_source
from servicemeter.ground.settings import Home
from servicemeter.office.connections import Connection, keep_connection
from servicemeter.office.runs import SyncRun

BEGAN = datetime(2026, 3, 20, 12, tzinfo=UTC)


@contextmanager
def connected(fake: FakeWooCommerce, home: Path, secret: str | None = None) -> Iterator[Desk]:
    """A desk with the shop connected as `shop`."""
    with fake.serving() as address, Desk(Home(home)) as desk:
        connection = Connection("shop", "woocommerce", address, {"key": fake.key}, BEGAN)
        keep_connection(desk.office, connection, {"secret": secret or fake.secret})
        yield desk


def sync(desk: Desk, fake: FakeWooCommerce) -> SyncRun:
    return sync_source(desk, "shop", clock=fake.now, pace=fake.time.pace())


def held(desk: Desk) -> dict[str, list[Any]]:
    """What the book has of the shop; of several times at which a cancelled order was seen the first one."""
    with desk.on_book() as book:
        rows = book.engine.rows
        return {
            "orders": sorted(
                rows(
                    "select order_id::int, epoch(placed_at)::int, amount, currency, "
                    "case when o.customer_id like 'guest/%' then i.value else o.customer_id end from orders o left join "
                    "customer_identities i on i.customer_id = o.customer_id and i.kind = 'email'"
                )
            ),
            "refunds": sorted(
                rows("select order_id::int, epoch(occurred_at)::int, amount from order_events where kind = 'refunded'")
            ),
            "cancelled": sorted(rows("select distinct order_id::int from order_events where kind = 'cancelled'")),
            "customers": sorted(rows("select customer_id::int, country from customers where customer_id not like 'guest/%'")),
        }


def truth(fake: FakeWooCommerce) -> dict[str, list[Any]]:
    """What is true of the shop."""
    placed = [
        o
        for o in fake.orders.values()
        if o["status"] not in ("pending", "failed") and (o["status"] not in ("cancelled", "trash") or o["date_paid_gmt"])
    ]
    return {
        "orders": sorted(
            (o["id"], _epoch(o["date_created_gmt"]), round(float(o["total"]) * 100), "RON",
             str(o["customer_id"]) if o["customer_id"] else o["billing"]["email"])
            for o in placed
        ),
        "refunds": sorted(
            (o["id"], _epoch(r["date_created_gmt"]), round(float(r["amount"]) * 100))
            for o in placed for r in _summed(fake.refunds.get(o["id"], []))
        ),
        "cancelled": sorted((o["id"],) for o in placed if o["status"] in ("cancelled", "trash")),
        "customers": sorted((c, "RO") for c in fake.customers),
    }  # fmt: skip


def _summed(refunds: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Refunds of one second are one row."""
    sums: dict[str, float] = {}
    for refund in refunds:
        sums[refund["date_created_gmt"]] = sums.get(refund["date_created_gmt"], 0.0) + float(refund["amount"])
    return [{"date_created_gmt": at, "amount": amount} for at, amount in sums.items()]


def _epoch(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def test_the_book_ends_as_the_shop_is(tmp_path: Path) -> None:
    fake = FakeWooCommerce(BEGAN).populate(80)
    with connected(fake, tmp_path) as desk:
        run = sync(desk, fake)
        assert (run.state, run.error, run.kept_aside, run.remarks) == ("done", None, 0, [])
        assert held(desk) == truth(fake)
        assert desk.report_tz == "Europe/Bucharest"
        assert sources(desk)[0]["capabilities"] == "customer_identity,orders"
        assert sum(there for there, _ in run.counts.values()) > 0
        assert all(there == here for there, here in run.counts.values())
        again = sync(desk, fake)
        assert (again.state, again.new_rows, again.changed_rows) == ("done", 0, 0)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_a_bad_day_loses_nothing(tmp_path: Path, seed: int) -> None:
    """Faults, and orders that come and change while the pages are read."""
    fake = FakeWooCommerce(BEGAN, fault_share=0.15, pages=5)
    fake.chance.seed(seed)
    fake.populate(50)
    with connected(fake, tmp_path) as desk:
        fake.on_request = lambda: fake.happen() if fake.chance.random() < 0.5 else None
        for _ in range(2):
            assert sync(desk, fake).error is None
            fake.time.seconds += 600
        fake.on_request = lambda: None
        run = sync(desk, fake)
        assert (run.state, run.error, run.kept_aside) == ("done", None, 0)
        assert held(desk) == truth(fake)


def test_many_changed_in_one_second(tmp_path: Path) -> None:
    """A bulk change gives more orders one time than a page holds."""
    fake = FakeWooCommerce(BEGAN, pages=5).populate(30)
    for order in fake.orders.values():
        fake.change(order, int(BEGAN.timestamp()) - 600)
    with connected(fake, tmp_path) as desk:
        assert sync(desk, fake).state == "done"
        assert held(desk) == truth(fake)


def test_a_wrong_secret_is_said(tmp_path: Path) -> None:
    fake = FakeWooCommerce(BEGAN)
    with connected(fake, tmp_path, "other") as desk:
        run = sync(desk, fake)
        assert run.error_kind == "SourceRefused"
        assert "other" not in str(run.error).split()
