"""Opening hours: what is set, what a wish would change, and saving it.

Nothing is rewritten: a week holds from its date on, a row that is no longer wanted becomes a version that says `withdrawn`, and
every saving is a load with its own data version. Calendars that another source brought are shown and left to it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from servicemeter.desk.ownrows import (
    Row,
    changed_row,
    mark_of,
    metrics_by_clock,
    metrics_of_promises,
    planned,
    read_rows,
    today_in,
)
from servicemeter.ground.clock import Calendar, WeeklyHours, parse_hours
from servicemeter.ground.errors import BadCalendar
from servicemeter.model.hours import (
    CLOSED,
    OURS,
    WITHDRAWN,
    CalendarHeld,
    Change,
    DayHeld,
    DayWish,
    HoursHeld,
    HoursWish,
    SettingPlan,
    WeekHeld,
)
from servicemeter.store.calendars import is_of_tickets

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["hold_hours", "plan_wish"]

_BRAND = "brand_calendar:"
_NAME = re.compile(r"\S(?:.{0,58}\S)?")
Rows = Mapping[str, Sequence[Row]]
Span = tuple[str, str]


def hold_hours(desk: Desk) -> HoursHeld:
    """Every calendar with its weeks and days, who runs by it, and which is the default."""
    rows = read_rows(desk)
    with desk.on_book() as book:
        said = book.settings()
    default = _default(rows, said)
    calendars = [_held(row, rows, said, default) for row in rows["business_calendars"]]
    return HoursHeld(calendars, default, said.get("report_tz", "UTC"), mark_of(rows))


def _default(rows: Rows, said: Mapping[str, str]) -> str:
    """The calendar of tickets without another, as `store.calendars` finds it: the one that was named, else the only one."""
    known = [row["calendar_id"] for row in rows["business_calendars"]]
    named = said.get("default_calendar") or (known[0] if len(known) == 1 else "")
    return named if named in known else ""


def _held(row: Row, rows: Rows, said: Mapping[str, str], default: str) -> CalendarHeld:
    one = row["calendar_id"]
    weeks: dict[date | None, list[tuple[int, str, str]]] = defaultdict(list)
    for hours in _standing(rows["calendar_weekly_hours"], one):
        opened = weeks[hours["valid_from"]]
        if hours["close"] != CLOSED:
            opened.append((int(hours["iso_weekday"]), hours["open"], hours["close"]))
    days: dict[date, list[tuple[str, str]]] = defaultdict(list)
    for hours in _standing(rows["calendar_exceptions"], one):
        opened_on = days[hours["local_date"]]
        if hours["open"] and hours["close"]:
            opened_on.append((hours["open"], hours["close"]))
    return CalendarHeld(
        one,
        row["name"] or one,
        row["tz"],
        row["source"],
        row["source"] == OURS,
        one == default,
        [WeekHeld(since, sorted(weeks[since])) for since in sorted(weeks, key=lambda d: d or date.min)],
        [DayHeld(on, sorted(days[on])) for on in sorted(days)],
        [str(team["name"] or team["team_id"]) for team in rows["teams"] if team["calendar_id"] == one],
        [name.removeprefix(_BRAND) for name, value in said.items() if name.startswith(_BRAND) and value == one],
        sorted({p["policy_id"] for p in rows["sla_policies"] if p["clock"] == "business" and p["calendar_id"] == one}),
    )


def _standing(rows: Iterable[Row], calendar_id: str) -> list[Row]:
    return [row for row in rows if row["calendar_id"] == calendar_id and row["close"] != WITHDRAWN]


def plan_wish(desk: Desk, wish: HoursWish, now: datetime) -> SettingPlan:
    """What a wish would change; `BadCalendar` says what cannot be and what would be right. Nothing is written."""
    held, rows = hold_hours(desk), read_rows(desk)
    before = next((one for one in held.calendars if one.calendar_id == wish.calendar_id), None)
    _check_whose(wish, before)
    tz = wish.tz or (before.tz if before else "")
    changes = [
        _calendar_change(wish, before, tz, rows),
        *_week_changes(wish, rows),
        *(change for day in wish.days for change in _day_changes(wish.calendar_id, day, rows)),
        *_default_changes(wish, held, rows),
    ]
    if before is None or before.is_ours:
        _check_whole(wish.calendar_id, tz, rows, changes)
    since, is_always = _reach(changes, before, held.default)
    plan = planned(
        rows,
        changes,
        since=since,
        is_always=is_always,
        reaches=_reaches(desk, wish, held, rows, changes),
        today=today_in(tz or held.report_tz, now),
    )
    return replace(plan, differs=_differs(wish, before)) if plan.changes else plan


def _differs(wish: HoursWish, before: CalendarHeld | None) -> list[tuple[int, list[Span], list[Span]]]:
    """The weekdays on which the week that is wished differs from the one that it follows; none where it follows none."""
    since = wish.since or date.min
    earlier = [week for week in (before.weeks if before else ()) if (week.valid_from or date.min) < since]
    if wish.week is None or not earlier:
        return []
    fresh = [(day, _clock(opens), _clock(closes)) for day, opens, closes in wish.week]
    spans = [(day, _of_day(earlier[-1].openings, day), _of_day(fresh, day)) for day in range(1, 8)]
    return [(day, old, new) for day, old, new in spans if old != new]


def _of_day(openings: Iterable[tuple[int, str, str]], day: int) -> list[Span]:
    return sorted((opens, closes) for weekday, opens, closes in openings if weekday == day)


def _check_whose(wish: HoursWish, before: CalendarHeld | None) -> None:
    asked = [wish.name, wish.tz, wish.week, wish.take_back, wish.days]
    if before is None:
        if not _NAME.fullmatch(wish.calendar_id) or not wish.calendar_id.isprintable():
            raise BadCalendar(f"name: a calendar's name is one line of 1 to 60 letters, not {wish.calendar_id!r}.")
        if not wish.tz:
            raise BadCalendar(f"tz: calendar {wish.calendar_id!r} is new and needs a time zone, such as Europe/Amsterdam.")
        if wish.week is None:
            raise BadCalendar(f"week: calendar {wish.calendar_id!r} is new and needs a week, such as mon-fri 09:00-17:30.")
    elif not before.is_ours and any(asked):
        raise BadCalendar(
            f"Calendar {before.calendar_id!r} comes with the data of {before.source!r}, whose next load would overwrite it. "
            "Change it there, or make a calendar of your own and let that be the default."
        )


def _calendar_change(wish: HoursWish, before: CalendarHeld | None, tz: str, rows: Rows) -> Change | None:
    if before is not None and not before.is_ours:
        return None
    name = wish.name or (before.name if before else wish.calendar_id)
    return changed_row(rows, "business_calendars", {"calendar_id": wish.calendar_id, "tz": tz, "name": name})


def _week_changes(wish: HoursWish, rows: Rows) -> list[Change | None]:
    """The week that is wished, in place of all that its date said before; and weeks that are taken back."""
    own = [r for r in rows["calendar_weekly_hours"] if r["source"] == OURS and r["calendar_id"] == wish.calendar_id]
    changes: list[Change | None] = []
    for since in wish.take_back:
        gone = [row for row in own if row["valid_from"] == since and row["close"] != WITHDRAWN]
        if not gone:
            raise BadCalendar(f"take back: no week of calendar {wish.calendar_id!r} begins on {since}. Choose one that does.")
        changes += [_week_row(rows, row, WITHDRAWN) for row in gone]
    if wish.week is None:
        return changes
    wanted = [(day, _clock(opens), _clock(closes)) for day, opens, closes in wish.week] or [(1, "00:00", CLOSED)]
    keys = {(day, opens) for day, opens, _ in wanted}
    if len(keys) < len(wanted):
        day, opens = next(pair for pair in keys if sum(pair == (d, o) for d, o, _ in wanted) > 1)
        raise BadCalendar(f"Calendar {wish.calendar_id!r}, weekday {day}: two openings begin at {opens}; leave one out.")
    base: Row = {"calendar_id": wish.calendar_id, "valid_from": wish.since}
    for day, opens, closes in wanted:
        changes.append(_week_row(rows, {**base, "iso_weekday": day, "open": opens}, closes))
    for row in own:
        if row["valid_from"] == wish.since and (row["iso_weekday"], row["open"]) not in keys:
            changes.append(_week_row(rows, row, WITHDRAWN))
    return changes


def _week_row(rows: Rows, row: Row, close: str) -> Change | None:
    after = {name: row[name] for name in ("calendar_id", "valid_from", "iso_weekday", "open")}
    return changed_row(rows, "calendar_weekly_hours", {**after, "close": close})


def _day_changes(calendar_id: str, day: DayWish, rows: Rows) -> list[Change | None]:
    """A date's own hours in place of all that it said before."""
    spans: list[tuple[str | None, str | None]] = [(_clock(a), _clock(b)) for a, b in day.openings]
    wanted = [] if day.is_usual else spans or [(None, None)]
    if len({opens for opens, _ in wanted}) < len(wanted):
        raise BadCalendar(f"Calendar {calendar_id!r}, {day.on}: two openings begin at the same time; leave one out.")
    base: Row = {"calendar_id": calendar_id, "local_date": day.on}
    gone = [
        {**base, "open": row["open"], "close": WITHDRAWN}
        for row in rows["calendar_exceptions"]
        if row["source"] == OURS
        and (row["calendar_id"], row["local_date"]) == (calendar_id, day.on)
        and row["open"] not in {opens for opens, _ in wanted}
    ]
    afters = [*({**base, "open": opens, "close": closes} for opens, closes in wanted), *gone]
    return [changed_row(rows, "calendar_exceptions", after) for after in afters]


def _default_changes(wish: HoursWish, held: HoursHeld, rows: Rows) -> list[Change | None]:
    """Name the default calendar, if it is wished, or if a second calendar would otherwise leave none."""
    is_named = any(row["name"] == "default_calendar" and row["value"] for row in rows["settings"])
    is_new = all(one.calendar_id != wish.calendar_id for one in held.calendars)
    wanted = ""
    if wish.is_default or (is_new and not held.calendars):
        wanted = wish.calendar_id
    elif is_new and not is_named:
        wanted = held.default
    if not wanted or (wanted == held.default and is_named):
        return []
    change = changed_row(rows, "settings", {"name": "default_calendar", "value": wanted})
    # What another source said since ours is overruled by saying ours again.
    return [change or Change("settings", {"name": "default_calendar", "value": held.default or None}, _named(wanted))]


def _named(calendar_id: str) -> Row:
    return {"name": "default_calendar", "value": calendar_id}


def _clock(text: str) -> str:
    """A time of day as the book writes it: `9:00` is 09:00."""
    seconds = parse_hours(text)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}" + (f":{seconds % 60:02d}" if seconds % 60 else "")


def _check_whole(calendar_id: str, tz: str, rows: Rows, changes: Sequence[Change | None]) -> None:
    """Raise `BadCalendar` when the calendar, with the changes, could not be used or would never be open."""
    weekly = _after("calendar_weekly_hours", calendar_id, rows, changes)
    single: dict[date, list[tuple[int, int]]] = defaultdict(list)
    for row in _after("calendar_exceptions", calendar_id, rows, changes):
        opened = single[row["local_date"]]
        if row["open"] and row["close"]:
            opened.append((parse_hours(row["open"]), parse_hours(row["close"])))
    week = [WeeklyHours(row["valid_from"], row["iso_weekday"], *_seconds(row)) for row in weekly]
    Calendar(calendar_id, tz, tuple(week), {on: tuple(spans) for on, spans in single.items()})
    if all(row.open_s is None for row in week):
        raise BadCalendar(f"week: calendar {calendar_id!r} would never be open. Give it an opening, such as mon-fri 09:00-17:30.")


def _seconds(row: Row) -> tuple[int | None, int | None]:
    return (None, None) if row["close"] == CLOSED else (parse_hours(row["open"]), parse_hours(row["close"]))


def _after(table: str, calendar_id: str, rows: Rows, changes: Sequence[Change | None]) -> list[Row]:
    """The rows of a calendar as they would stand."""
    keys = {"calendar_weekly_hours": ("valid_from", "iso_weekday", "open"), "calendar_exceptions": ("local_date", "open")}[table]
    found: dict[tuple[Any, ...], Row] = {}
    fresh = [one.after for one in changes if one is not None and one.table == table]
    for row in (*(r for r in rows[table] if r["calendar_id"] == calendar_id), *fresh):
        found[tuple(row[key] for key in keys)] = row
    return [row for row in found.values() if row["close"] != WITHDRAWN]


def _reach(changes: Sequence[Change | None], before: CalendarHeld | None, default: str) -> tuple[date | None, bool]:
    """From which local day on business time may be another: (day, False), or (None, True) for all times."""
    days = []
    for one in filter(None, changes):
        if _is_switch(one, default) or _is_zone(one, before):
            return None, True
        if one.table == "calendar_weekly_hours":
            if one.after["valid_from"] is None:
                return None, True
            days.append(one.after["valid_from"])
        if one.table == "calendar_exceptions":
            days.append(one.after["local_date"])
    return min(days, default=None), False


def _is_switch(one: Change, default: str) -> bool:
    """Whether tickets without another calendar get another one; naming the one that holds anyway changes nothing."""
    return one.table == "settings" and one.after["value"] != default


def _is_zone(one: Change, before: CalendarHeld | None) -> bool:
    return one.table == "business_calendars" and before is not None and one.after["tz"] != before.tz


def _reaches(desk: Desk, wish: HoursWish, held: HoursHeld, rows: Rows, changes: Sequence[Change | None]) -> list[str]:
    """The metrics that may change: those by the business clock where tickets run by this calendar, and those of promises."""
    before = next((one for one in held.calendars if one.calendar_id == wish.calendar_id), None)
    real = [one for one in changes if one is not None]
    is_switched = any(_is_switch(one, held.default) for one in real)
    is_other = any(one.table.startswith("calendar_") or _is_zone(one, before) for one in real)
    if not is_switched and not is_other:
        return []
    with desk.on_book() as book:
        of_tickets = is_of_tickets(book.engine, wish.calendar_id)
    of_others = before is not None and (before.is_default or bool(before.teams or before.brands))
    is_used = is_switched or of_tickets or of_others
    promises = [row for row in rows["sla_policies"] if row["clock"] == "business"]
    is_promised = any(
        (row["calendar_id"] == wish.calendar_id and is_other) or (not row["calendar_id"] and is_used) for row in promises
    )
    return [*(metrics_by_clock() if is_used else []), *(metrics_of_promises() if is_promised else [])]
