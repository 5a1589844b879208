"""What recognises a customer across sources, and the persons that follow from it.

Identities are compared by a keyed hash of their normalised value, so that they still join when the value is left out
or erased. Persons are worked out from the identities every time and stored nowhere else: take an identity away and the
persons come apart again.
"""

from __future__ import annotations

import hashlib
import hmac
import re

import pyarrow as pa

from servicemeter.engines.engine import Engine

__all__ = ["build_persons", "hash_identities", "normalise"]


def normalise(kind: str, value: str) -> str:
    """An identity as it is compared: e-mail without case and spaces, phone as digits with `+`, else trimmed.

    >>> normalise("email", " Ann@Example.com "), normalise("phone", "0031 (0)6-1234")
    ('ann@example.com', '+3161234')
    """
    text = value.strip()
    if kind == "email":
        return text.casefold()
    if kind == "phone":
        digits = re.sub(r"\(0\)", "", text)
        digits = re.sub(r"[^\d+]", "", digits)
        return "+" + digits[2:] if digits.startswith("00") else digits
    return text


def hash_identities(rows: pa.Table, key: bytes) -> pa.Table:
    """Fill `value_hash` where a value comes without one: HMAC-SHA256 of kind and normalised value, by the installation's key."""
    if "value" not in rows.column_names or rows.column("value").null_count == rows.num_rows:
        return rows
    kinds = rows.column("kind").to_pylist()
    given = rows.column("value_hash").to_pylist() if "value_hash" in rows.column_names else [None] * len(kinds)
    hashes = [
        old if old is not None or value is None or kind is None else _hash(key, kind, value)
        for kind, value, old in zip(kinds, rows.column("value").to_pylist(), given, strict=True)
    ]
    without = rows.drop_columns(["value_hash"]) if "value_hash" in rows.column_names else rows
    return without.append_column("value_hash", pa.array(hashes, pa.string()))


def build_persons(engine: Engine, schema: str) -> None:
    """Make `persons` (source, customer_id → person_source, person_id) of customers that are one person with others.

    Customers that share an identity or were merged are connected; the person is the least (source, customer_id) of the
    connected ones. Customers that stand alone have no row: they are their own person.
    """
    engine.run(f"""
        drop table if exists {schema}.persons;
        create table {schema}.persons as
        with known as (
            select i.source, i.customer_id, i.kind, i.value_hash from customer_identities as i
        ),
        shared as (
            select kind, value_hash from known group by kind, value_hash
            having count(distinct source || chr(31) || customer_id) > 1
        ),
        links as (
            select distinct k.source || chr(31) || k.customer_id as one, k.kind || chr(31) || k.value_hash as other
            from known as k join shared as s on s.kind = k.kind and s.value_hash = k.value_hash
            union
            select source || chr(31) || customer_id, 'merged' || chr(31) || source || chr(31) || merged_into_customer_id
            from customers where merged_into_customer_id is not null
            union
            select c.source || chr(31) || c.customer_id, 'merged' || chr(31) || c.source || chr(31) || c.customer_id
            from customers as c
            where exists (select 1 from customers as m
                          where m.source = c.source and m.merged_into_customer_id = c.customer_id)
        )
        select one, other, one as person from links
    """)
    while _spread_least(engine, f"{schema}.persons"):
        pass
    engine.run(f"""
        create or replace table {schema}.persons as
        select distinct split_part(one, chr(31), 1) as source, split_part(one, chr(31), 2) as customer_id,
               split_part(person, chr(31), 1) as person_source, split_part(person, chr(31), 2) as person_id
        from {schema}.persons
    """)


def _spread_least(engine: Engine, table: str) -> bool:
    """Give every customer the least person of all who share a link with them; True while anything changed."""
    engine.run(f"""
        create or replace temp table spread as
        with by_link as (select other, min(person) as person from {table} group by other),
        by_customer as (
            select t.one, min(l.person) as person from {table} as t join by_link as l on l.other = t.other group by t.one
        )
        select t.one, t.other, b.person, b.person <> t.person as moved
        from {table} as t join by_customer as b on b.one = t.one
    """)
    moved = bool(engine.rows("select count(*) filter (where moved) from spread")[0][0])
    engine.run(f"create or replace table {table} as select one, other, person from spread; drop table spread")
    return moved


def _hash(key: bytes, kind: str, value: str) -> str:
    return hmac.new(key, f"{kind}\0{normalise(kind, value)}".encode(), hashlib.sha256).hexdigest()
