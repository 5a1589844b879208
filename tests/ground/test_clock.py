"""The clock against hand-worked values, the conformance cases, counts by the minute, and the laws of business time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from servicemeter.ground import clock
from servicemeter.ground.clock import (
    Calendar,
    Opening,
    WeeklyHours,
    always_open,
    calendar_days,
    due_at,
    epoch,
    instant,
    moment,
    open_seconds,
    parse_hours,
    passes_at,
    periods,
)
from servicemeter.ground.errors import BackwardSpan, BadCalendar, BadQuestion, BadSettings, ServicemeterError

HOUR = 3600
DAY = 86_400
CASES = Path(__file__).parents[1] / "conformance"
AWKWARD = (
    ("Europe/Amsterdam", date(2026, 3, 29)),
    ("Europe/Amsterdam", date(2026, 10, 25)),
    ("Europe/Bucharest", date(2026, 3, 29)),
    ("Europe/Bucharest", date(2026, 10, 25)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # half an hour, repeated
    ("Australia/Lord_Howe", date(2026, 10, 4)),  # half an hour, skipped
    ("Pacific/Apia", date(2011, 12, 30)),  # a date that never was
    ("Africa/Cairo", date(2023, 4, 28)),  # 00:00 jumps to 01:00
    ("Africa/Cairo", date(2023, 10, 27)),  # 24:00 falls back to 23:00
    ("Asia/Beirut", date(2024, 3, 31)),
    ("Asia/Beirut", date(2024, 10, 27)),
    ("America/Sao_Paulo", date(2018, 11, 4)),  # 00:00 jumps to 01:00
    ("America/Sao_Paulo", date(2018, 2, 18)),  # 24:00 falls back to 23:00
    ("America/St_Johns", date(2006, 10, 29)),  # 00:01 falls back to 23:01 of the day before
    ("Asia/Kathmandu", date(2026, 1, 1)),  # no change at all, an odd offset
)


def hours(text: str) -> tuple[Opening, ...]:
    """`"09:00-12:30 13:30-18:00"` as openings."""
    pairs = (part.split("-") for part in text.split())
    return tuple((parse_hours(a), parse_hours(b)) for a, b in pairs)


def calendar(tz: str, weekly: Mapping[int, str], exceptions: Mapping[str, str] | None = None) -> Calendar:
    rows = tuple(WeeklyHours(None, day, a, b) for day, text in weekly.items() for a, b in hours(text))
    return Calendar("test", tz, rows, {date.fromisoformat(d): hours(text) for d, text in (exceptions or {}).items()})


NL = calendar("Europe/Amsterdam", dict.fromkeys(range(1, 6), "09:00-17:00"), {"2026-04-27": ""})


# The functions of the conformance cases


def stated(kind: str) -> list[Any]:
    return list(_stated(kind))


def _stated(kind: str) -> Iterator[Any]:
    for path in sorted(CASES.glob("*.yaml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for case in document["cases"]:
            calendars = {
                **document.get("settings", {}).get("calendars", {}),
                **case.get("settings", {}).get("calendars", {}),
            }
            blocks = [block for block in case.get("functions", []) if block["kind"] == kind]
            for i, row in enumerate(row for block in blocks for row in block["rows"]):
                yield pytest.param(row, calendars, id=f"{case['id']}-{i}")


def read_calendar(calendar_id: str, given: Mapping[str, Any]) -> Calendar:
    declared = given[calendar_id]
    weekly = tuple(
        WeeklyHours(None, int(day), parse_hours(a), parse_hours(b))
        for day, openings in declared["weekly"].items()
        for a, b in openings
    )
    exceptions = {
        date.fromisoformat(str(day)): tuple((parse_hours(a), parse_hours(b)) for a, b in openings)
        for day, openings in declared["exceptions"].items()
    }
    return Calendar(calendar_id, declared["tz"], weekly, exceptions)


@pytest.mark.parametrize(("row", "calendars"), stated("business_time"))
def test_business_time_of_the_cases(row: dict[str, Any], calendars: dict[str, Any]) -> None:
    start, end = instant(row["from"]), instant(row["to"])
    found = {
        "business_s": open_seconds(read_calendar(row["calendar"], calendars), start, end),
        "calendar_s": open_seconds(always_open("Europe/Amsterdam"), start, end),
    }
    assert found == row["expect"]


@pytest.mark.parametrize(("row", "calendars"), stated("due_at"))
def test_due_at_of_the_cases(row: dict[str, Any], calendars: dict[str, Any]) -> None:
    found = due_at(read_calendar(row["calendar"], calendars), instant(row["from"]), row["target_s"])
    assert found == instant(row["expect"]["due_at"])


@pytest.mark.parametrize(("row", "calendars"), stated("period"))
def test_periods_of_the_cases(row: dict[str, Any], calendars: dict[str, Any]) -> None:
    names = clock.period_names(epoch(instant(row["at"])), row["tz"])
    assert {name: names[name] for name in row["expect"]} == row["expect"]


@pytest.mark.parametrize("kind", ["business_time", "due_at", "period"])
def test_the_cases_are_found(kind: str) -> None:
    assert len(stated(kind)) >= 3


# Instants and zones


def test_an_instant_goes_round() -> None:
    read = instant("2026-03-06T16:00:00+01:00")
    assert epoch(read) == 1_772_809_200
    assert moment(1_772_809_200) == read
    assert moment(1_772_809_200, "Europe/Bucharest").isoformat() == "2026-03-06T17:00:00+02:00"


def test_epoch_rounds_down_also_before_1970() -> None:
    assert epoch(datetime(1969, 12, 31, 23, 59, 59, 500_000, UTC)) == -1
    assert epoch(datetime(1970, 1, 1, 0, 0, 0, 999_999, UTC)) == 0


@pytest.mark.parametrize("text", ["2026-03-06T16:00:00", "2026-03-06", "yesterday", "", "2026-02-30T00:00:00Z"])
def test_an_instant_without_offset_or_sense_is_refused(text: str) -> None:
    with pytest.raises(BadQuestion, match="Write it like"):
        instant(text)


def test_a_naive_datetime_is_refused() -> None:
    with pytest.raises(BadQuestion, match="no UTC offset"):
        epoch(datetime(2026, 3, 6))


@pytest.mark.parametrize(
    ("name", "near"),
    [("Europe/Amsterdm", "Europe/Amsterdam"), ("bucharest", "Europe/Bucharest"), ("new york", "America/New_York")],
)
def test_an_unknown_zone_names_near_ones(name: str, near: str) -> None:
    with pytest.raises(BadSettings, match=near):
        clock.zone(name)


@pytest.mark.parametrize("name", ["", "Europe", "../etc/hosts", "/etc/hosts", "a\0b"])
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(BadSettings):
        clock.zone(name)


def test_offsets_change_at_the_second() -> None:
    spring, autumn = epoch(instant("2026-03-29T01:00:00Z")), epoch(instant("2026-10-25T01:00:00Z"))
    start = epoch(instant("2026-01-01T00:00:00Z"))
    assert clock.offsets("Europe/Amsterdam", start, autumn) == [(start, 3600), (spring, 7200), (autumn, 3600)]
    assert clock.offsets("Europe/Amsterdam", start, autumn - 1) == [(start, 3600), (spring, 7200)]
    assert clock.offsets("Europe/Amsterdam", spring, spring) == [(spring, 7200)]
    assert clock.offsets("Europe/Amsterdam", spring - 1, spring) == [(spring - 1, 3600), (spring, 7200)]


def test_offsets_outside_the_known_years_stay() -> None:
    start, end = epoch(instant("0001-06-01T00:00:00Z")), epoch(instant("9998-06-01T00:00:00Z"))
    found = clock.offsets("Europe/Bucharest", start, end)
    assert found[0][0] == start
    assert moment(found[1][0]).year >= 1900
    assert moment(found[-1][0]).year == 2100


@pytest.mark.parametrize(("tz", "day"), AWKWARD)
def test_offsets_agree_with_the_zone_minute_by_minute(tz: str, day: date) -> None:
    start = epoch(datetime(day.year, day.month, day.day, tzinfo=UTC)) - 2 * DAY
    known = clock.offsets(tz, start, start + 4 * DAY)
    for second in range(start, start + 4 * DAY, 60):
        expected = datetime.fromtimestamp(second, ZoneInfo(tz)).utcoffset()
        assert timedelta(seconds=[offset for since, offset in known if since <= second][-1]) == expected


# Local dates and periods


@pytest.mark.parametrize(
    ("tz", "day", "first"),
    [
        ("Europe/Amsterdam", date(2026, 3, 29), "2026-03-29T00:00:00+01:00"),
        ("America/Sao_Paulo", date(2018, 11, 4), "2018-11-04T01:00:00-02:00"),
        ("Africa/Cairo", date(2023, 4, 28), "2023-04-28T01:00:00+03:00"),
        ("Africa/Cairo", date(2023, 10, 27), "2023-10-27T00:00:00+02:00"),
        ("Pacific/Apia", date(2011, 12, 29), "2011-12-29T00:00:00-10:00"),
        ("Pacific/Apia", date(2011, 12, 30), "2011-12-31T00:00:00+14:00"),
        ("Pacific/Apia", date(2011, 12, 31), "2011-12-31T00:00:00+14:00"),
    ],
)
def test_the_first_instant_of_a_local_date(tz: str, day: date, first: str) -> None:
    assert clock.local_midnight(day, tz) == epoch(instant(first))


@pytest.mark.parametrize(("tz", "day"), AWKWARD)
def test_a_local_date_starts_where_the_wall_clock_first_shows_it(tz: str, day: date) -> None:
    start = epoch(datetime(day.year, day.month, day.day, tzinfo=UTC)) - 2 * DAY
    shown = [(s, datetime.fromtimestamp(s, ZoneInfo(tz)).date()) for s in range(start, start + 4 * DAY, 60)]
    for near in (day - timedelta(days=1), day, day + timedelta(days=1)):
        assert clock.local_midnight(near, tz) == next(s for s, seen in shown if seen >= near)
    assert all(clock.local_day(s, tz) == seen for s, seen in shown[::7])


def test_periods_of_each_grain() -> None:
    def starts(since: str, until: str, grain: str) -> list[str]:
        found = periods(date.fromisoformat(since), date.fromisoformat(until), grain, "Europe/Amsterdam")
        assert all(a.end == b.start and a.p1 == b.p0 for a, b in pairwise(found))
        assert found[-1].end == date.fromisoformat(until)
        return [p.start.isoformat() for p in found]

    assert starts("2026-12-30", "2027-01-02", "day") == ["2026-12-30", "2026-12-31", "2027-01-01"]
    assert starts("2026-12-28", "2027-01-11", "week") == ["2026-12-28", "2027-01-04"]
    assert starts("2026-11-01", "2027-02-01", "month") == ["2026-11-01", "2026-12-01", "2027-01-01"]
    assert starts("2026-07-01", "2027-01-01", "quarter") == ["2026-07-01", "2026-10-01"]
    assert starts("2025-01-01", "2027-01-01", "year") == ["2025-01-01", "2026-01-01"]


def test_without_a_grain_there_is_one_period() -> None:
    (only,) = periods(date(2026, 3, 28), date(2026, 3, 31), None, "Europe/Amsterdam")
    assert (only.start, only.end) == (date(2026, 3, 28), date(2026, 3, 31))
    assert only.p1 - only.p0 == 3 * DAY - HOUR


def test_periods_off_their_boundaries_name_the_nearest() -> None:
    with pytest.raises(BadQuestion, match=r"'from' 2026-01-02.*2026-01-01 and 2026-02-01"):
        periods(date(2026, 1, 2), date(2026, 2, 1), "month", "UTC")
    with pytest.raises(BadQuestion, match=r"'to' 2027-01-01.*2026-12-28 and 2027-01-04"):
        periods(date(2026, 12, 28), date(2027, 1, 1), "week", "UTC")


@pytest.mark.parametrize(
    ("since", "until", "grain"),
    [
        (date(2026, 1, 1), date(2026, 1, 1), None),
        (date(2026, 1, 2), date(2026, 1, 1), "day"),
        (date(1, 1, 1), date(2026, 1, 1), "day"),
        (date(2026, 1, 1), date(9999, 1, 1), "year"),
        (date(2026, 1, 1), date(2026, 2, 1), "fortnight"),
    ],
)
def test_spans_without_sense_are_refused(since: date, until: date, grain: str | None) -> None:
    with pytest.raises(BadQuestion):
        periods(since, until, grain, "UTC")


@given(st.dates(date(1950, 1, 1), date(2090, 1, 1)), st.sampled_from(["day", "week", "month", "quarter", "year"]))
def test_a_day_lies_in_its_period(day: date, grain: str) -> None:
    start = clock.period_start(day, grain)
    end = clock.period_end(start, grain)
    assert start <= day < end
    assert clock.period_start(end, grain) == end
    assert clock.period_start(end - timedelta(days=1), grain) == start


# Calendars


def test_times_of_day() -> None:
    assert [parse_hours(t) for t in ("00:00", "9:05", "17:00:30", "24:00")] == [0, 32_700, 61_230, 86_400]


@pytest.mark.parametrize("text", ["24:01", "25:00", "9", "09:60", "-1:00", "nine", "", "09.00"])
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(BadCalendar, match="HH:MM"):
        parse_hours(text)


@pytest.mark.parametrize(
    ("tz", "rows", "single", "said"),
    [
        ("Europe/Amsterdm", [], {}, "Europe/Amsterdam"),
        ("UTC", [(0, 0, 10)], {}, "weekday 0"),
        ("UTC", [(8, 0, 10)], {}, "weekday 8"),
        ("UTC", [(1, 3600, 3600)], {}, "01:00-01:00"),
        ("UTC", [(1, 79_200, 21_600)], {}, "22:00-06:00.*two rows"),
        ("UTC", [(1, -60, 3600)], {}, "00:00-24:00"),
        ("UTC", [(1, 0, 86_401)], {}, "00:00-24:00"),
        ("UTC", [(1, 0, 7200), (1, 3600, 10_800)], {}, "weekday 1.*overlaps 00:00-02:00"),
        ("UTC", [], {date(2026, 4, 27): ((0, 7200), (3600, 10_800))}, "2026-04-27.*overlaps"),
    ],
)
def test_a_wrong_calendar_is_refused(tz: str, rows: list[tuple[int, int, int]], single: Any, said: str) -> None:
    weekly = tuple(WeeklyHours(None, *row) for row in rows)
    with pytest.raises(BadCalendar, match=said):
        Calendar("shop", tz, weekly, single)


def test_openings_that_touch_are_one() -> None:
    assert calendar("UTC", {1: "12:00-14:00 09:00-12:00"}).openings_on(4) == ((9 * HOUR, 14 * HOUR),)


def test_the_week_in_force_is_the_latest_and_whole() -> None:
    rows = (
        WeeklyHours(None, 1, 0, HOUR),
        WeeklyHours(None, 2, 0, HOUR),
        WeeklyHours(date(2026, 3, 10), 1, 0, 2 * HOUR),
    )
    changed = Calendar("changed", "UTC", rows)
    opened = {moment(d.day_start).date(): d.openings for d in calendar_days(changed, date(2026, 3, 9), date(2026, 3, 17))}
    assert opened[date(2026, 3, 9)] == ((0, HOUR),)  # Monday, the old week
    assert opened[date(2026, 3, 10)] == ()  # Tuesday, the new week has none
    assert opened[date(2026, 3, 16)] == ((0, 2 * HOUR),)


def test_before_its_first_week_a_calendar_is_closed() -> None:
    later = Calendar("later", "UTC", (WeeklyHours(date(2026, 1, 1), 4, 0, HOUR),))
    start, end = instant("2025-12-25T00:00:00Z"), instant("2026-01-02T00:00:00Z")
    assert open_seconds(later, start, end) == HOUR  # Thursday 1 January, not Thursday 25 December


def test_an_exception_replaces_the_week_in_both_ways() -> None:
    single = calendar("UTC", {1: "09:00-17:00"}, {"2026-03-09": "", "2026-03-10": "10:00-11:00"})
    assert open_seconds(single, instant("2026-03-09T00:00:00Z"), instant("2026-03-11T00:00:00Z")) == HOUR


def test_a_backward_span_is_refused() -> None:
    with pytest.raises(BackwardSpan):
        open_seconds(NL, instant("2026-03-06T16:00:01Z"), instant("2026-03-06T16:00:00Z"))
    with pytest.raises(BackwardSpan):
        calendar_days(NL, date(2026, 3, 6), date(2026, 3, 5))


def test_a_calendar_is_a_value() -> None:
    assert calendar("UTC", {1: "09:00-17:00"}) == calendar("UTC", {1: "09:00-17:00"})
    assert len({NL, always_open(), always_open()}) == 2


# Due and passing instants


def test_a_target_full_at_closing_time_is_passed_at_the_next_opening() -> None:
    friday = instant("2026-03-06T15:00:00+01:00")
    assert due_at(NL, friday, 2 * HOUR) == instant("2026-03-06T17:00:00+01:00")
    assert passes_at(NL, friday, 2 * HOUR) == instant("2026-03-09T09:00:00+01:00")
    assert passes_at(NL, friday, 2 * HOUR - 1) == due_at(NL, friday, 2 * HOUR - 1)


def test_a_night_shift_over_midnight_does_not_close() -> None:
    night = calendar("UTC", {6: "22:00-24:00", 7: "00:00-06:00"})
    saturday = instant("2026-03-07T22:00:00Z")
    assert due_at(night, saturday, 2 * HOUR) == passes_at(night, saturday, 2 * HOUR) == instant("2026-03-08T00:00:00Z")


@pytest.mark.parametrize("find", [due_at, passes_at])
def test_a_calendar_that_never_opens_again_is_refused(find: Any) -> None:
    single = calendar("UTC", {}, {"2026-03-09": "10:00-11:00"})
    start = instant("2026-03-01T00:00:00Z")
    assert find(single, start, HOUR - 1) == instant("2026-03-09T10:59:59Z")
    with pytest.raises(BadCalendar, match="20 years"):
        find(single, start, HOUR + 1)


def test_a_last_opening_may_be_due_but_is_never_passed() -> None:
    single = calendar("UTC", {}, {"2026-03-09": "10:00-11:00"})
    start = instant("2026-03-01T00:00:00Z")
    assert due_at(single, start, HOUR) == instant("2026-03-09T11:00:00Z")
    with pytest.raises(BadCalendar):
        passes_at(single, start, HOUR)


@pytest.mark.parametrize("target_s", [0, -1, 10**12])
def test_a_target_without_sense_is_refused(target_s: int) -> None:
    with pytest.raises(BadSettings):
        due_at(NL, instant("2026-03-01T00:00:00Z"), target_s)


# Calendar days


def test_calendar_days_on_clock_change_days() -> None:
    gap = calendar("Europe/Amsterdam", {7: "02:30-06:00"})
    (spring,) = calendar_days(gap, date(2026, 3, 29), date(2026, 3, 29))
    assert spring.openings == ((1 * HOUR, 4 * HOUR),)  # from 03:00 summer time
    (autumn,) = calendar_days(gap, date(2026, 10, 25), date(2026, 10, 25))
    assert autumn.openings == ((1800, HOUR), (5400, 5 * HOUR))  # 02:30-03:00 twice, the second time until 06:00


def test_calendar_days_are_cut_at_utc_midnight_and_counted() -> None:
    honolulu = calendar("Pacific/Honolulu", {1: "09:00-17:00"})
    days = calendar_days(honolulu, date(2026, 3, 9), date(2026, 3, 11))
    assert [d.openings for d in days] == [((19 * HOUR, 24 * HOUR),), ((0, 3 * HOUR),), ()]
    assert [d.cum_open_s for d in days] == [0, 5 * HOUR, 8 * HOUR]
    assert [d.day_start for d in days] == [epoch(datetime(2026, 3, d, tzinfo=UTC)) for d in (9, 10, 11)]


def test_many_openings_in_a_day_are_all_kept() -> None:
    busy = calendar("UTC", {1: " ".join(f"{h:02d}:00-{h:02d}:30" for h in range(24))})
    (monday,) = calendar_days(busy, date(2026, 3, 9), date(2026, 3, 9))
    assert monday.openings == tuple((h * HOUR, h * HOUR + 1800) for h in range(24))


WEEK = {
    **dict.fromkeys((1, 3, 5), "00:00-01:30 02:10-02:40 09:00-17:00 22:30-24:00"),
    **dict.fromkeys((2, 4, 6), "00:30-03:00 23:00-24:00"),
    7: "00:00-00:15 00:45-04:00 23:15-23:59",
}


def is_open(week: Mapping[int, tuple[Opening, ...]], wall: datetime) -> bool:
    second = wall.hour * HOUR + wall.minute * 60 + wall.second
    return any(a <= second < b for a, b in week[wall.isoweekday()])


@pytest.mark.parametrize(("tz", "day"), AWKWARD)
def test_calendar_days_agree_with_a_count_of_wall_clock_minutes(tz: str, day: date) -> None:
    first, last = day - timedelta(days=3), day + timedelta(days=3)
    days = calendar_days(calendar(tz, WEEK), first, last)
    week = {weekday: hours(text) for weekday, text in WEEK.items()}
    zone, counted = ZoneInfo(tz), 0
    assert [d.day_start for d in days] == [days[0].day_start + i * DAY for i in range(7)]
    for found in days:
        assert found.cum_open_s == counted
        assert all(a < b for a, b in found.openings)
        assert all(left[1] < right[0] for left, right in pairwise(found.openings))
        for second in range(0, DAY, 60):
            wall = datetime.fromtimestamp(found.day_start + second, zone)
            expected = is_open(week, wall)
            assert any(a <= second < b for a, b in found.openings) == expected, wall
            counted += 60 * expected


# Laws

ZONES = sorted({tz for tz, _ in AWKWARD})
FIRST, LAST = date(2005, 1, 1), date(2027, 12, 31)


@st.composite
def days_of_openings(draw: st.DrawFn) -> tuple[Opening, ...]:
    cuts = sorted(draw(st.sets(st.integers(0, 96), max_size=6)))
    return tuple((a * 900, b * 900) for a, b in zip(cuts[::2], cuts[1::2], strict=False))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    rows = []
    for since in draw(st.sampled_from([(None,), (None, date(2018, 11, 5)), (date(2004, 1, 5), date(2011, 12, 29))])):
        for weekday in range(1, 8):
            rows += [WeeklyHours(since, weekday, a, b) for a, b in draw(days_of_openings())]
    single = st.dictionaries(st.sampled_from([d + timedelta(days=1) for _, d in AWKWARD]), days_of_openings(), max_size=3)
    return Calendar("drawn", draw(st.sampled_from(ZONES)), tuple(rows), draw(single))


@st.composite
def instants(draw: st.DrawFn) -> datetime:
    """Instants of two decades, most of them near a change of the clocks."""
    near = draw(st.sampled_from([d for _, d in AWKWARD]))
    start = datetime(near.year, near.month, near.day, tzinfo=UTC)
    return start + timedelta(seconds=draw(st.integers(-4 * DAY, 4 * DAY) | st.integers(-300 * DAY, 300 * DAY)))


@settings(max_examples=150)
@given(calendars(), st.lists(instants(), min_size=3, max_size=3))
def test_business_time_is_within_calendar_time_additive_and_monotone(given: Calendar, at: list[datetime]) -> None:
    a, b, c = sorted(at)
    whole, left, right = open_seconds(given, a, c), open_seconds(given, a, b), open_seconds(given, b, c)
    assert 0 <= whole <= (c - a).total_seconds()
    assert left + right == whole
    assert left <= whole


@settings(max_examples=100)
@given(calendars(), instants(), st.integers(1, 40 * DAY))
def test_due_and_passing_instants_invert_business_time(given: Calendar, start: datetime, target_s: int) -> None:
    assume(open_seconds(given, datetime(2028, 1, 1, tzinfo=UTC), datetime(2028, 1, 8, tzinfo=UTC)) > 0)
    due, passing, second = due_at(given, start, target_s), passes_at(given, start, target_s), timedelta(seconds=1)
    assert open_seconds(given, start, due) == target_s
    assert open_seconds(given, start, due - second) == target_s - 1
    assert open_seconds(given, start, passing) == target_s
    assert open_seconds(given, start, passing + second) == target_s + 1


@settings(max_examples=50)
@given(calendars(), st.lists(instants(), min_size=2, max_size=6))
def test_calendar_days_give_the_same_business_time(given: Calendar, at: list[datetime]) -> None:
    days = {d.day_start: d for d in calendar_days(given, min(at).date(), max(at).date())}

    def opened_until(t: int) -> int:
        day, second = days[t - t % DAY], t % DAY
        return day.cum_open_s + sum(min(max(second - a, 0), b - a) for a, b in day.openings)

    start = min(at)
    for end in at:
        assert opened_until(epoch(end)) - opened_until(epoch(start)) == open_seconds(given, start, end)


# Holidays


def test_holidays_by_country() -> None:
    dutch = clock.holidays_of("nl", [2026, 2027])
    assert dutch[date(2026, 4, 27)] == "Koningsdag"
    assert date(2027, 12, 25) in dutch
    assert {day.year for day in dutch} == {2026, 2027}
    romanian = clock.holidays_of("RO", [2026])
    assert date(2026, 4, 13) in romanian  # Orthodox Easter Monday
    assert date(2026, 4, 6) not in romanian  # Easter Monday of the western churches


def test_holidays_of_a_part_of_a_country() -> None:
    assert date(2026, 1, 6) in clock.holidays_of("DE", [2026], "BY")
    assert date(2026, 1, 6) not in clock.holidays_of("DE", [2026])


@pytest.mark.parametrize(("country", "part"), [("XQ", None), ("Netherlands", None), ("DE", "Bavaria"), ("NL", "ZZ")])
def test_unknown_countries_are_refused(country: str, part: str | None) -> None:
    with pytest.raises(BadCalendar):
        clock.holidays_of(country, [2026], part)


def test_every_refusal_is_of_the_tree() -> None:
    assert issubclass(BadCalendar, BadSettings)
    assert issubclass(BackwardSpan, ServicemeterError)
