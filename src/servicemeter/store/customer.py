"""The story of one customer: tickets, calls and chats, survey scores and orders, of all sources in which we know the person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from servicemeter.store.build import Facts
from servicemeter.store.sqlfiles import plain_rows, sql_files

__all__ = ["same_person", "tell_customer"]

Entry = Mapping[str, Any]


def tell_customer(
    facts: Facts, source: str, customer_id: str, limit: int, *, skip: int = 0, is_seen: Callable[[Entry], bool] = bool
) -> dict[str, Any]:
    """The last `limit` entries after `skip`, the newest first, and how many there are of each kind in all; no words of messages.

    An entry has `at` (ISO 8601, UTC), `what` (ticket, contact, survey, order) and what there is to say of it. Entries that
    are not `is_seen` are left out everywhere.
    """
    same = same_person(facts, source, customer_id)
    asked = f"with asked as (select * from {facts.engine.dialect.values(same, ['source', 'customer_id'])} as known) "
    # The ids stand in the statements as they are, so that the engine looks at little else.
    ids = f"({', '.join(facts.engine.dialect.text(one) for _, one in same)})"
    entries = [
        row
        for file in sql_files("customer").values()
        for row in plain_rows(facts, asked + facts.render(file.text).replace("$customer_ids", ids))
        if is_seen(row)
    ]
    for row in entries:
        row.pop("brand", None)
    entries.sort(key=lambda row: (str(row.get("at", "")), sorted(map(str, row.items()))), reverse=True)
    return {"counts": dict(Counter(str(row["what"]) for row in entries)), "entries": entries[skip : skip + limit]}


def same_person(facts: Facts, source: str, customer_id: str) -> list[tuple[str, str]]:
    """Every (source, customer_id) that is the same person, itself among them."""
    text = facts.engine.dialect.text
    persons = f"{facts.schema}.persons"
    found = facts.engine.rows(
        f"select p.source, p.customer_id from {persons} as p join {persons} as own "
        "on own.person_source = p.person_source and own.person_id = p.person_id "
        f"where own.source = {text(source)} and own.customer_id = {text(customer_id)}"
    )
    return sorted({(source, customer_id), *((str(s), str(c)) for s, c in found)})
