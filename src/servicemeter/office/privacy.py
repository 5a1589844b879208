"""One customer in the application database: what each table holds of a person, and what erasing does to it.

Every table declares its rule where it is made: `declare(TABLE, Rule(…))`, or why nothing of a person stands in it. A table
without a rule fails the tests.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from servicemeter.office.database import METADATA, Office

__all__ = ["Rule", "Trace", "chunks", "declare", "erase_person", "gather_person", "rules"]

_FEW = 500


@dataclass(frozen=True)
class Trace:
    """What a person is known by: accounts (source, key) with their aliases, what is theirs in the book (table → source and key),
    identity hashes (`email:…`), names and addresses as written, and their invitations in the office.
    """

    aliases: Mapping[tuple[str, str], str]
    owned: Mapping[str, Collection[tuple[str, str]]] = field(default_factory=dict)
    identities: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    invitations: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Rule:
    """What a table holds of a person: `gather` gives the rows as plain values, `erase` says how many it changed."""

    gather: Callable[[Office, sa.Connection, Trace], list[dict[str, Any]]]
    erase: Callable[[Office, sa.Connection, Trace], int]


def declare(table: sa.Table, rule: Rule | str) -> None:
    """Say what a table holds of a person, or in words why it holds nothing."""
    table.info["person"] = rule


def rules() -> dict[str, Rule | str | None]:
    """The rule of every table of the office by its name; None where nobody declared one."""
    room = importlib.import_module("servicemeter.office")
    for module in pkgutil.iter_modules(room.__path__):
        importlib.import_module(f"{room.__name__}.{module.name}")
    return {table.name: table.info.get("person") for table in METADATA.sorted_tables}


def gather_person(office: Office, on: sa.Connection, trace: Trace) -> dict[str, list[dict[str, Any]]]:
    """Every row of a person, by table."""
    found = {name: rule.gather(office, on, trace) for name, rule in rules().items() if isinstance(rule, Rule)}
    return {name: rows for name, rows in found.items() if rows}


def erase_person(office: Office, on: sa.Connection, trace: Trace) -> dict[str, int]:
    """Erase a person in every table; how many rows were changed or dropped, by table."""
    counts = {name: rule.erase(office, on, trace) for name, rule in rules().items() if isinstance(rule, Rule)}
    return {name: count for name, count in counts.items() if count}


def chunks(keys: Collection[Any]) -> Iterator[list[Any]]:
    """The keys in lists that a statement takes."""
    ordered = sorted(keys)
    for start in range(0, len(ordered), _FEW):
        yield ordered[start : start + _FEW]
