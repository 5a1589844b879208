"""Opening hours and promises, shaped: both change, and what held before goes on holding for its time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from servicemeter.sources.connectors.zendesk.channels import channel_of
from servicemeter.sources.connectors.zendesk.zones import zone
from servicemeter.sources.source import Cursor, Page, Row, Shaped, each

__all__ = ["remember", "shape_policies", "shape_schedules"]

_DAY_MIN = 1440
_RESPONSES = {"first_reply_time": "first_response", "next_reply_time": "next_response"}
_RESOLUTIONS = {"requester_wait_time": "pending", "agent_work_time": "pending+on_hold", "total_resolution_time": "none"}


def remember(stream: str, found: Sequence[Mapping[str, Any]]) -> Cursor:
    """What a later sync compares with: each schedule's hours, each target that was there."""
    if stream == "schedules":
        return {"hours": {str(s["id"]): _digest(s.get("intervals")) for s in found}}
    return {"policies": [[str(p["id"]), *row] for p in found for row in _keys(p)]}


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def shape_schedules(page: Page) -> Shaped:
    """A schedule is a calendar; hours that were changed hold from the day of the change on."""
    before = page.more["before"][0].get("hours", {})
    yield from each(page.items, partial(_schedule, before), page.stream, "business_calendars")
    yield from each(page.more.get("holidays", ()), _holiday, "holidays", "calendar_exceptions")


def _schedule(before: Mapping[str, str], raw: dict[str, Any]) -> Iterator[Row]:
    calendar_id = str(raw["id"])
    yield "business_calendars", {"calendar_id": calendar_id, "tz": zone(raw["time_zone"]), "name": raw.get("name")}
    is_changed = before.get(calendar_id, _digest(raw.get("intervals"))) != _digest(raw.get("intervals"))
    since = date.fromisoformat(str(raw["updated_at"])[:10]) if is_changed else None
    for interval in raw["intervals"]:
        for weekday, opens, closes in _by_day(int(interval["start_time"]), int(interval["end_time"])):
            yield (
                "calendar_weekly_hours",
                {"calendar_id": calendar_id, "valid_from": since, "iso_weekday": weekday, "open": opens, "close": closes},
            )


def _by_day(start: int, end: int) -> Iterator[tuple[int, str, str]]:
    """Minutes since Sunday midnight as (ISO weekday, open, close), cut at midnight."""
    while start < end:
        day = start // _DAY_MIN
        close = min(end, (day + 1) * _DAY_MIN)
        yield day % 7 or 7, _clock(start - day * _DAY_MIN), _clock(close - day * _DAY_MIN)
        start = close


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _holiday(raw: dict[str, Any]) -> Iterator[Row]:
    day, last = date.fromisoformat(raw["start_date"]), date.fromisoformat(raw["end_date"])
    while day <= last:
        yield "calendar_exceptions", {"calendar_id": raw["schedule_id"], "local_date": day}
        day += timedelta(days=1)


def shape_policies(page: Page) -> Shaped:
    """Policies whose conditions we can say; those that are gone end now."""
    brands = {str(b["id"]): b.get("name") for b in page.more.get("brands", ())}
    for rank, policy in enumerate(page.items, start=1):
        yield from each([policy], partial(_policy, rank, brands), page.stream, "sla_policies")
    there = {(str(p["id"]), *row) for p in page.items for row in _keys(p)}
    at = page.more["until"][0]["at"]
    for policy_id, metric, priority, target_s in page.more["before"][0].get("policies", ()):
        if (policy_id, metric, priority, target_s) not in there and not any(
            k[:3] == (policy_id, metric, priority) for k in there
        ):
            gone = {"policy_id": policy_id, "metric": metric, "priority": priority, "target_s": target_s, "valid_to": at}
            yield "sla_policies", gone


def _policy(rank: int, brands: Mapping[str, Any], raw: dict[str, Any]) -> Iterator[Row]:
    filters = _filters(raw.get("filter") or {}, brands)
    for row in _targets(raw):
        yield "sla_policies", {"policy_id": raw["id"], "rank": raw.get("position") or rank, **filters, **row}


def _filters(given: Mapping[str, Any], brands: Mapping[str, Any]) -> dict[str, Any]:
    """Zendesk's conditions as ours; ValueError for those we cannot say, so that the policy is kept aside and not half taken."""
    found: dict[str, Any] = {}
    if given.get("any"):
        raise ValueError("conditions of which any may hold")
    for condition in given.get("all") or ():
        field, value = condition["field"], condition.get("value")
        if condition.get("operator") not in ("is", "includes") or (isinstance(value, list) and len(value) != 1):
            raise ValueError("a condition other than one value")
        one = str(value[0] if isinstance(value, list) else value)
        if field == "brand_id":
            found["brand"] = brands.get(one, one)
        elif field in ("via_id", "current_via_id", "channel"):
            found["channel"] = channel_of(one)
        elif field != "type":
            raise ValueError("a condition on another field")
    return found


def _targets(raw: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The targets we measure; of three ways to promise a resolution the first that the policy has."""
    metrics = [m for m in raw["policy_metrics"] if m["metric"] in _RESPONSES or m["metric"] in _RESOLUTIONS]
    ways = [way for way in _RESOLUTIONS if any(m["metric"] == way for m in metrics)]
    for given in metrics:
        name = given["metric"]
        if name in _RESOLUTIONS and name != ways[0]:
            continue
        target_s = given.get("target_in_seconds") or int(given["target"]) * 60
        yield {
            "metric": _RESPONSES.get(name, "resolution"),
            "priority": given.get("priority"),
            "target_s": target_s,
            "clock": "business" if given.get("business_hours") else "calendar",
            "pause_states": _RESOLUTIONS.get(name),
        }


def _keys(raw: Mapping[str, Any]) -> Iterable[tuple[Any, Any, Any]]:
    try:
        return [(t["metric"], t["priority"], t["target_s"]) for t in _targets(raw)]
    except (KeyError, TypeError, ValueError):
        return []
