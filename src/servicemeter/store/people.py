"""Who a person is: the customers of all sources that are known to be one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from servicemeter.engines.engine import BookEngine

__all__ = ["tell_person"]

_COLUMNS = ("source", "customer_id", "name", "segment", "language", "country", "first_seen_at", "is_internal")


def tell_person(engine: BookEngine, same: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """What each source knows of these customers (source, id), nulls left out; instants as the book has them (UTC)."""
    chosen = ", ".join(f"c.{name}" for name in _COLUMNS)
    rows = engine.rows(
        f"select {chosen} from customers as c join {engine.dialect.values(same, ['source', 'customer_id'])} as s "
        "on s.source = c.source and s.customer_id = c.customer_id order by c.source, c.customer_id"
    )
    return [{name: value for name, value in zip(_COLUMNS, row, strict=True) if value is not None} for row in rows]
