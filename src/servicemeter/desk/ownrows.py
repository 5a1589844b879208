"""Rows of the book that the organisation sets itself (opening hours, agreements): read with a mark, changed as a load."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from servicemeter.desk.frames import FramesDelivery
from servicemeter.ground.clock import epoch, local_day
from servicemeter.ground.errors import BadSettings
from servicemeter.metrics.catalog import all_metrics
from servicemeter.model.hours import OURS, Change, SettingPlan
from servicemeter.model.tables import TABLES

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["Row", "changed_row", "mark_of", "metrics_by_clock", "metrics_of_promises", "planned", "read_rows", "save", "today_in"]

Row = dict[str, Any]
_WRITTEN = ("business_calendars", "calendar_weekly_hours", "calendar_exceptions", "settings", "sla_policies")


def read_rows(desk: Desk) -> dict[str, list[Row]]:
    """The rows of every table that is set here, and the teams, each with its source."""
    with desk.on_book() as book:
        return {name: book.configured(name) for name in (*_WRITTEN, "teams")}


def mark_of(rows: Mapping[str, Sequence[Row]]) -> str:
    """A mark of the rows that can be changed here: another one as soon as anybody changed any."""
    return hashlib.sha256(repr([rows[name] for name in _WRITTEN]).encode()).hexdigest()[:16]


def changed_row(rows: Mapping[str, Sequence[Row]], table: str, after: Row) -> Change | None:
    """The change that makes a row of ours say `after`; None when it does already."""
    key = TABLES[table].key
    held = next((r for r in rows[table] if r["source"] == OURS and all(r[k] == after.get(k) for k in key)), None)
    before = {name: held.get(name) for name in after} if held else None
    return None if before == after else Change(table, before, after)


def planned(
    rows: Mapping[str, Sequence[Row]],
    changes: Sequence[Change | None],
    *,
    since: date | None,
    is_always: bool,
    reaches: Sequence[str],
    today: date,
) -> SettingPlan:
    """The plan of what really changes; figures of days before `today` are reached when it goes back that far."""
    real = [one for one in changes if one is not None]
    names = list(reaches) if real else []
    is_past = bool(names) and (is_always or (since is not None and since < today))
    return SettingPlan(real, since, is_always, is_past, names, mark_of(rows))


def save(desk: Desk, plan: SettingPlan, *, seen: str, tz: str, label: str, now: datetime) -> SettingPlan:
    """Write a plan as one load of the source of what is set here; `BadSettings` when the rows are no longer those `seen`.

    The facts are left to whoever asks next, or to the server.
    """
    if plan.mark != seen:
        raise BadSettings("Somebody changed opening hours or agreements since you looked. Nothing was written; look again.")
    if not plan.changes:
        return plan
    number = desk.data_version + 1  # what is said later holds, whatever the machine's clock says
    tables: dict[str, list[Row]] = {}
    for one in plan.changes:
        tables.setdefault(one.table, []).append({**one.after, "source_seq": number})
    delivery = FramesDelivery(OURS, tz, tables)
    delivery.capabilities = ()  # what is set here says nothing about which days are covered, or what a source can supply
    report = desk.take(delivery, now=now, label=label, is_set=True)
    return replace(plan, data_version=report.data_version)


def metrics_by_clock() -> list[str]:
    """The metrics that can be measured in opening hours."""
    return [m.name for m in all_metrics().values() if any(p.name == "clock" and "business" in p.options for p in m.parameters)]


def metrics_of_promises() -> list[str]:
    """The metrics of what was promised."""
    return [m.name for m in all_metrics().values() if "sla_policies" in m.needs]


def today_in(tz: str, now: datetime) -> date:
    """The local date of a moment."""
    return local_day(epoch(now), tz)
