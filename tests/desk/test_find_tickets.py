"""Tickets found by any mix of fields: seven tickets worked by hand (`small_desk`)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from servicemeter.desk.desk import Desk
from servicemeter.desk.methods.find_tickets import find_tickets
from servicemeter.desk.methods.ticket_choices import ticket_choices
from servicemeter.ground.errors import BadQuestion, UnknownName
from servicemeter.model.question import Filter, Scope
from servicemeter.model.ticket import TicketWish


def found(
    desk: Desk, *where: tuple[str, str], scope: Scope | None = None, as_of: datetime | None = None, **more: Any
) -> list[str]:
    """The ids that fit, in order of their id; each condition is a dimension with one value."""
    wish = TicketWish(tuple(Filter(name, (value,)) for name, value in where), **{"sort": "id", **more})
    answer = find_tickets(desk, wish=wish, scope=scope, as_of=as_of)
    assert answer.total == len(answer.rows)
    return [row["ticket_id"] for row in answer.rows]


@pytest.mark.parametrize(
    ("dimension", "value", "ids"),
    [
        ("status", "unresolved", ["a-1", "b-2", "d-4", "g-7"]),
        ("status", "new", ["b-2"]),
        ("status", "open", ["a-1", "d-4", "g-7"]),
        ("status", "pending", []),
        ("status", "solved", ["c-3"]),
        ("waits", "first_answer", ["b-2"]),
        ("waits", "answer", ["a-1", "b-2"]),
        ("sla", "at_risk", ["b-2"]),  # 4 h of 4 h are gone at closing time, and that is not yet passed
        ("sla", "overdue", ["a-1", "g-7"]),  # d-4 was begun by us
        ("sla", "running", ["b-2"]),
        ("sla", "paused", []),
        ("sla", "breached", ["a-1", "g-7"]),
        ("sla", "met", ["c-3"]),
        ("age", "lt_1d", ["b-2"]),
        ("age", "1d_3d", ["a-1"]),  # 2 d 1 h
        ("age", "3d_7d", ["d-4"]),
        ("age", "14d_30d", ["g-7"]),  # 14 d 7 h
        ("agent", "kim", ["a-1", "c-3", "d-4"]),
        ("agent", "(unassigned)", ["b-2"]),
        ("team", "desk", ["a-1"]),
        ("team", "(unknown)", ["c-3", "d-4", "g-7"]),
        ("priority", "high", ["b-2"]),
        ("reason", "invoice", ["c-3"]),
        ("brand", "(unknown)", ["b-2", "c-3", "d-4", "g-7"]),
        ("channel", "email", ["a-1", "c-3", "d-4"]),
        ("customer_segment", "vip", ["a-1", "c-3"]),
        ("customer_segment", "(unknown)", ["b-2", "d-4", "g-7"]),
        ("customer", "files:c1", ["a-1", "c-3"]),
        ("source", "others", []),
    ],
)
def test_each_condition_finds_its_tickets(small: Desk, dimension: str, value: str, ids: list[str]) -> None:
    assert found(small, (dimension, value)) == ids


@pytest.mark.parametrize(
    ("dimension", "value"),
    [("waits", "first_answer"), ("sla", "overdue"), ("age", "lt_1d"), ("agent", "(unassigned)"), ("customer", "files:c1")],
)
def test_a_condition_turned_round_finds_all_others(small: Desk, dimension: str, value: str) -> None:
    wish = TicketWish((Filter(dimension, (value,), negated=True),), sort="id")
    others = [row["ticket_id"] for row in find_tickets(small, wish=wish).rows]
    assert sorted([*found(small, (dimension, value)), *others]) == ["a-1", "b-2", "c-3", "d-4", "g-7"]


def test_conditions_hold_together(small: Desk) -> None:
    assert found(small, ("status", "unresolved"), ("channel", "email"), ("agent", "kim")) == ["a-1", "d-4"]
    assert found(small, ("status", "unresolved"), ("channel", "email"), ("sla", "overdue")) == ["a-1"]
    wish = TicketWish((Filter("channel", ("chat", "phone")), Filter("status", ("new", "open"))), sort="id")
    assert [row["ticket_id"] for row in find_tickets(small, wish=wish).rows] == ["b-2", "g-7"]


def test_days_are_local_and_the_last_is_not_in_them(small: Desk) -> None:
    assert found(small, created_since=date(2026, 3, 2), created_until=date(2026, 3, 4)) == ["c-3", "d-4"]
    assert found(small, solved_since=date(2026, 3, 2), solved_until=date(2026, 3, 3)) == ["c-3"]
    assert found(small, solved_since=date(2026, 3, 3)) == []


def test_numbers_are_found_by_their_beginning_and_merged_ones_lead_on(small: Desk) -> None:
    assert found(small, name="A-") == ["a-1"]
    assert found(small, name="f-6") == ["c-3"]
    spam = find_tickets(small, wish=TicketWish(name="e-5"))
    assert (spam.rows, spam.aside) == ([], [{"source": "files", "ticket_id": "e-5", "flags": "is_spam"}])


def test_words_stand_in_one_text_whatever_their_accents(small: Desk) -> None:
    assert found(small, words="LAMP kapotte") == ["a-1"]
    assert found(small, words="astept") == ["b-2"]
    assert found(small, words="kapotte aștept") == []
    with pytest.raises(BadQuestion, match="may not be read"):
        find_tickets(small, wish=TicketWish(words="lamp"), words=False)
    rows = {row["ticket_id"]: row for row in find_tickets(small).rows}
    assert rows["a-1"]["subject"] == "Kapotte lamp"
    assert all("subject" not in row for row in find_tickets(small, words=False).rows)


@pytest.mark.parametrize(
    ("sort", "ids"),
    [
        ("-created", ["b-2", "a-1", "d-4", "c-3", "g-7"]),
        ("created", ["g-7", "c-3", "d-4", "a-1", "b-2"]),
        ("wait", ["a-1", "b-2"]),  # since Thursday 14:00, since Friday 13:00
        ("due", ["g-7", "d-4", "a-1", "b-2"]),
        ("solved", ["c-3"]),
    ],
)
def test_orders(small: Desk, sort: str, ids: list[str]) -> None:
    rows = find_tickets(small, wish=TicketWish(sort=sort)).rows
    assert [row["ticket_id"] for row in rows][: len(ids)] == ids


def test_pages_leave_nothing_out_and_say_how_many_there_are(small: Desk) -> None:
    pages = [find_tickets(small, wish=TicketWish(sort="id", size=2, page=page)) for page in (1, 2, 3, 4)]
    assert [[row["ticket_id"] for row in page.rows] for page in pages] == [["a-1", "b-2"], ["c-3", "d-4"], ["g-7"], []]
    assert [(page.first, page.last, page.total, page.of, page.pages) for page in pages] == [
        (1, 2, 5, 5, 3), (3, 4, 5, 5, 3), (5, 5, 5, 5, 3), (0, 6, 5, 5, 3),
    ]  # fmt: skip


def test_a_row_tells_how_things_stand(small: Desk) -> None:
    rows = {row["ticket_id"]: row for row in find_tickets(small).rows}
    a, b, c, g = (rows[name] for name in ("a-1", "b-2", "c-3", "g-7"))
    assert (a["status"], a["agent_name"], a["team_name"], a["waiting_since_at"]) == (
        "open",
        "Kim",
        "Front desk",
        "2026-03-05T13:00:00Z",
    )
    # Wednesday 1 h, Thursday 1 h before the pause and 3 h after it, Friday 3 h: the eight are full at noon.
    assert (a["promise"], a["passed_at"], a["elapsed_seconds"]) == ("resolution", "2026-03-06T11:00:00Z", 13 * 3600)
    assert a["first_response_seconds"] == 18 * 3600
    assert (b["promise"], b["due_at"], b["elapsed_seconds"], b["target_seconds"]) == (
        "first_response", "2026-03-06T16:00:00Z", 4 * 3600, 4 * 3600,
    )  # fmt: skip
    assert "passed_at" not in b and "agent_id" not in b
    assert (c["status"], c["solved_at"], c["solve_seconds"]) == ("solved", "2026-03-02T10:00:00Z", 2 * 3600)
    assert g["is_agent_deleted"] is True


def test_the_past_is_as_it_was(small: Desk) -> None:
    thursday = datetime(2026, 3, 5, 10, tzinfo=UTC)
    assert found(small, as_of=thursday) == ["a-1", "c-3", "d-4", "g-7"]
    assert found(small, ("status", "pending"), as_of=thursday) == ["a-1"]
    assert found(small, ("sla", "paused"), as_of=thursday) == ["a-1"]


@pytest.mark.parametrize(
    ("scope", "ids"),
    [
        (Scope(teams=("phone",)), ["b-2"]),
        (Scope(agents=("kim",)), ["a-1", "c-3", "d-4"]),
        (Scope(brands=("lux",)), ["a-1"]),
        (Scope(sources=("others",)), []),
    ],
)
def test_a_scope_narrows_everything(small: Desk, scope: Scope, ids: list[str]) -> None:
    answer = find_tickets(small, wish=TicketWish(sort="id"), scope=scope)
    assert ([row["ticket_id"] for row in answer.rows], answer.total, answer.of) == (ids, len(ids), len(ids))
    assert find_tickets(small, wish=TicketWish(name="e-5"), scope=Scope(teams=("phone",))).aside == []


@pytest.mark.parametrize(
    ("wish", "error", "says"),
    [
        (TicketWish((Filter("weather", ("wet",)),)), UnknownName, "weather"),
        (TicketWish((Filter("status", ("opened",)),)), UnknownName, "open"),
        (TicketWish((Filter("sla", ("late",)),)), UnknownName, "late"),
        (TicketWish((Filter("waits", ("long",)),)), UnknownName, "long"),
        (TicketWish((Filter("age", ("old",)),)), UnknownName, "old"),
        (TicketWish(sort="best"), UnknownName, "best"),
        (TicketWish(page=0), BadQuestion, "count from 1"),
        (TicketWish(size=9999), BadQuestion, "1 to 5,000"),
    ],
)
def test_what_cannot_be_asked_is_said(small: Desk, wish: TicketWish, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        find_tickets(small, wish=wish)


def test_a_form_offers_what_tickets_have(small: Desk) -> None:
    offered = ticket_choices(small)
    assert offered["agent"] == [("kim", "Kim"), ("max", "Max"), ("(unassigned)", "(unassigned)")]
    assert offered["channel"] == [("chat", "chat"), ("email", "email"), ("phone", "phone")]
    assert offered["customer_segment"] == [("vip", "vip"), ("(unknown)", "(unknown)")]
    assert ticket_choices(small, scope=Scope(teams=("desk",)))["team"] == [("desk", "Front desk")]
