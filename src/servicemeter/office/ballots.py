"""Anonymous answers on their way into the book: without a key to anybody, in no order, and only in batches."""

from __future__ import annotations

import json
import secrets
from typing import Any

import sqlalchemy as sa

from servicemeter.office.database import METADATA, Office
from servicemeter.office.privacy import declare

__all__ = ["count_ballots", "keep_ballot", "take_ballots"]

_TABLE = sa.Table(
    "survey_ballots",
    METADATA,
    sa.Column("ballot_id", sa.String(32), primary_key=True),
    sa.Column("form", sa.String(100), nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
declare(_TABLE, "anonymous: nobody can tell whose a ballot is")


def keep_ballot(office: Office, on: sa.Connection, form: str, content: dict[str, Any]) -> None:
    """Drop an answer into the box. Its place there is random, and SQLite keeps no order of insertion beside it."""
    ballot_id = secrets.token_hex(16)
    sealed = office.vault.seal(json.dumps(content, ensure_ascii=False).encode(), f"the ballot {ballot_id}")
    on.execute(sa.insert(_TABLE).values(ballot_id=ballot_id, form=form, content=sealed))


def count_ballots(on: sa.Connection) -> dict[str, int]:
    """How many ballots wait, by form."""
    return {r.form: r[1] for r in on.execute(sa.select(_TABLE.c.form, sa.func.count()).group_by(_TABLE.c.form))}


def take_ballots(office: Office, on: sa.Connection, form: str) -> list[tuple[str, dict[str, Any]]]:
    """Empty the box of a form, in the order of its random numbers."""
    rows = on.execute(sa.select(_TABLE).where(_TABLE.c.form == form).order_by(_TABLE.c.ballot_id)).all()
    on.execute(sa.delete(_TABLE).where(_TABLE.c.form == form))
    return [(r.ballot_id, json.loads(office.vault.open(r.content, f"the ballot {r.ballot_id}"))) for r in rows]
