"""Deliveries: the ids of those that were taken, noted in the transaction of their rows, so that none is taken twice."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from servicemeter.engines.engine import BookEngine, Engine
from servicemeter.ground.libraries import when_used

if TYPE_CHECKING:
    import pyarrow as pa
else:
    pa = when_used("pyarrow")

__all__ = ["keep_deliveries", "make_deliveries", "taken_deliveries"]


def make_deliveries(engine: BookEngine) -> None:
    """The step of the book that makes their table."""
    engine.run("create table meta.deliveries (source varchar, delivery_id varchar, data_version bigint)")


def keep_deliveries(engine: Engine, source: str, ids: Sequence[str], version: int) -> None:
    """Note deliveries as taken. Call inside the transaction of their rows."""
    if ids:
        versions = pa.array([version] * len(ids), pa.int64())
        rows = {"source": [source] * len(ids), "delivery_id": list(ids), "data_version": versions}
        engine.stage("meta.deliveries", pa.table(rows))


def taken_deliveries(engine: Engine, source: str, ids: Collection[str]) -> set[str]:
    """Which of these were taken already."""
    if not ids:
        return set()
    engine.run("create or replace temp table wanted_deliveries (id varchar)")
    engine.stage("wanted_deliveries", pa.table({"id": pa.array(sorted(ids), pa.string())}))
    rows = engine.rows(
        "select d.delivery_id from meta.deliveries as d join wanted_deliveries as w on w.id = d.delivery_id "
        f"where d.source = {engine.dialect.literal(source)}"
    )
    return {delivery_id for (delivery_id,) in rows}
