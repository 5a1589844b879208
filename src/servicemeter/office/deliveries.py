"""Orders that were delivered, as somebody told us: surveys ask about them. No figure is made of it, so it is not in the book."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from servicemeter.office.database import METADATA, Instant
from servicemeter.office.privacy import chunks, declare

__all__ = ["deliveries_between", "note_deliveries"]

_TABLE = sa.Table(
    "survey_deliveries",
    METADATA,
    sa.Column("source", sa.String(100), primary_key=True),
    sa.Column("order_id", sa.String(200), primary_key=True),
    sa.Column("delivered_at", Instant, nullable=False),
    sa.Index("survey_deliveries_by_time", "delivered_at"),
)
declare(_TABLE, "keys of orders, which stay in the book without their customer")


def note_deliveries(on: sa.Connection, source: str, delivered: Mapping[str, datetime]) -> int:
    """Note when orders of a source were delivered, and return how many were new. The first telling holds."""
    c = _TABLE.c
    known: set[str] = set()
    for some in chunks(delivered):
        known |= {key for (key,) in on.execute(sa.select(c.order_id).where((c.source == source) & c.order_id.in_(some)))}
    fresh = [{"source": source, "order_id": key, "delivered_at": at} for key, at in delivered.items() if key not in known]
    if fresh:
        on.execute(sa.insert(_TABLE), fresh)
    return len(fresh)


def deliveries_between(on: sa.Connection, since: datetime, until: datetime) -> dict[tuple[str, str], datetime]:
    """The orders (source, key) delivered in [since, until), with when."""
    c = _TABLE.c
    rows = on.execute(sa.select(_TABLE).where((c.delivered_at >= since) & (c.delivered_at < until)))
    return {(row.source, row.order_id): row.delivered_at for row in rows}
