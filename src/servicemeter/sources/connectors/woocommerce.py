"""A WooCommerce shop over its REST API: orders with their refunds and cancellations, and customers."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from servicemeter.ground.errors import SourceGarbled, SourceLacks
from servicemeter.sources.client import Answer, Client, Pace
from servicemeter.sources.money import minor_units
from servicemeter.sources.paging import Next, pages
from servicemeter.sources.source import Account, Asked, Cursor, Known, Page, Row, Shaped, Source, Stream, each
from servicemeter.sources.webhook import Delivery, Signature, Told, Webhook, ids_in, subject_of

__all__ = ["WooCommerce"]

_API = "/wp-json/wc/v3"
_SIZE = 100
_OVERLAP = timedelta(minutes=5)
_LONG_AGO = datetime(2010, 1, 1, tzinfo=UTC)
_UNPLACED = {"pending", "failed", "checkout-draft", "auto-draft"}
_TAKEN_BACK = {"cancelled", "trash"}
_TOPIC = "x-wc-webhook-topic"


def _read(delivery: Delivery) -> Told:
    """Customers come whole; of an order the days of its refunds are missing, so that it is asked for."""
    topic = delivery.headers.get(_TOPIC, "")
    if topic.startswith("order."):
        return Told(wanted=ids_in(subject_of(delivery.json()), "id"))
    if topic in ("customer.created", "customer.updated"):
        return Told(pages=[Page("customers", [subject_of(delivery.json())], {}, 1.0)])
    return Told(unused=f"{topic or 'no topic'} tells nothing that is measured")


class WooCommerce(Source):
    """One shop."""

    title = "WooCommerce"
    about = "Orders with refunds and cancellations, customers."
    asks = (
        Asked("address", "Address of the shop, such as https://shop.example.com"),
        Asked("key", "Consumer key with the permission to read (WooCommerce, Settings, Advanced, REST API)"),
        Asked("secret", "Consumer secret", is_secret=True),
    )
    streams = (
        Stream("customers", ("customer_identity",)),
        Stream("orders", is_needed=True),
        Stream("trash"),
    )
    gives = ("orders",)
    counted = "orders"
    webhook = Webhook(
        "WooCommerce, Settings, Advanced, Webhooks: order created, updated, deleted, with this secret",
        _read,
        lambda delivery: delivery.headers.get("x-wc-webhook-delivery-id"),
        Signature("x-wc-webhook-signature"),
        is_ours=True,
        keeps=(_TOPIC,),
    )
    can_fetch = True

    def open(self, pace: Pace) -> Client:
        """A client with the consumer's key and secret; a shop's own server sets its limits."""
        address = self.options.get("address", "").rstrip("/").removesuffix(_API)
        return Client(address, auth=(self.options.get("key", ""), self.options.get("secret", "")), pace=pace)

    def account(self) -> Account:
        """The site's name and zone, which stand at WordPress's own door; then whether the key is right."""
        try:
            site = self.client.get("/wp-json/", {"_fields": "name,timezone_string"}).body
        except SourceLacks as error:
            raise SourceLacks(
                f"{self.client.address} has no REST API at /wp-json/. Is it the shop's address, and are its permalinks other "
                "than plain (WordPress, Settings, Permalinks)?"
            ) from error
        answer = self.client.get(f"{_API}/orders", {"per_page": 1})
        return Account(str(site.get("name") or ""), site.get("timezone_string") or None, answer.at)

    def probe(self, stream: str) -> None:
        """One small call of a stream."""
        path, more = _place(stream)
        self.client.get(path, {"per_page": 1, **more})

    def pull(self, stream: str, cursor: Cursor, until: datetime) -> Iterator[Page]:
        """The pages of a stream."""
        if stream == "customers":
            return self._pull_customers(cursor)
        return self._pull_changed(stream, cursor, until)

    def shape(self, page: Page, known: Known) -> Shaped:
        """Canonical rows."""
        if page.stream == "customers":
            return each(page.items, _customer, page.stream, "customers")
        placed = known.values("orders", "placed_at", [raw.get("id") for raw in page.items])
        refunds: dict[int, list[Mapping[str, Any]]] = {}
        for refund in page.more.get("refunds", ()):
            refunds.setdefault(refund["order_id"], []).append(refund)
        return each(page.items, partial(_order, placed, refunds), page.stream, "orders")

    def fetch(self, ids: Sequence[str]) -> Iterator[Page]:
        """Orders with their refunds, one by one; of one deleted for good nothing is left to ask for."""
        for order_id in ids:
            with suppress(SourceLacks):
                order = self.client.get(f"{_API}/orders/{order_id}").body
                yield Page("orders", [order], {}, more={"refunds": self._refunds([order])})

    def restart(self, stream: str, cursor: Cursor, since: datetime | None) -> Cursor:
        """Orders begin again at an instant; customers are read whole anyway."""
        return {} if since is None else {"since": since.isoformat()}

    def count_tickets(self, days: Sequence[date]) -> dict[date, int]:
        """Orders placed on each UTC day."""
        found = dict.fromkeys(days, 0)
        first, last = min(days), max(days) + timedelta(days=1)
        between = {"after": _day_before(first), "before": f"{last}T00:00:00", "dates_are_gmt": "true"}
        params = {**between, "orderby": "id", "order": "asc", "per_page": _SIZE, "page": 1}
        for answer in pages(self.client, f"{_API}/orders", params, step=_next):
            for raw in _list(answer):
                day = _gmt(raw["date_created_gmt"]).date()
                if day in found and raw["status"] not in _UNPLACED and not _is_never_placed(raw):
                    found[day] += 1
        return found

    def _pull_customers(self, cursor: Cursor) -> Iterator[Page]:
        """All of them: the list knows no changes, and one who is changed stays in his place in it."""
        params = {"orderby": "id", "order": "asc", "per_page": _SIZE, "page": 1, "role": "all"}
        for answer in pages(self.client, f"{_API}/customers", params, step=_next):
            yield Page("customers", _list(answer), cursor)

    def _pull_changed(self, stream: str, cursor: Cursor, until: datetime) -> Iterator[Page]:
        """What was changed, in the order of the changes, from shortly before the last sync on.

        An order that is changed while it is read moves to the end, and all behind it move up by one. So each page is asked
        for by the time of the last one's end, not by its number; only what shares one second is numbered.
        """
        path, more = _place(stream)
        begin = since = self._begin(cursor)
        seen: set[tuple[Any, Any]] = set()
        number = 1
        while True:
            changed = {"modified_after": _plain(since - timedelta(seconds=1)), "dates_are_gmt": "true"}
            order = {"orderby": "modified", "order": "asc", "per_page": _SIZE, "page": number}
            answer = self.client.get(path, {**changed, **order, **more})
            items = _list(answer)
            fresh = [item for item in items if (item["id"], item["date_modified_gmt"]) not in seen]
            seen.update((item["id"], item["date_modified_gmt"]) for item in fresh)
            reached = max((_gmt(item["date_modified_gmt"]) for item in items), default=since)
            after = {"since": (max(min(reached, until), begin) - _OVERLAP).isoformat()}
            share = (min(reached, until) - begin) / max(until - begin, timedelta(seconds=1))
            yield Page(stream, fresh, after, max(share, 0.0), more={"refunds": self._refunds(fresh)})
            if _next(answer, {"page": number}) is None:
                break
            since, number = (reached, 1) if reached > since else (since, number + 1)
        yield Page(stream, [], {"since": (until - _OVERLAP).isoformat()}, 1.0)

    def _refunds(self, orders: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The refunds of those orders that have some: an order tells their sums but not their dates."""
        found = []
        for order in orders:
            if order.get("refunds"):
                answer = self.client.get(f"{_API}/orders/{order['id']}/refunds", {"per_page": _SIZE})
                found += [{**refund, "order_id": order["id"]} for refund in _list(answer)]
        return found

    def _begin(self, cursor: Cursor) -> datetime:
        given = cursor.get("since") or self.options.get("since")
        found = datetime.fromisoformat(given) if given else _LONG_AGO
        return found if found.tzinfo else found.replace(tzinfo=UTC)


def _place(stream: str) -> tuple[str, dict[str, Any]]:
    return f"{_API}/{'customers' if stream == 'customers' else 'orders'}", {"status": "trash"} if stream == "trash" else {}


def _list(answer: Answer) -> list[dict[str, Any]]:
    if not isinstance(answer.body, list):
        raise SourceGarbled(f"The answer of {answer.url.split('?')[0]} is no list; is it a WooCommerce shop?")
    return answer.body


def _next(answer: Answer, asked: Mapping[str, Any]) -> Next:
    """How many pages there are stands in a header; where a proxy takes it away, a full page has another behind it."""
    number, total = int(asked["page"]), answer.headers.get("x-wp-totalpages")
    is_last = number >= int(total) if total is not None else len(_list(answer)) < _SIZE
    return None if is_last else (None, {**asked, "page": number + 1})


def _customer(raw: dict[str, Any]) -> Iterator[Row]:
    customer_id, billing = raw["id"], raw.get("billing") or {}
    name = " ".join(filter(None, (raw.get("first_name"), raw.get("last_name"))))
    yield (
        "customers",
        {
            "customer_id": customer_id,
            "name": name or None,
            "first_seen_at": _gmt(raw["date_created_gmt"]) if raw.get("date_created_gmt") else None,
            "country": billing.get("country") or None,
            "is_internal": raw.get("role") in ("administrator", "shop_manager"),
        },
    )
    if raw.get("role") not in ("administrator", "shop_manager"):
        yield from _identities(customer_id, raw.get("email") or billing.get("email"), billing.get("phone"))


def _identities(customer_id: Any, email: str | None, phone: str | None) -> Iterator[Row]:
    for kind, value in (("email", email), ("phone", phone)):
        if value:
            yield "customer_identities", {"customer_id": customer_id, "kind": kind, "value": value}


def _order(placed: Mapping[str, Any], refunds: Mapping[int, Sequence[Mapping[str, Any]]], raw: dict[str, Any]) -> Iterator[Row]:
    """An order with its refunds. What was never paid for nor awaited is none, unless it was one at an earlier sync."""
    order_id, status, currency = raw["id"], raw["status"], str(raw["currency"])
    if (status in _UNPLACED or _is_never_placed(raw)) and str(order_id) not in placed:
        return
    guest_id = _guest_id(raw)
    if guest_id is not None:
        billing = raw["billing"]
        yield "customers", {"customer_id": guest_id, "country": billing.get("country") or None}
        yield from _identities(guest_id, billing["email"], billing.get("phone"))
    yield (
        "orders",
        {
            "order_id": order_id,
            "customer_id": raw.get("customer_id") or guest_id,
            "placed_at": _gmt(raw["date_created_gmt"]),
            "amount": minor_units(raw["total"], currency),
            "currency": currency,
            "source_updated_at": _gmt(raw["date_modified_gmt"]),
        },
    )
    if status in _TAKEN_BACK:
        yield "order_events", {"order_id": order_id, "occurred_at": _gmt(raw["date_modified_gmt"]), "kind": "cancelled"}
    sums: Counter[datetime] = Counter()
    for refund in refunds.get(order_id, ()):
        sums[_gmt(refund["date_created_gmt"])] += abs(minor_units(refund["amount"], currency))
    for at, amount in sums.items():
        if amount:
            yield "order_events", {"order_id": order_id, "occurred_at": at, "kind": "refunded", "amount": amount}


def _guest_id(raw: Mapping[str, Any]) -> str | None:
    """A guest is known by his address alone; it stands for him, but not as itself, so that it can be erased."""
    email = str((raw.get("billing") or {}).get("email") or "").strip().lower()
    return f"guest/{hashlib.sha256(email.encode()).hexdigest()[:24]}" if email and not raw.get("customer_id") else None


def _is_never_placed(raw: Mapping[str, Any]) -> bool:
    """Cancelled or thrown away before it was paid: a basket that was left, which the shop cancels by itself."""
    return raw["status"] in _TAKEN_BACK and not raw.get("date_paid_gmt")


def _gmt(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _plain(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _day_before(day: date) -> str:
    """The second before a day: `after` means later than."""
    return f"{day - timedelta(days=1)}T23:59:59"
