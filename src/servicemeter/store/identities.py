"""What recognises a customer across sources, and the persons that follow from it.

Identities are compared by a keyed hash of their normalised value, so that they still join when the value is left out
or erased. Persons are worked out from the identities every time and stored nowhere else: take an identity away and the
persons come apart again.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import TYPE_CHECKING

from servicemeter.engines.engine import Engine
from servicemeter.ground.libraries import when_used

if TYPE_CHECKING:
    import pyarrow as pa
else:
    pa = when_used("pyarrow")

__all__ = ["build_persons", "hash_identities", "hash_identity", "normalise"]


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
        old if old is not None or value is None or kind is None else hash_identity(key, kind, value)
        for kind, value, old in zip(kinds, rows.column("value").to_pylist(), given, strict=True)
    ]
    without = rows.drop_columns(["value_hash"]) if "value_hash" in rows.column_names else rows
    return without.append_column("value_hash", pa.array(hashes, pa.string()))


def build_persons(engine: Engine, schema: str) -> None:
    """Make `persons` (source, customer_id → person_source, person_id) of customers that are one person with others.

    Customers that share an identity or were merged are connected; the person is the least (source, customer_id) of the
    connected ones. Customers that stand alone have no row: they are their own person.
    """
    customer, merged_into = "source || chr(31) || customer_id", "source || chr(31) || merged_into_customer_id"
    engine.keep_rows(
        f"{schema}.persons",
        f"""
        with known as (
            select {customer} as one, kind || chr(31) || value_hash as other from customer_identities
        ),
        shared as (
            select other from known group by other having count(distinct one) > 1
        ),
        links as (
            select k.one, k.other from known as k join shared as s on s.other = k.other
            union
            select {customer}, 'merged' || chr(31) || {merged_into} from customers where merged_into_customer_id is not null
            union
            select {merged_into}, 'merged' || chr(31) || {merged_into} from customers where merged_into_customer_id is not null
        )
        select one, other, one as person from links
    """,
    )
    while _spread_least(engine, f"{schema}.persons"):
        pass
    part, persons = engine.dialect.part, f"{engine.dialect.temporary}.persons"
    engine.keep_rows(
        persons,
        f"""
        select distinct {part("one", "chr(31)", 1)} as source, {part("one", "chr(31)", 2)} as customer_id,
               {part("person", "chr(31)", 1)} as person_source, {part("person", "chr(31)", 2)} as person_id
        from {schema}.persons
    """,
    )
    _move(engine, persons, f"{schema}.persons")


def _spread_least(engine: Engine, table: str) -> bool:
    """Give every customer the least person of all who share a link with them; True while anything changed."""
    spread = f"{engine.dialect.temporary}.spread"
    engine.keep_rows(
        spread,
        f"""
        with by_link as (select other, min(person) as person from {table} group by other),
        by_customer as (
            select t.one, min(l.person) as person from {table} as t join by_link as l on l.other = t.other group by t.one
        )
        select t.one, t.other, b.person, b.person <> t.person as has_moved
        from {table} as t join by_customer as b on b.one = t.one
    """,
    )
    has_moved = bool(engine.rows(f"select count(*) from {spread} where has_moved")[0][0])
    _move(engine, spread, table, "one, other, person")
    return has_moved


def _move(engine: Engine, table: str, target: str, columns: str = "*") -> None:
    engine.keep_rows(target, f"select {columns} from {table}")
    engine.drop_table(table)


def hash_identity(key: bytes, kind: str, value: str) -> str:
    """The keyed hash of what recognises somebody: HMAC-SHA256 of kind and normalised value."""
    return hmac.new(key, f"{kind}\0{normalise(kind, value)}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
