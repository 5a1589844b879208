"""Asking after a delivery that the shop told of: once, after the quiet hours, and not about what was taken back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from app_client import ask
from servicemeter.web.app import create_app
from surveys.shop import NOW, Shop, open_shop


def placed(shop: Shop) -> None:
    """Three orders of two customers, one of them cancelled; placed twenty days ago."""
    then = (NOW - timedelta(days=20)).isoformat()
    rows = [{"order_id": f"o{n}", "customer_id": f"c{n % 2}", "customer_source": "desk", "placed_at": then} for n in range(3)]
    taken_back = [{"order_id": "o2", "occurred_at": NOW.isoformat(), "kind": "cancelled"}]
    shop.desk.load(source="shop", now=NOW, orders=rows, order_events=taken_back)


def test_a_delivered_order_is_asked_about_once_and_a_placed_one_is_not(tmp_path: Path) -> None:
    with open_shop(tmp_path, "csat", customers=2, event="order_delivered", quiet_hours=48, within_days=3) as shop:
        placed(shop)
        assert shop.ask() == []
        told = {"o0": NOW - timedelta(hours=49), "o1": NOW - timedelta(hours=47), "o2": NOW - timedelta(hours=49), "unknown": NOW}
        assert shop.desk.surveys.note_deliveries("shop", told) == 4
        [decision] = shop.ask()
        assert (decision.occasion.order_id, decision.occasion.customer_id, decision.reason) == ("o0", "c0", None)
        assert shop.desk.surveys.note_deliveries("shop", {"o0": NOW}) == 0  # told again: what was told first holds
        shop.wait(hours=2)
        assert [d.occasion.order_id for d in shop.ask()] == ["o1"]
        shop.wait(days=4)
        assert shop.ask() == [] and {i.order_id for i in shop.invitations()} == {"o0", "o1"}


def test_a_shop_tells_by_api(tmp_path: Path) -> None:
    with open_shop(tmp_path, "csat", customers=2, event="order_delivered", quiet_hours=1) as shop:
        placed(shop)
        pages = create_app(shop.desk)
        one = {"order_id": "o0", "delivered_at": (NOW - timedelta(hours=2)).isoformat()}
        sent = ask(pages, "/api/orders/delivered", "POST", json={"source": "shop", "orders": [one]})
        assert sent.json() == {"told": 1, "new": 1}
        for wrong in (
            {},
            {"source": "shop", "orders": [{"order_id": 7}]},
            {"source": "shop", "orders": [one, {**one, "delivered_at": "x"}]},
        ):
            assert ask(pages, "/api/orders/delivered", "POST", json=wrong).status_code == 400
        assert ask(pages, "/api/orders/delivered").status_code == 405
        assert [d.occasion.order_id for d in shop.ask()] == ["o0"]
