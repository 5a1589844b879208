"""A Shopify shop that lives: people order, orders are paid back, cancelled and deleted, while its API is read.

The shapes are those of the vendor's documentation, in our own words and values.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from fakes.vendor import Limit, Missing, Vendor

__all__ = ["FakeShopify", "shopify_limits"]


def shopify_limits() -> list[Limit]:
    """A bucket of 40 calls that drains by two a second."""
    return [Limit("/admin/", 40, 20.0)]


@dataclass
class FakeShopify(Vendor):
    """One shop. `pages` is how many items a page has."""

    token: str = "very-secret-token"
    pages: int = 15
    customers: dict[int, dict[str, Any]] = field(default_factory=dict)
    orders: dict[int, dict[str, Any]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    address: str = ""
    _last_id: int = 7_000_000_000

    def populate(self, count: int, *, days: int = 40) -> FakeShopify:
        """A shop with some history."""
        first = int(self.began_at.timestamp()) - days * 86_400
        for number in range(max(count // 3, 1)):
            self._customer(first + number)
        for number in range(count):
            self.order(first + 1_000 + (days * 86_400 - 8_000) * number // count)
        for order in list(self.orders.values()):
            self._live(order)
        return self

    def _customer(self, at: int) -> None:
        number = self._next_id()
        self.customers[number] = {
            "id": number, "first_name": "Person", "last_name": str(number % 1000), "email": f"p{number}@shop.example",
            "phone": None, "created_at": _iso(at), "updated_at": _iso(at), "default_address": {"country_code": "NL"},
        }  # fmt: skip

    def order(self, at: int) -> dict[str, Any]:
        """Somebody orders; some as guests, some in a shop that was left since, some in another currency."""
        number, chance = self._next_id(), self.chance.random()
        buyer = None if chance < 0.1 else {"id": self.chance.choice(list(self.customers))}
        order: dict[str, Any] = {
            "id": number, "name": f"#{number % 10_000}", "created_at": _iso(at), "updated_at": _iso(at),
            "processed_at": _iso(at - 500 if chance > 0.9 else at), "currency": "EUR", "total_price": f"{20 + number % 50}.95",
            "presentment_currency": "USD" if 0.1 < chance < 0.2 else "EUR", "test": chance > 0.95, "cancelled_at": None,
            "financial_status": "paid", "customer": buyer, "refunds": [],
        }  # fmt: skip
        self.orders[number] = order
        return order

    def refund(self, order: dict[str, Any], at: int, amount: str) -> None:
        """Something is given back, in the currency that the customer paid in."""
        abroad = order["presentment_currency"] == "USD"
        order["refunds"].append(
            {
                "id": self._next_id(), "order_id": order["id"], "created_at": _iso(at), "processed_at": _iso(at),
                "transactions": [
                    {"kind": "refund", "status": "failure", "amount": amount, "currency": "EUR"},
                    {"kind": "refund", "status": "success", "amount": "99.99" if abroad else amount,
                     "currency": "USD" if abroad else "EUR"},
                ],
                "refund_line_items": [{"subtotal": "88.88", "total_tax": "0.00",
                                       "subtotal_set": {"shop_money": {"amount": amount, "currency_code": "EUR"}},
                                       "total_tax_set": {"shop_money": {"amount": "0.00", "currency_code": "EUR"}}}],
                "order_adjustments": [],
            }
        )  # fmt: skip
        order["updated_at"] = _iso(at)

    def _live(self, order: dict[str, Any]) -> None:
        at, chance = _epoch(order["created_at"]), self.chance.random()
        if chance < 0.2:
            self.refund(order, at + 900, "5.05")
            if chance < 0.05:
                self.refund(order, at + 1_900, "3.00")
        elif chance < 0.3:
            order["cancelled_at"] = order["updated_at"] = _iso(at + 700)

    def happen(self) -> None:
        """Something more happens now."""
        at, chance = int(self.now().timestamp()), self.chance.random()
        order = self.chance.choice(list(self.orders.values()))
        if chance < 0.3:
            self.order(at)
        elif chance < 0.6:
            self.refund(order, at, "1.10")
        elif chance < 0.8:
            order["updated_at"] = _iso(at)
        elif chance < 0.9:
            order["cancelled_at"] = order["cancelled_at"] or _iso(at)
            order["updated_at"] = _iso(at)
        else:
            del self.orders[order["id"]]
            self.events.append({"id": self._next_id(), "subject_id": order["id"], "subject_type": "Order", "verb": "destroy",
                                "created_at": _iso(at)})  # fmt: skip

    def is_allowed(self, headers: Mapping[str, str]) -> bool:
        """The token of an app stands in a header of its own."""
        return headers.get("x-shopify-access-token") == self.token

    def respond(self, path: str, params: Mapping[str, str], headers: Mapping[str, str]) -> Any:
        """The lists, the shop."""
        name = path.removeprefix("/admin/api/2025-07/").removesuffix(".json")
        if name == "shop":
            return {"shop": {"id": 1, "name": "Lamps", "iana_timezone": "Europe/Amsterdam", "currency": "EUR"}}
        if name.startswith("orders/"):
            return {"order": self._one(int(name.removeprefix("orders/")))}
        if name not in ("orders", "customers", "events"):
            raise Missing
        asked, place = self._asked(params)
        items = self._found(name, asked)
        order = "created_at" if name == "events" or "processed_at_min" in asked else "updated_at"
        rest = [i for i in sorted(items, key=lambda i: (_epoch(i[order]), i["id"])) if [_epoch(i[order]), i["id"]] > place]
        some = rest[: min(self.pages, int(asked.get("limit", 50)))]
        if len(rest) > len(some):
            self._link(path, asked, [_epoch(some[-1][order]), some[-1]["id"]])
        return {name: some}

    def _one(self, number: int) -> dict[str, Any]:
        if number not in self.orders:
            raise Missing
        return self.orders[number]

    def _asked(self, params: Mapping[str, str]) -> tuple[dict[str, str], list[int]]:
        """What a page was asked for: a page after the first stands for the whole question."""
        if "page_info" in params:
            asked, place = json.loads(base64.urlsafe_b64decode(params["page_info"]))
            return asked, place
        return dict(params), [0, 0]

    def _link(self, path: str, asked: dict[str, str], place: list[int]) -> None:
        info = base64.urlsafe_b64encode(json.dumps([asked, place]).encode()).decode()
        self.more_headers[b"link"] = f'<{self.address}{path}?limit=250&page_info={info}>; rel="next"'.encode()

    def _found(self, name: str, asked: Mapping[str, str]) -> list[dict[str, Any]]:
        if name == "events":
            return [e for e in self.events if _epoch(e["created_at"]) >= _epoch(asked["created_at_min"])]
        if "processed_at_min" in asked:
            spans = (_epoch(asked["processed_at_min"]), _epoch(asked["processed_at_max"]))
            return [o for o in self.orders.values() if spans[0] <= _epoch(o["processed_at"]) <= spans[1]]
        since = _epoch(asked.get("updated_at_min", "2000-01-01T00:00:00+00:00"))
        return [i for i in getattr(self, name).values() if _epoch(i["updated_at"]) >= since]

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id


def _iso(at: int) -> str:
    """With the shop's own offset, as it writes them."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")


def _epoch(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())
