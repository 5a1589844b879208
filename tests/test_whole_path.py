"""The demo shop through the whole path: the program's figures against the generator's own truth, and the identities of
METRICS.md section 6 on a year of it, loaded at once and in pieces."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute
import pytest

from servicemeter.desk.desk import Desk
from servicemeter.model.rows import Batch
from servicemeter.sources.demo import make_demo, truth_of
from servicemeter.sources.demo.delivery import DemoDelivery

UNTIL = datetime(2026, 3, 1, tzinfo=ZoneInfo("Europe/Amsterdam"))
SINCE = date(2025, 3, 1)
NOW = datetime(2026, 3, 2, tzinfo=UTC)
SPAN: dict[str, Any] = {"since": SINCE, "until": UNTIL.date()}


def _shop() -> DemoDelivery:
    return make_demo(seed=11, tickets=1_500, until=UNTIL)


class Part:
    """Some batches of the shop as a delivery of their own."""

    source = "demo"
    tz: str | None = "Europe/Amsterdam"
    capabilities: tuple[str, ...] | None
    loaded_from: datetime | None
    loaded_through: datetime | None

    def __init__(self, shop: DemoDelivery, batches: list[Batch]) -> None:
        self.capabilities, self.loaded_from, self.loaded_through = shop.capabilities, shop.loaded_from, shop.loaded_through
        self._batches = batches

    def __iter__(self) -> Iterator[Batch]:
        yield from self._batches


def _batches(shop: DemoDelivery) -> list[Batch]:
    return [batch for batch in shop if isinstance(batch, Batch)]


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with Desk(None) as opened:
        opened.take(_shop(), now=NOW)
        yield opened


def _value(desk: Desk, metric: str, **asked: Any) -> Any:
    return desk.measure(metric, **{**SPAN, **asked}).row["value"]


def test_the_program_counts_what_the_generator_made(desk: Desk) -> None:
    truth = truth_of(_shop())
    by_channel = desk.measure("tickets_created", by=["channel"], **SPAN).rows
    assert {row["channel"]: row["value"] for row in by_channel} == dict(truth.inbound_by_channel)
    calls = desk.measure("service_level", by=["channel"], **SPAN).rows
    made = {
        "phone": (truth.calls_offered, truth.calls_answered_within_20s),
        "chat": (truth.chats_offered, truth.chats_answered_within_20s),
    }
    assert {row["channel"]: (row["n"], row["numerator"]) for row in calls} == made
    lost = desk.measure("abandonment_rate", by=["channel"], **SPAN).rows
    assert {r["channel"]: r["numerator"] for r in lost} == {"phone": truth.calls_abandoned, "chat": truth.chats_abandoned}
    assert _value(desk, "backlog") == truth.unresolved
    last_month = desk.measure("csat", since=date(2026, 2, 1), until=date(2026, 3, 1)).row
    assert (last_month["numerator"], last_month["n"]) == (truth.csat_satisfied, truth.csat_answers)


def test_created_and_reopened_less_solved_is_the_change_of_the_backlog_on_every_day(desk: Desk) -> None:
    flow = desk.measure("backlog_flow", grain="day", **SPAN).rows
    stock = desk.measure("backlog", grain="day", **SPAN).rows
    before = 0
    for moved, held in zip(flow, stock, strict=True):
        assert held["value"] - before == moved["value"], held["period_start"]
        before = held["value"]
    assert before > 0


@pytest.mark.parametrize("metric", ["tickets_created", "tickets_solved", "interactions_count", "backlog"])
@pytest.mark.parametrize(
    "dimension", ["channel", "brand", "team", "priority", "reason", "language", "customer_segment", "weekday"]
)
def test_the_parts_of_a_dimension_add_up_to_the_total(desk: Desk, metric: str, dimension: str) -> None:
    rows = desk.measure(metric, by=[dimension], **SPAN).rows
    assert len(rows) > 1 or dimension == "weekday"
    assert sum(row["value"] for row in rows) == _value(desk, metric)


def test_agents_with_the_unassigned_add_up_to_tickets_solved(desk: Desk) -> None:
    rows = desk.measure("tickets_closed_per_agent", by=["agent"], **SPAN).rows
    assert sum(row["value"] for row in rows) == _value(desk, "tickets_solved")


def test_business_time_never_exceeds_calendar_time(desk: Desk) -> None:
    for metric in ("first_response_time", "response_time", "resolution_time"):
        calendar = desk.measure(metric, **SPAN).row
        business = desk.measure(metric, clock="business", **SPAN).row
        assert calendar["n"] == business["n"] > 100
        for statistic in ("mean", "median", "p90"):
            assert 0 <= business[statistic] <= calendar[statistic]


def test_the_states_are_those_of_the_spans_in_which_tickets_were_open(desk: Desk) -> None:
    """Seconds in a state until a solve, against the stretches of being unresolved, which are worked out apart from them."""
    sql = """
        select count(*), count(case when pending_s <> pending_seconds or hold_s <> on_hold_seconds
                                         or open_s + solved_seconds <> solve_seconds then 1 end)
        from (
            select s.solve_seconds, s.pending_seconds, s.on_hold_seconds, s.solved_seconds, sum(o.to_at - o.from_at) as open_s,
                   sum(case when o.status = 'pending' then o.to_at - o.from_at else 0 end) as pending_s,
                   sum(case when o.status = 'on_hold' then o.to_at - o.from_at else 0 end) as hold_s
            from facts.solves as s join facts.open_spans as o on o.ticket_no = s.ticket_no and o.to_at <= s.solved_at
            where s.solve_seconds > 0
            group by s.ticket_no, s.solve_no, s.solve_seconds, s.pending_seconds, s.on_hold_seconds, s.solved_seconds
        ) as compared
    """
    [(solves, differing)] = desk.on_engine(lambda engine: engine.rows(sql))
    assert solves > 1000
    assert differing == 0


_ASKED = (
    "tickets_created", "tickets_handled", "interactions_count", "tickets_solved", "backlog", "backlog_age", "first_response_time",
    "response_time", "resolution_time", "resolution_rate", "replies_per_resolution", "one_touch_resolution_rate", "reopen_rate",
    "abandonment_rate", "service_level", "average_speed_of_answer", "average_handle_time", "csat", "tickets_closed_per_agent",
    "requester_wait_time", "on_hold_time", "turnaround_time", "transfer_rate", "escalation_rate", "agent_touches", "macro_share",
    "contact_reason_share",
    "sla_compliance_rate", "sla_breaches", "sla_at_risk",
)  # fmt: skip


def _all_answers(desk: Desk) -> list[Any]:
    return [desk.measure(metric, grain="month", by=["channel"], **SPAN).rows for metric in _ASKED]


@pytest.mark.slow
def test_loading_in_pieces_and_twice_gives_what_loading_at_once_gives(desk: Desk) -> None:
    shop = _shop()
    chance = random.Random(3)
    pieces: list[list[Batch]] = [[], [], []]
    for batch in _batches(shop):
        numbers = [chance.randrange(3) for _ in range(batch.rows.num_rows)]
        for i, piece in enumerate(pieces):
            rows = batch.rows.filter(pa.array([n == i for n in numbers]))
            if rows.num_rows:
                piece.append(Batch(batch.table, rows))
    with Desk(None) as other:
        for piece in (pieces[2], pieces[0], pieces[2], pieces[1]):
            other.take(Part(shop, piece), now=NOW)
        assert _all_answers(other) == _all_answers(desk)


def test_small_loads_touch_only_their_tickets_and_give_the_same(desk: Desk) -> None:
    """The last three days come day by day, so that facts are replaced and not built again."""
    shop = _shop()
    cut = datetime(2026, 2, 25, 23)
    early: list[Batch] = []
    late: list[Batch] = []
    for batch in _batches(shop):
        recorded = batch.rows.column("recorded_at").to_pylist()
        is_late = pa.array([at is not None and at >= cut for at in recorded])
        late_rows, early_rows = batch.rows.filter(is_late), batch.rows.filter(pa.compute.invert(is_late))
        early += [Batch(batch.table, early_rows)] if early_rows.num_rows else []
        late += [Batch(batch.table, late_rows)] if late_rows.num_rows else []
    assert {b.table for b in late} >= {"tickets", "messages", "ticket_events", "interactions"}
    with Desk(None) as other:
        other.take(Part(shop, early), now=NOW)
        for batch in late:
            other.take(Part(shop, [batch]), now=NOW)
        assert _all_answers(other) == _all_answers(desk)


def test_a_closed_month_read_later_changes_only_by_corrections(desk: Desk) -> None:
    month: dict[str, Any] = {"since": date(2025, 6, 1), "until": date(2025, 7, 1)}
    at_its_end = desk.measure("tickets_solved", as_of="2025-07-01T00:00:00+02:00", **month).row
    later = desk.measure("tickets_solved", **month).row
    spam_then = desk.measure("tickets_created", as_of="2025-07-01T00:00:00+02:00", population="all", **month).row
    spam_now = desk.measure("tickets_created", population="all", **month).row
    assert at_its_end["value"] >= later["value"] > 0
    assert spam_then["value"] >= spam_now["value"] > 0
