"""The list of loads: each with its data version, what kind it is, how many rows it brought, and what was covered before it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from servicemeter.engines.engine import BookEngine, Engine
from servicemeter.model.tables import TABLES

__all__ = [
    "LoadKind",
    "brought_too",
    "covered_before",
    "free_moment",
    "list_loads",
    "make_withdrawable",
    "note_load",
    "note_rows",
    "was_loaded",
]

LoadKind = Literal["import", "judged", "pulled", "sent", "erased", "withdrawn"]
"""Files and frames; what the program says of rows itself; pieces of a sync; webhooks; and what took rows away."""

_SHOWN = ("data_version", "source", "recorded_at", "label", "kind", "row_count", "sources", "undone_in")


def make_withdrawable(engine: BookEngine) -> None:
    """The step of the book after which a load can be taken back: what it was and what was covered before it is kept."""
    for column in ("kind varchar", "row_count bigint", "covered varchar", "sources varchar", "undone_in bigint"):
        engine.run(f"alter table meta.loads add column {column}")


def note_load(
    engine: Engine, version: int, source: str, recorded: datetime, label: str, digest: str = "", kind: LoadKind = "import"
) -> None:
    """Add a load; call before its rows change anything."""
    covered = json.dumps(_coverage(engine, source), default=str)
    values = ", ".join(engine.dialect.literal(v) for v in (version, source, recorded, label, digest, kind, covered))
    engine.run(f"insert into meta.loads (data_version, source, recorded_at, label, digest, kind, covered) values ({values})")


def note_rows(engine: Engine, version: int, count: int, sources: Sequence[str]) -> None:
    """Say how many versions of rows a load brought, and whose rows it held, repeats too."""
    said = engine.dialect.text(json.dumps(list(sources)))
    engine.run(f"update meta.loads set row_count = {count}, sources = {said} where data_version = {version}")


def free_moment(engine: Engine, now: datetime) -> datetime:
    """When a load is recorded (naive UTC): `now`, or some microseconds later where others were at that very moment."""
    moment = now.astimezone(UTC).replace(tzinfo=None)
    literal = engine.dialect.literal
    while engine.rows(f"select 1 from meta.loads where recorded_at = {literal(moment)} limit 1"):
        moment += timedelta(microseconds=1)
    return moment


def brought_too(load: dict[str, Any]) -> list[str]:
    """All whose rows a load held; its own source alone for one of an earlier program."""
    found: list[str] = json.loads(load["sources"]) if load["sources"] else [load["source"]]
    return found


def was_loaded(engine: Engine, source: str, digest: str) -> int | None:
    """The data version in which this very content was loaded last from this source and is still there, or None.

    One of which no row could be taken is tried again, and says again why.
    """
    text = engine.dialect.text
    found = engine.rows(
        "select max(data_version) from meta.loads "
        f"where source = {text(source)} and digest = {text(digest)} and undone_in is null and not (row_count = 0 and "
        "data_version in (select data_version from meta.kept_aside where replaced_in is null)) is true"
    )[0][0]
    return int(found) if found is not None and digest else None


def list_loads(engine: Engine) -> list[dict[str, Any]]:
    """Every load, oldest first; `row_count` are the versions of rows that it brought.

    `kind` is None for one of an earlier program, `undone_in` the data version in which it was taken back.
    """
    rows = engine.rows(f"select {', '.join(_SHOWN)} from meta.loads order by data_version")
    return [dict(zip(_SHOWN, row, strict=True)) for row in rows]


def covered_before(engine: Engine, version: int) -> dict[str, Any] | None:
    """The source's row of `sources` as it was before a load; None when there was none."""
    [(said,)] = engine.rows(f"select covered from meta.loads where data_version = {version}")
    found: dict[str, Any] | None = json.loads(said)
    return found


def _coverage(engine: Engine, source: str) -> dict[str, Any] | None:
    names = [c.name for c in TABLES["sources"].all_columns]
    chosen = ", ".join(engine.dialect.name_of(name) for name in names)
    rows = engine.rows(f"select {chosen} from sources where source = {engine.dialect.text(source)}")
    return dict(zip(names, rows[0], strict=True)) if rows else None
