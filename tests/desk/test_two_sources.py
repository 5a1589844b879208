"""Figures that take rows of two sources: a help desk from 5 October on, a shop from 3 August on.

Tickets of one customer each on 5 October (t1), 12 October (t2) and 20 October (t3); orders on 3 August, on 6 October by the
customer of t1, and on 15 October by somebody else. An order within five days of a ticket is credited to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from servicemeter.desk.desk import Desk
from servicemeter.model.question import Filter

NOW = datetime(2026, 11, 1, tzinfo=UTC)
AUTUMN: dict[str, Any] = {"since": "2026-08-01", "until": "2026-11-01", "grain": "month"}


@pytest.fixture
def desk() -> Iterator[Desk]:
    created = {"t1": "2026-10-05T09:00:00Z", "t2": "2026-10-12T09:00:00Z", "t3": "2026-10-20T09:00:00Z"}
    placed = {"o1": ("c9", "2026-08-03T10:00:00Z"), "o2": ("c1", "2026-10-06T10:00:00Z"), "o3": ("c9", "2026-10-15T10:00:00Z")}
    with Desk(None) as desk:
        desk.load(
            source="help",
            now=NOW,
            customers=[{"customer_id": f"c{n}"} for n in (1, 2, 3, 9)],
            tickets=[
                {"ticket_id": ticket, "created_at": at, "channel": "email", "customer_id": f"c{ticket[1]}"}
                for ticket, at in created.items()
            ],
        )
        desk.load(
            source="shop",
            now=NOW,
            orders=[
                {
                    "order_id": order,
                    "customer_id": who,
                    "customer_source": "help",
                    "placed_at": at,
                    "amount": 1000,
                    "currency": "EUR",
                }
                for order, (who, at) in placed.items()
            ],
        )
        yield desk


def _by_month(desk: Desk, metric: str, **more: Any) -> list[tuple[Any, Any, str]]:
    rows = desk.measure(metric, **AUTUMN, **more).rows
    return [(row["value"], row["null_reason"], row["period_status"]) for row in rows]


@pytest.mark.parametrize("metric", ["contact_rate", "revenue_from_support", "tickets_converted", "ticket_conversion_rate"])
def test_before_one_of_two_sources_begins_there_is_no_figure(desk: Desk, metric: str) -> None:
    august, september, october = _by_month(desk, metric)
    assert (august, september) == ((None, "no_data", "no_data"), (None, "no_data", "no_data"))
    assert october[0] is not None and october[2] == "partial_coverage"


def test_a_ticket_is_not_without_an_order_before_orders_are_known(desk: Desk) -> None:
    """Orders are known to 15 October, 10:00: t1 was mature on the 10th and bought; t2 will be on the 17th."""
    [row] = desk.measure("ticket_conversion_rate", since="2026-10-01", until="2026-11-01").rows
    assert (row["n"], row["numerator"], row["n_immature"]) == (1, 1, 1)
    assert row["period_status"] == "partial_coverage"
    desk.load(
        source="shop", now=NOW, orders=[{"order_id": "o4", "placed_at": "2026-10-19T10:00:00Z", "amount": 1, "currency": "EUR"}]
    )
    [row] = desk.measure("ticket_conversion_rate", since="2026-10-01", until="2026-11-01").rows
    assert (row["n"], row["numerator"], row["n_immature"]) == (2, 1, 0)


def test_who_asks_for_one_source_is_told_of_its_time(desk: Desk) -> None:
    desk.load(source="old", now=NOW, tickets=[{"ticket_id": "x", "created_at": "2026-09-03T09:00:00Z"}])
    only_old = (Filter("source", ("old",)),)
    assert [row[1:] for row in _by_month(desk, "tickets_created", where=only_old)] == [
        ("no_data", "no_data"), (None, "partial_coverage"), ("not_started", "not_started")
    ]  # fmt: skip
    assert [value for value, _, _ in _by_month(desk, "tickets_created")] == [None, 1, 3]


def test_a_period_whose_beginning_is_missing_is_nothing_to_compare_with() -> None:
    """Two tickets a day from 21 September to 31 October: 62 in October are not more than the 20 that are known of September."""
    days = [*(f"2026-09-{day}" for day in range(21, 31)), *(f"2026-10-{day:02}" for day in range(1, 32))]
    tickets = [{"ticket_id": f"{day} {n}", "created_at": f"{day}T{n + 9:02}:00:00Z"} for day in days for n in range(2)]
    with Desk(None) as desk:
        desk.load(now=NOW, tickets=tickets)
        families = desk.scorecard(since=date(2026, 10, 1), until=date(2026, 11, 1)).families
        [card] = [card for family in families for card in family.cards if card.metric == "tickets_created"]
        assert card.now["value"] == 62 and card.before is None


ORDERS_END = "Orders are known until 2026-10-15 10:00: nobody can say whether later requests were followed by one."


@pytest.mark.parametrize("as_of", [None, "2026-10-20T00:00:00Z", "2030-01-01T00:00:00Z"])
def test_what_is_missing_after_the_end_of_the_orders_is_said(desk: Desk, as_of: str | None) -> None:
    """Tickets are loaded to 20 October, 9:00, orders to the 15th, 10:00; no instant that is asked makes more of them known."""
    asked: dict[str, Any] = {"since": "2026-10-16", "until": "2026-11-01", "as_of": as_of}
    for metric in ("ticket_conversion_rate", "tickets_converted", "revenue_from_support"):
        answer = desk.measure(metric, **asked)
        assert (answer.row["value"], answer.row["null_reason"]) == (None, "not_started")
        assert answer.notes == (ORDERS_END,)
    assert ORDERS_END not in desk.measure("tickets_created", **asked).notes


def test_nothing_is_missing_where_requests_are_known_no_further_than_orders(desk: Desk) -> None:
    at = "2026-10-15T10:00:00Z"
    assert desk.measure("tickets_converted", since="2026-10-01", until="2026-11-01", as_of=at).notes == ()
    desk.load(
        source="shop", now=NOW, orders=[{"order_id": "o4", "placed_at": "2026-10-25T10:00:00Z", "amount": 1, "currency": "EUR"}]
    )
    assert desk.measure("tickets_converted", since="2026-10-01", until="2026-11-01").notes == ()
