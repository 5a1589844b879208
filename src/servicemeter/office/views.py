"""Saved views: addresses of pages under names of their own. A view without an owner is everybody's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from servicemeter.ground.errors import UnknownName
from servicemeter.office.database import METADATA, Instant, Office
from servicemeter.office.privacy import declare

__all__ = ["SavedView", "keep_view", "list_views", "put_view_back", "remove_view"]

_TABLE = sa.Table(
    "saved_views",
    METADATA,
    sa.Column("view_id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("address", sa.String(2000), nullable=False),
    sa.Column("owner", sa.String(200)),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("removed_at", Instant),
)
declare(_TABLE, "addresses of pages under names of the organisation's own")


@dataclass(frozen=True)
class SavedView:
    """An address of ours (path and what follows it) with its name; `owner` None is everybody's."""

    view_id: int
    name: str
    address: str
    made_at: datetime
    owner: str | None = None


def keep_view(office: Office, name: str, address: str, made_at: datetime, owner: str | None = None) -> SavedView:
    """Keep an address under a name; one of the same name and owner is replaced."""
    row = {"name": name, "address": address, "owner": owner, "made_at": made_at}
    same = (_TABLE.c.name == name) & _owned(owner) & _TABLE.c.removed_at.is_(None)
    with office.writing() as on:
        on.execute(sa.update(_TABLE).where(same).values(removed_at=made_at))
        made = on.execute(sa.insert(_TABLE).values(row)).inserted_primary_key
    assert made is not None
    return SavedView(int(made[0]), name, address, made_at, owner)


def list_views(office: Office, owner: str | None = None) -> list[SavedView]:
    """Everybody's views, and those of an owner, by name."""
    wanted = _owned(None) | _owned(owner)
    query = sa.select(_TABLE).where(wanted & _TABLE.c.removed_at.is_(None)).order_by(sa.func.lower(_TABLE.c.name))
    with office.reading() as on:
        return [_view(row) for row in on.execute(query).mappings()]


def remove_view(office: Office, view_id: int, removed_at: datetime, owner: str | None = None) -> SavedView:
    """Forget a view; `UnknownName` when the owner has none of this number."""
    return _mark(office, view_id, removed_at, owner)


def put_view_back(office: Office, view_id: int, owner: str | None = None) -> SavedView:
    """Put a forgotten view back; `UnknownName` when the owner has none of this number."""
    return _mark(office, view_id, None, owner)


def _owned(owner: str | None) -> sa.ColumnElement[bool]:
    return _TABLE.c.owner.is_(None) if owner is None else _TABLE.c.owner == owner


def _mark(office: Office, view_id: int, removed_at: datetime | None, owner: str | None) -> SavedView:
    wanted = (_TABLE.c.view_id == view_id) & _owned(owner)
    with office.writing() as on:
        row = on.execute(sa.select(_TABLE).where(wanted)).mappings().first()
        if row is None:
            raise UnknownName("saved view", str(view_id), ["none of this number"])
        on.execute(sa.update(_TABLE).where(wanted).values(removed_at=removed_at))
    return _view(row)


def _view(row: Mapping[Any, Any]) -> SavedView:
    return SavedView(row["view_id"], row["name"], row["address"], row["made_at"], row["owner"])
