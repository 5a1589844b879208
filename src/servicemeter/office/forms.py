"""Survey forms as they were asked: every version that anybody saw is kept, so that an answer keeps its question."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from servicemeter.office.database import METADATA, Instant, Office
from servicemeter.office.privacy import declare

__all__ = ["keep_form", "known_version"]

_TABLE = sa.Table(
    "survey_forms",
    METADATA,
    sa.Column("form", sa.String(100), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("content", sa.JSON, nullable=False),
    sa.Column("kept_at", Instant, nullable=False),
)
declare(_TABLE, "what was asked, not whom")


def keep_form(office: Office, form: str, digest: str, content: object, now: datetime) -> int:
    """The number of this version of a form; a digest that was not seen before is the next one."""
    known = known_version(office, form, digest)
    if known is not None:
        return known
    with office.writing() as on:
        found = on.execute(_version_of(form, digest)).scalar()
        if found is None:
            found = 1 + (on.execute(sa.select(sa.func.max(_TABLE.c.version)).where(_TABLE.c.form == form)).scalar() or 0)
            row = {"form": form, "version": found, "digest": digest, "content": content, "kept_at": now}
            on.execute(sa.insert(_TABLE).values(row))
    return int(found)


def known_version(office: Office, form: str, digest: str) -> int | None:
    """The number of this version of a form; None when nobody was asked by it yet, nor did a page write it."""
    with office.reading() as on:
        found = on.execute(_version_of(form, digest)).scalar()
    return None if found is None else int(found)


def _version_of(form: str, digest: str) -> sa.Select[Any]:
    return sa.select(sa.func.max(_TABLE.c.version)).where((_TABLE.c.form == form) & (_TABLE.c.digest == digest))
