"""Calendars and service levels, shaped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from servicemeter.sources.hours import WEEKDAYS, Hours, calendar_rows, clock, ended_promises
from servicemeter.sources.source import Page, Row, Shaped, each

__all__ = ["readable", "shape_calendars", "shape_policies", "standing"]

_TARGETS = {"first_response_time": "first_response", "response_time": "next_response", "solution_time": "resolution"}


def shape_calendars(page: Page) -> Shaped:
    """Calendars with their public holidays, on which they are closed."""
    return each(page.items, lambda raw: calendar_rows(_hours(raw), page), page.stream, "business_calendars")


def readable(found: Sequence[dict[str, Any]]) -> Iterator[Hours]:
    """Those that can be read; the others are kept aside when they are shaped."""
    for raw in found:
        try:
            yield _hours(raw)
        except (KeyError, TypeError, ValueError, AttributeError):
            continue


def _hours(raw: Mapping[str, Any]) -> Hours:
    week = []
    for number, name in enumerate(WEEKDAYS, start=1):
        day = raw["business_hours"].get(name[:3]) or {}
        if day.get("active"):
            for opens, closes in day["timeframes"]:
                close = clock(closes)
                week.append((number, clock(opens), "24:00" if close in ("00:00", "23:59") else close))
    holidays = raw.get("public_holidays") or {}
    closed = sorted(day for day, said in holidays.items() if said.get("active"))
    return Hours(str(raw["id"]), raw.get("timezone"), raw.get("name"), week, closed)


def shape_policies(page: Page) -> Shaped:
    """Service levels for all tickets; one with a condition that we cannot say is kept aside. Those that are gone end now."""
    yield from each(page.items, _policy, page.stream, "sla_policies")
    yield from ended_promises(page, standing(page.items))


def standing(found: Sequence[dict[str, Any]]) -> list[Row]:
    """The promises of the service levels that can be read."""
    rows: list[Row] = []
    for raw in found:
        try:
            rows += list(_policy(raw))
        except (KeyError, TypeError, ValueError, AttributeError):
            continue
    return rows


def _policy(raw: dict[str, Any]) -> Iterator[Row]:
    if raw.get("condition"):
        raise ValueError("a condition")
    for name, metric in _TARGETS.items():
        if raw.get(name):
            pause = "pending+on_hold" if metric == "resolution" else None
            row = {"policy_id": str(raw["id"]), "rank": raw["id"], "metric": metric, "priority": None, "pause_states": pause}
            calendar_id = str(raw["calendar_id"])
            yield "sla_policies", {**row, "target_s": int(raw[name]) * 60, "clock": "business", "calendar_id": calendar_id}
