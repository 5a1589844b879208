"""Zendesk's own names of time zones, as the time zone database calls them."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources

__all__ = ["zone"]


@cache
def _names() -> dict[str, str]:
    path = resources.files("servicemeter.sources") / "warehouses" / "zendesk_warehouse" / "time_zones.csv"
    return {row["name"]: row["tz"] for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())}


def zone(name: str | None) -> str | None:
    """The zone of a name, which may be either; None for none."""
    return None if not name else _names().get(name, name)
