"""Dates, numbers and truths are read by column: what is clear is read, what is not is asked, nothing is guessed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from importing import NOW, TICKETS, column_of, mapped, take, utc

from servicemeter.ground.errors import AmbiguousColumn, BadMapping, UnknownName
from servicemeter.ground.instants import SkippedHour, to_utc, zone_named
from servicemeter.sources.dates import readings
from servicemeter.sources.decimals import numbers
from servicemeter.sources.patterns import check_pattern

ZONE = 'time_zone = "UTC"\n'

COSTS = """
[[rows]]
table = "survey_answers"

[rows.columns]
invitation_id = "id"
answered_at = { value = 2026-01-01T00:00:00Z }
value_num = "amount"
"""


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["2024-04-03 10:00:05"], "2024-04-03T10:00:05"),
        (["2024-04-03T10:00:05.999"], "2024-04-03T10:00:05"),
        (["2024-04-03T10:00:05Z"], "2024-04-03T10:00:05"),
        (["2024-04-03T10:00:05+02:00"], "2024-04-03T08:00:05"),
        (["2024-04-03 10:00:05 -0530"], "2024-04-03T15:30:05"),
        (["2024/4/3 9:05"], "2024-04-03T09:05:00"),
        (["20240403"], "2024-04-03T00:00:00"),
        (["03-04-2024", "13-04-2024"], "2024-04-03T00:00:00"),
        (["04/03/2024 1:02 PM", "04/13/2024 1:02 PM"], "2024-04-03T13:02:00"),
        (["3-4-24", "13-4-24"], "2024-04-03T00:00:00"),
        (["3.4.2024 12:00:00 a.m.", "30.4.2024 12:00:00 p.m."], "2024-04-03T00:00:00"),
        (["03-04-99", "31-12-99"], "1999-04-03T00:00:00"),
        (["24-04-03", "24-04-30"], "2024-04-03T00:00:00"),
        (["3 apr. 2024 10:15", "4 mei 2024 10:15"], "2024-04-03T10:15:00"),
        (["3 mrt 2024"], "2024-03-03T00:00:00"),
        (["3. M\u00e4rz 2024 14:05 Uhr"], "2024-03-03T14:05:00"),
        (["1er ao\u00fbt 2024 \u00e0 14h05"], "2024-08-01T14:05:00"),
        (["3 de marzo de 2024"], "2024-03-03T00:00:00"),
        (["3 pa\u017adziernika 2024, 14:05"], "2024-10-03T14:05:00"),
        (["3 mai 2024 10:15"], "2024-05-03T10:15:00"),
        (["3 iunie 2024, 10:15"], "2024-06-03T10:15:00"),
        (["3 noiembrie 2024"], "2024-11-03T00:00:00"),
        (["April 3, 2024 1:15 PM"], "2024-04-03T13:15:00"),
        (["03-Apr-24"], "2024-04-03T00:00:00"),
        (["Wed, 03 Apr 2024 10:15:00 +0200"], "2024-04-03T08:15:00"),
        (["woensdag 3 april 2024 10:15"], "2024-04-03T10:15:00"),
        (["45385"], "2024-04-03T00:00:00"),
        (["45385,5"], "2024-04-03T12:00:00"),
        (["1712131200"], "2024-04-03T08:00:00"),
        (["1712131200999"], "2024-04-03T08:00:00"),
        (["05-05-2024", "05-05-2024"], "2024-05-05T00:00:00"),
    ],
)
def test_dates_that_are_clear_are_read(tmp_path: Path, values: list[str], expected: str) -> None:
    taken = mapped(tmp_path, column_of(values), ZONE + TICKETS)
    assert not taken.aside
    assert taken.column("tickets", "created_at")[0] == utc(expected)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["03-04-2024", "05-06-2024"], ["'created'", "03-04-2024", "day-first", "month-first"]),
        (["13-04-2024", "04-13-2024"], ["others only", "04-13-2024"]),
        (["20-04-24", "21-04-24"], ["day first", "year first"]),
        (["soon", "later"], ["cannot be read as dates", "soon", "format"]),
    ],
)
def test_dates_that_are_not_clear_are_asked(tmp_path: Path, values: list[str], said: list[str]) -> None:
    with pytest.raises(AmbiguousColumn) as caught:
        mapped(tmp_path, column_of(values), ZONE + TICKETS)
    for word in ["export.csv", *said]:
        assert word in str(caught.value)


def test_the_advice_of_the_message_works_as_an_option_and_in_the_mapping(tmp_path: Path) -> None:
    data = column_of(["03-04-2024", "05-06-2024"])
    with pytest.raises(AmbiguousColumn) as caught:
        mapped(tmp_path, data, ZONE + TICKETS)
    assert "[columns.created]" in str(caught.value)
    assert '--option "created.date_order=day-first"' in str(caught.value)
    by_option = mapped(tmp_path, data, ZONE + TICKETS, options={"created.date_order": "day-first"})
    by_mapping = mapped(tmp_path, data, ZONE + '[columns.created]\ndate_order = "month-first"\n' + TICKETS)
    assert by_option.column("tickets", "created_at")[0] == utc("2024-04-03")
    assert by_mapping.column("tickets", "created_at")[0] == utc("2024-03-04")


def test_one_value_that_fits_decides_for_the_whole_column_wherever_it_stands(tmp_path: Path) -> None:
    values = ["03-04-2024"] * 12_000 + ["25-04-2024"]
    taken = mapped(tmp_path, column_of(values), ZONE + TICKETS)
    assert set(taken.column("tickets", "created_at")) == {utc("2024-04-03"), utc("2024-04-25")}


def test_single_bad_dates_are_kept_aside_with_row_column_value_and_reason(tmp_path: Path) -> None:
    taken = mapped(tmp_path, column_of(["2024-04-03", "yesterday", "2024-02-30", "2024-04-05"]), ZONE + TICKETS)
    assert len(taken.rows["tickets"]) == 2
    assert [(a.row_number, a.column, a.file_column, a.value) for a in taken.aside] == [
        (3, "created_at", "created", "yesterday"),
        (4, "created_at", "created", "2024-02-30"),
    ]
    assert taken.aside[0].reason == "this is no date; the other values of the column are read as year, month, day"
    assert taken.aside[0].file.endswith("export.csv")
    assert taken.aside[0].row == {"id": "2", "created": "yesterday"}


def test_times_before_1970_or_in_the_future_are_kept_aside(tmp_path: Path) -> None:
    values = ["1969-12-31 23:59:59", "1970-01-01", "2026-07-02 12:00:00", "2026-07-02 12:00:01"]
    taken = mapped(tmp_path, column_of(values), ZONE + TICKETS)
    assert taken.column("tickets", "ticket_id") == ["2", "3"]
    assert "before 1970" in taken.aside[0].reason
    assert "future" in taken.aside[1].reason


def test_excel_serials_of_1904(tmp_path: Path) -> None:
    data = column_of(["43923"])
    taken = mapped(tmp_path, data, ZONE + TICKETS, options={"created.epoch": "1904"})
    assert taken.column("tickets", "created_at") == [utc("2024-04-03")]


def test_times_without_a_zone_need_one_and_the_message_says_how(tmp_path: Path) -> None:
    data = column_of(["2024-04-03 10:00"])
    with pytest.raises(AmbiguousColumn, match="--tz"):
        mapped(tmp_path, data, TICKETS)
    taken = mapped(tmp_path, data, TICKETS, options={"tz": "Europe/Bucharest"})
    assert taken.column("tickets", "created_at") == [utc("2024-04-03T07:00")]
    assert taken.delivery.tz == "Europe/Bucharest"
    other = mapped(tmp_path, data, ZONE + TICKETS, options={"tz": "Europe/Bucharest"})
    assert other.column("tickets", "created_at") == [utc("2024-04-03T07:00")]
    assert "the mapping says UTC" in other.delivery.remarks[-1]
    with pytest.raises(BadMapping, match="Europe/Amsterdm"):
        mapped(tmp_path, data, TICKETS, options={"tz": "Europe/Amsterdm"})


def test_a_zone_is_not_asked_for_when_every_time_has_an_offset(tmp_path: Path) -> None:
    taken = mapped(tmp_path, column_of(["2024-04-03T10:00:00+03:00"]), TICKETS)
    assert taken.column("tickets", "created_at") == [utc("2024-04-03T07:00")]
    assert taken.delivery.tz is None


def test_a_skipped_hour_is_kept_aside_and_a_repeated_one_is_the_first(tmp_path: Path) -> None:
    mapping = 'time_zone = "Europe/Amsterdam"\n' + TICKETS
    data = column_of(["2026-03-29 02:30", "2026-03-29 03:00", "2025-10-26 02:30"])
    taken = mapped(tmp_path, data, mapping)
    assert taken.column("tickets", "created_at") == [utc("2026-03-29T01:00"), utc("2025-10-26T00:30")]
    assert "summer time" in taken.aside[0].reason
    second = mapped(tmp_path, data, mapping, options={"created.fold": "second"})
    assert second.column("tickets", "created_at")[1] == utc("2025-10-26T01:30")


def test_to_utc_on_the_edges_of_clock_changes() -> None:
    zone = zone_named("Europe/Bucharest")
    assert zone is not None
    with pytest.raises(SkippedHour):
        to_utc(utc("2026-03-29T03:59:59"), zone)
    assert to_utc(utc("2026-03-29T02:59:59"), zone) == datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC)
    assert to_utc(utc("2025-10-26T03:00:00"), zone) == datetime(2025, 10, 26, 0, 0, tzinfo=UTC)
    assert to_utc(utc("2025-10-26T03:00:00"), zone, "second") == datetime(2025, 10, 26, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "point", "comma"),
    [
        ("4", 4, 4),
        ("4.5", 4.5, None),
        ("4,5", None, 4.5),
        ("1.234,56", None, 1234.56),
        ("1,234.56", 1234.56, None),
        ("1 234,56", None, 1234.56),
        ("1\u202f234,56", None, 1234.56),
        ("1'234.50", 1234.5, None),
        ("1’234,50", None, 1234.5),
        ("1.234", 1.234, 1234),
        ("1,234", 1234, 1.234),
        ("0.123", 0.123, None),
        ("1234.567", 1234.567, None),
        ("1.234.567", None, 1234567),
        ("-3,5", None, -3.5),
        ("€ 29,95", None, 29.95),
        ("12.34.5", None, None),
        ("abc", None, None),
        ("", None, None),
    ],
)
def test_what_a_number_could_mean(text: str, point: float | None, comma: float | None) -> None:
    found = {mark: float(value) for mark, value in numbers(text).items()}
    assert found == {mark: value for mark, value in ((".", point), (",", comma)) if value is not None}


def test_numbers_are_decided_by_column(tmp_path: Path) -> None:
    taken = mapped(tmp_path, column_of(["1.234", "4,5"], header="id,amount"), COSTS)
    assert taken.column("survey_answers", "value_num") == [1234.0, 4.5]
    taken = mapped(tmp_path, column_of(["1.234", "4.5"], header="id,amount"), COSTS)
    assert taken.column("survey_answers", "value_num") == [1.234, 4.5]


def test_an_ambiguous_number_is_asked(tmp_path: Path) -> None:
    data = column_of(["1.234", "2.500"], header="id,amount")
    with pytest.raises(AmbiguousColumn, match=r"amount.*1\.234.*decimal") as caught:
        mapped(tmp_path, data, COSTS)
    assert "[columns.amount]" in str(caught.value)
    taken = mapped(tmp_path, data, COSTS, options={"amount.decimal": ","})
    assert taken.column("survey_answers", "value_num") == [1234.0, 2500.0]
    for_all = mapped(tmp_path, data, '[format]\ndecimal = "."\n' + COSTS)
    assert for_all.column("survey_answers", "value_num") == [1.234, 2.5]


def test_both_decimal_marks_in_one_column_are_asked(tmp_path: Path) -> None:
    with pytest.raises(AmbiguousColumn, match="others only"):
        mapped(tmp_path, column_of(["4,5", "4.5"], header="id,amount"), COSTS)


def money(unit: str) -> str:
    return f"""
[[rows]]
table = "orders"

[rows.columns]
order_id = "id"
placed_at = {{ value = 2026-01-01T00:00:00Z }}
amount = {{ column = "amount"{unit} }}
"""


def test_money_has_to_say_whether_it_is_whole_units_or_cents(tmp_path: Path) -> None:
    data = column_of(["29,95", "1.000,00"], header="id,amount")
    with pytest.raises(BadMapping, match='unit = "major"'):
        mapped(tmp_path, data, money(""))
    assert mapped(tmp_path, data, money(', unit = "major"')).column("orders", "amount") == [2995, 100000]
    aside = mapped(tmp_path, data, money(', unit = "minor"')).aside
    assert "whole number" in aside[0].reason
    yen = column_of(["3000"], header="id,amount")
    assert mapped(tmp_path, yen, money(', unit = "major", decimals = 0')).column("orders", "amount") == [3000]


def call(extra: str) -> str:
    return f"""
[[rows]]
table = "interactions"

[rows.columns]
interaction_id = "id"
started_at = {{ value = 2026-01-01T00:00:00Z }}
talk_s = {{ column = "talk"{extra} }}
"""


@pytest.mark.parametrize(
    ("value", "extra", "seconds"),
    [
        ("863.9", "", 863),
        ("1:02:03", "", 3723),
        ("1:30", ', unit = "m:s"', 90),
        ("1:30", ', unit = "h:m"', 5400),
        ("1.5", ', unit = "minutes"', 90),
        ("2500", ', unit = "milliseconds"', 2),
    ],
)
def test_time_spans(tmp_path: Path, value: str, extra: str, seconds: int) -> None:
    taken = mapped(tmp_path, column_of([value], header="id,talk"), call(extra))
    assert taken.column("interactions", "talk_s") == [seconds]


def test_spans_of_a_workbook_are_seconds_however_the_sheet_shows_them(tmp_path: Path) -> None:
    """39 s as a clock time, 90,000 s as hours beyond a day, and 39 s as days of a plain number: 39/86,400 = 0.000451388…"""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (["id", "talk"], ["a", 39 / 86_400], ["b", 90_000 / 86_400]):
        sheet.append(row)
    sheet["B2"].number_format, sheet["B3"].number_format = "hh:mm:ss", "[h]:mm:ss"
    book.save(tmp_path / "calls.xlsx")
    book.close()
    (tmp_path / "calls.toml").write_text(call(""))
    taken = take(tmp_path / "calls.xlsx", mapping=str(tmp_path / "calls.toml"))
    assert (taken.column("interactions", "talk_s"), taken.aside) == ([39, 90_000], [])
    plain = mapped(tmp_path, column_of([repr(39 / 86_400)], header="id,talk"), call(', unit = "days"'))
    assert plain.column("interactions", "talk_s") == [39]


def test_minutes_and_seconds_are_not_guessed(tmp_path: Path) -> None:
    with pytest.raises(AmbiguousColumn, match="m:s"):
        mapped(tmp_path, column_of(["1:30"], header="id,talk"), call(""))


def test_negative_spans_are_kept_aside(tmp_path: Path) -> None:
    taken = mapped(tmp_path, column_of(["5", "-5"], header="id,talk"), call(""))
    assert [(a.row_number, a.value) for a in taken.aside] == [(3, "-5")]


TRUTHS = """
[[rows]]
table = "agents"
when = { column = "ok", empty = false }

[rows.columns]
agent_id = "id"

[[rows]]
table = "customers"

[rows.columns]
customer_id = "id"
is_internal = "ok"
"""


def test_truths_in_three_languages_and_own_words(tmp_path: Path) -> None:
    yes, no = ["true", "Yes", "JA", "da", "1", "waar"], ["false", "no", "nee", "nu", "0", "Onwaar"]
    taken = mapped(tmp_path, column_of([*yes, *no, "", "maybe"], header="id,ok"), TRUTHS)
    assert taken.column("customers", "is_internal") == [True] * 6 + [False] * 6 + [None]
    assert taken.aside[0].value == "maybe"
    own = '[columns.ok]\ntrue = ["X"]\nfalse = ["-"]\n' + TRUTHS
    assert mapped(tmp_path, column_of(["X", "-"], header="id,ok"), own).column("customers", "is_internal") == [
        True,
        False,
    ]


def test_ids_are_text_and_only_trimmed(tmp_path: Path) -> None:
    ids = ["007", "1.23457E+15", "12345678901234567890", " 42 ", "4,5"]
    data = "id,created\n" + "".join(f'"{one}",2024-01-01\n' for one in ids)
    taken = mapped(tmp_path, data, ZONE + TICKETS)
    assert taken.column("tickets", "ticket_id") == [one.strip() for one in ids]


def test_typed_cells_of_a_workbook_are_not_ambiguous(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (["ticket_id", "created_at"], [101, utc("2024-04-03T10:00")], ["0102", utc("2024-05-06")]):
        sheet.append(row)
    book.save(tmp_path / "tickets.xlsx")
    book.close()
    taken = take(tmp_path / "tickets.xlsx", options={"tz": "Europe/Amsterdam"})
    assert taken.column("tickets", "ticket_id") == ["101", "0102"]
    assert taken.column("tickets", "created_at") == [utc("2024-04-03T08:00"), utc("2024-05-05T22:00")]


def test_a_given_format_leaves_nothing_to_decide(tmp_path: Path) -> None:
    mapping = ZONE + '[columns.created]\nformat = "%d/%m/%y om %H.%M"\n' + TICKETS
    taken = mapped(tmp_path, column_of(["03/04/24 om 9.05", "2024-04-03"]), mapping)
    assert taken.column("tickets", "created_at") == [utc("2024-04-03T09:05")]
    assert "%d/%m/%y" in taken.aside[0].reason


@pytest.mark.parametrize("pattern", ["%d-%m", "%Q-%m-%d", "%Y-%m-%d %d"])
def test_formats_that_cannot_be_meant(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"directive|known|year"):
        check_pattern(pattern)


def test_what_was_decided_is_remarked(tmp_path: Path) -> None:
    taken = mapped(tmp_path, column_of(["13-04-2024"]), ZONE + TICKETS)
    assert any("dates read as day first" in remark for remark in taken.delivery.remarks)
    assert any("midnight" in remark for remark in taken.delivery.remarks)


def test_options_that_do_not_exist_are_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="date_order"):
        mapped(tmp_path, column_of(["2024-01-01"]), ZONE + TICKETS, options={"created.date_ordr": "x"})
    with pytest.raises(UnknownName, match="created"):
        mapped(tmp_path, column_of(["2024-01-01"]), ZONE + TICKETS, options={"creatd.fold": "first"})
    with pytest.raises(UnknownName, match="day-first"):
        mapped(tmp_path, column_of(["2024-01-01"]), ZONE + TICKETS, options={"created.date_order": "dayfirst"})
    for key, value in {"skip_rows": "x", "created.format": "%d"}.items():
        with pytest.raises(BadMapping, match=value):
            mapped(tmp_path, column_of(["2024-01-01"]), ZONE + TICKETS, options={key: value})


def test_readings_never_believe_impossible_clocks() -> None:
    for text in (
        "2024-04-03 25:00",
        "2024-04-03 13:00 PM",
        "2024-13-03",
        "32-01-2024",
        "2024-04-03 junk",
        "2024-04-03+99:00",
    ):
        assert readings(text, NOW) == {}, text
