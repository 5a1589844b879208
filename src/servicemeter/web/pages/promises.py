"""Agreements: what is promised to whom within which time; made, changed and ended here, after a look at what would change."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from servicemeter.desk.methods.hours import hours
from servicemeter.desk.methods.plan_promise import plan_promise
from servicemeter.desk.methods.promises import promises
from servicemeter.desk.methods.save_promise import save_promise
from servicemeter.desk.promises import seconds_said
from servicemeter.ground.errors import BadQuestion, ServicemeterError
from servicemeter.model.promises import PAUSES, PromiseHeld, PromiseKey, PromiseWish
from servicemeter.show.dates import day
from servicemeter.show.dimensions import dimension_value
from servicemeter.show.durations import duration
from servicemeter.show.phrases import phrase, say
from servicemeter.show.plans import METRICS, told_plan
from servicemeter.web.pages import Page
from servicemeter.web.posted import moved_to, posted, present
from servicemeter.web.rules import may
from servicemeter.web.visit import Visit, visit
from servicemeter.web.weekfields import Faults

__all__ = ["PAGE", "router"]

PAGE = Page(phrase("Agreements"), "/settings/promises", "house", 14, may="change_settings")
router = APIRouter()
_KEYS = ("policy", "metric", "priority", "saved")
_OLD = ("old_policy", "old_metric", "old_priority")
_FIELDS = (
    "part", "metric", "within", "unit", "policy", "clock", "calendar", "priority", "rank", "pauses", "channel", "brand",
    "segment", "reason", "since", *_OLD, "seen",
)  # fmt: skip
_UNITS = ("min", "h", "d")
_PRIORITIES = ("low", "normal", "high", "urgent")
_STATES = {"holds": phrase("holds now"), "to_come": phrase("to come"), "over": phrase("over")}
_PAUSE_WORDS = {
    "none": phrase("never"),
    "pending": phrase("while we wait for the customer"),
    "on_hold": phrase("while we wait for somebody else"),
    "pending+on_hold": phrase("while we wait for either"),
}
_NO_TIME = phrase("“{value}” is no time to promise. Write a number above 0, such as 4 or 1.5.")
_NO_DATE = phrase("“{value}” is no date. Write it as 2026-12-25.")
_NO_RANK = phrase("“{value}” is no rank. Write a whole number; the lowest is tried first.")
_NO_CALENDAR = phrase("A calendar is for a clock that runs in opening hours.")


@router.api_route("/settings/promises", methods=["GET", "HEAD"])
def promises_page(request: Request) -> Response:
    """All agreements, and the form to make or change one."""
    return _page(visit(request, _KEYS))


@router.post("/settings/promises/preview")
@may("change_settings", asks=True)
async def preview(request: Request) -> Response:
    """What would change; nothing is written."""
    given = await posted(request, _FIELDS)
    return await run_in_threadpool(_preview, visit(request, _KEYS), given)


@router.post("/settings/promises")
async def save(request: Request) -> Response:
    """Write what was looked at."""
    given = await posted(request, _FIELDS)
    return await run_in_threadpool(_save, visit(request, _KEYS), given)


def _wish(given: dict[str, str], faults: Faults) -> PromiseWish:
    since = _since(given, faults)
    old = _old(given)
    if given.get("part") == "end":
        return PromiseWish(since=since, ends=old or ("", "", None))
    rank = given.get("rank", "")
    if rank and not (rank.isascii() and rank.isdigit() and len(rank) < 9):
        faults.add("rank", _NO_RANK, value=rank)
        rank = ""
    clock, calendar = given.get("clock", "calendar"), given.get("calendar")
    if calendar and clock != "business":
        faults.add("calendar", _NO_CALENDAR)
    return PromiseWish(
        given.get("metric", ""),
        _seconds(given, faults),
        given.get("policy", ""),
        clock,
        calendar,
        given.get("priority"),
        int(rank) if rank else None,
        given.get("pauses"),
        given.get("channel"),
        given.get("brand"),
        given.get("segment"),
        given.get("reason"),
        since,
        instead_of=old,
    )


def _old(given: dict[str, str]) -> PromiseKey | None:
    name, metric, priority = (given.get(field) for field in _OLD)
    return (name, metric, priority) if name and metric else None


def _seconds(given: dict[str, str], faults: Faults) -> int:
    within, unit = given.get("within", ""), given.get("unit", "h")
    try:
        return seconds_said(f"{within} {unit}")
    except BadQuestion:
        faults.add("within", _NO_TIME, value=within)
        return 0


def _since(given: dict[str, str], faults: Faults) -> date | None:
    text = given.get("since", "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        faults.add("since", _NO_DATE, value=text)
        return None


def _preview(seen: Visit, given: dict[str, str]) -> Response:
    faults = Faults(seen.language)
    wish = _wish(given, faults)
    if faults:
        return _page(seen, given=given, faults=faults, status=400)
    try:
        plan = plan_promise(seen.desk, wish=wish, now=present())
    except ServicemeterError as fault:
        return _page(seen, given=given, fault=str(fault), status=400)
    return seen.page(
        "settings_plan.html",
        here="promises",
        plan=plan,
        told=told_plan(plan, seen.language, seen.desk.report_tz, {m.name: m.label(seen.language) for m in seen.desk.metrics()}),
        back=seen.address.to("/settings/promises"),
        action="/settings/promises",
        hidden=[(name, value) for name, value in given.items() if name != "seen"],
    )


def _save(seen: Visit, given: dict[str, str]) -> Response:
    faults = Faults(seen.language)
    wish = _wish(given, faults)
    if faults:
        return _page(seen, given=given, faults=faults, status=400)
    try:
        done = save_promise(seen.desk, wish=wish, seen=given.get("seen", ""), now=present())
    except ServicemeterError as fault:
        return _page(seen, given=given, fault=str(fault), status=409)
    return moved_to(seen.address.to("/settings/promises", saved=done.data_version or "0"))


def _page(
    seen: Visit,
    *,
    given: dict[str, str] | None = None,
    faults: Faults | None = None,
    fault: str = "",
    status: int = 200,
) -> Response:
    held, own, language = promises(seen.desk, now=present()), seen.address.own, seen.language
    wanted = (own.get("policy"), own.get("metric"), own.get("priority"))
    changed = next((one for one in held.promises if one.is_ours and one.key == wanted), None)
    is_form = given is not None and given.get("part") != "end"
    form = given if given is not None and is_form else _fields(changed)
    return seen.page(
        "promises.html",
        notes=held.notes,
        here="promises",
        status=status,
        fault=fault,
        faults=faults.by_field if faults else {},
        promises=[_told(one, language) for one in held.promises],
        form=form,
        is_change=bool(form.get("old_policy")),
        metrics={name: say(language, text) for name, text in METRICS.items()},
        units=_UNITS,
        unit_words=dict(zip(_UNITS, (_unit(unit, language) for unit in _UNITS), strict=True)),
        calendars=[(one.calendar_id, one.name) for one in hours(seen.desk).calendars],
        priorities=[(value, dimension_value("priority", value, language)) for value in _PRIORITIES],
        channels=[(v, dimension_value("channel", v, language)) for v in seen.desk.dimension_values("channel")],
        brands=seen.desk.dimension_values("brand"),
        pauses=[(name, say(language, _PAUSE_WORDS[name])) for name in PAUSES],
        saved=own.get("saved"),
        is_making=seen.desk.is_making_facts,
    )


def _unit(unit: str, language: str) -> str:
    """The unit as durations are written."""
    seconds = {"min": 60, "h": 3600, "d": 86400 * 3}[unit]
    return duration(seconds, language=language).split()[-1]


def _fields(one: PromiseHeld | None) -> dict[str, str]:
    """The form's values: of the promise that is to be changed, else of a new one."""
    if one is None:
        return {"metric": "first_response", "unit": "h", "clock": "business"}
    unit, size = next((u, s) for u, s in (("h", 3600), ("min", 60), ("min", 1)) if one.target_s % s == 0)
    figure = one.target_s / (60 if unit == "min" else size)
    said = {
        "metric": one.metric, "within": f"{figure:g}", "unit": unit, "clock": one.clock, "calendar": one.calendar_id,
        "priority": one.priority, "rank": str(one.rank) if one.rank is not None else None, "pauses": one.pauses,
        "channel": one.channel, "brand": one.brand, "segment": one.segment, "reason": one.reason, "old_policy": one.policy_id,
        "old_metric": one.metric, "old_priority": one.priority,
    }  # fmt: skip
    return {name: value for name, value in said.items() if value}


def _told(one: PromiseHeld, language: str) -> dict[str, Any]:
    """An agreement as a line of the list."""
    whom = [dimension_value("channel", one.channel, language) if one.channel else "", one.brand, one.segment, one.reason]
    dates = [day(on, language=language) if on else "" for on in (one.since, one.until)]
    return {
        "id": one.policy_id, "metric": one.metric, "metric_words": say(language, METRICS[one.metric]), "priority": one.priority,
        "priority_words": dimension_value("priority", one.priority, language) if one.priority else "",
        "target": duration(one.target_s, language=language), "is_business": one.clock == "business",
        "calendar": one.calendar_id, "whom": [text for text in whom if text], "since": dates[0], "until": dates[1],
        "state": say(language, _STATES[one.state]), "is_over": one.state == "over", "is_ours": one.is_ours,
        "source": one.source, "rank": one.rank,
    }  # fmt: skip
