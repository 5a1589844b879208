"""A Shopify shop over its Admin API: orders with their refunds and cancellations, and customers."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from servicemeter.ground.errors import SourceLacks
from servicemeter.sources.client import Client, Pace, Rate
from servicemeter.sources.money import minor_units
from servicemeter.sources.paging import by_link, items_of, pages
from servicemeter.sources.source import Account, Asked, Cursor, Known, Page, Row, Shaped, Source, Stream, each
from servicemeter.sources.webhook import Delivery, Signature, Told, Webhook, ids_in, subject_of

__all__ = ["Shopify"]

_VERSION = "2025-07"
_SIZE = 250
_BUCKET, _DRAINED_S = 40, 20.0
_OVERLAP = timedelta(minutes=5)
_ALWAYS_READ = timedelta(days=60)
_LONG_AGO = datetime(2006, 1, 1, tzinfo=UTC)
_LISTS = {"customers": {"order": "updated_at asc"}, "orders": {"order": "updated_at asc", "status": "any"}}
_TOPIC, _TRIGGERED = "x-shopify-topic", "x-shopify-triggered-at"


def _read(delivery: Delivery) -> Told:
    """Orders and customers come whole, in the shape of the API; an order's refund comes alone."""
    topic, said = delivery.headers.get(_TOPIC, ""), subject_of(delivery.json())
    if topic == "orders/delete":
        at = delivery.headers.get(_TRIGGERED) or delivery.received_at.isoformat()
        return Told(rows=[("order_events", {"order_id": said["id"], "occurred_at": at, "kind": "cancelled"})])
    if topic == "refunds/create":
        return Told(wanted=ids_in(said, "order_id"))
    if topic in ("customers/create", "customers/update"):
        return Told(pages=[Page("customers", [said], {}, 1.0)])
    if topic.startswith("orders/") and "total_price" in said:
        return Told(pages=[Page("orders", [said], {}, 1.0)])
    return Told(unused=f"{topic or 'no topic'} tells nothing that is measured")


def _key(delivery: Delivery) -> str | None:
    """One event is told under several topics, and under each as whoever subscribed wants it."""
    event = delivery.headers.get("x-shopify-event-id") or delivery.headers.get("x-shopify-webhook-id")
    told = hashlib.sha256(delivery.body).hexdigest()[:16]
    return f"{event}/{delivery.headers.get(_TOPIC, '')}/{told}" if event else None


class Shopify(Source):
    """One shop."""

    title = "Shopify"
    about = "Orders with refunds and cancellations, customers."
    asks = (
        Asked("address", "Address of the shop's administration, such as https://example.myshopify.com"),
        Asked("token", "Access token of an app of your own with the scopes read_all_orders and read_customers", is_secret=True),
    )
    streams = (
        Stream("customers", ("customer_identity",)),
        Stream("orders", is_needed=True),
        Stream("deletions"),
    )
    gives = ("orders",)
    counted = "orders"
    webhook = Webhook(
        "Your app's webhooks: orders/create, orders/updated, orders/cancelled, orders/delete, customers/create, "
        "customers/update; the secret is the app's client secret",
        _read,
        _key,
        Signature("x-shopify-hmac-sha256"),
        keeps=(_TOPIC, _TRIGGERED),
    )
    can_fetch = True

    @classmethod
    def address(cls, given: str) -> str:
        """The shop's name alone is enough."""
        return given if "." in given or "://" in given else f"https://{given}.myshopify.com"

    def open(self, pace: Pace) -> Client:
        """A client with Shopify's limit: a bucket of 40 calls that drains by two a second."""
        address = self.address(self.options.get("address", ""))
        calls = int(self.options.get("bucket", _BUCKET))
        headers = {"X-Shopify-Access-Token": self.options.get("token", "")}
        return Client(address, headers=headers, rates={"all": Rate(calls, _DRAINED_S)}, pace=pace)

    def account(self) -> Account:
        """The shop's name and zone."""
        answer = self.client.get(self._path("shop"))
        shop = answer.body.get("shop") or {}
        return Account(str(shop.get("name") or ""), shop.get("iana_timezone"), answer.at)

    def probe(self, stream: str) -> None:
        """One small call of a stream."""
        if stream == "deletions":
            self.client.get(self._path("events"), {"filter": "Order", "verb": "destroy", "limit": 1})
        else:
            self.client.get(self._path(stream), {"limit": 1})

    def pull(self, stream: str, cursor: Cursor, until: datetime) -> Iterator[Page]:
        """The pages of a stream."""
        if stream == "deletions":
            return self._pull_deletions(cursor, until)
        return self._pull_changed(stream, cursor, until)

    def shape(self, page: Page, known: Known) -> Shaped:
        """Canonical rows."""
        if page.stream == "customers":
            return each(page.items, _customer, page.stream, "customers")
        if page.stream == "orders":
            return each(page.items, _order, page.stream, "orders")
        placed = known.values("orders", "placed_at", [raw.get("subject_id") for raw in page.items])
        return each(page.items, partial(_deletion, placed), page.stream, "order_events")

    def fetch(self, ids: Sequence[str]) -> Iterator[Page]:
        """Orders, one by one."""
        for order_id in ids:
            with suppress(SourceLacks):
                yield Page("orders", [self.client.get(self._path(f"orders/{order_id}")).body["order"]], {})

    def restart(self, stream: str, cursor: Cursor, since: datetime | None) -> Cursor:
        """Streams begin again at an instant."""
        return {} if since is None else {"since": since.isoformat()}

    def count_tickets(self, days: Sequence[date]) -> dict[date, int]:
        """Orders placed on each UTC day."""
        found = dict.fromkeys(days, 0)
        first, last = min(days), max(days) + timedelta(days=1)
        params = {
            "status": "any",
            "processed_at_min": f"{first}T00:00:00Z",
            "processed_at_max": f"{last}T00:00:00Z",
            "fields": "id,processed_at,created_at",
            "limit": _SIZE,
        }
        for answer in pages(self.client, self._path("orders"), params, step=by_link):
            for raw in items_of(answer, "orders"):
                day = _placed_at(raw).date()
                if day in found:
                    found[day] += 1
        return found

    def _path(self, name: str) -> str:
        return f"/admin/api/{self.options.get('version', _VERSION)}/{name}.json"

    def _begin(self, cursor: Cursor) -> datetime:
        given = cursor.get("since") or self.options.get("since")
        found = datetime.fromisoformat(given) if given else _LONG_AGO
        return found if found.tzinfo else found.replace(tzinfo=UTC)

    def _pull_changed(self, stream: str, cursor: Cursor, until: datetime) -> Iterator[Page]:
        """What was changed from shortly before the last sync on, in the order of the changes: what is changed while it is
        read comes again at the end. After the last page the cursor stands at `until`."""
        begin = self._begin(cursor)
        params = {"updated_at_min": _iso(begin), "limit": _SIZE, **_LISTS[stream]}
        oldest = until
        for answer in pages(self.client, self._path(stream), params, step=by_link):
            items = items_of(answer, stream)
            stamps = [datetime.fromisoformat(item["updated_at"]) for item in items if item.get("updated_at")]
            oldest = min([oldest, *(_placed_at(item) for item in items)]) if stream == "orders" else oldest
            reached = max(min(max(stamps, default=begin), until), begin)
            after = {"since": (reached - _OVERLAP).isoformat()}
            yield Page(stream, items, after, (reached - begin) / max(until - begin, timedelta(seconds=1)))
        if stream == "orders" and begin == _LONG_AGO and timedelta(days=59) < until - oldest < timedelta(days=62):
            self.remarks.append(
                "The oldest order is 60 days old: the token has read_orders, which shows no older ones. With read_all_orders it "
                "shows all; then sync again with --since."
            )
        yield Page(stream, [], {"since": (until - _OVERLAP).isoformat()}, 1.0)

    def _pull_deletions(self, cursor: Cursor, until: datetime) -> Iterator[Page]:
        """Orders deleted there; they are no longer in the list."""
        params = {"filter": "Order", "verb": "destroy", "created_at_min": _iso(self._begin(cursor)), "limit": _SIZE}
        for answer in pages(self.client, self._path("events"), params, step=by_link):
            yield Page("deletions", items_of(answer, "events"), cursor)
        yield Page("deletions", [], {"since": (until - _OVERLAP).isoformat()}, 1.0)


def _customer(raw: dict[str, Any]) -> Iterator[Row]:
    customer_id, address = raw["id"], raw.get("default_address") or {}
    name = " ".join(filter(None, (raw.get("first_name"), raw.get("last_name"))))
    yield (
        "customers",
        {
            "customer_id": customer_id,
            "name": name or None,
            "first_seen_at": raw.get("created_at"),
            "country": address.get("country_code"),
            "source_updated_at": raw.get("updated_at"),
        },
    )
    for kind, value in (("email", raw.get("email")), ("phone", raw.get("phone") or address.get("phone"))):
        if value:
            yield "customer_identities", {"customer_id": customer_id, "kind": kind, "value": value}


def _order(raw: dict[str, Any]) -> Iterator[Row]:
    """An order with its refunds. A cancelled one is taken back as a whole, also when nothing of it was paid."""
    order_id, currency = raw["id"], str(raw["currency"])
    customer = raw.get("customer") or {}
    yield (
        "orders",
        {
            "order_id": order_id,
            "customer_id": customer.get("id"),
            "placed_at": _placed_at(raw),
            "amount": minor_units(raw["total_price"], currency),
            "currency": currency,
            "is_test": bool(raw.get("test")),
            "source_updated_at": raw.get("updated_at"),
        },
    )
    if raw.get("cancelled_at"):
        yield "order_events", {"order_id": order_id, "occurred_at": raw["cancelled_at"], "kind": "cancelled"}
    refunded: Counter[str] = Counter()
    for refund in raw.get("refunds") or ():
        refunded[str(refund.get("processed_at") or refund["created_at"])] += _refunded(refund, currency)
    for at, amount in refunded.items():
        if amount:
            yield "order_events", {"order_id": order_id, "occurred_at": at, "kind": "refunded", "amount": amount}


def _refunded(refund: Mapping[str, Any], currency: str) -> int:
    """What was given back, in the shop's currency: the payments, or, paid in another currency, what the lines come to."""
    paid = [t for t in refund.get("transactions") or () if t.get("kind") == "refund" and t.get("status") == "success"]
    if all(str(t.get("currency") or currency) == currency for t in paid):
        return sum(minor_units(t["amount"], currency) for t in paid)
    lines = refund.get("refund_line_items") or ()
    sums = [_of_shop(line, name) for line in lines for name in ("subtotal", "total_tax")]
    kept = [_of_shop(one, name) for one in refund.get("order_adjustments") or () for name in ("amount", "tax_amount")]
    return sum(minor_units(one, currency) for one in sums) - sum(minor_units(one, currency) for one in kept)


def _of_shop(raw: Mapping[str, Any], name: str) -> Any:
    """An amount in the shop's own currency."""
    both = raw.get(f"{name}_set") or {}
    return (both.get("shop_money") or {}).get("amount") or raw.get(name) or 0


def _deletion(placed: Mapping[str, Any], raw: dict[str, Any]) -> Iterator[Row]:
    """An order that the book has is taken back as a whole."""
    if str(raw["subject_id"]) in placed:
        yield "order_events", {"order_id": raw["subject_id"], "occurred_at": raw["created_at"], "kind": "cancelled"}


def _placed_at(raw: Mapping[str, Any]) -> datetime:
    """When it was placed: an order brought over from another shop was made later there than it was placed."""
    return datetime.fromisoformat(raw.get("processed_at") or raw["created_at"]).astimezone(UTC)


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
