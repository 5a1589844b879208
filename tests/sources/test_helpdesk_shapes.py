"""Payloads of help desks, written by hand in the shapes that the vendors document, and the rows that they become."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from servicemeter.model.rows import KeptAside
from servicemeter.sources.connectors.chatwoot import conversations as chatwoot
from servicemeter.sources.connectors.freshdesk import activities, configuration, tickets
from servicemeter.sources.connectors.freshdesk.states import Statuses
from servicemeter.sources.connectors.gorgias import tickets as gorgias
from servicemeter.sources.connectors.intercom import conversations as intercom
from servicemeter.sources.connectors.zammad import configuration as levels
from servicemeter.sources.connectors.zammad import tickets as zammad
from servicemeter.sources.gathering import gather
from servicemeter.sources.hours import clock, remember_hours, said
from servicemeter.sources.source import Page

UNTIL = datetime(2026, 3, 20, 12, tzinfo=UTC)


class Book:
    """What the book knows: agents by id, and what else a test says."""

    def __init__(self, *agents: str, tags: Mapping[str, set[str]] | None = None, **values: Any) -> None:
        self._agents, self._tags, self._values = dict.fromkeys(agents, "human"), dict(tags or {}), values

    def values(self, table: str, column: str, ids: Collection[Any]) -> dict[str, Any]:
        there = self._agents if table == "agents" else self._values.get(table, {})
        return {str(one): there[str(one)] for one in ids if str(one) in there}

    def tags(self, ids: Collection[Any]) -> dict[str, set[str]]:
        return self._tags


def rows(shaped: Any, table: str, *columns: str, **where: Any) -> list[Any]:
    """Cells of the rows of a table; every row has to be one that the book takes."""
    given = list(shaped)
    assert not [row for row in [*given, *gather(given, "test")] if isinstance(row, KeptAside)]
    found = [row for name, row in given if name == table and all(row.get(k) == v for k, v in where.items())]
    return [tuple(row.get(c) for c in columns) if len(columns) > 1 else row.get(columns[0]) for row in found]


def freshdesk_ticket(**more: Any) -> dict[str, Any]:
    return {
        "id": 21, "created_at": "2026-03-02T09:00:00Z", "updated_at": "2026-03-04T10:00:00Z", "source": 1, "status": 5,
        "priority": 4, "requester_id": 900, "responder_id": 11, "group_id": 3, "type": "Refund", "subject": "Lamp",
        "description_text": "It flickers", "tags": ["lamp"], "requester": {"id": 900, "name": "Eva", "email": "eva@example.com"},
        "stats": {"resolved_at": "2026-03-03T10:00:00Z", "closed_at": "2026-03-04T10:00:00Z",
                  "reopened_at": "2026-03-02T15:00:00Z", "status_updated_at": "2026-03-04T10:00:00Z", "pending_since": None},
        "conversations": [
            {"id": 1, "user_id": 11, "incoming": False, "private": False, "source": 0, "created_at": "2026-03-02T10:00:00Z"},
            {"id": 2, "user_id": 11, "incoming": False, "private": True, "source": 2, "created_at": "2026-03-02T10:05:00Z"},
            {"id": 3, "user_id": 900, "incoming": True, "private": False, "source": 0, "created_at": "2026-03-02T11:00:00Z"},
            {"id": 4, "user_id": 11, "incoming": False, "private": False, "source": 8, "created_at": "2026-03-02T12:00:00Z"},
        ],
        **more,
    }  # fmt: skip


def test_freshdesk_tickets_tell_what_they_remember() -> None:
    page = Page("tickets", [freshdesk_ticket()], {}, more={"whole": [{"from": None}]})
    known = Book("11", tags={"21": {"lamp", "old"}})

    def shaped() -> Any:
        return tickets.shape_tickets(page, known)

    assert rows(shaped(), "ticket_events", "occurred_at", "value", field="status") == [
        ("2026-03-02T09:00:00Z", "open"),
        ("2026-03-02T15:00:00Z", "open"),
        ("2026-03-03T10:00:00Z", "solved"),
        ("2026-03-04T10:00:00Z", "closed"),
    ]
    assert rows(shaped(), "messages", "author_type", "is_public") == [
        ("customer", True), ("agent", True), ("agent", False), ("customer", True), ("agent", False)
    ]  # fmt: skip
    assert rows(shaped(), "ticket_events", "value", "occurred_at", field="assignee_id") == [("11", None)]
    assert rows(shaped(), "ticket_events", "value", field="priority") == ["urgent"]
    assert rows(shaped(), "ticket_events", "value", field="reason") == ["Refund"]
    assert rows(shaped(), "ticket_tags", "tag", "removed_at") == [("lamp", None), ("old", "2026-03-04T10:00:00Z")]
    assert rows(shaped(), "customer_identities", "value") == ["eva@example.com"]


def test_freshdesk_history_takes_the_place_of_the_snapshot() -> None:
    """From a ticket's creation on the activities say whose it was; before them what was seen first."""
    page = Page("tickets", [freshdesk_ticket()], {}, more={"whole": [{"from": datetime(2026, 3, 1, tzinfo=UTC)}]})
    assert rows(tickets.shape_tickets(page, Book("11")), "ticket_events", "value", field="assignee_id") == []
    page = Page("tickets", [freshdesk_ticket()], {}, more={"whole": [{"from": datetime(2026, 3, 3, tzinfo=UTC)}]})
    assert rows(tickets.shape_tickets(page, Book("11")), "ticket_events", "value", field="assignee_id") == ["11"]
    seen = Book("11", ticket_events={"21/assignee_id": "12"})
    assert rows(tickets.shape_tickets(page, seen), "ticket_events", "value", field="assignee_id") == []


def test_freshdesk_activities_and_snapshots_are_one_row() -> None:
    done = {"ticket_id": 21, "performer_type": "user", "performer_id": 11, "performed_at": "03-03-2026 10:00:00 +0000",
            "activity": {"status": "Resolved", "agent_id": 12, "group": "Returns"}}  # fmt: skip
    more: dict[str, Any] = {
        "groups": [{"id": 7, "name": "Returns"}],
        "statuses": [{"choices": {"4": ["Resolved", "Solved"]}, "own": {}}],
    }
    page = Page("ticket_activities", [done], {}, more=more)
    found = rows(activities.shape_activities(page, Book("11")), "ticket_events", "field", "value", "actor_type")
    assert found == [("status", "solved", "agent"), ("assignee_id", "12", "agent"), ("team_id", "7", "agent")]
    [one] = rows(activities.shape_activities(page, Book("11")), "ticket_events", "event_id", field="status")
    whole = Page("tickets", [freshdesk_ticket()], {}, more={"whole": [{"from": None}]})
    assert one in rows(tickets.shape_tickets(whole, Book("11")), "ticket_events", "event_id", field="status")


def test_own_statuses_are_said_or_open() -> None:
    given = [{"choices": {"8": ["With the maker", "Being repaired"]}, "own": {"8": "on_hold"}}]
    words = Statuses(given)
    assert [words.word(one) for one in (2, 3, 4, 5, 6, 7, 8, 9, "With the maker", "Unheard")] == [
        "open", "pending", "solved", "closed", "pending", "on_hold", "on_hold", "open", "on_hold", "open"
    ]  # fmt: skip


def test_a_ticket_of_another_shape_is_kept_aside_alone() -> None:
    page = Page("tickets", [{"id": 9}, freshdesk_ticket()], {}, more={"whole": [{"from": None}]})
    shaped = list(tickets.shape_tickets(page, Book("11")))
    [aside] = [row for row in shaped if isinstance(row, KeptAside)]
    assert (aside.value, aside.table) == ("9", "tickets")
    assert len([row for row in shaped if not isinstance(row, KeptAside) and row[0] == "tickets"]) == 1


def test_promises_that_are_gone_end_with_all_that_they_said() -> None:
    target = {"respond_within": 3600, "resolve_within": 86400, "business_hours": True}
    raw = {"id": 5, "position": 1, "active": True, "sla_target": {"priority_4": target}, "applicable_to": {"sources": [7]}}
    standing = [row for _, row in configuration.standing([raw], [])]
    assert [(r["metric"], r["priority"], r["target_s"], r["channel"], r["clock"]) for r in standing] == [
        ("first_response", "urgent", 3600, "chat", "business"), ("resolution", "urgent", 86400, "chat", "business")
    ]  # fmt: skip
    page = Page("sla_policies", [], {}, more=said({"promises": standing}, UNTIL))
    ended = rows(configuration.shape_policies(page), "sla_policies", "metric", "channel", "valid_to")
    assert ended == [("first_response", "chat", UNTIL), ("resolution", "chat", UNTIL)]
    page = Page("sla_policies", [{**raw, "applicable_to": {"company_ids": [1]}}], {}, more=said({}, UNTIL))
    assert [type(row) for row in configuration.shape_policies(page)] == [KeptAside]


def test_hours_that_changed_hold_from_this_sync_on() -> None:
    day = {"start_time": "8:30 am", "end_time": "11:59 pm"}
    raw = {"id": 9, "name": "Office", "time_zone": "Amsterdam", "business_hours": {"sunday": day}}
    before = remember_hours(configuration.readable([{**raw, "business_hours": {"monday": day}}]))
    for known, since in ((before, UNTIL.date()), (remember_hours(configuration.readable([raw])), None), ({}, None)):
        page = Page("business_hours", [raw], {}, more=said(known, UNTIL))
        found = rows(configuration.shape_hours(page), "calendar_weekly_hours", "valid_from", "iso_weekday", "open", "close")
        assert found == [(since, 7, "08:30", "24:00")]
    assert [clock(text) for text in ("12:00 am", "12:30 pm", "9:05", "17:00:00")] == ["00:00", "12:30", "09:05", "17:00"]


def test_gorgias_snoozes_are_no_solves() -> None:
    def event(number: int, kind: str, at: str, **data: Any) -> dict[str, Any]:
        return {"id": number, "object_type": "Ticket", "object_id": 5, "type": kind, "user_id": 11, "data": data,
                "created_datetime": at}  # fmt: skip

    page = Page("events", [
        event(1, "ticket-closed", "2026-03-02T10:00:00.900000"),
        event(2, "ticket-snoozed", "2026-03-02T10:00:01.100000"),
        event(3, "ticket-self-unsnoozed", "2026-03-03T10:00:00"),
        event(4, "ticket-closed", "2026-03-03T12:00:00"),
        event(5, "ticket-assigned", "2026-03-02T09:00:00", assignee_user_id=11),
        event(6, "ticket-unassigned", "2026-03-02T09:30:00"),
        event(7, "ticket-tags-added", "2026-03-02T09:30:00", tags_added=[1]),
        {"id": 8, "object_type": "User", "object_id": 11, "type": "user-logged-in", "created_datetime": "2026-03-02T09:00:00"},
    ], {})  # fmt: skip
    assert rows(gorgias.shape_events(page, Book("11")), "ticket_events", "occurred_at", "value", field="status") == [
        ("2026-03-02T10:00:01Z", "pending"), ("2026-03-03T10:00:00Z", "open"), ("2026-03-03T12:00:00Z", "solved")
    ]  # fmt: skip
    assert rows(gorgias.shape_events(page, Book("11")), "ticket_events", "value", field="assignee_id") == ["11", None]


def test_gorgias_rules_write_nothing_of_their_own() -> None:
    base = {"ticket_id": 5, "public": True, "from_agent": True, "sender": {"id": 11}, "created_datetime": "2026-03-02T09:00:00",
            "body_text": "Words", "macros": [{"id": 51}]}  # fmt: skip
    said_on = [
        {**base, "id": 1}, {**base, "id": 2, "rule_id": 3},
        {**base, "id": 3, "source": {"type": "internal-note"}, "public": False},
        {**base, "id": 4, "from_agent": False, "sender": {"id": 900}, "macros": None},
        {**base, "id": 5, "failed_datetime": "2026-03-02"},
    ]  # fmt: skip
    shaped = rows(gorgias.shape_messages(Page("messages", said_on, {}), Book("11")), "messages", "message_id", "author_type",
                  "is_public", "is_auto", "macro_id")  # fmt: skip
    assert shaped == [(1, "agent", True, False, 51), (2, "system", True, True, None), (3, "agent", False, False, 51),
                      (4, "customer", True, False, None)]  # fmt: skip


def test_chatwoot_tells_bots_templates_and_people_apart() -> None:
    def message(number: int, kind: Any, sender: Any, **more: Any) -> dict[str, Any]:
        return {"id": number, "message_type": kind, "created_at": 1772960000 + number, "sender": sender, "content": "x", **more}

    raw = {
        "id": 7, "created_at": 1772960000, "last_activity_at": 1772960009, "status": "snoozed", "inbox_id": 8, "labels": [],
        "priority": "medium", "meta": {"sender": {"id": 900, "name": "Eva", "phone_number": "+31200000000"},
                                       "channel": "Channel::WebWidget", "assignee": {"id": 11}, "team": None},
        "messages": [
            message(1, 1, {"id": 11, "type": "user"}), message(2, 0, {"id": 900, "type": "contact"}),
            message(3, 3, None), message(4, "outgoing", {"id": 4, "type": "agent_bot"}), message(5, 2, None),
            message(6, 1, {"id": 11, "type": "user"}, private=True), message(7, 3, None, content_type="input_csat"),
            message(8, 1, {"id": 11, "type": "user"}, content_attributes={"automation_rule_id": 2}),
        ],
    }  # fmt: skip
    page = Page("conversations", [raw], {}, more={"inboxes": [{"id": 8, "working_hours_enabled": True}]})

    def shaped() -> Any:
        return chatwoot.shape_conversations(page, Book())

    assert rows(shaped(), "messages", "message_id", "author_type", "author_id", "is_public") == [
        (1, "agent", 11, True), (2, "customer", 900, True), (3, "system", None, True), (4, "bot", "bot/4", True),
        (6, "agent", 11, False), (7, "system", None, True), (8, "system", 11, True),
    ]  # fmt: skip
    assert rows(shaped(), "tickets", "initiated_by", "channel") == [("agent", "chat")]
    assert rows(shaped(), "ticket_events", "field", "value", "occurred_at")[:2] == [
        ("status", "pending", None), ("assignee_id", "11", None)
    ]  # fmt: skip
    assert rows(shaped(), "survey_invitations", "invitation_id", "sent_at") == [(7, "2026-03-08T08:53:27Z")]


def intercom_conversation(parts: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {
        "id": "503", "created_at": 1772960000, "updated_at": 1772970000, "state": "closed", "priority": "priority",
        "source": {"type": "conversation", "delivered_as": "customer_initiated", "body": "Hello",
                   "author": {"type": "lead", "id": "c1"}},
        "contacts": {"contacts": [{"id": "c1"}]}, "tags": {"tags": []},
        "conversation_parts": {"conversation_parts": parts, "total_count": len(parts)}, **more,
    }  # fmt: skip


def test_intercom_parts_tell_states_and_holders() -> None:
    def part(number: int, kind: str, author: str = "admin", **more: Any) -> dict[str, Any]:
        return {"id": str(number), "part_type": kind, "created_at": 1772960000 + number * 60,
                "author": {"type": author, "id": "11" if author == "admin" else "c1"}, **more}  # fmt: skip

    parts = [
        part(9, "comment", body="Late", state="open"), part(10, "comment", "bot", body="Fin"),
        part(11, "assignment", assigned_to={"type": "team", "id": "5"}),
        part(12, "assignment", assigned_to={"type": "admin", "id": "11"}, body="Yours"),
        part(13, "note", body="Psst"), part(14, "snoozed", state="snoozed"),
        part(15, "comment", "user", body="And?", state="open"), part(16, "close", state="closed"),
        part(17, "open", "user", body="Still", state="open"), part(18, "custom_action_started", state="open"),
    ]  # fmt: skip
    page = Page("conversations", [intercom_conversation(list(reversed(parts)))], {})

    def shaped() -> Any:
        return intercom.shape_conversations(page, Book())

    assert rows(shaped(), "ticket_events", "value", "actor_type", field="status") == [
        ("open", None), ("pending", "agent"), ("open", "customer"), ("solved", "agent"), ("open", "customer"), ("solved", None)
    ]  # fmt: skip
    assert rows(shaped(), "ticket_events", "field", "value", actor_id="11")[:3] == [
        ("team_id", "5"), ("assignee_id", "11"), ("status", "pending")
    ]  # fmt: skip
    assert rows(shaped(), "messages", "message_id", "author_type", "is_public") == [
        ("503/source", "customer", True), ("9", "agent", True), ("10", "bot", True), ("12", "agent", True),
        ("13", "agent", False), ("15", "customer", True), ("17", "customer", True),
    ]  # fmt: skip
    assert rows(shaped(), "tickets", "channel", "initiated_by") == [("messaging", "customer")]


def test_zammad_first_values_are_what_the_first_change_was_from() -> None:
    def entry(number: int, attribute: str, before: Any, after: Any, **more: Any) -> dict[str, Any]:
        return {"id": number, "object": "Ticket", "o_id": 4, "type": "updated", "attribute": attribute, "value_from": before,
                "value_to": after, "created_at": f"2026-03-02T1{number}:00:00.500Z", "created_by_id": 11, **more}  # fmt: skip

    raw = {
        "id": 4, "title": "Lamp", "state": "closed", "priority": "3 high", "owner_id": 11, "group_id": 2, "customer_id": 900,
        "created_by_id": 900, "create_article_type": "web", "create_article_sender": "Customer",
        "created_at": "2026-03-02T09:00:00.100Z", "updated_at": "2026-03-02T13:00:00.500Z",
        "articles": [
            {"id": 1, "ticket_id": 4, "sender": "Customer", "internal": False, "created_by_id": 900,
             "created_at": "2026-03-02T09:00:00Z"},
            {"id": 2, "ticket_id": 4, "sender": "System", "internal": False, "created_by_id": 1,
             "created_at": "2026-03-02T09:00:05Z"},
            {"id": 3, "ticket_id": 4, "sender": "Customer", "internal": False, "created_by_id": 900,
             "preferences": {"is-auto-response": True}, "created_at": "2026-03-02T09:10:00Z"},
        ],
        "history": [
            entry(0, "state", "new", "on the bench"), entry(1, "owner", "-", "Ada", id_from=1, id_to=11),
            entry(2, "tag", None, "lamp", type="added"), entry(3, "tag", None, "lamp", type="removed"),
            entry(3, "state", "on the bench", "closed", id=9),
            {"id": 12, "object": "Ticket", "o_id": 4, "type": "merged_into", "id_to": 8, "created_at": "2026-03-02T13:00:00Z"},
        ],
    }  # fmt: skip
    page = Page("tickets", [raw], {}, more={"states": [{"name": "on the bench", "state_type": "pending reminder"}]})

    def shaped() -> Any:
        return zammad.shape_tickets(page, Book("11"))

    assert rows(shaped(), "ticket_events", "occurred_at", "value", "actor_type", field="status") == [
        ("2026-03-02T09:00:00Z", "new", "customer"), ("2026-03-02T10:00:00Z", "pending", "agent"),
        ("2026-03-02T13:00:00Z", "solved", "agent"),
    ]  # fmt: skip
    assert rows(shaped(), "ticket_events", "value", field="assignee_id") == ["11"]
    assert rows(shaped(), "ticket_events", "value", field="team_id") == ["2"]
    assert rows(shaped(), "ticket_events", "value", field="merged_into") == ["8"]
    assert rows(shaped(), "messages", "author_type", "is_auto") == [("customer", False), ("system", True), ("customer", True)]
    assert rows(shaped(), "ticket_tags", "tag", "added_at", "removed_at") == [
        ("lamp", "2026-03-02T12:00:00Z", "2026-03-02T13:00:00Z")
    ]  # fmt: skip


@pytest.mark.parametrize(("condition", "kept"), [({}, 1), ({"ticket.group_id": {"operator": "is", "value": [1]}}, 0)])
def test_zammad_levels_with_conditions_are_not_half_taken(condition: dict[str, Any], kept: int) -> None:
    raw = {"id": 4, "condition": condition, "calendar_id": 1, "first_response_time": 60}
    page = Page("slas", [raw], {}, more=said({}, UNTIL))
    found = [row for row in levels.shape_policies(page) if not isinstance(row, KeptAside)]
    assert [row["target_s"] for _, row in found] == [3600] * kept
