"""What happened in the book that somebody may be asked about: one file in `occasions/` is one kind of event."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

from servicemeter.ground.errors import UnknownName
from servicemeter.store.build import Facts
from servicemeter.store.sqlfiles import plain_rows, sql_files

__all__ = ["find_occasions"]

Row = dict[str, Any]


def find_occasions(facts: Facts, event: str, since_s: int, until_s: int, now_s: int, key: bytes) -> list[Row]:
    """The events of a kind that happened in [since, until) and still hold now (epoch seconds), with whom they concern.

    Each has `identities` (keyed hashes of everything that recognises the person), `address` (an e-mail address, if any), and
    `barred` where nobody is to be asked: `no_answer`, `auto_closed`, `internal`, `nobody`.
    """
    files = sql_files("occasions")
    if event not in files:
        raise UnknownName("event", event, files)
    found = facts.render(files[event].text, since_s=since_s, until_s=until_s, now_s=now_s)
    people = _people(facts, found, key)
    return [
        _with_person(row, people) for row in plain_rows(facts, f"select * from ({found}) as found order by happened_at, of_id")
    ]


def _with_person(row: Row, people: dict[tuple[str, str], Row]) -> Row:
    if "customer_id" not in row:
        return row | {"barred": row.get("barred", "nobody"), "identities": [], "address": None}
    person = people[str(row["customer_source"]), str(row["customer_id"])]
    barred = row.get("barred") or ("internal" if person["is_internal"] else None)
    return row | person | {"barred": barred}


def _people(facts: Facts, found: str, key: bytes) -> dict[tuple[str, str], Row]:
    """Who the customers of the occasions are: by all accounts of the person, the customer's own first."""
    people: dict[tuple[str, str], Row] = {}
    for row in _accounts(facts, found):
        who = (row["customer_source"], row["customer_id"])
        person = people.setdefault(who, _nobody(row, key))
        person["is_internal"] = person["is_internal"] or bool(row.get("is_internal"))
        for name in ("language", "country"):
            person[f"customer_{name}"] = person[f"customer_{name}"] or row.get(name)
        if "kind" in row:
            identity = f"{row['kind']}:{row['value_hash']}"
            person["identities"] += [identity] if identity not in person["identities"] else []
            if row["kind"] == "email":
                person["address"] = person["address"] or row.get("value")
    return people


def _nobody(row: Row, key: bytes) -> Row:
    """A person of whom nothing is known yet but the number."""
    number = f"{row['person_source']}\0{row['person_id']}"
    own = "person:" + hmac.new(key, number.encode(), hashlib.sha256).hexdigest()
    return {"identities": [own], "address": None, "customer_language": None, "customer_country": None, "is_internal": False}


def _accounts(facts: Facts, found: str) -> Iterator[Row]:
    """Every account of every person concerned, with what recognises it."""
    yield from plain_rows(
        facts,
        f"""
        with who as (
            select distinct customer_source, customer_id from ({found}) as found where customer_id is not null
        ),
        person as (
            select w.customer_source, w.customer_id, coalesce(p.person_source, w.customer_source) as person_source,
                   coalesce(p.person_id, w.customer_id) as person_id
            from who as w left join {facts.schema}.persons as p on p.source = w.customer_source and p.customer_id = w.customer_id
        ),
        account as (
            select *, customer_source as source, customer_id as account_id, 0 as place from person
            union all
            select p.*, q.source, q.customer_id, 1 from person as p
            join {facts.schema}.persons as q on q.person_source = p.person_source and q.person_id = p.person_id
            where not (q.source = p.customer_source and q.customer_id = p.customer_id)
        )
        select a.customer_source, a.customer_id, a.person_source, a.person_id, c.is_internal, c.language, c.country,
               i.kind, i.value_hash, i.value
        from account as a
        left join customers as c on c.source = a.source and c.customer_id = a.account_id
        left join customer_identities as i on i.source = a.source and i.customer_id = a.account_id
        order by a.customer_source, a.customer_id, a.place, a.source, a.account_id, i.kind, i.value_hash
    """,
    )
