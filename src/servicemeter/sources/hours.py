"""Opening hours and promises as APIs show them: as they are now. What held before a change goes on holding for its time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from servicemeter.sources.source import Cursor, Page, Row

__all__ = ["WEEKDAYS", "Hours", "calendar_rows", "clock", "ended_promises", "remember_hours", "remember_promises", "said"]

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class Hours:
    """A calendar: its week as (ISO weekday, open, close), days that are closed all day, and days that are open otherwise."""

    calendar_id: str
    tz: str | None
    name: str | None
    week: Sequence[tuple[int, str, str]]
    closed: Sequence[str] = field(default_factory=tuple)
    instead: Sequence[tuple[str, str, str]] = field(default_factory=tuple)

    @property
    def digest(self) -> str:
        """What changes when the week does."""
        return hashlib.sha256(json.dumps(sorted(map(list, self.week))).encode()).hexdigest()[:16]


def remember_hours(calendars: Iterable[Hours]) -> Cursor:
    """What a later sync compares with."""
    return {"hours": {one.calendar_id: one.digest for one in calendars}}


def calendar_rows(one: Hours, page: Page) -> Iterator[Row]:
    """The rows of a calendar. A week that is another than at the last sync holds from the day of this one on."""
    before, until = page.more["said"][0]["before"].get("hours", {}), page.more["said"][0]["until"]
    since = until.date() if before.get(one.calendar_id, one.digest) != one.digest else None
    yield "business_calendars", {"calendar_id": one.calendar_id, "tz": one.tz or "UTC", "name": one.name}
    for weekday, opens, closes in one.week:
        row = {"calendar_id": one.calendar_id, "valid_from": since, "iso_weekday": weekday, "open": opens, "close": closes}
        yield "calendar_weekly_hours", row
    for day in one.closed:
        yield "calendar_exceptions", {"calendar_id": one.calendar_id, "local_date": date.fromisoformat(day)}
    for day, opens, closes in one.instead:
        at = date.fromisoformat(day)
        yield "calendar_exceptions", {"calendar_id": one.calendar_id, "local_date": at, "open": opens, "close": closes}


def said(before: Cursor, until: datetime) -> dict[str, Sequence[dict[str, Any]]]:
    """What the shaping of a list has to know beside it: what the last sync remembered, and when this one is."""
    return {"said": [{"before": before, "until": until}]}


def remember_promises(rows: Iterable[Row]) -> Cursor:
    """The promises that stand, to see at the next sync which were withdrawn."""
    return {"promises": [row for _, row in rows]}


def ended_promises(page: Page, standing: Iterable[Row]) -> Iterator[Row]:
    """The promises that stood at the last sync and are not among those that stand now: they end at this one."""
    there = {_promise(row) for _, row in standing}
    given = page.more["said"][0]
    for row in given["before"].get("promises", ()):
        if _promise(row) not in there:
            yield "sla_policies", {**row, "valid_to": given["until"]}


def _promise(row: dict[str, Any]) -> tuple[Any, Any, Any]:
    return row["policy_id"], row["metric"], row.get("priority")


def clock(text: str) -> str:
    """A time of day as HH:MM: from "9:00 am", "09:00" or "9:00:00". ValueError for what is none.

    >>> clock("5:30 pm"), clock("12:15 am"), clock("8:00")
    ('17:30', '00:15', '08:00')
    """
    words = text.strip().lower().split()
    hour, minute = (int(part) for part in words[0].split(":")[:2])
    if len(words) > 1:
        hour = hour % 12 + (12 if words[1] == "pm" else 0)
    if not (0 <= hour <= 24 and 0 <= minute <= 59):
        raise ValueError(text)
    return f"{hour:02}:{minute:02}"
