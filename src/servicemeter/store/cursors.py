"""Cursors: how far each stream of a source has been pulled, moved in the transaction of the rows they stand after."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from servicemeter.engines.engine import BookEngine, Engine
from servicemeter.ground.libraries import when_used
from servicemeter.model.tables import TABLES

if TYPE_CHECKING:
    import pyarrow as pa
else:
    pa = when_used("pyarrow")

__all__ = ["count_days", "count_rows", "first_moment", "keep_cursors", "known_tags", "known_values", "make_cursors",
           "read_cursors", "sources_with"]  # fmt: skip


def make_cursors(engine: BookEngine) -> None:
    """The step of the book that makes their table."""
    engine.run("create table meta.cursors (source varchar, stream varchar, cursor varchar, data_version bigint)")


def keep_cursors(engine: Engine, source: str, cursors: Mapping[str, Any], version: int) -> None:
    """Note where streams stand; those not named stay where they were. Call inside the transaction of the rows."""
    literal = engine.dialect.literal
    for stream, cursor in cursors.items():
        engine.run(f"delete from meta.cursors where source = {literal(source)} and stream = {literal(stream)}")
        values = ", ".join(literal(v) for v in (source, stream, json.dumps(cursor), version))
        engine.run(f"insert into meta.cursors values ({values})")


def read_cursors(engine: Engine, source: str) -> dict[str, Any]:
    """Where the streams of a source stand, by name; empty before the first pull."""
    rows = engine.rows(f"select stream, cursor from meta.cursors where source = {engine.dialect.literal(source)}")
    return {stream: json.loads(cursor) for stream, cursor in rows}


def sources_with(engine: Engine, stream: str) -> list[str]:
    """The sources of which a stream stands anywhere: its cursor is not empty."""
    rows = engine.rows(f"select source, cursor from meta.cursors where stream = {engine.dialect.literal(stream)} order by source")
    return [source for source, cursor in rows if json.loads(cursor)]


def known_values(engine: Engine, source: str, table: str, column: str, ids: Collection[str] | None) -> dict[str, Any]:
    """What the book has in a column for rows of a source, by the last column of the table's key; ids not there are left out.

    Without ids (None) every row of the source is given.
    """
    q, key = engine.dialect.name_of, engine.dialect.name_of(TABLES[table].key[-1])
    wanted = ""
    if ids is not None:
        if not ids:
            return {}
        _stage_wanted(engine, ids)
        wanted = f"join wanted_ids as w on w.id = held.{key} "
    return dict(
        engine.rows(
            f"select held.{key}, held.{q(column)} from {q(table)} as held {wanted}"
            f"where held.source = {engine.dialect.literal(source)}"
        )
    )


def count_rows(engine: Engine, source: str, table: str) -> int:
    """How many rows of a table a source has."""
    name = engine.dialect.name_of(table)
    return int(engine.rows(f"select count(*) from {name} where source = {engine.dialect.literal(source)}")[0][0])


def known_tags(engine: Engine, source: str, ids: Collection[str]) -> dict[str, set[str]]:
    """The tags that are on tickets of a source, as far as the book knows; tickets without any are left out."""
    found: dict[str, set[str]] = {}
    if ids:
        _stage_wanted(engine, ids)
        rows = engine.rows(
            "select t.ticket_id, t.tag from ticket_tags as t join wanted_ids as w on w.id = t.ticket_id "
            f"where t.source = {engine.dialect.literal(source)} and t.removed_at is null"
        )
        for ticket_id, tag in rows:
            found.setdefault(ticket_id, set()).add(tag)
    return found


def _stage_wanted(engine: Engine, ids: Collection[str]) -> None:
    engine.run("create or replace temp table wanted_ids (id varchar)")
    engine.stage("wanted_ids", pa.table({"id": pa.array(sorted(ids), pa.string())}))


def count_days(engine: Engine, source: str, table: str, since: datetime, until: datetime) -> dict[date, int]:
    """Rows of a table by the UTC day of their moment, in [since, until); deleted tickets are not counted."""
    q, literal = engine.dialect.name_of, engine.dialect.literal
    moment = q(TABLES[table].moment or "")
    gone = (
        "and not exists (select 1 from ticket_events as e where e.source = t.source and e.ticket_id = t.ticket_id "
        "and e.field = 'is_deleted' and e.value = 'true')"
        if table == "tickets"
        else ""
    )
    first, last = (literal(at.replace(tzinfo=None)) for at in (since, until))
    rows = engine.rows(
        f"select cast({moment} as date) as day, count(*) from {q(table)} as t "
        f"where t.source = {literal(source)} and {moment} >= {first} and {moment} < {last} {gone} group by 1 order by 1"
    )
    return dict(rows)


def first_moment(engine: Engine, source: str) -> datetime | None:
    """The first instant (aware) of any fact of a source, or None."""
    q, literal = engine.dialect.name_of, engine.dialect.literal
    moments = {t.name: t.moment for t in TABLES.values() if t.moment and t.name != "customers"}
    rows = engine.rows(
        " union all ".join(
            f"select min({q(moment)}) from {q(name)} where source = {literal(source)}" for name, moment in moments.items()
        )
    )
    found = min((first for (first,) in rows if first is not None), default=None)
    return None if found is None else found.replace(tzinfo=UTC)
