"""What becomes of a Zendesk warehouse, table by table, and what it measures: all worked by hand from `zendesk.TABLES`."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from importing import NOW, Taken, take, utc
from zendesk import TABLES, ZENDESK, lay_out

from servicemeter.desk.desk import Desk
from servicemeter.desk.importing import ImportRequest
from servicemeter.sources.recognise import known_warehouses


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Taken:
    return take(lay_out(tmp_path_factory.mktemp("account")), known_as=ZENDESK)


def told(taken: Taken, table: str, *names: str) -> list[tuple[Any, ...]]:
    """Some columns of a table's rows, in order."""
    return _in_order(tuple(row.get(name) for name in names) for row in taken.rows.get(table, []))


def events(taken: Taken, field: str, *names: str) -> list[tuple[Any, ...]]:
    rows = [row for row in taken.rows["ticket_events"] if row["field"] == field]
    return _in_order(tuple(row.get(name) for name in names) for row in rows)


def _in_order(rows: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(rows, key=lambda row: [str(cell) for cell in row])


def test_nothing_is_kept_aside(taken: Taken) -> None:
    assert taken.aside == []
    assert taken.delivery.source == "zendesk" and taken.delivery.tz == "UTC"


def test_people_become_customers_and_agents(taken: Taken) -> None:
    assert told(taken, "customers", "customer_id", "name", "segment", "language", "is_internal") == [
        ("11", "Eva", "Lamp works", "nl", False),
        ("12", None, None, None, False),
    ]
    assert told(taken, "customer_identities", "customer_id", "kind", "value") == [
        ("11", "account", "K-11"),
        ("11", "email", "eva@example.com"),
        ("12", "phone", "+31 20 000 0000"),
    ]
    assert told(taken, "agents", "agent_id", "name", "deleted_at") == [("91", "Ada", None), ("92", "Bo", utc("2026-01-20"))]
    assert told(taken, "teams", "team_id", "name") == [("7", "First line"), ("8", "Second line")]
    assert told(taken, "agent_teams", "agent_id", "team_id", "valid_from") == [("91", "7", utc("2025-01-01"))]


def test_tickets_have_channel_brand_and_who_began_them(taken: Taken) -> None:
    assert told(taken, "tickets", "ticket_id", "channel", "initiated_by", "customer_id", "brand", "follows_ticket_id") == [
        ("1", "email", "customer", "11", "Bright", None),
        ("2", "web", "customer", "11", "Bright", None),
        ("3", "phone", "customer", "12", "Bright", "1"),
        ("4", "api", "agent", "12", None, None),
        ("5", "email", "customer", "12", None, None),
    ]
    assert told(taken, "tickets", "ticket_id", "url", "language")[0] == ("1", "https://shop.zendesk.com/agent/tickets/1", "nl")
    assert told(taken, "ticket_tags", "ticket_id", "tag") == [("1", "lamp"), ("1", "return")]


def test_comments_become_messages_by_who_wrote_them(taken: Taken) -> None:
    assert told(taken, "messages", "message_id", "author_type", "is_public") == [
        ("101", "customer", True),
        ("102", "agent", False),
        ("103", "agent", True),
        ("104", "system", True),
        ("105", "customer", True),
        ("106", "customer", True),
        ("108", "agent", True),
    ]
    assert "Comments left out because they were deleted: 1." in taken.delivery.remarks
    assert ("message", "107") not in told(taken, "texts", "of", "id")
    assert ("ticket", "1", "Broken lamp") in told(taken, "texts", "of", "id", "text")


def test_a_member_of_staff_who_asks_is_a_customer(tmp_path: Path) -> None:
    ticket = "id,created_at,requester_id,submitter_id,via_channel\n1,2026-01-12 08:00:00,91,91,web\n"
    comments = "id,ticket_id,created,user_id,public\n1,1,2026-01-12 08:00:00,91,true\n2,1,2026-01-12 09:00:00,92,true\n"
    taken = take(lay_out(tmp_path, ticket=ticket, ticket_comment=comments), known_as=ZENDESK)
    assert told(taken, "messages", "author_id", "author_type") == [("91", "customer"), ("92", "agent")]
    assert told(taken, "tickets", "initiated_by") == [("customer",)]
    assert ("91", True) in told(taken, "customers", "customer_id", "is_internal")


def test_the_history_becomes_events(taken: Taken) -> None:
    of_one = [row[1:] for row in events(taken, "status", "ticket_id", "occurred_at", "value", "actor_type") if row[0] == "1"]
    assert of_one == [
        (utc("2026-01-12T08:00"), "new", "customer"),
        (utc("2026-01-12T09:30"), "pending", "agent"),
        (utc("2026-01-12T11:00"), "on_hold", "agent"),
        (utc("2026-01-12T12:00"), "solved", "agent"),
        (utc("2026-01-16T10:00"), "closed", "system"),
    ]
    assert ("1", utc("2026-01-12T09:30"), "7") in events(taken, "team_id", "ticket_id", "occurred_at", "value")


def test_one_update_is_one_id_of_message_and_changes(taken: Taken) -> None:
    (message,) = [row for row in taken.rows["messages"] if row["message_id"] == "103"]
    same = [row["field"] for row in taken.rows["ticket_events"] if row.get("update_id") == message["update_id"]]
    assert sorted(same) == ["assignee_id", "status", "team_id"]


def test_what_the_history_does_not_know_holds_since_nobody_knows_when(taken: Taken) -> None:
    rows = taken.rows["ticket_events"]
    unknown = [row for row in rows if row["occurred_at"] is None and row["field"] not in ("calendar_id", "is_deleted")]
    assert sorted((row["ticket_id"], row["field"], row["value"]) for row in unknown) == [
        ("2", "priority", "normal"),
        ("3", "assignee_id", "91"),
        ("3", "priority", "high"),
        ("3", "team_id", "7"),
        ("4", "assignee_id", "91"),
        ("4", "status", "open"),
    ]


def test_deleted_and_taken_back(taken: Taken) -> None:
    assert [row for row in events(taken, "is_deleted", "ticket_id", "occurred_at", "value") if row[0] == "3"] == [
        ("3", utc("2026-01-12T14:00"), "true"),
        ("3", utc("2026-01-12T15:00"), "false"),
    ]
    deleted = {row[0] for row in events(taken, "is_deleted", "ticket_id", "value") if row[1] == "true"}
    assert deleted == {"3", "5"}


def test_a_merge_is_dated_by_the_closing_it_brought(taken: Taken) -> None:
    assert events(taken, "merged_into", "ticket_id", "value", "occurred_at") == [("2", "3", utc("2026-01-12T09:30"))]


def test_the_first_schedule_holds_from_the_beginning_and_the_oldest_is_the_default(taken: Taken) -> None:
    assert events(taken, "calendar_id", "ticket_id", "value", "occurred_at") == [
        ("1", "30", None),
        ("2", "30", None),
        ("3", "30", utc("2026-01-12T16:00")),
        ("3", "31", None),
        ("4", "30", None),
        ("5", "30", None),
    ]


def test_schedules_become_calendars(taken: Taken) -> None:
    assert told(taken, "business_calendars", "calendar_id", "tz", "name") == [
        ("30", "Europe/Amsterdam", "Office"),
        ("31", "Europe/Bucharest", "Nights"),
    ]
    # 1320-1500 is Sunday 22:00 to Monday 01:00, so two rows; 9960-10080 is Saturday 22:00-24:00.
    assert told(taken, "calendar_weekly_hours", "calendar_id", "iso_weekday", "open", "close") == [
        *(("30", day, "09:00", "17:00") for day in range(1, 6)),
        ("31", 1, "00:00", "01:00"),
        ("31", 6, "22:00", "24:00"),
        ("31", 7, "00:00", "06:00"),
        ("31", 7, "22:00", "24:00"),
    ]
    assert told(taken, "calendar_exceptions", "calendar_id", "local_date") == [
        ("30", date(2026, 1, 13)),
        ("30", date(2026, 1, 14)),
    ]


def test_a_schedule_that_is_struck_out_altogether_keeps_its_hours(tmp_path: Path) -> None:
    schedule = "id,time_zone,start_time,end_time,_fivetran_deleted\n32,Bucharest,1980,2460,true\n"
    taken = take(lay_out(tmp_path, schedule=schedule), known_as=ZENDESK)
    assert told(taken, "business_calendars", "calendar_id", "tz") == [("32", "Europe/Bucharest")]


def test_every_zone_name_that_is_translated_exists() -> None:
    with (known_warehouses(None)[ZENDESK] / "time_zones.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len({row["name"] for row in rows}) == len(rows) > 100
    assert all(ZoneInfo(row["tz"]).key == row["tz"] for row in rows)


def test_satisfaction_becomes_a_survey(taken: Taken) -> None:
    assert told(taken, "survey_invitations", "invitation_id", "ticket_id", "sent_at", "scale") == [
        ("csat/1", "1", utc("2026-01-13T12:00"), "csat_2"),
        ("csat/3", "3", None, "csat_2"),
    ]
    # Ticket 1 by its history (bad, then good); ticket 3, which has none, by its rating.
    assert told(taken, "survey_answers", "invitation_id", "answered_at", "value_num", "value_text") == [
        ("csat/1", utc("2026-01-13T13:00"), 1.0, "Too slow"),
        ("csat/1", utc("2026-01-14T13:00"), 2.0, None),
        ("csat/3", utc("2026-01-15T11:30"), 2.0, "Thanks"),
    ]


def test_the_policy_of_all_tickets_becomes_promises(taken: Taken) -> None:
    columns = ("policy_id", "metric", "priority", "target_s", "clock", "pause_states", "rank")
    assert told(taken, "sla_policies", *columns) == [
        ("70", "first_response", "normal", 3600, "business", None, 1),
        ("70", "resolution", "normal", 14400, "calendar", "pending+on_hold", 1),
    ]
    left_out = "SLA targets of periodic_update_time are left out: servicemeter measures no such promise."
    assert left_out in taken.delivery.remarks


@pytest.mark.parametrize(
    "applied",
    [
        "1,70,2026-01-12 08:00:00\n2,71,2026-01-12 09:00:00\n",  # two policies
        "1,70,2026-01-12 08:00:00\n",  # tickets 2 to 5 have none
    ],
)
def test_promises_that_are_not_for_all_tickets_are_left_out_and_said(tmp_path: Path, applied: str) -> None:
    text = "ticket_id,sla_policy_id,policy_applied_at\n" + applied
    taken = take(lay_out(tmp_path, ticket_sla_policy=text), known_as=ZENDESK)
    assert "sla_policies" not in taken.rows
    assert any(remark.startswith("SLA policies are left out") for remark in taken.delivery.remarks)


def test_what_it_measures(tmp_path: Path) -> None:
    """Ticket 1, by hand. Amsterdam is UTC+1: asked 09:00, answered 10:30, solved 13:00, all within opening hours.

    First reply 90 min = 5400 s. Resolution 4 h = 14400 s; of it pending 10:30-12:00 (5400 s), on hold 12:00-13:00 (3600 s);
    the customer waited the rest, 9000 s. One public reply by a person (the note and the system's message are none).
    Tickets 2 and 3 are one, begun by 2 at 09:00 UTC and solved on the 15th at 10:00 UTC: 73 h = 262800 s. Ticket 5 is deleted.
    """
    with Desk(None) as desk:
        desk.import_files(ImportRequest(str(lay_out(tmp_path)), known_as=ZENDESK), now=NOW)
        rows = desk.on_engine(lambda engine: engine.rows(_FACTS))
        tickets = desk.on_engine(lambda engine: engine.rows("select ticket_id from facts.tickets order by ticket_id"))
    assert tickets == [("1",), ("3",), ("4",)]
    assert rows == [("1", 5400, 5400, 14400, 14400, 5400, 3600, 9000, 1), ("3", None, None, 262800, 7200, 0, 0, 262800, 0)]


# Ticket 3 ran under the nights (closed that Monday) until 16:00 UTC, then under the office hours: Monday from 17:00 local is
# closed, Tuesday and Wednesday are holidays, Thursday 09:00-11:00 local is 7200 s. Ticket 2's own schedule does not matter.
_FACTS = """
    select t.ticket_id, t.first_response_at - t.first_contact_at, t.wait_open_seconds, s.solve_seconds, s.solve_open_seconds,
           s.pending_seconds, s.on_hold_seconds, s.solve_seconds - s.pending_seconds - s.solved_seconds, s.agent_replies
    from facts.tickets as t join facts.solves as s on s.ticket_no = t.ticket_no order by t.ticket_id
"""


def test_a_history_that_comes_later_takes_the_place_of_what_was_said_without_it(tmp_path: Path) -> None:
    """Ticket 6 was solved when the tickets were copied, and its history came with the next sync: it was solved once."""
    ticket = TABLES["ticket"] + "6,2026-01-12 08:00:00,2026-01-12 09:00:00,solved,,91,,11,11,,email,,,,,,false\n"
    history = (
        TABLES["ticket_field_history"]
        + "6,status,2026-01-12 08:00:00,11,new\n6,assignee_id,2026-01-12 08:30:00,91,91\n6,status,2026-01-12 09:00:00,91,solved\n"
    )
    with Desk(None) as desk:
        for text in (TABLES["ticket_field_history"], history):
            place = lay_out(tmp_path, ticket=ticket, ticket_field_history=text)
            desk.import_files(ImportRequest(str(place), known_as=ZENDESK), now=NOW)
        rows = desk.on_engine(lambda engine: engine.rows(_EVENTS))
        solves = desk.on_engine(lambda engine: engine.rows(_SOLVES))
    assert rows == [
        ("assignee_id", "91", utc("2026-01-12T08:30")),
        ("calendar_id", "30", None),
        ("is_deleted", "false", None),
        ("status", "new", utc("2026-01-12T08:00")),
        ("status", "solved", utc("2026-01-12T09:00")),
    ]
    assert solves == [(3600, None)]


_EVENTS = "select field, value, occurred_at from ticket_events where ticket_id = '6' order by field, occurred_at"
_SOLVES = """
    select solve_seconds, reopened_at from facts.solves as s join facts.tickets as t on t.ticket_no = s.ticket_no
    where t.ticket_id = '6'
"""


def test_only_four_tables_are_needed(tmp_path: Path) -> None:
    needed = {"ticket", "ticket_comment", "ticket_field_history", "user"}
    taken = take(lay_out(tmp_path, *(set(TABLES) - needed)), known_as=ZENDESK)
    assert len(taken.rows["tickets"]) == 5
    assert not {"business_calendars", "sla_policies", "teams"} & set(taken.rows)
