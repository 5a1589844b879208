"""Which span a scorecard covers and what it is compared with: worked by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from servicemeter.desk.desk import Desk
from servicemeter.desk.scorecard import span_of
from servicemeter.ground.errors import BadQuestion
from servicemeter.ground.settings import Home
from servicemeter.model.question import Question

LAST = "2026-03-14T17:45:00+00:00"


@pytest.fixture(scope="module")
def desk() -> Desk:
    opened = Desk(None, on_demand=True)
    tickets = [{"ticket_id": str(i), "created_at": at} for i, at in enumerate(("2026-01-05T09:00:00+00:00", LAST))]
    opened.load(tickets=tickets, tz="UTC")
    return opened


@pytest.mark.parametrize(
    ("period", "span"),
    [
        ("this_week", (date(2026, 3, 9), date(2026, 3, 16))),
        ("last_week", (date(2026, 3, 2), date(2026, 3, 9))),
        ("this_quarter", (date(2026, 1, 1), date(2026, 4, 1))),
        ("last_year", (date(2025, 1, 1), date(2026, 1, 1))),
        ("last_30_days", (date(2026, 2, 13), date(2026, 3, 15))),
    ],
)
def test_named_periods(period: str, span: tuple[date, date]) -> None:
    assert span_of(period, date(2026, 3, 14))[:2] == span


@pytest.mark.parametrize(
    ("since", "until", "before"),
    [
        # March so far (14 of 31 days) against the same 14 days of February.
        (date(2026, 3, 1), date(2026, 4, 1), (date(2026, 2, 1), date(2026, 2, 15))),
        # A finished month against the whole month before.
        (date(2026, 2, 1), date(2026, 3, 1), (date(2026, 1, 1), date(2026, 2, 1))),
        # Ten days of one's own, all over: the ten days before.
        (date(2026, 2, 11), date(2026, 2, 21), (date(2026, 2, 1), date(2026, 2, 11))),
        # Twenty days of one's own, nine of them over (6 to 14 March): the first nine of the twenty before.
        (date(2026, 3, 6), date(2026, 3, 26), (date(2026, 2, 14), date(2026, 2, 23))),
    ],
)
def test_what_it_is_compared_with(desk: Desk, since: date, until: date, before: tuple[date, date]) -> None:
    card = desk.scorecard(since=since, until=until)
    assert (card.before_since, card.before_until) == before


def test_the_trend_ends_with_the_span(desk: Desk) -> None:
    card = desk.scorecard(since=date(2026, 2, 1), until=date(2026, 3, 1))
    [created] = [c for f in card.families for c in f.cards if c.metric == "tickets_created"]
    assert [row["period_start"] for row in created.trend][-2:] == ["2026-01-01", "2026-02-01"]
    assert [row["value"] for row in created.trend][-2:] == [1, 0]
    assert len(created.trend) == 13


def test_what_ends_before_the_rest_is_compared_with_its_own_part() -> None:
    """Tickets to 5 March, orders to 10 March: three tickets stand against the three by 5 February, not the five by the 10th."""
    days = ("2026-02-01", "2026-02-03", "2026-02-05", "2026-02-07", "2026-02-09", "2026-03-01", "2026-03-03", "2026-03-05")
    with Desk(None, on_demand=True) as opened:
        opened.load(tickets=[{"ticket_id": day, "created_at": f"{day}T09:00:00+00:00"} for day in days], tz="UTC", source="desk")
        orders = [{"order_id": day, "placed_at": f"{day}T09:00:00+00:00"} for day in ("2026-02-02", "2026-02-08", "2026-03-10")]
        opened.load(orders=orders, tz="UTC", source="shop")
        shown = opened.scorecard(since=date(2026, 3, 1), until=date(2026, 4, 1))
        cards = {card.metric: card for family in shown.families for card in family.cards}
    assert (shown.before_since, shown.before_until) == (date(2026, 2, 1), date(2026, 2, 11))
    created = cards["tickets_created"]
    assert created.before is not None and (created.now["value"], created.before["value"]) == (3, 3)
    # 3 tickets to 5 March per order to 10 March is no ratio of one span: nothing to compare.
    assert cards["contact_rate"].before is None
    assert shown.lagging_sources == ("desk",)


@pytest.mark.parametrize("ended_at", [None, "2026-02-10T00:00:00+00:00"])
def test_a_source_that_stopped_before_the_span_is_named_unless_it_is_switched_off(ended_at: str | None) -> None:
    """Orders to 9 February: figures of orders in March have nothing, and the status line says whose rows are lacking."""
    with Desk(None, on_demand=True) as opened:
        tickets = [{"ticket_id": day, "created_at": f"{day}T09:00:00+00:00"} for day in ("2026-02-01", "2026-03-05")]
        opened.load(tickets=tickets, tz="UTC", source="desk")
        orders = [{"order_id": "o1", "placed_at": "2026-02-08T09:00:00+00:00"}]
        of_shop = {"source": "shop", "loaded_through": "2026-02-09T00:00:00+00:00", "ended_at": ended_at}
        opened.load(orders=orders, sources=[of_shop], tz="UTC", source="shop")
        shown = opened.scorecard(since=date(2026, 3, 1), until=date(2026, 4, 1))
        cards = {card.metric: card for family in shown.families for card in family.cards}
    assert cards["repeat_purchase_rate"].now["null_reason"] == "not_started"
    assert shown.lagging_sources == (() if ended_at else ("shop",))


def test_a_source_that_stopped_on_the_last_day_of_the_span_is_named() -> None:
    """Orders to 31 March 23:53, tickets to 5 April: March is so far for figures of orders, for good, and the line says why."""
    with Desk(None, on_demand=True) as opened:
        tickets = [{"ticket_id": day, "created_at": f"{day}T09:00:00+00:00"} for day in ("2026-03-01", "2026-04-05")]
        opened.load(tickets=tickets, tz="UTC", source="desk")
        orders = [{"order_id": day, "placed_at": f"{day}:00+00:00"} for day in ("2026-03-01T09:00", "2026-03-31T23:53")]
        opened.load(orders=orders, tz="UTC", source="shop")
        march = opened.scorecard(since=date(2026, 3, 1), until=date(2026, 4, 1), metrics=["repeat_purchase_rate"])
        days = opened.scorecard(since=date(2026, 3, 1), until=date(2026, 3, 20), metrics=["repeat_purchase_rate"])
    assert march.families[0].cards[0].now["period_status"] == "in_progress"
    assert (march.lagging_sources, days.lagging_sources) == (("shop",), ())


@pytest.mark.parametrize("name", ["volume_by_channel", "contact_reason_share", "visitor_intent_share"])
def test_what_has_values_by_its_own_dimension_alone_has_no_card(name: str) -> None:
    """Neither its first part, as if that were all, nor, where there is no part, anything."""
    tickets = [{"ticket_id": c, "created_at": "2026-02-03T09:00:00+00:00", "channel": c} for c in ("chat", "email")]
    with Desk(None) as opened:
        covered = [{"source": "desk", "loaded_through": "2026-03-20T00:00:00+00:00"}]
        opened.load(tickets=tickets, sources=covered, tz="UTC", source="desk")
        for since, until in ((date(2026, 2, 1), date(2026, 3, 1)), (date(2026, 3, 1), date(2026, 4, 1))):
            shown = opened.scorecard(since=since, until=until, metrics=["tickets_created", name])
            assert [card.metric for family in shown.families for card in family.cards] == ["tickets_created"]


def test_sources_that_reach_the_same_day_are_compared() -> None:
    """Two help desks that were asked an hour apart: each has had the same days."""
    with Desk(None, on_demand=True) as opened:
        for source, hour in (("one", "09"), ("two", "10")):
            days = ("2026-02-01", "2026-03-01", "2026-03-05")
            tickets = [{"ticket_id": day, "created_at": f"{day}T{hour}:00:00+00:00"} for day in days]
            opened.load(tickets=tickets, tz="UTC", source=source)
        shown = opened.scorecard(since=date(2026, 3, 1), until=date(2026, 4, 1))
        created = next(card for family in shown.families for card in family.cards if card.metric == "tickets_created")
    assert created.before is not None and (created.now["value"], created.before["value"]) == (4, 2)


def test_half_a_span_is_refused(desk: Desk) -> None:
    with pytest.raises(BadQuestion, match="both from and to"):
        desk.scorecard(since=date(2026, 2, 1))


@pytest.mark.parametrize("period", ["last_week", "last_month", "this_month", "last_7_days"])
def test_a_card_says_what_its_question_alone_is_answered(shop: Path, period: str) -> None:
    """Also where the span is read from the trend."""
    with Desk(Home(shop)) as desk:
        card = desk.scorecard(period=period)
        shown = [(c.metric, c.question, c.now) for family in card.families for c in family.cards]
        alone = desk.measure_all([question for _, question, _ in shown])
        asked = [Question(c.metric, card.before_since, card.before_until) for f in card.families for c in f.cards]
        before = {a.metric: a.rows[0] for a in desk.measure_all(asked) if a.rows[0]["period_status"] != "no_data"}
    assert {metric: row for metric, _, row in shown} == {a.metric: a.rows[0] for a in alone}
    assert {c.metric: c.before for family in card.families for c in family.cards if c.before} == before
    assert before
