"""What is wrong with the data: findings with count, examples and remedy."""

from __future__ import annotations

from typing import Any

from servicemeter.engines.engine import Engine
from servicemeter.store.book import Book

__all__ = ["check"]


def check(engine: Engine, book: Book, facts: str) -> list[dict[str, Any]]:
    """Every finding as `name`, `title`, `count`, `examples`, `metrics` it affects and `remedy`."""
    del engine, facts
    kept = book.kept_aside()
    if not kept:
        return []
    return [{"name": "kept_aside", "title": "Rows that could not be taken", "count": len(kept), "examples": kept[:5]}]
