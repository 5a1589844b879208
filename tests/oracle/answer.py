"""From a question in the words of the case format to rows."""

from __future__ import annotations

from datetime import date
from typing import Any

from oracle import (
    calls,
    efforts,
    feeling,
    firsts,
    loyalty,
    money,
    presence,
    quality,
    shop,
    sla,
    speed,
    spells,
    transfers,
    voice,
    volume,
)
from oracle.clock import local, periods, second
from oracle.figures import share
from oracle.rows import Row
from oracle.unit import Span, Unit
from oracle.world import World

__all__ = ["METRICS", "answer"]

_FAMILIES = (
    volume,
    speed,
    spells,
    quality,
    efforts,
    transfers,
    firsts,
    feeling,
    calls,
    presence,
    money,
    voice,
    sla,
    shop,
    loyalty,
)
METRICS = {name: metric for family in _FAMILIES for name, metric in family.METRICS.items()}
_IMPLIED = {"volume_by_channel": ["channel"], "contact_reason_share": ["reason"], "visitor_intent_share": ["intent"]}
_INVALID = {
    "tickets_created": ["agent"],
    "volume_by_channel": ["agent"],
    "resolution_rate": ["agent"],
    "abandonment_rate": ["agent"],
    "service_level": ["agent"],
    "automated_resolution_rate": ["agent"],
    "contact_rate": ["agent", "team", "channel", "channel_class", "language", "priority", "reason", "source"],
    "occupancy": ["channel", "brand", "reason", "language"],
}
_COUNTS = ("value", "n", "created", "solved", "reopened", "buckets")


def answer(case: dict[str, Any], ask: dict[str, Any], worlds: dict[Any, World] | None = None) -> list[Row]:
    """The rows of one question; `worlds` keeps what is known at an instant between questions over the same case."""
    given = dict(ask.get("params") or {})
    known_at = second(given.pop("known_at", None) or ask.get("known_at"))
    merge_start = given.pop("merge_start", "earliest")
    as_of = second(ask.get("as_of"))
    worlds = {} if worlds is None else worlds
    world = _world(case, as_of, known_at, merge_start, worlds)
    if ask.get("at") is None:
        world = _world(case, world.until(as_of), known_at, merge_start, worlds)
    tz = given.get("report_tz") or case["settings"].get("report_tz", "UTC")
    by = list(dict.fromkeys([*_IMPLIED.get(ask["metric"], []), *(ask.get("by") or [])]))
    filters = [*(ask.get("where") or []), *_sight(ask)]
    asked = [*by, *(f["dimension"] for f in filters)]
    params = {**given, "by": by, "asked": asked}
    rows = []
    for start, p0, p1 in _spans(ask, tz):
        span = Span(p0, p1, min(p1, world.as_of), world.as_of)
        status = _status(world, p0, p1, is_moment=ask.get("at") is not None)
        own: Row = {"period_start": start.isoformat() if ask.get("grain") and start else None, "period_status": status}
        reason = status if status in ("not_started", "no_data") else None
        if any(d in _INVALID.get(ask["metric"], []) for d in asked):
            reason = reason or "invalid_dimension"
        if ask["metric"].startswith("sla_") and not case["settings"].get("sla_policies"):
            reason = reason or "not_measured"
        if reason:
            rows.append({**own, "value": None, "null_reason": reason})
            continue
        rows += [{**own, **row} for row in _rows(world, ask["metric"], span, params, by, filters, tz)]
    if ask["metric"] in _IMPLIED:
        _add_shares(rows, by, *_IMPLIED[ask["metric"]], is_headline=ask["metric"] != "volume_by_channel")
    return rows


def _sight(ask: dict[str, Any]) -> list[dict[str, Any]]:
    """What the asker may see, as conditions."""
    return [{"dimension": name.removesuffix("s"), "values": values} for name, values in (ask.get("scope") or {}).items()]


def _world(case: dict[str, Any], as_of: int | None, known_at: int | None, merge_start: str, worlds: dict[Any, World]) -> World:
    key = (as_of, known_at, merge_start)
    if key not in worlds:
        worlds[key] = World(case, as_of, known_at, merge_start)
    return worlds[key]


def _spans(ask: dict[str, Any], tz: str) -> list[tuple[date | None, int, int]]:
    if ask.get("at") is not None:
        at = second(ask["at"]) or 0
        return [(None, at, at)]
    since, until = (date.fromisoformat(str(ask[k])[:10]) for k in ("from", "to"))
    return [(start, p0, p1) for start, p0, p1 in periods(since, until, ask.get("grain"), tz)]


def _status(world: World, p0: int, p1: int, *, is_moment: bool) -> str:
    """The first that applies of section 1.2; a moment is a period of no length."""
    since = [second(s.get("loaded_from")) for s in world.sources]
    known = [s for s in since if s is not None]
    if is_moment:
        return "complete" if p1 <= world.as_of else "not_started"
    if world.as_of <= p0:
        return "not_started"
    if known and len(known) == len(since) and p1 <= min(known):
        return "no_data"
    if any(p0 < s < p1 for s in known):
        return "partial_coverage"
    return "complete" if p1 <= world.as_of else "in_progress"


def _rows(world: World, metric: str, span: Span, params: dict[str, Any], by: list[str], filters: list[Any], tz: str) -> list[Row]:
    units_of, finish = METRICS[metric]
    groups: dict[tuple[str, ...], list[Unit]] = {} if by else {(): []}
    for unit in units_of(world, span, params):
        clock = local(unit.at, tz)
        unit.dims |= {"hour_of_day": clock.hour, "weekday": clock.isoweekday()}
        if all((_label(unit, f["dimension"]) in f["values"]) != bool(f.get("not")) for f in filters):
            groups.setdefault(tuple(_label(unit, d) for d in by), []).append(unit)
    rows = []
    for labels, units in groups.items():
        row = {**dict(zip(by, labels, strict=True)), **finish(units, params)}
        if row["value"] is None and "null_reason" not in row:
            row["null_reason"] = "immature" if not row.get("n") and row.get("n_immature") else "empty"
        rows.append(row)
    return rows


def _label(unit: Unit, dimension: str) -> str:
    value = unit.dims.get(dimension)
    if dimension == "channel_class" and unit.dims.get("channel") is not None:
        value = "synchronous" if unit.dims["channel"] in ("phone", "chat", "video", "in_person") else "asynchronous"
    if value is None:
        return "(unassigned)" if dimension == "agent" else "(unknown)"
    return str(value)


def _add_shares(rows: list[Row], by: list[str], of: str, *, is_headline: bool) -> None:
    """The share of a channel, reason or intent among the rows that are like it in everything else."""

    def likeness(row: Row) -> list[Any]:
        return [row["period_start"], *(row.get(d) for d in by if d != of)]

    counted = [row for row in rows if row["value"] is not None]
    totals = [sum(r["value"] for r in counted if likeness(r) == likeness(row)) for row in counted]
    for row, total in zip(counted, totals, strict=True):
        if is_headline:
            row.update(share(row["value"], total))
        else:
            row["share"] = row["value"] / total if total else None
