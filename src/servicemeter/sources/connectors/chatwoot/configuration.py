"""The opening hours of inboxes, shaped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from servicemeter.sources.hours import Hours, calendar_rows
from servicemeter.sources.source import Page, Row, Shaped, each

__all__ = ["readable", "shape_inboxes"]


def shape_inboxes(page: Page) -> Shaped:
    """An inbox that keeps hours is a calendar."""

    def shape(raw: dict[str, Any]) -> Iterator[Row]:
        if raw.get("working_hours_enabled"):
            yield from calendar_rows(_hours(raw), page)

    return each(page.items, shape, page.stream, "business_calendars")


def readable(found: Sequence[dict[str, Any]]) -> Iterator[Hours]:
    """Those that can be read; the others are kept aside when they are shaped."""
    for raw in found:
        try:
            if raw.get("working_hours_enabled"):
                yield _hours(raw)
        except (KeyError, TypeError, ValueError, AttributeError):
            continue


def _hours(raw: Mapping[str, Any]) -> Hours:
    """Days are numbered from Sunday (0)."""
    week = []
    for day in raw["working_hours"]:
        if day.get("closed_all_day"):
            continue
        weekday = int(day["day_of_week"]) or 7
        if day.get("open_all_day"):
            week.append((weekday, "00:00", "24:00"))
        else:
            close = f"{int(day['close_hour']):02}:{int(day['close_minutes']):02}"
            opens = f"{int(day['open_hour']):02}:{int(day['open_minutes']):02}"
            week.append((weekday, opens, "24:00" if close == "23:59" else close))
    return Hours(str(raw["id"]), raw.get("timezone"), raw.get("name"), week)
