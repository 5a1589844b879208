"""Opening hours of the book as `cal_days` (METRICS.md section 3): one row a calendar and UTC day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING

from servicemeter.engines.engine import Engine
from servicemeter.ground.clock import Calendar, CalendarDay, WeeklyHours, always_open, calendar_days, local_day, parse_hours
from servicemeter.ground.libraries import when_used
from servicemeter.model.hours import CLOSED, WITHDRAWN
from servicemeter.model.tables import Kind

if TYPE_CHECKING:
    import pyarrow as pa
else:
    pa = when_used("pyarrow")

__all__ = ["ALWAYS", "Calendars", "build_cal_days", "is_of_tickets", "read_calendars"]

ALWAYS = "(always open)"
_BRAND = "brand_calendar:"
_FILL_S = 3600


@dataclass(frozen=True)
class Calendars:
    """The calendars of a book: by id, which is the default, which belong to brands, and how many openings a day has."""

    by_id: dict[str, Calendar]
    default: str
    of_brands: tuple[tuple[str, str], ...]
    openings: int = 1
    mode: str = "segmented"
    has_spans: bool = False

    @property
    def are_known(self) -> bool:
        """Whether the book has any opening hours at all."""
        return set(self.by_id) != {ALWAYS}


def read_calendars(engine: Engine, settings: dict[str, str]) -> Calendars:
    """Read the calendars of the book; without any, a ticket's business time is all of the time."""
    weekly: dict[str, list[WeeklyHours]] = defaultdict(list)
    for calendar_id, valid_from, weekday, opens, closes in engine.rows(
        "select calendar_id, valid_from, iso_weekday, open, close from calendar_weekly_hours order by 1, 2, 3, 4, 5"
    ):
        if closes == CLOSED:
            weekly[calendar_id].append(WeeklyHours(valid_from, weekday, None, None))
        elif closes != WITHDRAWN:
            weekly[calendar_id].append(WeeklyHours(valid_from, weekday, parse_hours(opens), parse_hours(closes)))
    exceptions: dict[str, dict[date, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    for calendar_id, day, opens, closes in engine.rows(
        "select calendar_id, local_date, open, close from calendar_exceptions order by 1, 2, 3, 4"
    ):
        if closes == WITHDRAWN:
            continue
        hours = exceptions[calendar_id][day]
        if opens and closes:
            hours.append((parse_hours(opens), parse_hours(closes)))
    found = {
        calendar_id: Calendar(
            calendar_id, tz, tuple(weekly[calendar_id]), {d: tuple(h) for d, h in exceptions[calendar_id].items()}
        )
        for calendar_id, tz in engine.rows("select calendar_id, tz from business_calendars order by calendar_id")
    }
    default = settings.get("default_calendar") or (next(iter(found)) if len(found) == 1 else ALWAYS)
    if default not in found:
        found[ALWAYS], default = always_open(), ALWAYS
    brands = tuple((k.removeprefix(_BRAND), v) for k, v in sorted(settings.items()) if k.startswith(_BRAND))
    other = f"is not null and calendar_id <> {engine.dialect.text(default)}"
    of_teams = engine.rows(f"select 1 from teams where calendar_id {other} limit 1")
    own_calendars = "(select value as calendar_id from ticket_events where field = 'calendar_id') as e"
    of_tickets = engine.rows(f"select 1 from {own_calendars} where calendar_id {other} limit 1")
    brands = tuple((brand, own) for brand, own in brands if own != default)
    return Calendars(found, default, brands, has_spans=bool(of_tickets or of_teams or brands))


def build_cal_days(engine: Engine, calendars: Calendars, schema: str, first: int, last: int, *, with_fills: bool = False) -> int:
    """Make `cal_days` from a day before `first` to two years after `last` (epoch seconds); returns openings per day.

    With `with_fills` the way back is made too: `cal_fills`, from open seconds to instants.

    The table has `f1, t1 … fN, tN`, N being the most openings that any UTC day has, so that no day needs a form of its own.
    """
    days = {
        calendar_id: calendar_days(
            calendar, local_day(first, "UTC") - timedelta(days=1), local_day(last, "UTC") + timedelta(days=731)
        )
        for calendar_id, calendar in calendars.by_id.items()
    }
    most = max((len(day.openings) for of_one in days.values() for day in of_one), default=1) or 1
    columns: dict[str, list[object]] = {"calendar_id": [], "day_start": [], "cum_open_s": []}
    for i in range(1, most + 1):
        columns[f"f{i}"], columns[f"t{i}"] = [], []
    for calendar_id, of_one in days.items():
        for day in of_one:
            columns["calendar_id"].append(calendar_id)
            columns["day_start"].append(day.day_start)
            columns["cum_open_s"].append(day.cum_open_s)
            for i in range(most):
                opens, closes = day.openings[i] if i < len(day.openings) else (0, 0)
                columns[f"f{i + 1}"].append(opens)
                columns[f"t{i + 1}"].append(closes)
    kinds: dict[str, Kind] = {name: "id" if name == "calendar_id" else "int" for name in columns}
    engine.make_table(f"{schema}.cal_days", kinds)
    engine.stage(f"{schema}.cal_days", pa.table(columns))
    _build_cal_fills(engine, schema, days if with_fills else {})
    return most


def _build_cal_fills(engine: Engine, schema: str, days: Mapping[str, Sequence[CalendarDay]]) -> None:
    """Make `cal_fills`: a row an opening and hour of open time (`fill_no`) that it reaches into.

    The opening that holds the open second `y` has `fill_no = y / 3600` and `open_before <= y < open_until`, so that due
    instants are found by an equal join, not by a search.
    """
    rows = [
        (calendar_id, fill_no, day.day_start + opens, before, before + closes - opens)
        for calendar_id, of_one in days.items()
        for day in of_one
        for before, (opens, closes) in zip(_befores(day), day.openings, strict=True)
        for fill_no in range(before // _FILL_S, (before + closes - opens - 1) // _FILL_S + 1)
    ]
    names = ("calendar_id", "fill_no", "opens_at", "open_before", "open_until")
    engine.make_table(f"{schema}.cal_fills", {name: "id" if name == "calendar_id" else "int" for name in names})
    if rows:
        engine.stage(f"{schema}.cal_fills", pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))))


def _befores(day: CalendarDay) -> list[int]:
    """The open seconds before each opening of a day."""
    return list(accumulate((closes - opens for opens, closes in day.openings), initial=day.cum_open_s))[:-1]


def is_of_tickets(engine: Engine, calendar_id: str) -> bool:
    """Whether any ticket is said to run by this calendar itself."""
    named = f"field = 'calendar_id' and value = {engine.dialect.text(calendar_id)}"
    return bool(engine.rows(f"select 1 from ticket_events where {named} limit 1"))
