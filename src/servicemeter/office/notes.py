"""Notes: what was changed on which day, so that a chart can show it. What is removed is kept until it is put back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from servicemeter.ground.errors import UnknownName
from servicemeter.model.target import Note
from servicemeter.office.database import METADATA, Instant, Office
from servicemeter.office.privacy import declare

__all__ = ["keep_note", "list_notes", "put_note_back", "remove_note"]

_TABLE = sa.Table(
    "notes",
    METADATA,
    sa.Column("note_id", sa.Integer, primary_key=True),
    sa.Column("happened_on", sa.Date, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("metric", sa.String(100)),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("made_by", sa.String(200)),
    sa.Column("removed_at", Instant),
    sa.Index("notes_by_day", "happened_on"),
)
declare(_TABLE, "what was changed on a day, in the organisation's own words")


def keep_note(
    office: Office, happened_on: date, text: str, metric: str | None, made_at: datetime, made_by: str | None = None
) -> Note:
    """Keep a note about a day, for one metric or (None) for all."""
    row = {"happened_on": happened_on, "text": text, "metric": metric, "made_at": made_at, "made_by": made_by}
    with office.writing() as on:
        made = on.execute(sa.insert(_TABLE).values(row)).inserted_primary_key
    assert made is not None
    return Note(int(made[0]), happened_on, text, metric)


def list_notes(office: Office) -> list[Note]:
    """Every note that was not removed, the earliest day first."""
    query = sa.select(_TABLE).where(_TABLE.c.removed_at.is_(None)).order_by(_TABLE.c.happened_on, _TABLE.c.note_id)
    with office.reading() as on:
        return [_note(row) for row in on.execute(query).mappings()]


def remove_note(office: Office, note_id: int, removed_at: datetime) -> Note:
    """Take a note away; `UnknownName` when there is none of this number."""
    return _mark(office, note_id, removed_at)


def put_note_back(office: Office, note_id: int) -> Note:
    """Put a removed note back; `UnknownName` when there is none of this number."""
    return _mark(office, note_id, None)


def _mark(office: Office, note_id: int, removed_at: datetime | None) -> Note:
    with office.writing() as on:
        row = on.execute(sa.select(_TABLE).where(_TABLE.c.note_id == note_id)).mappings().first()
        if row is None:
            raise UnknownName("note", str(note_id), ["none of this number"])
        on.execute(sa.update(_TABLE).where(_TABLE.c.note_id == note_id).values(removed_at=removed_at))
    return _note(row)


def _note(row: Mapping[Any, Any]) -> Note:
    return Note(row["note_id"], row["happened_on"], row["text"], row["metric"])
