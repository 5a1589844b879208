"""Opening hours: every calendar with its weeks and days; changed here, after a look at exactly what would change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from servicemeter.desk.methods.hours import hours
from servicemeter.desk.methods.plan_hours import plan_hours
from servicemeter.desk.methods.save_hours import save_hours
from servicemeter.ground.clock import epoch, holidays_of, local_day, zone_names
from servicemeter.ground.errors import ServicemeterError, UnknownName
from servicemeter.model.hours import CalendarHeld, HoursHeld, HoursWish, WeekHeld
from servicemeter.show.dates import day, weekday_names
from servicemeter.show.phrases import phrase
from servicemeter.show.plans import told_plan
from servicemeter.web.pages import Page
from servicemeter.web.posted import Form, moved_to, present, read_form
from servicemeter.web.rules import may
from servicemeter.web.visit import Visit, visit
from servicemeter.web.weekfields import SLOTS, Faults, read_days, read_week, week_values

__all__ = ["PAGE", "router"]

PAGE = Page(phrase("Opening hours"), "/settings/hours", "house", 12, may="change_settings")
router = APIRouter()
_KEYS = ("calendar", "new", "week", "country", "year", "saved")
_BLANK_DAYS = 3
_TAKEN = phrase("There is a calendar called {name} already. Change that one, or give another name.")
Fields = Mapping[str, str]


@dataclass(frozen=True)
class _Given:
    """What a form sent: its fields, the dates that are to be usual again, and what was seen of the plan."""

    fields: dict[str, str]
    usual: list[str]
    seen: str

    @property
    def part(self) -> str:
        """Which of the page's forms it is."""
        return self.fields.get("part", "")

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """The same fields once more, for the button that saves."""
        pairs = [(name, value) for name, value in self.fields.items() if value.strip()]
        return [*pairs, *(("usual", on) for on in self.usual)]


@router.api_route("/settings/hours", methods=["GET", "HEAD"])
def hours_page(request: Request) -> Response:
    """All calendars, or the forms of one."""
    return _page(visit(request, _KEYS))


@router.post("/settings/hours/preview")
@may("change_settings", asks=True)
async def preview(request: Request) -> Response:
    """What would change; nothing is written."""
    given = await _given(request)
    return await run_in_threadpool(_preview, visit(request, _KEYS), given)


@router.post("/settings/hours")
async def save(request: Request) -> Response:
    """Write what was looked at."""
    given = await _given(request)
    return await run_in_threadpool(_save, visit(request, _KEYS), given)


async def _given(request: Request) -> _Given:
    form: Form = await read_form(request)
    fields = {name: value for name, value in form.last().items() if name not in ("usual", "seen")}
    return _Given(fields, form.many("usual"), form.one("seen"))


def _wish(seen: Visit, given: _Given, faults: Faults) -> HoursWish:
    fields = given.fields
    if given.part == "week":
        wish = read_week(fields, faults)
        if not fields.get("calendar") and _known(seen, wish.calendar_id):
            faults.add("name", _TAKEN, name=wish.calendar_id)
        return wish
    if given.part == "days":
        return read_days(fields, given.usual, faults)
    if given.part == "back":
        return HoursWish(fields.get("calendar", ""), take_back=(date.fromisoformat(fields.get("take_back", "")),))
    if given.part == "default":
        return HoursWish(fields.get("calendar", ""), is_default=True)
    raise UnknownName("part of this page", given.part, ("week", "days", "back", "default"))


def _preview(seen: Visit, given: _Given) -> Response:
    faults = Faults(seen.language)
    wish = _wish(seen, given, faults)
    if faults:
        return _page(seen, given=given, faults=faults, status=400)
    try:
        plan = plan_hours(seen.desk, wish=wish, now=present())
    except ServicemeterError as fault:
        return _page(seen, given=given, fault=str(fault), status=400)
    told = told_plan(plan, seen.language, seen.desk.report_tz, {m.name: m.label(seen.language) for m in seen.desk.metrics()})
    back = seen.address.to("/settings/hours", calendar=_known(seen, wish.calendar_id))
    return seen.page(
        "settings_plan.html", here="hours", plan=plan, told=told, back=back, action="/settings/hours", hidden=given.hidden
    )


def _known(seen: Visit, calendar_id: str) -> str | None:
    """The calendar, if there is one of that name yet."""
    return calendar_id if any(one.calendar_id == calendar_id for one in hours(seen.desk).calendars) else None


def _save(seen: Visit, given: _Given) -> Response:
    faults = Faults(seen.language)
    wish = _wish(seen, given, faults)
    if faults:
        return _page(seen, given=given, faults=faults, status=400)
    try:
        done = save_hours(seen.desk, wish=wish, seen=given.seen, now=present())
    except ServicemeterError as fault:
        return _page(seen, given=given, fault=str(fault), status=409)
    return moved_to(seen.address.to("/settings/hours", calendar=wish.calendar_id, saved=done.data_version or "0"))


def _page(
    seen: Visit, *, given: _Given | None = None, faults: Faults | None = None, fault: str = "", status: int = 200
) -> Response:
    held, own = hours(seen.desk), seen.address.own
    fields = given.fields if given else {}
    chosen = fields.get("calendar", own.get("calendar", "")) if not given or given.part != "default" else ""
    one = next((c for c in held.calendars if c.calendar_id == chosen), None)
    is_new = "new" in own or bool(given and given.part == "week") or not held.calendars
    holidays, missed = _holidays(own, one)
    language = seen.language
    return seen.page(
        "hours.html",
        here="hours",
        status=status,
        fault=fault or missed,
        faults=faults.by_field if faults else {},
        calendars=[_told(c, held, language) for c in held.calendars],
        one=_told(one, held, language) if one else None,
        is_new=is_new and one is None,
        week=_week_form(seen, held, one, given if given and given.part == "week" else None),
        slots=_slots(given, one),
        days=_day_form(given if given and given.part == "days" else None, holidays),
        weekdays=list(enumerate(weekday_names(language), 1)),
        zones=zone_names() if is_new or (one and one.is_ours) else [],
        default=held.default,
        saved=own.get("saved"),
        is_making=seen.desk.is_making_facts,
        year=own.get("year") or str(_today(held, one).year),
        country=own.get("country", ""),
    )


def _today(held: HoursHeld, one: CalendarHeld | None) -> date:
    return local_day(epoch(present()), one.tz if one else held.report_tz)


def _told(one: CalendarHeld, held: HoursHeld, language: str) -> dict[str, Any]:
    """A calendar as the page shows it: the week that holds today, all weeks, the days to come and those that are over."""
    today = _today(held, one)
    holds = _holding(one, today)
    weeks = [_told_week(week, week is holds, today, language) for week in one.weeks]
    days = [
        {"on": held_day.on.isoformat(), "text": day(held_day.on, language=language), "openings": held_day.openings,
         "is_over": held_day.on < today}
        for held_day in one.days
    ]  # fmt: skip
    return {
        "id": one.calendar_id, "name": one.name, "tz": one.tz, "source": one.source, "is_ours": one.is_ours,
        "is_default": one.is_default, "weeks": weeks, "holds": next((w for w in weeks if w["holds"]), None),
        "to_come": [d for d in days if not d["is_over"]], "over": [d for d in days if d["is_over"]],
        "users": [*one.teams, *one.brands, *one.promises],
    }  # fmt: skip


def _holding(one: CalendarHeld, today: date) -> WeekHeld | None:
    return next((week for week in reversed(one.weeks) if (week.valid_from or date.min) <= today), None)


def _told_week(week: WeekHeld, holds: bool, today: date, language: str) -> dict[str, Any]:
    by_day: dict[int, list[str]] = {}
    for weekday, opens, closes in week.openings:
        by_day.setdefault(weekday, []).append(f"{opens}–{closes}")
    since = week.valid_from
    return {
        "since": since.isoformat() if since else "", "text": day(since, language=language) if since else "", "days": by_day,
        "holds": holds, "is_to_come": bool(since and since > today),
    }  # fmt: skip


def _week_form(seen: Visit, held: HoursHeld, one: CalendarHeld | None, given: _Given | None) -> dict[str, str]:
    """The values of the form of a week: as they were sent, else those of the week that was chosen or holds today."""
    if given:
        return given.fields
    if one is None:
        usual = week_values((weekday, "09:00", "17:00") for weekday in range(1, 6))
        return {**usual, "tz": held.report_tz, "is_default": "" if held.default else "1"}
    today = _today(held, one)
    wanted = seen.address.own.get("week")
    chosen = next((w for w in one.weeks if wanted and (w.valid_from.isoformat() if w.valid_from else "always") == wanted), None)
    shown = chosen or _holding(one, today) or (one.weeks[0] if one.weeks else None)
    openings = shown.openings if shown else []
    return {**week_values(openings), "name": one.name, "tz": one.tz, "since": today.isoformat()}


def _slots(given: _Given | None, one: CalendarHeld | None) -> int:
    """Rooms for openings a day: three, or as many as any day has."""
    counts = [sum(o[0] == d for o in week.openings) for week in (one.weeks if one else ()) for d in range(1, 8)]
    return max([SLOTS, *counts])


def _day_form(given: _Given | None, holidays: Mapping[date, str]) -> list[dict[str, str]]:
    """The rows of the form of dates: as they were sent, else public holidays to review, and empty ones."""
    if given:
        numbers = sorted({int(name[1:-3]) for name in given.fields if name.endswith(".on") and name[1:-3].isdigit()})
        kept = ("on", "open", "close", "ask", "take", "title")
        return [{"n": str(n), **{k: given.fields.get(f"x{n}.{k}", "") for k in kept}} for n in numbers]
    rows = [{"on": on.isoformat(), "title": title, "ask": "1", "take": "1"} for on, title in holidays.items()]
    rows += [{} for _ in range(_BLANK_DAYS)]
    usual = {"on": "", "open": "", "close": "", "ask": "", "take": "", "title": ""}
    return [{**usual, **row, "n": str(n)} for n, row in enumerate(rows, 1)]


def _holidays(own: Fields, one: CalendarHeld | None) -> tuple[dict[date, str], str]:
    """The public holidays that were asked for and are no days of the calendar yet; or what is wrong with the asking."""
    country, year = own.get("country", ""), own.get("year", "")
    if one is None or not country:
        return {}, ""
    if not (year.isascii() and year.isdigit() and 1970 <= int(year) <= 2099):
        return {}, phrase(f"year={year!r} is no year; give 1970 to 2099.")
    try:
        found = holidays_of(country, [int(year)])
    except ServicemeterError as fault:
        return {}, str(fault)
    known = {held.on for held in one.days}
    return {on: title for on, title in found.items() if on not in known}, ""
