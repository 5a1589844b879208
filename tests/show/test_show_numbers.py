"""Numbers, durations and dates, against strings worked by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from servicemeter.show.dates import (
    compared_with,
    day,
    elapsed_until,
    moment,
    period_label,
    period_title,
    span,
    weekday,
    whole_period,
)
from servicemeter.show.durations import compact_duration, duration, exact_seconds, round_seconds
from servicemeter.show.numbers import interval, money, number, percent
from servicemeter.show.phrases import counted

TZ = "Europe/Amsterdam"


@pytest.mark.parametrize(
    ("value", "digits", "language", "text"),
    [
        (0, 0, "en", "0"),
        (0.5, 0, "en", "1"),
        (-0.5, 0, "en", "−1"),
        (2.675, 2, "en", "2.68"),
        (-0.04, 1, "en", "0.0"),
        (1234567, 0, "en", "1,234,567"),
        (1234567, 0, "nl", "1.234.567"),
        (1234567.25, 1, "ro", "1.234.567,3"),
        (999.95, 1, "en", "1,000.0"),
        (7, 0, "xx", "7"),
    ],
)
def test_numbers_round_half_away_from_zero(value: float, digits: int, language: str, text: str) -> None:
    assert number(value, digits, language=language) == text


@pytest.mark.parametrize(
    ("share", "digits", "language", "text"),
    [(0.714, 1, "en", "71.4 %"), (0.0005, 1, "en", "0.1 %"), (1, 1, "en", "100.0 %"), (0.145, 0, "nl", "15 %"),
     (0.145, 1, "nl", "14,5 %"), (0.285, 0, "ro", "29 %")],
)  # fmt: skip
def test_percentages(share: float, digits: int, language: str, text: str) -> None:
    assert percent(share, digits, language=language) == text


@pytest.mark.parametrize(
    ("minor", "currency", "language", "signed", "text"),
    [(0, "EUR", "en", False, "€0.00"), (199, None, "en", False, "1.99"), (310, "EUR", "en", True, "+€3.10"),
     (-310, "EUR", "en", True, "−€3.10"), (-123456, "USD", "en", False, "−USD 1,234.56"),
     (123456, "EUR", "nl", False, "€ 1.234,56"), (-310, "GBP", "nl", False, "£ −3,10"), (310, "RON", "nl", False, "RON 3,10"),
     (123456, "EUR", "ro", False, "1.234,56 €"), (310, "RON", "ro", True, "+3,10 RON"),
     (310, "JPY", "en", False, "JPY 310"), (1234, "KWD", "ro", False, "1,234 KWD")],
)  # fmt: skip
def test_money(minor: float, currency: str | None, language: str, signed: bool, text: str) -> None:
    """A yen has no smaller unit, a dinar a thousand of them."""
    assert money(minor, currency, language=language, signed=signed) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.4, "0 s"),
        (59.4, "59 s"),
        (59.5, "1 min"),
        (61, "1 min 1 s"),
        (599, "9 min 59 s"),
        (600, "10 min"),
        (3569, "59 min"),
        (3570, "1 h"),
        (3600, "1 h"),
        (7800, "2 h 10 min"),
        (34800, "9 h 40 min"),
        (86400, "24 h"),
        (172769, "47 h 59 min"),
        (172800, "2.0 d"),
        (224640, "2.6 d"),
        (293760, "3.4 d"),
        (8640000, "100 d"),
        (-90, "−1 min 30 s"),
    ],
)
def test_durations_as_people_say_them(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_durations_in_other_languages() -> None:
    assert duration(7800, language="nl") == "2 u 10 min"
    assert duration(293760, language="nl") == "3,4 d"
    assert duration(293760, language="ro") == "3,4 z"
    assert compact_duration(7440, language="nl") == "2 u 04"
    assert exact_seconds(7800, language="nl") == "7.800 s"


def test_a_compact_duration_keeps_whole_hours_and_minutes_readable() -> None:
    assert [compact_duration(s) for s in (3600, 260, 45)] == ["1 h", "4 min 20 s", "45 s"]


@pytest.mark.parametrize(("least", "step"), [(0.3, 1), (61, 120), (3601, 7200), (90000, 172800), (200000, 345600)])
def test_round_seconds_never_fall_short(least: float, step: int) -> None:
    assert round_seconds(least) == step


def test_intervals_keep_signs_and_units_apart() -> None:
    assert interval("69.9", "72.8") == "69.9–72.8"
    assert interval("2 h 04", "2 h 17") == "2 h 04 – 2 h 17"
    assert interval("−3", "+4") == "−3 – +4"


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 răspunsuri"), (1, "1 răspuns"), (19, "19 răspunsuri"), (20, "20 de răspunsuri"),
                        (101, "101 răspunsuri"), (120, "120 de răspunsuri")],
)  # fmt: skip
def test_romanian_counts_have_three_forms(count: int, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    forms = ["{n} răspuns", "{n} răspunsuri", "{n} de răspunsuri"]
    monkeypatch.setattr("servicemeter.show.phrases.translations", lambda language: {"{n} answer": forms})
    assert counted("ro", count, "{n} answer", "{n} answers") == text


@pytest.mark.parametrize(
    ("since", "until", "text"),
    [
        ("2026-11-21", "2026-11-22", "21 Nov 2026"),
        ("2026-11-21", "2026-11-21", "21 Nov 2026"),
        ("2026-11-01", "2026-11-22", "1–21 Nov 2026"),
        ("2026-09-28", "2026-10-05", "28 Sep – 4 Oct 2026"),
        ("2026-12-28", "2027-01-04", "28 Dec 2026 – 3 Jan 2027"),
    ],
)
def test_spans(since: str, until: str, text: str) -> None:
    assert span(date.fromisoformat(since), date.fromisoformat(until)) == text


def test_dates_in_other_languages() -> None:
    on = date(2026, 3, 7)
    assert [day(on, language=lang) for lang in ("en", "nl", "ro")] == ["7 Mar 2026", "7 mrt 2026", "7 mar. 2026"]
    assert [weekday(on, language=lang) for lang in ("en", "nl", "ro")] == ["Saturday", "zaterdag", "sâmbătă"]
    assert period_label(date(2026, 8, 1), "month", language="ro") == "august 2026"


def test_an_iso_week_belongs_to_its_own_year() -> None:
    assert period_label(date(2026, 12, 28), "week") == "week 53 of 2026"
    assert period_label(date(2029, 12, 31), "week") == "week 1 of 2030"


@pytest.mark.parametrize(
    ("since", "until", "grain"),
    [("2026-11-01", "2026-12-01", "month"), ("2026-10-01", "2027-01-01", "quarter"), ("2026-11-01", "2027-02-01", None),
     ("2026-01-01", "2027-01-01", "year"), ("2026-07-01", "2027-07-01", None), ("2026-11-16", "2026-11-23", "week"),
     ("2026-11-17", "2026-11-24", None), ("2026-11-17", "2026-11-18", "day")],
)  # fmt: skip
def test_whole_periods_are_recognised(since: str, until: str, grain: str | None) -> None:
    assert whole_period(date.fromisoformat(since), date.fromisoformat(until)) == grain


def test_a_period_is_unfinished_by_the_clock_of_the_data() -> None:
    november = (date(2026, 11, 1), date(2026, 12, 1))
    assert period_title(*november, datetime(2026, 11, 21, 16, 40, tzinfo=UTC), TZ) == "November so far"
    assert period_title(*november, datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC), TZ) == "November so far"
    assert period_title(*november, datetime(2026, 11, 30, 23, 0, tzinfo=UTC), TZ) == "November 2026"
    week = (date(2026, 11, 16), date(2026, 11, 23))
    assert period_title(*week, datetime(2026, 11, 18, tzinfo=UTC), TZ) == "Week 47 so far"
    assert period_title(date(2026, 10, 3), date(2026, 10, 9), datetime(2026, 11, 1, tzinfo=UTC), TZ) == "3–8 Oct 2026"


def test_the_days_that_have_begun_count_as_elapsed() -> None:
    november = (date(2026, 11, 1), date(2026, 12, 1))
    assert elapsed_until(*november, datetime(2026, 11, 21, 16, 40, tzinfo=UTC), TZ) == date(2026, 11, 22)
    assert elapsed_until(*november, datetime(2026, 11, 21, 23, 0, tzinfo=UTC), TZ) == date(2026, 11, 22)
    assert elapsed_until(*november, datetime(2027, 1, 1, tzinfo=UTC), TZ) == date(2026, 12, 1)
    assert elapsed_until(*november, datetime(2026, 10, 1, tzinfo=UTC), TZ) == date(2026, 11, 1)


NOVEMBER = (date(2026, 11, 1), date(2026, 12, 1))
DURING, AFTER = datetime(2026, 11, 21, 16, 40, tzinfo=UTC), datetime(2026, 12, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before_until", "as_of", "text"),
    [
        ("2026-10-22", DURING, "1–21 Nov 2026, compared with the same 21 days of October"),
        ("2026-11-01", DURING, "1–21 Nov 2026, compared with the same part of October"),
        ("2026-11-01", AFTER, "1–30 Nov 2026, compared with October 2026"),
        ("2026-10-02", datetime(2026, 11, 1, 12, tzinfo=UTC), "1 Nov 2026, compared with 1 Oct 2026"),
    ],
)
def test_the_comparison_is_named(before_until: str, as_of: datetime, text: str) -> None:
    before = (date(2026, 10, 1), date.fromisoformat(before_until))
    assert compared_with(NOVEMBER, before, as_of, TZ) == text


def test_a_week_is_compared_with_its_days() -> None:
    now, before = (date(2026, 11, 16), date(2026, 11, 23)), (date(2026, 11, 9), date(2026, 11, 15))
    assert compared_with(now, before, DURING, TZ) == "16–21 Nov 2026, compared with 9–14 Nov 2026"


def test_what_is_not_compared_is_said() -> None:
    whole, own = (date(2026, 10, 1), date(2026, 11, 1)), (date(2026, 10, 26), date(2026, 11, 3))
    assert compared_with(NOVEMBER, whole, AFTER, TZ, is_compared=False) == "1–30 Nov 2026, nothing comparable in October 2026"
    shown = (date(2026, 11, 3), date(2026, 11, 11))
    assert compared_with(shown, own, DURING, TZ, is_compared=False) == "nothing comparable in 26 Oct – 2 Nov 2026"


def test_own_dates_are_named_once() -> None:
    now, before = (date(2026, 11, 3), date(2026, 11, 11)), (date(2026, 10, 26), date(2026, 11, 3))
    assert period_title(*now, DURING, TZ) == "3–10 Nov 2026"
    assert compared_with(now, before, DURING, TZ) == "compared with 26 Oct – 2 Nov 2026"


def test_a_moment_is_shown_in_the_reporting_zone() -> None:
    assert moment(datetime(2026, 11, 21, 16, 40, tzinfo=UTC), TZ) == "21 Nov 17:40"
    assert moment(datetime(2026, 7, 1, 22, 30, tzinfo=UTC), TZ, language="nl", with_year=True) == "2 jul 2026 00:30"
