"""Promises as facts: every one is in exactly one state at every moment, and the clocks agree with a slow walk over the hours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from servicemeter.desk.desk import Desk
from servicemeter.ground.clock import local_midnight, moment, open_seconds
from servicemeter.sources.demo import make_demo
from servicemeter.store.calendars import read_calendars
from servicemeter.store.policies import pauses_of, read_policies
from servicemeter.store.variants import said_as

UNTIL = datetime(2026, 6, 15, 12, tzinfo=UTC)
STATES = ("met", "breached", "running", "paused", "cancelled")
LONG_AGO = "2020-01-01"


@pytest.fixture(scope="module")
def shop() -> Iterator[Desk]:
    with Desk(None) as desk:
        desk.take(make_demo(tickets=1500, until=UNTIL), now=UNTIL)
        yield desk


def _rows(desk: Desk, sql: str) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = desk.on_engine(lambda engine: engine.rows(sql))
    return found


def _states(desk: Desk, day: date, **params: Any) -> dict[str, int]:
    """The states at the end of the day before, as far as known in the end (so that corrections are the same for all days)."""
    row = desk.measure("sla_compliance_rate", since=LONG_AGO, until=day, as_of=UNTIL, population="all", **params).row
    return {name: row[name] for name in STATES}


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"sla_solve_fulfils": True},
        {"sla_pause_states": "none"},
        {"sla_pause_states": "pending+on_hold"},
        {"reopen": "continue"},
    ],
    ids=str,
)
def test_every_promise_is_in_one_state_at_every_moment(shop: Desk, params: dict[str, Any]) -> None:
    counted = "select count(distinct (ticket_no, metric_no, part_no)) from facts.sla_instances where promised_at < {}"
    if params.get("reopen") == "continue":
        counted += " and (metric_no < 3 or part_no = 0)"
    for days in range(1, 360, 23):
        day = UNTIL.date() - timedelta(days=days)
        states = _states(shop, day, **params)
        [(known,)] = _rows(shop, counted.format(local_midnight(day, shop.report_tz)))
        assert sum(states.values()) == known, (day, states)
    assert all(states[name] > 0 for name in ("met", "breached"))


def test_the_parts_of_policies_metrics_and_agents_add_up(shop: Desk) -> None:
    for name in ("policy", "metric", "agent", "team", "priority", "customer_segment"):
        rows = shop.measure("sla_compliance_rate", since="2026-01-01", until="2026-06-01", by=[name]).rows
        total = shop.measure("sla_compliance_rate", since="2026-01-01", until="2026-06-01").row
        for state in STATES:
            assert sum(row[state] for row in rows) == total[state], (name, state)


def test_the_clocks_agree_with_a_walk_over_the_opening_hours(shop: Desk) -> None:
    [calendar] = shop.on_engine(lambda e: read_calendars(e, shop.book.settings())).by_id.values()
    policies = {(p.policy_id, p.metric): p for p in shop.on_engine(lambda e: read_policies(e, ["shop"])).all}
    seen = {"met": 0, "breached": 0}
    for ticket_no, policy, metric, started, passed, ended, ended_as, target, over in _rows(
        shop,
        "select ticket_no, policy, metric, started_at, passed_at, ended_at, ended_as, target_seconds, overrun_seconds "
        "from facts.sla_instances where ended_as in ('met', 'breached') order by ticket_no % 97, ticket_no limit 600",
    ):
        promise = policies[policy, metric]
        pauses: list[Any] = []
        if metric == "resolution":
            pauses = _rows(
                shop, f"select from_at, to_at from facts.open_spans where ticket_no = {ticket_no} and status = 'pending'"
            )

        def elapsed(until: int, started: int = started, pauses: Any = pauses, promise: Any = promise) -> int:
            def between(a: int, b: int) -> int:
                return open_seconds(calendar, moment(a), moment(b)) if promise.is_business else b - a

            still = sum(
                between(max(a, started), min(b or until, until)) for a, b in pauses if a < until and (b or until) > started
            )
            return between(started, until) - still

        seen[ended_as] += 1
        if ended_as == "breached":
            assert elapsed(passed) == target
            assert elapsed(passed + 1) == target + 1
            assert over is None or over == elapsed(ended) - target
        else:
            assert elapsed(ended) <= max(t for _, t in promise.targets)
    assert min(seen.values()) > 20


def test_a_policy_that_changes_changes_the_promises(shop: Desk) -> None:
    with Desk(None) as desk:
        ticket = {"ticket_id": "T", "created_at": "2026-03-02T09:00:00Z", "channel": "email", "initiated_by": "customer"}
        solved = {"ticket_id": "T", "occurred_at": "2026-03-02T11:00:00Z", "field": "status", "value": "solved"}
        policy = {"policy_id": "p", "rank": 1, "metric": "resolution", "segment": "vip", "target_s": 3600}
        customer = {"customer_id": "c"}
        now = UNTIL
        desk.load(tickets=[{**ticket, "customer_id": "c"}], ticket_events=[solved], customers=[customer], now=now)
        asked: dict[str, Any] = {"since": "2026-03-02", "until": "2026-03-03", "as_of": "2026-03-03T00:00:00Z"}
        assert desk.measure("sla_breaches", **asked).row["null_reason"] == "not_measured"
        desk.load(sla_policies=[policy], now=now + timedelta(days=1))
        assert desk.measure("sla_breaches", **asked).row["value"] == 0
        desk.load(customers=[{**customer, "segment": "vip"}], now=now + timedelta(days=2))
        assert desk.measure("sla_breaches", **asked).row["value"] == 1
        desk.load(sla_policies=[{**policy, "target_s": 7200}], now=now + timedelta(days=3))
        assert desk.measure("sla_breaches", **asked).row["value"] == 0


def test_the_list_at_risk_has_the_due_instants() -> None:
    with Desk(None) as desk:
        desk.load(
            now=UNTIL,
            tickets=[{"ticket_id": "T", "created_at": "2026-03-02T09:00:00Z", "channel": "email", "initiated_by": "customer"}],
            ticket_events=[{"ticket_id": "T", "occurred_at": "2026-03-02T09:00:00Z", "field": "status", "value": "open"}],
            sla_policies=[{"policy_id": "p", "rank": 1, "metric": "resolution", "target_s": 7200}],
        )
        explained = desk.explain("sla_at_risk", at="2026-03-02T10:45:00Z", as_of="2026-03-02T10:45:00Z")
        [row] = explained.rows
        assert (row["ticket_id"], row["policy"], row["metric"]) == ("T", "p", "resolution")
        assert (row["due_at"], row["elapsed_seconds"], row["target_seconds"]) == ("2026-03-02T11:00:00+00:00", 6300, 7200)


def test_promises_of_one_ticket_and_instant_are_listed_in_one_order() -> None:
    """Both targets of 50 tickets were passed at 11:00; with a limit, those are listed that come first by what they show."""
    policies = [{"policy_id": name, "rank": 1, "metric": name, "target_s": 7200} for name in ("resolution", "first_response")]
    with Desk(None) as desk:
        names = [f"T{i:02}" for i in range(50)]
        opened = {"created_at": "2026-03-02T09:00:00Z", "channel": "email", "initiated_by": "customer"}
        asked = {"occurred_at": "2026-03-02T09:00:00Z", "author_type": "customer"}
        state = {"occurred_at": "2026-03-02T09:00:00Z", "field": "status", "value": "open"}
        desk.load(
            now=UNTIL,
            tickets=[{"ticket_id": name, **opened} for name in names],
            messages=[{"message_id": name, "ticket_id": name, **asked} for name in names],
            ticket_events=[{"ticket_id": name, **state} for name in names],
            sla_policies=policies,
            sources=[{"source": "files", "loaded_from": "2026-03-01T00:00:00Z", "loaded_through": "2026-03-04T00:00:00Z"}],
        )
        listed = desk.explain("sla_breaches", since="2026-03-02", until="2026-03-03", as_of="2026-03-04T00:00:00Z", limit=7).rows
        assert [(row["ticket_id"], row["metric"]) for row in listed] == [
            (name, metric) for name in names[:4] for metric in ("first_response", "resolution")
        ][:7]


def test_states_that_pause_are_read_however_they_are_written() -> None:
    assert pauses_of("['pending', 'on_hold']", "resolution") == ("pending", "on_hold")
    assert pauses_of("", "resolution") == () == pauses_of("[]", "resolution")
    assert pauses_of(None, "first_response") == ()
    assert said_as("on_hold, pending") == said_as(("pending", "on_hold")) == "pending+on_hold"
