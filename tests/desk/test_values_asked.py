"""Values that somebody asks for are data: whatever they look like, they are compared and never read."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from servicemeter.desk.desk import Desk
from servicemeter.desk.methods.find_tickets import find_tickets
from servicemeter.model.question import Filter, Scope
from servicemeter.model.ticket import TicketWish

ODD = (
    "{{ 7 * 7 }}", "{{ facts }}", "{{ far_off }}", "{% if %}", "{# a", "p.e", "p.midnight(f.day)", "t.x", "it's", "␚7b␚", "$e",
    "a\\'b", "été (x) - y",
)  # fmt: skip
"""What the templates of statements, and those who write in them, look for; and quotes."""


@pytest.fixture(scope="module")
def desk() -> Desk:
    """A ticket for each odd value, which is its channel, its id and what it says; and 49, which the first one would come to."""
    opened = Desk(None)
    values = (*ODD, "49")
    opened.load(
        tickets=[
            {"ticket_id": one, "created_at": f"2026-03-{day:02d}T09:00:00+00:00", "channel": one}
            for day, one in enumerate(values, 1)
        ],
        messages=[
            {"ticket_id": one, "occurred_at": f"2026-03-{day:02d}T09:00:00+00:00", "author_type": "customer", "is_public": True,
             "message_id": one}
            for day, one in enumerate(values, 1)
        ],
        texts=[{"of": "ticket", "id": one, "text": f"about {one}"} for one in values],
    )  # fmt: skip
    return opened


@pytest.mark.parametrize("value", ODD)
def test_a_channel_of_that_name_is_found(desk: Desk, value: str) -> None:
    span: dict[str, Any] = {"since": date(2026, 3, 1), "until": date(2026, 4, 1)}
    [row] = desk.measure("tickets_created", where=(Filter("channel", (value,)),), **span).rows
    assert row["value"] == 1
    told = desk.explain("tickets_created", where=(Filter("channel", (value,)),), **span)
    assert [row["ticket_id"] for row in told.rows] == [value]
    [row] = desk.measure("tickets_created", where=(Filter("channel", (value,), negated=True),), **span).rows
    assert row["value"] == len(ODD)


@pytest.mark.parametrize("value", ODD)
def test_a_ticket_with_it_is_found(desk: Desk, value: str) -> None:
    for wish in (
        TicketWish(where=(Filter("channel", (value,)),)),
        TicketWish(name=value),
        TicketWish(words=value),
    ):
        assert [row["ticket_id"] for row in find_tickets(desk, wish=wish).rows] == [value]
    for other in (TicketWish(where=(Filter("customer", (value,)),)), TicketWish(where=(Filter("team", (value,)),))):
        assert find_tickets(desk, wish=other).rows == []
    assert find_tickets(desk, scope=Scope(brands=(value,))).rows == []
