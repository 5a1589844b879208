"""A condition that no row meets is said, with what there is instead; what could be met is no fault."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from servicemeter.desk.desk import Desk
from servicemeter.desk.unknown import NO_HOURS
from servicemeter.model.question import Filter, Scope
from small_desk import small_desk

MARCH: dict[str, Any] = {"since": "2026-03-01", "until": "2026-04-01"}


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with small_desk() as opened:
        yield opened


def notes(desk: Desk, dimension: str, *values: str, negated: bool = False, scope: Scope | None = None) -> tuple[str, ...]:
    return desk.measure("tickets_created", **MARCH, where=[Filter(dimension, values, negated)], scope=scope).notes


@pytest.mark.parametrize(
    ("dimension", "value", "said"),
    [
        # five e-mails and a chat, a call on a ticket and its two legs
        ("channel", "fax", "No row has the channel 'fax'. There are: email, phone, chat."),
        ("channel", "emial", "No row has the channel 'emial'. Did you mean 'email'?"),
        ("team", "fone", "No row has the team 'fone'. Did you mean 'phone' (Phone)?"),
        ("team", "Front desk", "No row has the team 'Front desk'. Did you mean 'desk' (Front desk)?"),
        ("agent", "x", "No row has the agent 'x'. There are: kim (Kim), max (Max)."),
        ("brand", "luxe", "No row has the brand 'luxe'. Did you mean 'lux'?"),
        ("reason", "invoices", "No row has the reason 'invoices'. Did you mean 'invoice'?"),
        ("customer_segment", "gold", "No row has the customer segment 'gold'. There are: vip."),
        ("language", "nl", "No row has the language 'nl'. None says one."),
        ("weekday", "8", "No row has the weekday '8'. There are: 1, 2, 3, 4, 5, 6, 7."),
    ],
)  # fmt: skip
def test_a_value_that_no_row_has_is_said(desk: Desk, dimension: str, value: str, said: str) -> None:
    assert notes(desk, dimension, value) == (said,)


def test_what_there_is_and_what_is_listed_is_no_fault(desk: Desk) -> None:
    """The team of the front desk created nothing on a Sunday; a channel of its own word is one as soon as a row has it."""
    for dimension, value in (("team", "desk"), ("agent", "max"), ("channel", "phone"), ("channel", "(unknown)"),
                             ("agent", "(unassigned)"), ("weekday", "7"), ("source", "files")):  # fmt: skip
        assert notes(desk, dimension, value) == ()


def test_one_slip_in_a_list_is_said_beside_the_answer(desk: Desk) -> None:
    where = [Filter("channel", ("email", "fax"))]
    answer = desk.measure("tickets_created", **MARCH, where=where)
    assert (answer.row["value"], answer.notes) == (2, ("No row has the channel 'fax'. There are: email, phone, chat.",))
    assert notes(desk, "channel", "fax", negated=True) == answer.notes
    card = desk.scorecard(period="this_month", where=where, metrics=["tickets_created", "backlog"])
    assert card.notes == answer.notes and card.to_dict()["notes"] == list(answer.notes)


def test_who_sees_a_part_is_told_of_nobody_else(desk: Desk) -> None:
    own = Scope(teams=("desk",))
    assert notes(desk, "team", "fone", scope=own) == notes(desk, "reason", "x", scope=own) == ()
    assert notes(desk, "channel", "fax", scope=own) != ()


def test_of_many_values_the_ten_most_frequent_are_shown() -> None:
    """Team k has k tickets, for k from 1 to 11: the most frequent are 11 to 2."""
    with Desk(None) as desk:
        made = [(f"{k:02}", i) for k in range(1, 12) for i in range(k)]
        desk.load(tickets=[{"ticket_id": f"{k}-{i}", "created_at": "2026-03-02T09:00:00Z", "brand": f"b{k}"} for k, i in made])
        shown = ", ".join(f"b{k:02}" for k in range(11, 1, -1))
        assert notes(desk, "brand", "none") == (f"No row has the brand 'none'. The most frequent: {shown}.",)


def test_business_time_without_opening_hours_says_so() -> None:
    with Desk(None, on_demand=True) as desk:
        desk.load(tickets=[{"ticket_id": "1", "created_at": "2026-03-02T09:00:00Z"}])
        assert desk.measure("resolution_time", **MARCH, params={"clock": "business"}).notes == (NO_HOURS,)
        assert desk.measure("resolution_time", **MARCH).notes == ()
        desk.load(
            source="hours",
            business_calendars=[{"calendar_id": "c", "tz": "UTC"}],
            calendar_weekly_hours=[{"calendar_id": "c", "iso_weekday": 1, "open": "09:00", "close": "17:00"}],
        )
        assert desk.measure("resolution_time", **MARCH, params={"clock": "business"}).notes == ()
