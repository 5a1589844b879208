"""Statements that stand in files: a folder of SQL templates, each with a head of comments that says what it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources

from servicemeter.ground.clock import moment
from servicemeter.store.build import Facts

__all__ = ["SqlFile", "plain_rows", "sql_files"]

_NO_INSTANT = (-62_135_596_800, 253_402_300_799)


@dataclass(frozen=True)
class SqlFile:
    """One statement: its name, the words of its head (`-- word: text`) and its template."""

    name: str
    head: Mapping[str, str]
    text: str


@cache
def sql_files(folder: str) -> dict[str, SqlFile]:
    """All statements of a folder of this room, by name."""
    found = {}
    for path in sorted(resources.files("servicemeter.store").joinpath(folder).iterdir(), key=lambda p: p.name):
        if path.name.endswith(".sql"):
            text = path.read_text(encoding="utf-8")
            found[path.name.removesuffix(".sql")] = SqlFile(path.name.removesuffix(".sql"), dict(_head(text)), text)
    return found


def _head(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        if not line.startswith("-- "):
            return
        word, colon, rest = line.removeprefix("-- ").partition(": ")
        if colon and word.isidentifier() and word.islower():
            yield word, rest.strip()


def plain_rows(facts: Facts, sql: str) -> list[dict[str, object]]:
    """The rows of a statement with plain values: instants (columns ending in `_at`) as ISO 8601 in UTC, nulls left out."""
    return [{name: _plain(name, value) for name, value in row.items() if value is not None} for row in facts.records(sql)]


def _plain(name: str, value: object) -> object:
    if hasattr(value, "isoformat"):
        text = str(value.isoformat())
        return text + "Z" if "T" in text else text
    if isinstance(value, Decimal):
        value = int(value) if value == int(value) else float(value)
    if name.endswith("_at") and isinstance(value, int):
        return None if value in _NO_INSTANT else moment(value).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value
