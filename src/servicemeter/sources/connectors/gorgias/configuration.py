"""The account's opening hours, shaped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from servicemeter.sources.hours import Hours, calendar_rows, clock
from servicemeter.sources.source import Page, Row, Shaped, each

__all__ = ["readable", "shape_hours"]


def shape_hours(page: Page) -> Shaped:
    """One calendar: the account's. Hours of single integrations and holidays are not in the API."""

    def shape(raw: dict[str, Any]) -> Iterator[Row]:
        for one in _hours_of(raw):
            yield from calendar_rows(one, page)

    return each(page.items, shape, page.stream, "business_calendars")


def _hours_of(account: Mapping[str, Any]) -> list[Hours]:
    """The opening hours among the settings of an account, none or one. ValueError when they cannot be read."""
    for setting in account.get("settings") or ():
        if setting.get("type") == "business-hours":
            data = setting["data"]
            given = data["business_hours"]
            spans = given if isinstance(given, list) else [given]
            week = [
                (int(day), clock(span["from_time"]), _close(clock(span["to_time"])))
                for span in spans
                for day in str(span["days"]).split(",")
            ]
            return [Hours("account", data.get("timezone"), "Business hours", week)]
    return []


def readable(account: Mapping[str, Any]) -> list[Hours]:
    """The opening hours of an account, if they can be read; if not, they are kept aside when they are shaped."""
    try:
        return _hours_of(account)
    except (KeyError, TypeError, ValueError, AttributeError):
        return []


def _close(text: str) -> str:
    return "24:00" if text in ("00:00", "23:59") else text
