"""Opening hours that are set: what a plan says, how rows are withdrawn, what is left alone, and the same through a server."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from app_client import client_of
from hours_desk import NOW, WEEKDAYS, load_weekend, opened, saved
from servicemeter.desk.desk import Desk
from servicemeter.desk.methods.hours import hours
from servicemeter.desk.methods.loads import loads
from servicemeter.desk.methods.plan_hours import plan_hours
from servicemeter.desk.methods.save_hours import save_hours
from servicemeter.desk.methods.sources import sources
from servicemeter.desk.opening import ServerNote
from servicemeter.desk.remote import RemoteDesk
from servicemeter.desk.setting import settings_shown
from servicemeter.ground.errors import BadCalendar, BadSettings
from servicemeter.ground.settings import Home
from servicemeter.model.hours import DayWish, HoursWish
from servicemeter.web.internal import create_internal

SUPPORT = HoursWish("Support", tz="Europe/Amsterdam", week=WEEKDAYS)
MONDAY = date(2026, 3, 9)


def test_a_plan_says_rows_and_reach_and_writes_nothing() -> None:
    with Desk(None, on_demand=True) as desk:
        load_weekend(desk)
        plan = plan_hours(desk, wish=SUPPORT, now=NOW)
        tables = [(one.table, one.before, one.after.get("iso_weekday")) for one in plan.changes]
        assert tables == [
            ("business_calendars", None, None),
            *[("calendar_weekly_hours", None, day) for day in range(1, 6)],
            ("settings", None, None),
        ]
        assert (plan.since, plan.is_always, plan.is_past, plan.data_version) == (None, True, True, None)
        assert "first_response_time" in plan.reaches and "sla_compliance_rate" not in plan.reaches  # nothing is promised
        assert (desk.data_version, hours(desk).calendars) == (1, [])
        done = save_hours(desk, wish=SUPPORT, seen=plan.mark, now=NOW)
        assert done.data_version == desk.data_version == 2
        tomorrow = plan_hours(desk, wish=HoursWish("Support", days=(DayWish(date(2026, 3, 11)),)), now=NOW)
        assert (tomorrow.since, tomorrow.is_always, tomorrow.is_past) == (date(2026, 3, 11), False, False)
        named = plan_hours(desk, wish=HoursWish("Support", name="Help"), now=NOW)
        assert (len(named.changes), named.reaches) == (1, [])  # a name changes no figure
        moved = plan_hours(desk, wish=HoursWish("Support", tz="UTC"), now=NOW)
        assert moved.is_always and moved.is_past
        assert loads(desk)[-1]["label"] == "opening hours: Support" and [s["source"] for s in sources(desk)] == ["files"]


def test_what_is_set_again_for_the_same_day_replaces_it_whole() -> None:
    """A row that is no longer wanted says `withdrawn`, and says its hours again when it is wanted again."""
    with Desk(None, on_demand=True) as desk:
        load_weekend(desk)
        saved(desk, SUPPORT)
        # Monday begins at 9:15: a quarter of an hour on Monday, half an hour on Friday.
        late = (*(row for row in WEEKDAYS if row[0] > 1), (1, "09:15", "17:30"))
        plan = saved(desk, HoursWish("Support", week=late, since=MONDAY))
        assert len(plan.changes) == 5 and opened(desk) == 2700
        plan = saved(desk, HoursWish("Support", week=WEEKDAYS, since=MONDAY))
        assert [(one.after["open"], one.after["close"]) for one in plan.changes] == [("09:00", "17:30"), ("09:15", "withdrawn")]
        assert opened(desk) == 3600
        saved(desk, HoursWish("Support", week=(), since=MONDAY))  # a week that is closed altogether
        assert opened(desk) == 1800
        assert [week.openings for week in hours(desk).calendars[0].weeks] == [list(WEEKDAYS), []]
        assert settings_shown(desk).calendars[0]["hours"] == []
        saved(desk, HoursWish("Support", week=late, since=MONDAY))
        assert opened(desk) == 2700
        saved(desk, HoursWish("Support", days=(DayWish(MONDAY, (("09:00", "09:20"),)),)))
        assert opened(desk) == 1800 + 1200
        saved(desk, HoursWish("Support", days=(DayWish(MONDAY, (("09:00", "09:10"), ("09:25", "09:30"))),)))
        assert opened(desk) == 1800 + 900
        saved(desk, HoursWish("Support", days=(DayWish(MONDAY),)))
        assert opened(desk) == 1800 and settings_shown(desk).calendars[0]["exceptions"] == 1
        saved(desk, HoursWish("Support", days=(DayWish(MONDAY, is_usual=True),)))
        assert opened(desk) == 2700 and settings_shown(desk).calendars[0]["exceptions"] == 0


def test_a_clock_that_was_set_back_does_not_lose_what_is_saved() -> None:
    with Desk(None, on_demand=True) as desk:
        load_weekend(desk)
        saved(desk, SUPPORT)
        for close, expected in (("12:00", 3600), ("09:10", 1800 + 600)):
            week = (*WEEKDAYS[1:], (1, "09:00", close))
            wish = HoursWish("Support", week=week)
            earlier = NOW.replace(year=2025)
            save_hours(desk, wish=wish, seen=plan_hours(desk, wish=wish, now=earlier).mark, now=earlier)
            assert opened(desk) == expected


def test_what_cannot_be_says_what_would_be_right() -> None:
    with Desk(None, on_demand=True) as desk:
        load_weekend(desk)
        saved(desk, SUPPORT)
        version = desk.data_version
        for wish, said in (
            (HoursWish("Support", week=((1, "17:00", "09:00"),)), "must end after it starts"),
            (HoursWish("Support", week=((1, "09:00", "12:00"), (1, "11:00", "13:00"))), "overlaps 09:00-12:00"),
            (HoursWish("Support", week=((1, "09:00", "12:00"), (1, "9:00", "13:00"))), "two openings begin at 09:00"),
            (HoursWish("Support", week=((8, "09:00", "12:00"),)), "weekday 8"),
            (HoursWish("Support", week=((1, "9am", "12:00"),)), "HH:MM"),
            (HoursWish("Support", week=()), "never be open"),
            (HoursWish("Support", tz="Amsterdam"), "Europe/Amsterdam"),
            (HoursWish("Support", take_back=(MONDAY,)), "no week of calendar 'Support' begins"),
            (HoursWish("Support", days=(DayWish(MONDAY, (("09:00", "12:00"), ("09:00", "13:00"))),)), "begin at the same time"),
            (HoursWish("", tz="UTC", week=WEEKDAYS), "1 to 60 letters"),
            (HoursWish("x\ny", tz="UTC", week=WEEKDAYS), "one line"),
        ):
            with pytest.raises(BadCalendar, match=said):
                plan_hours(desk, wish=wish, now=NOW)
        with pytest.raises(BadSettings, match="look again"):
            save_hours(desk, wish=HoursWish("Support", name="x"), seen="another", now=NOW)
        assert desk.data_version == version


def test_the_same_through_a_server(tmp_path: Path) -> None:
    with Desk(None, on_demand=True) as desk:
        load_weekend(desk)
        remote = RemoteDesk(Home(tmp_path), ServerNote(1, 1, "token"))
        door = create_internal(desk, "token")
        remote._client = client_of(door, base_url="http://127.0.0.1:1/internal/", headers={"Authorization": "Bearer token"})
        plan = plan_hours(remote, wish=SUPPORT, now=NOW)
        assert plan == plan_hours(desk, wish=SUPPORT, now=NOW)
        assert save_hours(remote, wish=SUPPORT, seen=plan.mark, now=NOW).data_version == 2
        assert hours(remote) == hours(desk) and opened(desk) == 3600
        with pytest.raises(BadCalendar, match="never be open"):
            save_hours(remote, wish=HoursWish("Support", week=()), seen=hours(remote).mark, now=NOW)
