"""The story of one customer: tickets, calls and chats, survey scores and orders, of all sources in which we know the person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from servicemeter.store.build import Facts
from servicemeter.store.sqlfiles import plain_rows, sql_files

__all__ = ["same_person", "tell_customer"]

Entry = Mapping[str, Any]

_OUTCOMES = """
    select m.source, m.ticket_id, f.brand, f.reason, f.is_complaint, s.ticket_no is not null as is_solved
    from {{ facts }}.members as m
    join {{ facts }}.tickets as f on f.ticket_no = m.ticket_no
    left join {{ facts }}.solves as s on s.ticket_no = m.ticket_no and coalesce(s.reopened_at, {{ far_off }}) >= {{ far_off }}
    where m.is_survivor and m.ticket_id in $ticket_ids
"""


def tell_customer(
    facts: Facts, source: str, customer_id: str, limit: int, *, skip: int = 0, is_seen: Callable[[Entry], bool] = bool
) -> dict[str, Any]:
    """The last `limit` entries after `skip`, the newest first, and how many there are of each kind in all; no words of messages.

    An entry has `at` (ISO 8601, UTC), `what` (ticket, contact, survey, order) and what there is to say of it. Entries that
    are not `is_seen` are left out everywhere.
    """
    entries = [row for row in _entries(facts, same_person(facts, source, customer_id)) if is_seen(row)]
    for row in entries:
        row.pop("brand", None)
    entries.sort(key=lambda row: (str(row.get("at", "")), sorted(map(str, row.items()))), reverse=True)
    return {"counts": dict(Counter(str(row["what"]) for row in entries)), "entries": entries[skip : skip + limit]}


def _entries(facts: Facts, same: Collection[tuple[str, str]]) -> Iterator[dict[str, object]]:
    """One statement a kind. The ids stand in it as they are and no relation is joined to them, so that the engine looks at one
    column of the rows and at little else; who has the same id in another source is left out here.
    """
    ids = _among(facts, {one for _, one in same})
    for name, file in sql_files("customer").items():
        found = plain_rows(facts, facts.render(file.text).replace("$customer_ids", ids))
        own = [row for row in found if (row.pop("customer_source"), row.pop("customer_id")) in same]
        yield from _with_outcomes(facts, own) if name == "tickets" else own


def _with_outcomes(facts: Facts, tickets: list[dict[str, object]]) -> Iterator[dict[str, object]]:
    """The tickets that count, with what came of them."""
    if tickets:
        ids = _among(facts, {str(row["ticket_id"]) for row in tickets})
        rows = plain_rows(facts, facts.render(_OUTCOMES).replace("$ticket_ids", ids))
        outcomes = {(row["source"], row["ticket_id"]): row for row in rows}
        for row in tickets:
            if (row["source"], row["ticket_id"]) in outcomes:
                yield row | outcomes[row["source"], row["ticket_id"]]


def _among(facts: Facts, ids: Collection[str]) -> str:
    return f"({', '.join(map(facts.engine.dialect.text, sorted(ids)))})"


def same_person(facts: Facts, source: str, customer_id: str) -> list[tuple[str, str]]:
    """Every (source, customer_id) that is the same person, itself among them."""
    text = facts.engine.dialect.text
    persons = f"{facts.schema}.persons"
    found = facts.rows(
        f"select p.source, p.customer_id from {persons} as p join {persons} as own "
        "on own.person_source = p.person_source and own.person_id = p.person_id "
        f"where own.source = {text(source)} and own.customer_id = {text(customer_id)}"
    )
    return sorted({(source, customer_id), *((str(s), str(c)) for s, c in found)})
