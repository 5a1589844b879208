"""What a change of opening hours or agreements would change, in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from servicemeter.ground.clock import epoch, local_day
from servicemeter.model.hours import CLOSED, WITHDRAWN, Change, SettingPlan
from servicemeter.show.dates import day, weekday_names
from servicemeter.show.durations import duration
from servicemeter.show.phrases import counted, phrase, say

__all__ = ["METRICS", "ToldPlan", "told_plan"]

METRICS = {
    "first_response": phrase("first response"),
    "next_response": phrase("next response"),
    "resolution": phrase("resolution"),
}
"""What can be promised."""


@dataclass(frozen=True)
class ToldPlan:
    """A plan told: its lines as (`+` or `-`, text), how many rows from when on, the figures that may change, and the weekdays
    that differ from the week before."""

    lines: list[tuple[str, str]]
    headline: str
    metrics: list[tuple[str, str]]
    differs: list[str]


def told_plan(plan: SettingPlan, language: str, tz: str, labels: Mapping[str, str]) -> ToldPlan:
    """The plan in a language; `tz` is the zone of the reports, `labels` are those of the metrics."""
    lines = [line for change in plan.changes for line in _lines(change, language, tz)]
    metrics = [(name, labels[name]) for name in plan.reaches if name in labels]
    names = weekday_names(language)
    differs = [f"{names[d - 1]}: {_hours(old, language)} → {_hours(new, language)}" for d, old, new in plan.differs]
    return ToldPlan(lines, _headline(plan, language), metrics, differs)


def _hours(spans: Sequence[tuple[str, str]], language: str) -> str:
    return ", ".join(f"{opens}–{closes}" for opens, closes in spans) or say(language, "closed")


def _headline(plan: SettingPlan, language: str) -> str:
    count = len(plan.changes)
    if plan.since is not None:
        on = day(plan.since, language=language)
        return counted(language, count, "This changes {n} row, from {on} on.", "This changes {n} rows, from {on} on.", on=on)
    if plan.is_always:
        return counted(language, count, "This changes {n} row, for all times.", "This changes {n} rows, for all times.")
    return counted(language, count, "This changes {n} row.", "This changes {n} rows.")


def _lines(change: Change, language: str, tz: str) -> list[tuple[str, str]]:
    before = _said(change.table, change.before, language, tz) if change.before else ""
    after = _said(change.table, change.after, language, tz)
    pairs = [("-", before), ("+", after)]
    return [(sign, text) for sign, text in pairs if text]


def _said(table: str, row: Mapping[str, Any], language: str, tz: str) -> str:
    """A row in words; nothing where it says that there is none."""
    if row.get("close") == WITHDRAWN:
        return ""
    if table == "calendar_weekly_hours":
        since = row["valid_from"]
        when = say(language, "from {on} on", on=day(since, language=language)) if since else say(language, "always")
        if row["close"] == CLOSED:
            return f"{say(language, 'closed all week')}, {when}"
        return f"{weekday_names(language)[row['iso_weekday'] - 1]} {row['open']}–{row['close']}, {when}"
    if table == "calendar_exceptions":
        opened = f"{row['open']}–{row['close']}" if row["open"] and row["close"] else say(language, "closed all day")
        return f"{day(row['local_date'], language=language)}: {opened}"
    if table == "settings":
        value = row["value"]
        return say(language, "default calendar: {name}", name=value) if value else ""
    if table == "business_calendars":
        return say(language, "calendar {name}, zone {zone}", name=row["name"], zone=row["tz"])
    return _promise(row, language, tz)


def _promise(row: Mapping[str, Any], language: str, tz: str) -> str:
    """An agreement on one line: its name, what within which time, for whom, from when to when."""
    metric = say(language, METRICS[row["metric"]])
    within = duration(row["target_s"], language=language)
    clock = say(language, "opening hours") if row["clock"] == "business" else say(language, "all of the time")
    parts = [f"{row['policy_id']}: {metric} ≤ {within} ({clock})"]
    parts += [str(row[name]) for name in ("calendar_id", "priority", "channel", "brand", "segment", "reason") if row[name]]
    if row["valid_from"]:
        parts.append(say(language, "from {on} on", on=_day(row["valid_from"], language, tz)))
    if row["valid_to"]:
        parts.append(say(language, "until {on}", on=_day(row["valid_to"], language, tz)))
    return ", ".join(parts)


def _day(at: datetime | date, language: str, tz: str) -> str:
    """The local day on which an instant of the book (naive UTC) lies."""
    if isinstance(at, datetime):
        at = local_day(epoch(at if at.tzinfo else at.replace(tzinfo=UTC)), tz)
    return day(at, language=language)
