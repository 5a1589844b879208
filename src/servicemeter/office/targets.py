"""Targets that people set on the pages. What is removed is kept until it is put back, and holds no more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from servicemeter.ground.errors import UnknownName
from servicemeter.model.target import Goal, Target
from servicemeter.office.database import METADATA, Instant, Office
from servicemeter.office.privacy import declare

__all__ = ["keep_target", "list_targets", "put_target_back", "remove_target"]

_TABLE = sa.Table(
    "targets",
    METADATA,
    sa.Column("target_id", sa.Integer, primary_key=True),
    sa.Column("metric", sa.String(100), nullable=False),
    sa.Column("at", sa.String(2), nullable=False),
    sa.Column("value", sa.Float, nullable=False),
    sa.Column("channel", sa.String(100)),
    sa.Column("month", sa.Date),
    sa.Column("set_at", Instant, nullable=False),
    sa.Column("set_by", sa.String(200)),
    sa.Column("removed_at", Instant),
)
declare(_TABLE, "the organisation's own targets")


def keep_target(office: Office, goal: Goal, set_at: datetime, set_by: str | None = None) -> tuple[int, list[int]]:
    """Set a target in place of one for the same metric, channel and month; returns its number and those it took the place of."""
    row = {"metric": goal.metric, "at": goal.target.at, "value": goal.target.value, "channel": goal.channel, "month": goal.month,
           "set_at": set_at, "set_by": set_by}  # fmt: skip
    same = sa.and_(*(_same(name, row[name]) for name in ("metric", "channel", "month")), _TABLE.c.removed_at.is_(None))
    with office.writing() as on:
        before = list(on.execute(sa.select(_TABLE.c.target_id).where(same)).scalars())
        on.execute(sa.update(_TABLE).where(same).values(removed_at=set_at))
        made = on.execute(sa.insert(_TABLE).values(row)).inserted_primary_key
    assert made is not None
    return int(made[0]), before


def list_targets(office: Office) -> dict[int, Goal]:
    """The targets that hold, by their number, in the order in which they were set."""
    query = sa.select(_TABLE).where(_TABLE.c.removed_at.is_(None)).order_by(_TABLE.c.target_id)
    with office.reading() as on:
        return {int(row["target_id"]): _goal(row) for row in on.execute(query).mappings()}


def remove_target(office: Office, target_id: int, removed_at: datetime) -> Goal:
    """Take a target away; returns what it was. `UnknownName` when there is none of this number."""
    return _mark(office, target_id, removed_at)


def put_target_back(office: Office, target_id: int, now: datetime) -> Goal:
    """Let a removed target hold again, in place of one that was set since for the same; `UnknownName` for no such number."""
    with office.writing() as on:
        row = on.execute(sa.select(_TABLE).where(_TABLE.c.target_id == target_id)).mappings().first()
        if row is None:
            raise UnknownName("target", str(target_id), ["none of this number"])
        same = sa.and_(*(_same(name, row[name]) for name in ("metric", "channel", "month")), _TABLE.c.removed_at.is_(None))
        on.execute(sa.update(_TABLE).where(same).values(removed_at=now))
        on.execute(sa.update(_TABLE).where(_TABLE.c.target_id == target_id).values(removed_at=None))
    return _goal(row)


def _mark(office: Office, target_id: int, removed_at: datetime) -> Goal:
    with office.writing() as on:
        row = on.execute(sa.select(_TABLE).where(_TABLE.c.target_id == target_id)).mappings().first()
        if row is None:
            raise UnknownName("target", str(target_id), ["none of this number"])
        on.execute(sa.update(_TABLE).where(_TABLE.c.target_id == target_id).values(removed_at=removed_at))
    return _goal(row)


def _same(name: str, value: Any) -> sa.ColumnElement[bool]:
    column = _TABLE.c[name]
    return column.is_(None) if value is None else cast("sa.ColumnElement[bool]", column == value)


def _goal(row: Mapping[Any, Any]) -> Goal:
    return Goal(row["metric"], Target(row["at"], row["value"]), row["channel"], row["month"])
