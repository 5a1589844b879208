"""The sources of the book as metrics read them: what they cover, what they can supply, and what their rows lack."""

from __future__ import annotations

from datetime import UTC, datetime

from servicemeter.desk.lacking import lacking
from servicemeter.metrics.plan import Source
from servicemeter.store.book import Book
from servicemeter.store.build import Facts

__all__ = ["read_sources"]


def read_sources(book: Book, facts: Facts | None) -> list[Source]:
    """The sources; without facts nobody knows yet what their rows lack, and nothing is promised."""
    rows = book.sources()
    lacks = lacking(facts, book.engine) if facts is not None and rows else {}
    promised = () if facts is not None and facts.policies else ("sla_policies",)
    return [
        Source(
            row["source"],
            _aware(row["loaded_from"]),
            _aware(row["loaded_through"]),
            _aware(row["ended_at"]),
            frozenset(filter(None, row["capabilities"].split(","))) if row["capabilities"] else None,
            frozenset((*lacks.get(row["source"], ()), *promised)),
        )
        for row in rows
    ]


def _aware(value: datetime | None) -> datetime | None:
    return value.replace(tzinfo=UTC) if value else None
