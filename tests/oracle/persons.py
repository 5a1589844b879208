"""Customers of all sources joined into persons (METRICS.md section 2)."""

from __future__ import annotations

from typing import Any

from oracle.rows import Row

__all__ = ["Persons"]

Key = tuple[str, str]


class Persons:
    """Who is one person with whom: customers that share an identity or were merged."""

    def __init__(self, rows: dict[str, list[Row]]) -> None:
        self._customers = {(c["source"], c["customer_id"]): c for c in rows["customers"]}
        self._same: dict[Key, Key] = {}
        by_identity: dict[Any, Key] = {}
        for row in rows["customer_identities"]:
            key = (row["source"], row["customer_id"])
            self._join(key, by_identity.setdefault((row["kind"], row.get("value_hash") or row.get("value")), key))
        for key, row in self._customers.items():
            if row.get("merged_into_customer_id") is not None:
                self._join(key, (key[0], row["merged_into_customer_id"]))
        self._internal = {self._root(key) for key, row in self._customers.items() if row["is_internal"]}

    def _root(self, key: Key) -> Key:
        while key in self._same:
            key = self._same[key]
        return key

    def _join(self, one: Key, other: Key) -> None:
        a, b = self._root(one), self._root(other)
        if a != b:
            self._same[max(a, b)] = min(a, b)

    def of(self, row: Row) -> Key | None:
        """The person a row's customer is, None when it names none."""
        if row.get("customer_id") is None:
            return None
        return self._root((row["customer_source"], row["customer_id"]))

    def is_internal(self, person: Key | None) -> bool:
        """Whether a person belongs to the house."""
        return person in self._internal

    def face(self, person: Key) -> Row:
        """The customer whose segment and country are the person's: not merged away, described, the first by name."""
        own = [(key, row) for key, row in self._customers.items() if self._root(key) == person]

        def place(one: tuple[Key, Row]) -> Any:
            return one[1].get("merged_into_customer_id") is not None, one[1].get("segment") is None, one[0]

        return min(own, key=place)[1] if own else {}

    def customer(self, row: Row) -> Row:
        """The customer a row names, empty when it names none or nobody describes it."""
        return self._customers.get((row.get("customer_source", ""), row.get("customer_id", "")), {})

    def segment(self, row: Row) -> Any:
        """The segment of a row's customer."""
        return self.customer(row).get("segment")
