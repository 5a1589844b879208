"""A WooCommerce shop that lives: people order, pay or do not, are paid back, orders are cancelled, while its API is read.

The shapes are those of the vendor's documentation, in our own words and values.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from fakes.vendor import Missing, Vendor

__all__ = ["FakeWooCommerce"]

_API = "/wp-json/wc/v3/"


@dataclass
class FakeWooCommerce(Vendor):
    """One shop. `pages` is how many items a page has at most."""

    key: str = "ck_1"
    secret: str = "very-secret"
    pages: int = 10
    customers: dict[int, dict[str, Any]] = field(default_factory=dict)
    orders: dict[int, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    _last_id: int = 100

    def populate(self, count: int, *, days: int = 40) -> FakeWooCommerce:
        """A shop with some history."""
        first = int(self.began_at.timestamp()) - days * 86_400
        for number in range(max(count // 3, 1)):
            self._customer(first + number)
        for number in range(count):
            self._live(self.order(first + 1_000 + (days * 86_400 - 8_000) * number // count))
        return self

    def _customer(self, at: int) -> None:
        number = self._next_id()
        self.customers[number] = {
            "id": number, "email": f"p{number}@shop.example", "first_name": "Person", "last_name": str(number),
            "role": "customer", "date_created_gmt": _iso(at), "billing": {"country": "RO", "phone": f"07000{number}"},
        }  # fmt: skip

    def order(self, at: int) -> dict[str, Any]:
        """Somebody orders; some as guests, some do not pay at once."""
        number, chance = self._next_id(), self.chance.random()
        buyer = 0 if chance < 0.3 else self.chance.choice(list(self.customers))
        status = "pending" if chance > 0.85 else "on-hold" if chance > 0.75 else "processing"
        order = {
            "id": number, "status": status, "currency": "RON", "total": f"{30 + number % 40}.50", "customer_id": buyer,
            "date_created_gmt": _iso(at), "date_modified_gmt": _iso(at),
            "date_paid_gmt": _iso(at) if status == "processing" else None, "refunds": [],
            "billing": {"email": f"Guest{number % 9}@shop.example" if not buyer else "", "country": "RO", "phone": ""},
        }  # fmt: skip
        self.orders[number] = order
        return order

    def change(self, order: dict[str, Any], at: int, status: str | None = None) -> None:
        """An order is changed, for some reason or to another status."""
        order["status"] = status or order["status"]
        order["date_modified_gmt"] = _iso(at)

    def refund(self, order: dict[str, Any], at: int, amount: str) -> None:
        """Something is given back."""
        number = self._next_id()
        order["refunds"].append({"id": number, "reason": "", "total": f"-{amount}"})
        self.refunds.setdefault(order["id"], []).append({"id": number, "date_created_gmt": _iso(at), "amount": amount})
        self.change(order, at)

    def _live(self, order: dict[str, Any]) -> None:
        at, chance = _epoch(order["date_created_gmt"]), self.chance.random()
        if order["status"] == "pending":
            self.change(order, at + 3_600, "cancelled" if chance < 0.5 else "failed" if chance < 0.7 else None)
        elif chance < 0.2:
            self.refund(order, at + 900, "5.05")
        elif chance < 0.3 and order["status"] == "processing":
            self.change(order, at + 600, "cancelled")
        elif chance < 0.8:
            self.change(order, at + 700, "completed")

    def happen(self) -> None:
        """Something more happens now."""
        at, chance = int(self.now().timestamp()), self.chance.random()
        order = self.chance.choice([o for o in self.orders.values() if o["date_paid_gmt"]])
        if chance < 0.3:
            self.order(at)
        elif chance < 0.6:
            self.refund(order, at, "1.10")
        elif chance < 0.9 or order["status"] in ("cancelled", "trash"):
            self.change(order, at)
        else:
            self.change(order, at, "trash" if chance > 0.95 else "cancelled")

    def is_allowed(self, headers: Mapping[str, str]) -> bool:
        """The key and the secret, as a name and a password."""
        given = headers.get("authorization", "").removeprefix("Basic ")
        return base64.b64decode(given).decode() == f"{self.key}:{self.secret}"

    def respond(self, path: str, params: Mapping[str, str], headers: Mapping[str, str]) -> Any:
        """The lists; the site's own door."""
        if path == "/wp-json/":
            return {"name": "Lamps", "timezone_string": "Europe/Bucharest"}
        name, *rest = path.removeprefix(_API).split("/")
        if name == "customers":
            return self._paged(list(self.customers.values()), params)
        if name == "orders" and len(rest) == 1:
            return self._one(int(rest[0]))
        if name == "orders" and rest:
            return self._paged(self.refunds.get(int(rest[0]), []), params)
        if name == "orders":
            return self._paged(self._found(params), params)
        raise Missing

    def _one(self, number: int) -> dict[str, Any]:
        if number not in self.orders:
            raise Missing
        return self.orders[number]

    def _found(self, params: Mapping[str, str]) -> list[dict[str, Any]]:
        trash = params.get("status") == "trash"
        found = [o for o in self.orders.values() if (o["status"] == "trash") == trash]
        if "after" in params:
            found = [o for o in found if params["after"] < o["date_created_gmt"] < params["before"]]
        if "modified_after" in params:
            found = [o for o in found if o["date_modified_gmt"] > params["modified_after"]]
        by_change = params.get("orderby") == "modified"
        return sorted(found, key=lambda o: (o["date_modified_gmt"], o["id"]) if by_change else ("", o["id"]))

    def _paged(self, items: list[dict[str, Any]], params: Mapping[str, str]) -> list[dict[str, Any]]:
        size, number = min(self.pages, int(params.get("per_page", 10))), int(params.get("page", 1))
        self.more_headers[b"x-wp-totalpages"] = str(-(-len(items) // size)).encode()
        return items[(number - 1) * size : number * size]

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _epoch(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())
