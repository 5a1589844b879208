"""What django-helpdesk and Request Tracker answer, shaped: the cases that a real one brings seldom."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from servicemeter.ground.errors import BadSettings
from servicemeter.model.rows import KeptAside
from servicemeter.sources.connectors.django_helpdesk import DjangoHelpdesk
from servicemeter.sources.connectors.request_tracker import RequestTracker
from servicemeter.sources.gathering import gather
from servicemeter.sources.source import Page, Shaped

UNTIL = datetime(2026, 3, 5, 12, tzinfo=UTC)


@dataclass
class Book:
    """What the book knows, by (table, column)."""

    held: Mapping[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def values(self, table: str, column: str, ids: Collection[Any]) -> dict[str, Any]:
        wanted = {str(one) for one in ids}
        return {one: value for one, value in self.held.get((table, column), {}).items() if one in wanted}

    def tags(self, ids: Collection[Any]) -> dict[str, set[str]]:
        return {}


def rows(shaped: Shaped, table: str) -> list[dict[str, Any]]:
    """The rows of a table, each of a type that the book takes; nothing kept aside."""
    found = list(shaped)
    assert not [one for one in (*found, *gather(found, "test")) if isinstance(one, KeptAside)]
    return [one[1] for one in found if not isinstance(one, KeptAside) and one[0] == table]


def aside(shaped: Shaped) -> list[KeptAside]:
    return [one for one in shaped if isinstance(one, KeptAside)]


# django-helpdesk


def followup(number: int, at: str, **more: Any) -> dict[str, Any]:
    return {"id": number, "ticket": 1, "user": None, "title": "Ticket Opened Via Web", "comment": "Words", "public": True,
            "new_status": None, "time_spent": None, "date": at, "message_id": None, **more}  # fmt: skip


def helpdesk_ticket(*followups: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": 1, "queue": 3, "title": "Late", "submitter_email": "Buyer@Shop.example", "assigned_to": None, "status": 1,
            "on_hold": False, "priority": 3, "merged_to": None, "followup_set": list(followups), **more}  # fmt: skip


def helpdesk(ticket: dict[str, Any], book: Book | None = None, **options: str) -> Shaped:
    source = DjangoHelpdesk({"address": "https://desk.example", **options})
    return source.shape(Page("tickets", [ticket], {}, more={"until": [{"at": UNTIL}]}), book or Book())


OPENED = followup(1, "2026-03-02T10:00:00.123456+01:00")


def test_a_status_of_its_own_needs_a_word() -> None:
    [kept] = aside(helpdesk(helpdesk_ticket(OPENED, status=6)))
    assert "a word for its status 6" in kept.reason
    done = helpdesk_ticket(OPENED, followup(2, "2026-03-02T11:00:00+01:00", user=7, new_status=6, title="Wait"), status=6)
    [event] = [e for e in rows(helpdesk(done, statuses="6=pending"), "ticket_events") if e["field"] == "status"]
    assert (event["value"], event["occurred_at"]) == ("pending", datetime(2026, 3, 2, 10, tzinfo=UTC))


@pytest.mark.parametrize("given", ["6", "6=waiting", "=pending,x"])
def test_words_for_statuses_that_are_none(given: str) -> None:
    with pytest.raises(BadSettings, match="statuses"):
        DjangoHelpdesk({"address": "https://desk.example", "statuses": given})


def test_a_status_set_without_a_word_is_dated_once() -> None:
    ticket = helpdesk_ticket(OPENED, status=3)
    [event] = [e for e in rows(helpdesk(ticket), "ticket_events") if e["field"] == "status"]
    assert (event["value"], event["occurred_at"]) == ("solved", UNTIL)
    known = Book({("ticket_events", "value"): {event["event_id"]: "solved"}})
    assert [e for e in rows(helpdesk(ticket, known), "ticket_events") if e["field"] == "status"] == []


def test_whose_words_they_are() -> None:
    said = [
        OPENED,
        followup(2, "2026-03-02T10:05:00Z", title="Ticket Escalated"),
        followup(3, "2026-03-02T10:06:00Z", title="Reply", user=7),
        followup(4, "2026-03-02T10:07:00Z", title="E-Mail Received from b", message_id="<1@x>"),
        followup(5, "2026-03-02T10:08:00Z", title="Late and Closed", new_status=4),
    ]
    found = rows(helpdesk(helpdesk_ticket(*said, status=4)), "messages")
    assert [m["author_type"] for m in found] == ["customer", "system", "agent", "customer", "customer"]
    assert [m["is_auto"] for m in found] == [False, True, False, False, True]


def test_the_address_of_a_customer_stands_in_no_id() -> None:
    [ticket] = rows(helpdesk(helpdesk_ticket(OPENED)), "tickets")
    [same] = rows(helpdesk(helpdesk_ticket(OPENED, submitter_email="buyer@shop.example ")), "tickets")
    assert ticket["customer_id"] == same["customer_id"]
    assert "buyer" not in ticket["customer_id"].lower()


def test_what_was_merged_away_keeps_its_creation_and_gives_back_its_words() -> None:
    moved = followup(9, "2026-03-01T08:00:00Z", title="[Merged from #12] Late")
    found = list(helpdesk(helpdesk_ticket(OPENED, moved)))
    assert [m["ticket_id"] for m in rows(iter(found), "messages")] == ["12", "1"]
    assert rows(iter(found), "tickets")[0]["created_at"] == datetime(2026, 3, 2, 9, tzinfo=UTC)
    known = Book({("tickets", "created_at"): {"1": datetime(2026, 2, 1)}})
    [gone] = rows(helpdesk(helpdesk_ticket(status=5, merged_to=2), known), "tickets")
    assert gone["created_at"] == datetime(2026, 2, 1, tzinfo=UTC)


# Request Tracker


def transaction(number: int, kind: str, name: str = "", before: Any = "", after: Any = "", by: int = 27) -> dict[str, Any]:
    return {"id": str(number), "Type": kind, "Field": name, "OldValue": before, "NewValue": after, "TimeTaken": "0",
            "Created": "2026-03-02T09:00:00Z", "ObjectId": "1", "Creator": {"id": by, "type": "user"}}  # fmt: skip


def tracker_ticket(**more: Any) -> dict[str, Any]:
    return {"id": "1", "Subject": "Late", "Status": "open", "Created": "2026-03-02T08:00:00Z", "Queue": {"id": "1"},
            "LastUpdated": "2026-03-02T09:00:00Z", "Owner": {"id": 6}, "Creator": {"id": 29}, "Priority": "0",
            "Requestor": [{"id": 29, "EmailAddress": "b@shop.example"}], **more}  # fmt: skip


def tracker(ticket: dict[str, Any], *items: dict[str, Any], book: Book | None = None, **options: str) -> Shaped:
    source = RequestTracker({"address": "https://rt.example.com", "user": "root", **options})
    page = Page("transactions", list(items), {}, more={"tickets": [ticket], "nobody": [{"id": 6}]})
    staff = {("agents", "kind"): {"14": "human", "27": "human"}}
    return source.shape(page, book or Book(staff))


def test_the_first_change_tells_what_was_at_the_beginning() -> None:
    """Versions of one event: the greatest `source_seq` holds, and that is the earliest change's."""
    changes = [transaction(40, "Set", "Queue", "1", "2"), transaction(50, "Set", "Queue", "2", "3")]
    found = rows(tracker(tracker_ticket(Queue={"id": "3"}), *changes), "ticket_events")
    first = [e for e in found if e["event_id"] == "1/team_id/first"]
    assert {e["occurred_at"] for e in first} == {"2026-03-02T08:00:00Z"}
    assert max(first, key=lambda e: e["source_seq"])["value"] == "1"
    assert [(e["event_id"], e["value"]) for e in found if e["field"] == "team_id" and e["seq"]] == [("40", "2"), ("50", "3")]


def test_an_owner_is_told_twice_and_taken_once() -> None:
    told = [transaction(51, "Set", "Owner", "6", "27"), transaction(52, "SetWatcher", "Owner", "6", "27")]
    found = [e for e in rows(tracker(tracker_ticket(), *told), "ticket_events") if e["field"] == "assignee_id" and e["seq"]]
    assert [(e["event_id"], e["value"], e["actor_type"]) for e in found] == [("51", "27", "agent")]
    back = rows(tracker(tracker_ticket(), transaction(53, "Set", "Owner", "27", "6")), "ticket_events")
    assert [e["value"] for e in back if e["event_id"] == "53"] == [None]


def test_staff_who_ask_are_customers_of_their_own_ticket() -> None:
    ticket = tracker_ticket(Requestor=[{"id": 27, "EmailAddress": "ann@desk.example"}], Creator={"id": 27})
    found = list(tracker(ticket, transaction(40, "Create"), transaction(41, "Correspond", by=14)))
    assert [m["author_type"] for m in rows(iter(found), "messages")] == ["customer", "agent"]
    assert rows(iter(found), "tickets")[0]["initiated_by"] == "customer"
    assert rows(iter(found), "customers")[0]["is_internal"] is True


def test_the_customer_stays_when_others_join() -> None:
    both = tracker_ticket(Requestor=[{"id": 20, "EmailAddress": "a@shop.example"}, {"id": 29, "EmailAddress": "b@shop.example"}])
    known = Book({("tickets", "customer_id"): {"1": "29"}})
    assert rows(tracker(both, transaction(40, "Comment"), book=known), "tickets")[0]["customer_id"] == 29


def test_a_status_without_a_word_is_kept_aside_and_the_rest_goes_on() -> None:
    changes = (transaction(40, "Status", "Status", "open", "waiting"), transaction(41, "Correspond"))
    found = list(tracker(tracker_ticket(Status="waiting"), *changes))
    assert ["status waiting" in kept.reason for kept in aside(iter(found))] == [True, True]
    assert [one[1]["message_id"] for one in found if not isinstance(one, KeptAside) and one[0] == "messages"] == ["41"]
    given = tracker(tracker_ticket(Status="waiting"), *changes, statuses="waiting=on_hold")
    assert [e["value"] for e in rows(given, "ticket_events") if e["event_id"] == "40"] == ["on_hold"]
