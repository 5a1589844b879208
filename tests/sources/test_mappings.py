"""What a mapping can say, what becomes of rows it cannot take, and how its mistakes are named."""

from __future__ import annotations

from pathlib import Path

import pytest
from importing import TICKETS, mapped, take, utc

from servicemeter.ground.errors import BadMapping
from servicemeter.sources.mappingfile import parse_mapping

EXAMPLES = Path(__file__).parents[2] / "examples" / "mappings"


def rows(columns: str, *, table: str = "tickets", when: str = "") -> str:
    condition = f"when = {when}\n" if when else ""
    return f'\n[[rows]]\ntable = "{table}"\n{condition}\n[rows.columns]\n{columns}\n'


def test_one_row_makes_rows_of_several_tables(tmp_path: Path) -> None:
    mapping = rows('ticket_id = "id"') + rows('customer_id = "mail"', table="customers")
    taken = mapped(tmp_path, "id,mail\n1,a@example.com\n2,a@example.com\n", mapping)
    assert taken.column("tickets", "ticket_id") == ["1", "2"]
    assert taken.column("customers", "customer_id") == ["a@example.com"]
    assert taken.delivery.tables == ("tickets", "customers")


def test_a_raw_row_is_taken_whole_or_kept_aside_whole(tmp_path: Path) -> None:
    mapping = (
        'time_zone = "UTC"\n'
        + rows('ticket_id = "id"')
        + rows('ticket_id = "id"\noccurred_at = "at"\nauthor_type = { value = "agent" }', table="messages")
    )
    taken = mapped(tmp_path, "id,at\n1,2026-01-01\n2,never\n", mapping)
    assert taken.column("tickets", "ticket_id") == ["1"]
    assert len(taken.rows["messages"]) == 1
    (aside,) = taken.aside
    assert (aside.row_number, aside.table, aside.column, aside.value) == (3, "messages", "occurred_at", "never")
    assert aside.file_column == "at"


def test_templates_join_columns_and_are_empty_with_an_empty_part(tmp_path: Path) -> None:
    mapping = rows('ticket_id = "{a+b}-{c}"\nurl = "https://example.com/{{{c}}}/{d}"')
    taken = mapped(tmp_path, "a+b,c,d\nx, 1,9\ny,2,\n,3,3\n", mapping)
    assert taken.column("tickets", "ticket_id") == ["x-1", "y-2"]
    assert taken.column("tickets", "url") == ["https://example.com/{1}/9", None]
    assert (taken.aside[0].column, taken.aside[0].file_column) == ("ticket_id", "a+b, c") and "empty" in taken.aside[0].reason


def test_lines_of_totals_are_left_out_and_counted_where_they_are_no_rows(tmp_path: Path) -> None:
    """Both lines at the end are no tickets: one has no date, one too few cells. A ticket may be called Total all the same."""
    data = "id,created\nTotal,2026-01-13\n7,2026-01-14\nTotaal: 2,2 tickets\nTotal general\nx,tomorrow\n"
    taken = mapped(tmp_path, data, TICKETS, options={"tz": "Europe/Amsterdam"})
    assert taken.column("tickets", "ticket_id") == ["Total", "7"]
    assert [aside.row_number for aside in taken.aside] == [6]
    assert taken.delivery.dropped == {"lines of totals": 2}


@pytest.mark.parametrize(
    "word", ["Totaal", "TOTAL: 3", "Grand total", "Summe", "Razem", "Total general", "Łącznie", "Sous-total"]
)
def test_a_total_without_a_date_is_no_ticket_though_a_ticket_needs_none(tmp_path: Path, word: str) -> None:
    """Three rows: ticket 7, one called Total Support of which no date is known, and a line that sums up the two."""
    data = f"id,created,minutes\n7,2026-01-14,30\nTotal Support,,20\n{word},,50\n"
    taken = mapped(tmp_path, data, TICKETS, options={"tz": "Europe/Amsterdam"})
    assert taken.column("tickets", "ticket_id") == ["7", "Total Support"]
    assert not taken.aside
    assert taken.delivery.dropped == {"lines of totals": 1}


def test_whoever_is_called_a_total_is_one_where_no_dates_are_read(tmp_path: Path) -> None:
    mapping = rows('customer_id = "id"', table="customers")
    taken = mapped(tmp_path, "id,name\n1,Ann\nTotal,Total SA\n", mapping)
    assert taken.column("customers", "customer_id") == ["1", "Total"] and not taken.delivery.dropped


def test_dropped_rows_are_counted_by_condition(tmp_path: Path) -> None:
    mapping = 'drop = [{ column = "kind", is = "test" }, { column = "n", below = 1 }]\n' + rows('ticket_id = "id"')
    taken = mapped(tmp_path, "id,kind,n\n1,test,5\n2,real,0\n3,real,2\n4,test,0\n", mapping)
    assert taken.column("tickets", "ticket_id") == ["3"]
    assert dict(taken.delivery.dropped) == {"kind is test": 2, "n below 1": 1}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('{ column = "s", is = "a" }', ["1"]),
        ('{ column = "s", is_not = "a" }', ["2", "3", "4"]),
        ('{ column = "s", one_of = ["a", "b"] }', ["1", "2"]),
        ('{ column = "s", none_of = ["a", "b"] }', ["3", "4"]),
        ('{ column = "s", empty = true }', ["4"]),
        ('{ column = "s", empty = false }', ["1", "2", "3"]),
        ('{ column = "s", starts_with = "b" }', ["2", "3"]),
        ('{ column = "s", contains = "C" }', ["3"]),
        ('{ column = "n", above = 1.5 }', ["2", "3"]),
        ('{ column = "n", at_least = 1, at_most = 2 }', ["1", "2"]),
        ('{ all = [{ column = "n", above = 1 }, { column = "s", is = "b" }] }', ["2"]),
        ('[{ column = "n", above = 1 }, { column = "s", is = "b" }]', ["2"]),
        ('{ any = [{ column = "s", is = "a" }, { column = "n", is = 3 }] }', ["1", "3"]),
        ('{ not = { column = "s", is = "a" } }', ["2", "3", "4"]),
    ],
)
def test_conditions(tmp_path: Path, condition: str, expected: list[str]) -> None:
    taken = mapped(tmp_path, "id,s,n\n1,a,1\n2,b,2\n3,bc,3\n4,,\n", rows('ticket_id = "id"', when=condition))
    assert taken.column("tickets", "ticket_id") == expected


def test_a_comparison_with_what_is_no_number_keeps_the_row_aside(tmp_path: Path) -> None:
    taken = mapped(tmp_path, "id,n\n1,5\n2,five\n", rows('ticket_id = "id"', when='{ column = "n", above = 1 }'))
    assert taken.column("tickets", "ticket_id") == ["1"]
    assert (taken.aside[0].row_number, taken.aside[0].column, taken.aside[0].value) == (3, "n", "five")


@pytest.mark.parametrize(
    ("unknown", "expected", "aside"),
    [
        ("", ["email", "phone"], ["fax"]),
        (', unknown = "pass"', ["email", "phone", "fax"], []),
        (', unknown = "empty"', ["email", "phone", None], []),
        (', otherwise = "other"', ["email", "phone", "other"], []),
    ],
)
def test_translations_and_what_they_do_not_list(
    tmp_path: Path, unknown: str, expected: list[str | None], aside: list[str]
) -> None:
    value = f'{{ column = "via", values = {{ Mail = "email", Telefoon = "phone" }}{unknown} }}'
    taken = mapped(tmp_path, "id,via\n1,Mail\n2,telefoon\n3,fax\n", rows(f'ticket_id = "id"\nchannel = {value}'))
    assert taken.column("tickets", "channel") == expected
    assert [each.value for each in taken.aside] == aside
    if aside:
        assert "Mail, Telefoon" in taken.aside[0].reason and taken.aside[0].column == "via"


def test_closed_lists_are_checked(tmp_path: Path) -> None:
    taken = mapped(tmp_path, "id,by\n1,Agent\n2,robot\n", rows('ticket_id = "id"\ninitiated_by = "by"'))
    assert taken.column("tickets", "initiated_by") == ["agent"]
    assert "customer, agent, system" in taken.aside[0].reason


def test_a_status_event_says_one_of_the_six(tmp_path: Path) -> None:
    columns = 'ticket_id = "id"\nfield = { value = "status" }\nvalue = "s"'
    taken = mapped(tmp_path, "id,s\n1,solved\n2,Opgelost\n", rows(columns, table="ticket_events"))
    assert taken.column("ticket_events", "value") == ["solved"]
    assert "solved" in taken.aside[0].reason and taken.aside[0].value == "Opgelost"


def test_split_letters_and_empty_words(tmp_path: Path) -> None:
    columns = """
ticket_id = { column = "key", split = { by = " - ", take = 1 } }
brand = { column = "key", split = { by = " - ", take = -1 }, letters = "lower" }
language = { column = "key", split = { by = " - ", take = 5 } }
customer_id = { column = "who", empty = ["0", "n/a"] }
"""
    taken = mapped(tmp_path, "key,who\nT1 - NL - Shoes,0\nT2 - BE - Hats,7\n", rows(columns))
    assert taken.column("tickets", "ticket_id") == ["T1", "T2"]
    assert taken.column("tickets", "brand") == ["shoes", "hats"]
    assert taken.column("tickets", "language") == [None, None]
    assert taken.column("tickets", "customer_id") == [None, "7"]


def test_empty_words_of_the_whole_file_and_of_a_column(tmp_path: Path) -> None:
    mapping = '[format]\nempty = ["-"]\n[columns.who]\nempty = ["0"]\n' + rows(
        'ticket_id = "id"\ncustomer_id = "{id}{who}"\nbrand="b"'
    )
    taken = mapped(tmp_path, "id,who,b\n1,0,-\n2,5,0\n", mapping)
    assert taken.column("tickets", "customer_id") == [None, "25"]
    assert taken.column("tickets", "brand") == [None, "0"]


CALLS = """
time_zone = "Europe/Amsterdam"

[derive.began]
text = "{day} {start}"
format = "%d-%m-%Y %H:%M:%S"

[derive.finished]
text = "{day} {stop}"
format = "%d-%m-%Y %H:%M:%S"
next_day_after = "began"

[[rows]]
table = "interactions"

[rows.columns]
interaction_id = "id"
started_at = "began"
answered_at = { column = "began", plus_seconds = ["ivr", "wait", 1] }
ended_at = "finished"
outcome = { choose = [
    { when = { column = "wait", above = 60 }, value = "abandoned" },
    { when = { column = "wait", empty = false }, column = "how" },
    { value = "failed" },
] }
"""


def test_joined_clock_times_midnight_and_added_seconds(tmp_path: Path) -> None:
    data = (
        "id,day,start,stop,ivr,wait,how\n"
        "1,31-01-2026,23:59:50,0:00:10,3,5,answered\n"
        "2,01-02-2026,8:00:00,7:59:59,0,90,x\n"
        "3,01-02-2026,8:00:00,8:00:01,0,,x\n"
    )
    taken = mapped(tmp_path, data, CALLS)
    assert taken.column("interactions", "started_at")[0] == utc("2026-01-31T22:59:50")
    assert taken.column("interactions", "answered_at") == [utc("2026-01-31T22:59:59"), utc("2026-02-01T07:01:31"), None]
    ended = [utc("2026-01-31T23:00:10"), utc("2026-02-01T06:59:59"), utc("2026-02-01T07:00:01")]
    assert taken.column("interactions", "ended_at") == ended
    assert taken.column("interactions", "outcome") == ["answered", "abandoned", "failed"]


def test_a_span_that_cannot_be_added_is_named(tmp_path: Path) -> None:
    steps = "1,29-03-2026,1:00:00,1:00:01,0,1,answered\n2,29-03-2026,1:00:00,1:00:01,some,1,answered\n"
    data = f"id,day,start,stop,ivr,wait,how\n{steps}"
    (aside,) = mapped(tmp_path, data, CALLS).aside
    assert (aside.row_number, aside.column, aside.value) == (3, "ivr", "some")


def test_seconds_are_added_in_real_time_over_a_clock_change(tmp_path: Path) -> None:
    data = "id,day,start,stop,ivr,wait,how\n1,29-03-2026,1:59:59,3:00:01,0,1,answered\n"
    taken = mapped(tmp_path, data, CALLS)
    assert taken.column("interactions", "answered_at") == [utc("2026-03-29T01:00:01")]
    assert taken.column("interactions", "ended_at") == [utc("2026-03-29T01:00:01")]


def test_constants_keep_their_types(tmp_path: Path) -> None:
    columns = """
customer_id = "id"
is_internal = { value = true }
birth_year = { value = 1980 }
first_seen_at = { value = 2024-01-01T00:00:00+02:00 }
segment = { value = "b2b" }
"""
    (row,) = mapped(tmp_path, "id\n1\n", rows(columns, table="customers")).rows["customers"]
    assert row == {
        "customer_id": "1",
        "is_internal": True,
        "birth_year": 1980,
        "first_seen_at": utc("2023-12-31T22:00"),
        "segment": "b2b",
    }


def test_coverage_name_and_capabilities_reach_the_delivery(tmp_path: Path) -> None:
    mapping = """
name = "shop"
time_zone = "Europe/Amsterdam"
capabilities = ["tickets"]

[coverage]
loaded_from = 2026-01-01
loaded_through = 2026-02-01T00:00:00Z
""" + rows('ticket_id = "id"')
    delivery = mapped(tmp_path, "id\n1\n", mapping).delivery
    assert (delivery.source, delivery.tz, delivery.capabilities) == ("shop", "Europe/Amsterdam", ("tickets",))
    assert delivery.loaded_from is not None and delivery.loaded_from.isoformat() == "2026-01-01T00:00:00+01:00"
    assert delivery.loaded_through is not None and delivery.loaded_through.isoformat() == "2026-02-01T00:00:00+00:00"
    assert mapped(tmp_path, "id\n1\n", mapping, source="other").delivery.source == "other"


EVENTS = rows('ticket_id = "id"\nfield = { value = "priority" }\nvalue = "p"', table="ticket_events")


def test_made_ids_are_the_same_at_every_import_and_in_any_order(tmp_path: Path) -> None:
    once = mapped(tmp_path, "id,p\n1,high\n2,low\n1,high\n", EVENTS).column("ticket_events", "event_id")
    again = mapped(tmp_path, "id,p\n1,high\n2,low\n1,high\n", EVENTS).column("ticket_events", "event_id")
    turned = mapped(tmp_path, "id,p\n1,high\n1,high\n2,low\n", EVENTS).column("ticket_events", "event_id")
    assert once == again
    assert len(set(once)) == 3
    assert set(once) == set(turned)


def test_made_ids_do_not_depend_on_columns_without_content_or_on_batches(tmp_path: Path) -> None:
    wider = EVENTS.replace('value = "p"', 'value = "p"\nactor_id = "who"')
    narrow = mapped(tmp_path, "id,p,who\n1,high,\n", EVENTS).column("ticket_events", "event_id")
    assert mapped(tmp_path, "id,p,who\n1,high,\n", wider).column("ticket_events", "event_id") == narrow
    many = mapped(tmp_path, "id,p\n" + "1,high\n" * 25_000, EVENTS).column("ticket_events", "event_id")
    assert len(set(many)) == 25_000 and many[0] == narrow[0]


def test_given_ids_stay_and_missing_ones_are_made(tmp_path: Path) -> None:
    mapping = EVENTS.replace('value = "p"', 'value = "p"\nevent_id = "e"')
    ids = mapped(tmp_path, "id,p,e\n1,high,E1\n2,low,\n", mapping).column("ticket_events", "event_id")
    assert ids[0] == "E1" and len(ids[1]) == 32


GOOD = rows('ticket_id = "id"')


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ("name = [", "not TOML"),
        ("", "makes no rows"),
        ('nam = "x"' + GOOD, "'nam'. Did you mean 'name'"),
        ('time_zone = "Europe/Amsterdm"' + GOOD, "time_zone"),
        ('capabilities = ["ticket"]' + GOOD, "Did you mean 'tickets'"),
        (rows('ticket_id = "id"', table="tikets"), "'tikets'. Did you mean 'tickets'"),
        (rows('ticket_id = "id"\ncreated = "c"'), "'created'. Did you mean 'created_at'"),
        (rows('created_at = "id"'), "ticket_id has to be mapped"),
        (rows('ticket_id = { column = "id", colum = "x" }'), "colum"),
        (rows("ticket_id = { }"), "exactly one of"),
        (rows('ticket_id = { column = "id", value = "x" }'), "exactly one of"),
        (rows("ticket_id = 5"), "{ value = 5 }"),
        (rows('ticket_id = "{id"'), "brace"),
        (rows('ticket_id = "id"', when='{ column = "id" }'), "say what is asked"),
        (rows('ticket_id = "id"', when='{ is = "x" }'), "a condition names a column"),
        (rows('ticket_id = "id"', when='{ column = "id", above = "x" }'), "compares with a number"),
        (rows('ticket_id = "id"', when='{ column = "id", iss = "x" }'), "'iss'"),
        (rows('ticket_id = { column = "id", unknown = "ignore" }'), "unknown"),
        (rows('ticket_id = { column = "id", date_order = "dmy" }'), "date_order"),
        (rows('ticket_id = { column = "id", format = "%Q" }'), "%Q"),
        (rows('ticket_id = { column = "id", split = { by = "", take = 0 } }'), "split ="),
        ('[group]\nby = "id"' + GOOD, "[group]"),
        ('[coverage]\nloaded_from = "2026-01-01"' + GOOD, "without quotes"),
        ("[coverage]\nloaded_from = 2026-01-01" + GOOD, "time_zone"),
        ("drop = 3" + GOOD, "list of tables"),
        ("[format]\nskip_rows = -1" + GOOD, "whole number"),
    ],
)
def test_mistakes_in_a_mapping_are_named(mapping: str, said: str) -> None:
    with pytest.raises(BadMapping) as caught:
        parse_mapping(mapping, "shop.toml")
    assert str(caught.value).startswith("shop.toml")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        (rows('ticket_id = "Tiket ID"'), ["Tiket ID", "Did you mean 'Ticket ID'", "export.csv", "ticket_id"]),
        (rows('ticket_id = "{Ticket ID}-{Lijn}"'), ["Lijn", "Ticket ID, Status"]),
        (rows('ticket_id = "Ticket ID"', when='{ column = "state", is = "x" }'), ["when", "state"]),
        ('drop = [{ column = "x", is = "y" }]' + rows('ticket_id = "Ticket ID"'), ["drop 1", "'x'"]),
        ('[columns.statu]\nunit = "hours"' + rows('ticket_id = "Ticket ID"'), ["[columns.statu]"]),
        ('[derive.a]\ntext = "{b}"\n[derive.b]\ntext = "{a}"' + rows('ticket_id = "a"'), ["made of itself"]),
        ('[derive.Status]\ntext = "{Ticket ID}"' + rows('ticket_id = "Status"'), ["choose another"]),
    ],
)
def test_columns_that_a_file_has_not_are_named(tmp_path: Path, mapping: str, said: list[str]) -> None:
    with pytest.raises(BadMapping) as caught:
        mapped(tmp_path, "Ticket ID,Status\n1,x\n", mapping)
    for word in ["export.toml", *said]:
        assert word in str(caught.value)


def test_a_missing_mapping_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a\n1\n")
    with pytest.raises(BadMapping, match=r"none\.toml"):
        take(tmp_path / "t.csv", mapping=str(tmp_path / "none.toml"))


BANK = (
    "vru+line\tcall_id\tcustomer_id\tpriority\ttype\tdate\tvru_entry\tvru_exit\tvru_time\tq_start\tq_exit\tq_time"
    "\toutcome\tser_start\tser_exit\tser_time\tserver\r\n"
    "A1\t1\t77\t2\tPS\t990101\t9:00:00\t9:00:05\t5\t9:00:05\t9:00:45\t40\tAGENT\t9:00:44\t9:02:00\t76\tBO\r\n"
    "A1\t2\t0\t0\tNW\t990131\t23:59:40\t23:59:50\t10\t0:00:00\t0:00:00\t0\tAGENT\t23:59:49\t0:01:00\t71\tNO_SERVER\r\n"
    "A1\t3\t0\t0\tPS\t990102\t9:00:00\t9:00:05\t5\t9:00:05\t9:01:00\t55\tHANG\t0:00:00\t0:00:00\t0\tNO_SERVER\r\n"
    "A1\t4\t0\t0\tPS\t990102\t9:00:00\t9:00:07\t7\t0:00:00\t0:00:00\t0\tHANG\t0:00:00\t0:00:00\t0\tNO_SERVER\r\n"
    "A1\t5\t0\t0\tPS\t990102\t9:00:00\t9:00:07\t7\t9:00:07\t9:00:09\t2\tPHANTOM\t0:00:00\t0:00:00\t0\tNO_SERVER\r\n"
    "A1\t6\t0\t0\tPS\t990102\t9:00:00\t9:00:07\t7\t9:00:07\t9:00:09\t2\tAGENT\t0:00:00\t0:00:00\t0\tBO\r\n"
    "A1\t7\t0\t0\tPS\t990102\t9:00:00\t9:00:07\t7\t9:00:07\t9:00:09\t2\tGONE\t0:00:00\t0:00:00\t0\tBO\r\n"
)


def test_the_example_for_the_bank_call_centre(tmp_path: Path) -> None:
    path = tmp_path / "january.txt"
    path.write_bytes(BANK.encode())
    taken = take(path, mapping=str(EXAMPLES / "bank_call_centre.toml"))
    calls = {row["interaction_id"]: row for row in taken.rows["interactions"]}
    assert {key: row["outcome"] for key, row in calls.items()} == {
        "A1-1": "answered", "A1-2": "answered", "A1-3": "abandoned", "A1-4": "failed", "A1-6": "answered",
    }  # fmt: skip
    assert [(a.row_number, a.value) for a in taken.aside] == [(8, "GONE")]
    assert dict(taken.delivery.dropped) == {"outcome is PHANTOM": 1}
    queued, direct, left, failed = (calls[f"A1-{n}"] for n in (1, 2, 3, 4))
    assert (queued["answered_at"] - queued["queued_at"]).total_seconds() == 40
    assert queued["started_at"] == utc("1999-01-01T07:00:00")
    assert (queued["customer_id"], queued["agent_id"], queued["talk_s"]) == ("77", "BO", 76)
    assert direct["queued_at"] == direct["answered_at"] == utc("1999-01-31T21:59:50")
    assert direct["ended_at"] == utc("1999-01-31T22:01:00")
    assert (direct["customer_id"], direct["agent_id"]) == (None, None)
    assert (left["ended_at"] - left["queued_at"]).total_seconds() == 55 and left["talk_s"] is None
    assert failed["queued_at"] is None and failed["ended_at"] == utc("1999-01-02T07:00:07")
    assert calls["A1-6"]["ended_at"] is None and calls["A1-6"]["talk_s"] is None


def test_the_example_for_simulated_calls(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(
        "call_id,date,daily_caller,call_started,call_answered,call_ended,wait_length,service_length,meets_standard\n"
        "1,2021-01-01,1,12:28:25 PM,12:29:37 PM,12:33:30 PM,72,232,FALSE\n"
    )
    (call,) = take(path, mapping=str(EXAMPLES / "simulated_calls.toml")).rows["interactions"]
    assert call["queued_at"] == utc("2021-01-01T12:28:25")
    assert call["answered_at"] == utc("2021-01-01T12:29:37")
    assert call["ended_at"] == utc("2021-01-01T12:33:29")
    assert call["talk_s"] == 232 and "hold_s" not in call


def test_the_example_for_wide_tickets_with_ratings(tmp_path: Path) -> None:
    path = tmp_path / "tickets.csv"
    path.write_text(
        "Ticket ID,Customer Name,Customer Email,Ticket Type,Ticket Subject,Ticket Description,Ticket Status,"
        "Ticket Priority,Ticket Channel,First Response Time,Time to Resolution,Customer Satisfaction Rating\n"
        '1,Test One,ONE@example.com,Refund request,Late,"Where\nis it?",Closed,High,Social media,'
        "2023-06-01 12:00:00,2023-06-01 11:00:00,4.0\n"
        "2,Test Two,two@example.com,Billing inquiry,Bill,Why?,Pending Customer Response,Low,Email,"
        "2023-06-01 12:00:00,,\n"
        "3,Test Three,three@example.com,Billing inquiry,Bill,Why?,Open,Low,Chat,,,\n"
    )
    taken = take(path, mapping=str(EXAMPLES / "csat_tickets.toml"))
    assert not taken.aside
    assert taken.column("tickets", "channel") == ["social", "email", "chat"]
    assert all("created_at" not in row for row in taken.rows["tickets"])
    states = [(r["ticket_id"], r["value"], r["occurred_at"]) for r in taken.rows["ticket_events"] if r["field"] == "status"]
    assert states == [("1", "closed", utc("2023-06-01T11:00")), ("2", "pending", None), ("3", "open", None)]
    assert taken.column("messages", "ticket_id") == ["1", "2"]
    assert taken.column("survey_answers", "value_num") == [4.0]
    assert taken.column("survey_answers", "answered_at") == [utc("2023-06-01T11:00")]
    assert taken.column("customer_identities", "value")[0] == "one@example.com"
    assert taken.column("texts", "text")[0] == "Late\n\nWhere\nis it?"
    assert "email" not in " ".join(taken.column("customers", "customer_id"))


def test_the_example_for_a_help_desk_log(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    steps = [("7", "6", "2012-05-01 12:00:00"), ("7", "9", "2012-05-01 13:00:00"), ("7", "6", "2012-05-02 12:00:00")]
    early = [("7", "3", "2012-05-01 10:00:00"), ("7", "1", "2012-05-01 10:00:00"), ("7", "8", "2012-05-01 11:00:00")]
    path.write_text("CaseID,ActivityID,CompleteTimestamp\n" + "".join(",".join(s) + "\n" for s in [*steps, *early]))
    taken = take(path, mapping=str(EXAMPLES / "helpdesk_log.toml"))
    assert taken.rows["tickets"] == [{"ticket_id": "7", "created_at": utc("2012-05-01T08:00")}]
    assert taken.column("ticket_events", "value") == ["new", "new", "open", "solved", "open", "solved"]
    assert taken.column("ticket_events", "seq") == [1, 2, 3, 4, 5, 6]
