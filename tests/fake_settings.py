"""What the hand-made desk says about what is set here: calendars, agreements; and about loads that can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from servicemeter.ground.errors import BadQuestion
from servicemeter.model.hours import CalendarHeld, Change, DayHeld, HoursHeld, SettingPlan, WeekHeld
from servicemeter.model.promises import PromiseHeld, PromisesHeld
from servicemeter.model.withdrawal import LoadTaken, Withdrawal

_WEEK = [(day, "09:00", "17:30") for day in range(1, 6)]
_WEEKS = [WeekHeld(None, _WEEK), WeekHeld(date(2026, 9, 1), [*_WEEK, (6, "10:00", "12:00"), (6, "13:00", "14:00")])]
_DAYS = [DayHeld(date(2026, 4, 27), []), DayHeld(date(2099, 12, 25), []), DayHeld(date(2099, 12, 31), [("10:00", "16:00")])]
_OWN = CalendarHeld("t0", "t0", "Europe/Amsterdam", "servicemeter", True, True, _WEEKS, _DAYS, ["t1"], ["t2"], ["t7"])
_FOREIGN = CalendarHeld("t8", "t8", "Europe/Amsterdam", "shop", False, False, [WeekHeld(date(2099, 1, 1), _WEEK)])
_HELD = HoursHeld([_OWN, _FOREIGN], "t0", "Europe/Amsterdam", "ab")


def _plan(asked: Mapping[str, Any], card: object) -> SettingPlan:
    row = {"calendar_id": "t0", "valid_from": date(2026, 12, 1), "iso_weekday": 6, "open": "10:00", "close": "14:00"}
    changes = [
        Change("calendar_weekly_hours", None, row),
        Change("calendar_weekly_hours", {**row, "close": "16:00"}, {**row, "close": "withdrawn"}),
        Change("calendar_weekly_hours", None, {**row, "valid_from": None, "close": "closed"}),
        Change("calendar_exceptions", None, {"calendar_id": "t0", "local_date": date(2026, 12, 25), "open": None, "close": None}),
        Change("settings", {"name": "default_calendar", "value": None}, {"name": "default_calendar", "value": "t0"}),
        Change("business_calendars", None, {"calendar_id": "t0", "tz": "Europe/Amsterdam", "name": "t0"}),
    ]
    return SettingPlan(changes, None, True, True, ["first_response_time"], "ab", None, [(6, [], [("10:00", "14:00")])])


_END = date(2026, 12, 1)
_PROMISE = PromiseHeld(
    "t7", "first_response", None, 1, 14400, "business", "t0", None, "email", None, None, None, None, None, "holds",
    "servicemeter", True,
)  # fmt: skip
_PROMISES = PromisesHeld(
    [
        _PROMISE,
        replace(_PROMISE, metric="next_response", priority="high", rank=None, target_s=5400, since=_END, state="to_come"),
        replace(_PROMISE, metric="resolution", until=_END, state="over", clock="calendar", calendar_id=None),
        replace(_PROMISE, policy_id="t8", source="shop", is_ours=False),
    ],
    "Europe/Amsterdam",
    "ab",
)


_AT = datetime(2026, 11, 21, 9)
_LOADS = [
    {"data_version": n, "source": "shop", "recorded_at": _AT, "label": f"t{n}", "kind": kind,
     "row_count": count, "undone_in": gone}
    for n, kind, count, gone in (
        (1, None, None, None), (2, "import", 1204, 3), (3, "withdrawn", None, None), (4, "import", 1, None),
        (5, "judged", 7, None), (6, "pulled", 40, None), (7, "sent", 3, None), (8, "erased", None, None),
    )
]  # fmt: skip


def _withdrawal(asked: Mapping[str, Any], card: object) -> Withdrawal:
    loads = [LoadTaken(5, _AT, "t5"), LoadTaken(4, _AT, "t4")]
    rows, restored = {"tickets": 1, "messages": 1204}, {"tickets": 1, "messages": 12}
    return Withdrawal("shop", bool(asked["is_whole"]), loads, rows, restored, {"tickets": 3}, ["shop", "t8"], "ab")


def _refuse(asked: Mapping[str, Any], card: object) -> Any:
    raise BadQuestion("This desk keeps nothing.")


SETTINGS: dict[str, Callable[[Mapping[str, Any], Any], Any]] = {
    "hours": lambda asked, card: _HELD,
    "plan_hours": _plan,
    "save_hours": _refuse,
    "promises": lambda asked, card: _PROMISES,
    "plan_promise": _plan,
    "save_promise": _refuse,
    "loads": lambda asked, card: _LOADS,
    "plan_withdrawal": _withdrawal,
    "withdraw": _refuse,
}
