"""The story of one customer: tickets, calls and chats, survey scores and orders, of all sources in which we know the person."""

from __future__ import annotations

from collections import Counter
from typing import Any

from servicemeter.store.build import Facts
from servicemeter.store.sqlfiles import plain_rows, sql_files

__all__ = ["tell_customer"]


def tell_customer(facts: Facts, source: str, customer_id: str, limit: int) -> dict[str, Any]:
    """The last `limit` entries, the newest first, and how many there are of each kind in all; no words of messages.

    An entry has `at` (ISO 8601, UTC), `what` (ticket, contact, survey, order) and what there is to say of it.
    """
    asked = _with_asked(facts, source, customer_id)
    entries = [row for file in sql_files("customer").values() for row in plain_rows(facts, asked + facts.render(file.text))]
    entries.sort(key=lambda row: (str(row.get("at", "")), sorted(map(str, row.items()))), reverse=True)
    return {"counts": dict(Counter(str(row["what"]) for row in entries)), "entries": entries[:limit]}


def _with_asked(facts: Facts, source: str, customer_id: str) -> str:
    """Every customer that is the same person, as the relation `asked`."""
    text = facts.engine.dialect.text
    persons = f"{facts.schema}.persons"
    one = f"source = {text(source)} and customer_id = {text(customer_id)}"
    return f"""
        with asked as (
            select {text(source)} as source, {text(customer_id)} as customer_id
            union
            select p.source, p.customer_id from {persons} as p
            join {persons} as own on own.person_source = p.person_source and own.person_id = p.person_id
            where own.{one.replace(" and ", " and own.")}
        )
    """
