"""The customers of the demo shop, how they are recognised, and what they order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from servicemeter.sources.demo.columns import (
    NONE,
    Flags,
    Floats,
    Ints,
    hashed,
    ids,
    instants,
    joined,
    numbers_or_null,
    picked,
    rows_of,
    words,
)  # fmt: skip
from servicemeter.sources.demo.plan import Plan

__all__ = ["BRANDS", "LANGUAGES", "brand_of", "customer_batches", "customer_ids", "language_of", "order_batches"]

BRANDS = ("tulp", "carpat")
LANGUAGES = ("nl", "ro", "en")
_COUNTRIES = ("NL", "RO", "BE", "DE")
_SEGMENTS = ("new", "regular", "vip")
_CURRENCIES = ("EUR", "RON")
_RON_PER_EUR = 5
_ORDERS_STREAM = 2
_HELP_DESK = 0


def brand_of(customer: Ints, seed: int) -> Ints:
    """The brand a customer buys from."""
    return (hashed(customer, seed + 11) < 0.38).astype(np.int64)


def language_of(customer: Ints, seed: int) -> Ints:
    """The language of a customer: Dutch or English with the first brand, Romanian or English with the second."""
    return np.where(hashed(customer, seed + 12) < 0.16, 2, brand_of(customer, seed))


def has_shop_account(customer: Ints, seed: int) -> Flags:
    """Whether the shop knows the customer under an account of its own (`s12` beside the help desk's `c12`)."""
    return hashed(customer, seed + 13) < 0.3


def customer_ids(customer: Ints, seed: int, *, shop: bool = False) -> Any:
    """Text ids; with `shop` the shop's own account where there is one."""
    own = has_shop_account(customer, seed).astype(np.int64) if shop else np.zeros(len(customer), dtype=np.int64)
    return ids(words(("c", "s"), own), customer)


def _emails(customer: Ints, seed: int) -> Any:
    domain = (hashed(customer, seed + 14) < 0.4).astype(np.int64)
    return joined(pa.scalar("customer"), numbers_or_null(customer), words(("@example.com", "@example.net"), domain))


def _profiles(plan: Plan, customer: Ints, kind: Ints) -> Any:
    """Rows of `customers`: profiles of the help desk and accounts of the shop."""
    seed = plan.seed
    language = language_of(customer, seed)
    country = np.where(language == 2, picked((4, 2, 1, 3), hashed(customer, seed + 15)), brand_of(customer, seed))
    doubled = (customer % 400 == 399) & (kind == _HELP_DESK)
    born = 1948 + (58 * hashed(customer, seed + 17)).astype(np.int64)
    seen = plan.first_seen(customer)
    columns = {
        "customer_id": ids(words(("c", "s"), kind), customer),
        "name": joined(pa.scalar("Customer "), numbers_or_null(customer)),
        "first_seen_at": instants(seen),
        "segment": words(_SEGMENTS, picked((45, 45, 10), hashed(customer, seed + 16))),
        "language": words(LANGUAGES, language),
        "country": words(_COUNTRIES, country),
        "birth_year": numbers_or_null(np.where(customer % 7 == 0, NONE, born)),
        "is_internal": (customer % 1000 == 7),
        "merged_into_customer_id": ids("c", np.where(doubled, customer - 1, NONE)),
    }
    return rows_of("customers", columns, np.clip(seen, plan.since, plan.until - 1))


def _identities(plan: Plan, customer: Ints, kind: Ints, what: str) -> Any:
    """Rows of `customer_identities` of one kind; profile and account of a person share the e-mail address."""
    phone = joined(pa.scalar("+31000"), numbers_or_null(10_000_000 + customer))
    secret = (hashed(customer, plan.seed + (18 if what == "email" else 19)) * 2**53).astype(np.int64)
    columns = {
        "customer_id": ids(words(("c", "s"), kind), customer),
        "kind": pa.repeat(what, len(customer)),
        "value_hash": ids("h", secret),
        "value": _emails(customer, plan.seed) if what == "email" else phone,
    }
    return rows_of("customer_identities", columns, np.clip(plan.first_seen(customer), plan.since, plan.until - 1))


def customer_batches(plan: Plan) -> Iterator[tuple[str, Any]]:
    """Customers and what recognises them, chunk by chunk."""
    for first in range(0, plan.customers, plan.chunk):
        people = np.arange(first, min(first + plan.chunk, plan.customers), dtype=np.int64)
        accounts = people[has_shop_account(people, plan.seed)]
        everyone = np.concatenate((people, accounts))
        kind = np.concatenate((np.zeros_like(people), np.ones_like(accounts)))
        callers = people[hashed(people, plan.seed + 20) < 0.3]
        yield "customers", _profiles(plan, everyone, kind)
        yield "customer_identities", _identities(plan, everyone, kind, "email")
        yield "customer_identities", _identities(plan, callers, np.zeros_like(callers), "phone")


def order_batches(plan: Plan) -> Iterator[tuple[str, Any]]:
    """Orders, then what was cancelled and refunded of them, chunk by chunk."""
    for chunk, first in enumerate(range(0, plan.orders, plan.chunk)):
        rng = plan.chance(_ORDERS_STREAM, chunk)
        number = np.arange(first, min(first + plan.chunk, plan.orders), dtype=np.int64)
        _, placed = plan.slot_and_instant(plan.orders_before, number, rng.random(len(number)))
        buyer = plan.buyer(number)
        brand = np.where(buyer < 0, (rng.random(len(number)) < 0.38).astype(np.int64), brand_of(buyer, plan.seed))
        euros = np.clip(np.exp(rng.normal(3.9, 0.7, len(number))), 4, 2500)
        amount = np.rint(euros * 100 * np.where(brand == 1, _RON_PER_EUR, 1)).astype(np.int64)
        columns = {
            "order_id": ids("o", number),
            "customer_id": customer_ids(buyer, plan.seed, shop=True),
            "placed_at": instants(placed),
            "amount": amount,
            "currency": words(_CURRENCIES, brand),
            "brand": words(BRANDS, brand),
            "is_test": rng.random(len(number)) < 0.002,
        }
        yield "orders", rows_of("orders", columns, placed)
        yield "order_events", _order_events(plan, number, placed, amount, rng)


def _order_events(plan: Plan, number: Ints, placed: Ints, amount: Ints, rng: np.random.Generator) -> Any:
    fate = picked((89, 3, 4, 4), rng.random(len(number)))
    days: Floats = np.where(fate == 1, rng.uniform(0.01, 1, len(number)), rng.uniform(4, 28, len(number)))
    at = placed + (days * 86400).astype(np.int64)
    back = np.where(fate == 3, (amount * rng.uniform(0.1, 0.8, len(number))).astype(np.int64), amount)
    kept = np.flatnonzero((fate > 0) & (at < plan.until))
    columns = {
        "order_id": ids("o", number[kept]),
        "occurred_at": instants(at[kept]),
        "kind": words(("cancelled", "refunded"), (fate[kept] > 1).astype(np.int64)),
        "amount": back[kept],
    }
    return rows_of("order_events", columns, at[kept])
