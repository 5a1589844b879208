"""Business hours and SLA policies, shaped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from servicemeter.sources.connectors.freshdesk.states import CHANNELS
from servicemeter.sources.connectors.zendesk.zones import zone
from servicemeter.sources.hours import WEEKDAYS, Hours, calendar_rows, clock, ended_promises
from servicemeter.sources.source import Page, Row, Shaped, each

__all__ = ["readable", "shape_hours", "shape_policies", "standing"]

_LEVELS = {"priority_1": "low", "priority_2": "normal", "priority_3": "high", "priority_4": "urgent"}
_TARGETS = {"respond_within": "first_response", "next_respond_within": "next_response", "resolve_within": "resolution"}


def shape_hours(page: Page) -> Shaped:
    """Business hours are calendars. Their holidays are not in the API."""
    return each(page.items, lambda raw: calendar_rows(_hours(raw), page), page.stream, "business_calendars")


def readable(found: Sequence[dict[str, Any]]) -> Iterator[Hours]:
    """Those that can be read; the others are kept aside when they are shaped."""
    for raw in found:
        try:
            yield _hours(raw)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            continue


def _hours(raw: Mapping[str, Any]) -> Hours:
    week = []
    for number, name in enumerate(WEEKDAYS, start=1):
        day = (raw.get("business_hours") or {}).get(name)
        if day:
            week.append((number, clock(day["start_time"]), _close(clock(day["end_time"]))))
    if raw.get("business_hours") is None:
        week = [(number, "00:00", "24:00") for number in range(1, 8)]
    return Hours(str(raw["id"]), zone(raw["time_zone"]), raw.get("name"), week)


def _close(text: str) -> str:
    return "24:00" if text in ("00:00", "23:59") else text


def shape_policies(page: Page) -> Shaped:
    """Policies whose conditions we can say; those that are gone end now."""
    products = page.more.get("products", ())
    yield from each(page.items, partial(_policy, products), page.stream, "sla_policies")
    yield from ended_promises(page, standing(page.items, products))


def standing(found: Sequence[dict[str, Any]], products: Sequence[dict[str, Any]]) -> list[Row]:
    """The promises of the policies that can be read."""
    rows: list[Row] = []
    for raw in found:
        try:
            rows += list(_policy(products, raw))
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            continue
    return rows


def _policy(products: Sequence[Mapping[str, Any]], raw: dict[str, Any]) -> Iterator[Row]:
    if raw.get("active") is False:
        return
    filters = _filters(raw.get("applicable_to") or {}, {p["id"]: p.get("name") for p in products})
    for level, target in raw["sla_target"].items():
        for name, metric in _TARGETS.items():
            if target.get(name):
                row = {"policy_id": str(raw["id"]), "rank": raw.get("position"), "metric": metric, "priority": _LEVELS[level]}
                hours = "business" if target.get("business_hours") else "calendar"
                pause = "pending+on_hold" if metric == "resolution" else None
                yield "sla_policies", {**row, **filters, "target_s": int(target[name]), "clock": hours, "pause_states": pause}


def _filters(given: Mapping[str, Any], products: Mapping[Any, Any]) -> dict[str, Any]:
    """Freshdesk's conditions as ours; ValueError for those we cannot say, so that the policy is kept aside and not half taken."""
    found: dict[str, Any] = {"channel": None, "brand": None, "reason": None}
    for name, values in given.items():
        if not values:
            continue
        if name not in ("sources", "product_ids", "ticket_types") or len(values) != 1:
            raise ValueError("a condition other than one source, product or type")
        if name == "sources":
            found["channel"] = CHANNELS[int(values[0])]
        elif name == "product_ids":
            found["brand"] = products[values[0]]
        else:
            found["reason"] = values[0]
    return found
