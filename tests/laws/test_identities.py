"""The identities of METRICS.md section 6 as laws over made-up histories: clock changes, merges, reopenings, spam, ties."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from laws.compare import opened
from laws.histories import history, join
from laws.questions import MOMENTS, ask_of, moments_of
from laws.seasons import SEASONS, configuration, settings, stamp
from oracle.promises import instances
from oracle.spells import status_spans
from oracle.ticket import DONE
from oracle.world import World
from servicemeter.desk.conformance import _calendar, _Rows, question_of
from servicemeter.desk.desk import Desk
from servicemeter.ground.clock import open_seconds
from servicemeter.metrics.catalog import all_metrics

Case = dict[str, Any]
Row = dict[str, Any]
_NOW = datetime(2027, 1, 1, tzinfo=UTC)
_CORRECTIONS = ("is_spam", "is_test", "is_deleted", "merged_into", "reason", "is_complaint")
_law = limits(
    max_examples=2,
    derandomize=True,
    phases=[Phase.generate],  # a book a try is too slow to shrink
)
_chances = st.builds(Random, st.integers(0, 2**32 - 1))  # a choice by choice is more than hypothesis draws; a seed is one


def _case(rng: Random, brands: int = 4, tickets: int = 8) -> tuple[Case, int]:
    season = rng.randrange(len(SEASONS))
    made = [history(rng, f"b{i}", season, rng.randrange(1, tickets)) for i in range(brands)]
    return {"settings": settings(season), "tables": {**configuration(), **join(made)}}, season


def _days(season: int) -> Row:
    """The local days of a history, and those around it."""
    day = SEASONS[season].date()
    return {"from": (day - timedelta(days=3)).isoformat(), "to": (day + timedelta(days=14)).isoformat()}


def _rows(desk: Desk, *asks: Row) -> list[list[Row]]:
    return [answer.rows for answer in desk.measure_all([question_of(ask) for ask in asks])]


def _values(desk: Desk, ask: Row, field: str = "value") -> list[Any]:
    return [row[field] for row in _rows(desk, ask)[0]]


def _has(*names: str) -> pytest.MarkDecorator:
    missing = sorted(set(names) - set(all_metrics()))
    return pytest.mark.skipif(bool(missing), reason=f"the program does not know {missing} yet")


@_law
@given(_chances)
def test_flow_is_the_change_of_the_backlog(rng: Random) -> None:
    """Identity 1, on every day."""
    case, season = _case(rng)
    with opened(case) as desk:
        asked = [{"metric": m, "grain": "day", **_days(season)} for m in ("backlog_flow", "backlog")]
        flow, stock = _rows(desk, *asked)
    for moved, before, after in zip(flow[1:], stock, stock[1:], strict=False):
        assert after["value"] - before["value"] == moved["value"], moved["period_start"]


@_has("requester_wait_time", "agent_wait_time", "on_hold_time", "agent_work_time")
@_law
@given(_chances)
def test_times_per_state_add_up(rng: Random) -> None:
    """Identity 2 in both clocks, ticket by ticket: each has a brand of its own."""
    case, season = _case(rng, brands=12, tickets=2)
    world = World(case, None, None)
    gaps = defaultdict(int, {t.brand: 0 for t in world.valid})
    names = ("resolution_time", "requester_wait_time", "agent_wait_time", "on_hold_time", "agent_work_time")
    with opened(case) as desk:
        for clock in ("calendar", "business"):
            for ticket in world.valid:
                last = ticket.solves(world.as_of)[-1]["at"] if ticket.solves(world.as_of) else 0
                spans = [(a, b) for status, a, b in status_spans(ticket, last) if status in DONE]
                gaps[ticket.brand] = sum(ticket.seconds(a, b, {"clock": clock}) for a, b in spans)
            params = {"clock": clock, "population": "all"}
            asked = [{"metric": m, "by": ["brand"], "params": params, **_days(season)} for m in names]
            by_brand = [{r["brand"]: r["mean"] for r in rows} for rows in _rows(desk, *asked)]
            full, requester, agent, hold, work = by_brand
            for brand in full:
                if full[brand] is not None:
                    assert requester[brand] + agent[brand] + gaps[brand] == full[brand], (brand, clock)
            assert all(value is None or value == hold[brand] + work[brand] for brand, value in requester.items())


@_law
@given(_chances)
def test_parts_add_up_to_the_total(rng: Random) -> None:
    """Identity 3, for every count in the catalogue."""
    case, season = _case(rng)
    counts = [m for m in all_metrics().values() if m.unit == "count" and m.name not in ("tickets_handled", *_SHARES)]
    with opened(case) as desk:
        for metric in counts:
            total = _values(desk, {"metric": metric.name, **_days(season)})
            for dimension in ("brand", "channel", "reason", "priority", "customer_segment", "agent", "team", "weekday"):
                if dimension in metric.invalid or (metric.at_moment and dimension == "weekday"):
                    continue
                if metric.name == "tickets_closed_per_agent" and dimension != "agent":
                    continue
                parts = _rows(desk, {"metric": metric.name, "by": [dimension], **_days(season)})[0]
                if metric.name == "tickets_closed_per_agent":
                    total = _values(desk, {"metric": "tickets_solved", **_days(season)})
                assert sum(row["value"] or 0 for row in parts) == sum(t or 0 for t in total), (metric.name, dimension)


_SHARES = ("volume_by_channel", "contact_reason_share", "visitor_intent_share")


@_has("sla_compliance_rate")
@_law
@given(_chances)
def test_promises_are_met_breached_running_paused_or_cancelled(rng: Random) -> None:
    """Identity 4, at an instant in the midst and at the end."""
    case, season = _case(rng)
    for as_of in moments_of(rng, season, 2):
        world = World(case, None if as_of is None else int(datetime.fromisoformat(as_of).timestamp()), None)
        made = [one for ticket in world.valid if ticket.is_inbound for one in instances(ticket, world.as_of, {})]
        span = {"from": (SEASONS[season] - timedelta(days=9)).date(), "to": (SEASONS[season] + timedelta(days=39)).date()}
        with opened(case) as desk:
            row = _rows(desk, {"metric": "sla_compliance_rate", "as_of": as_of, **span})[0][0]
        assert sum(row[s] or 0 for s in ("met", "breached", "running", "paused", "cancelled")) == len(made), as_of


@_law
@given(_chances)
def test_offered_contacts_are_answered_or_lost(rng: Random) -> None:
    """Identity 5."""
    case, season = _case(rng)
    outcomes: dict[str | None, int] = defaultdict(int)
    for contact in World(case, None, None).contacts:
        if contact.is_inbound and contact.queued_at is not None:
            outcomes[contact.outcome] += 1
    span = {"from": (SEASONS[season] - timedelta(days=9)).date(), "to": (SEASONS[season] + timedelta(days=39)).date()}
    with opened(case) as desk:
        asked = [{"metric": m, **span} for m in ("abandonment_rate", "service_level", "average_speed_of_answer")]
        lost, level, answer = (rows[0] for rows in _rows(desk, *asked))
    others = outcomes["callback_requested"] + outcomes["missed"]
    assert lost["n"] == level["n"] == answer["n"] + (lost["numerator"] or 0) + others


@_law
@given(_chances)
def test_shares_of_a_whole_are_one(rng: Random) -> None:
    """Identity 6."""
    case, season = _case(rng)
    wholes = {"nps": ("promoters", "passives", "detractors"), "sentiment": ("positive", "neutral", "negative")}
    with opened(case) as desk:
        for metric, parts in wholes.items():
            for row in _rows(desk, {"metric": metric, "by": ["brand"], **_days(season)})[0] if metric in all_metrics() else []:
                assert row["value"] is None or sum(row[p] for p in parts) == pytest.approx(1)
        if "customer_churn_rate" in all_metrics():
            asked = [{"metric": m, "grain": "day", **_days(season)} for m in ("customer_retention_rate", "customer_churn_rate")]
            for kept, lost in zip(*_rows(desk, *asked), strict=True):
                assert kept["value"] is None or kept["value"] + lost["value"] == pytest.approx(1)


@_law
@given(_chances)
def test_business_time_is_within_calendar_time(rng: Random) -> None:
    """Identity 7, for every duration of the catalogue."""
    case, season = _case(rng)
    timed = [m for m in all_metrics().values() if any(p.name == "clock" for p in m.parameters)]
    with opened(case) as desk:
        for metric in timed:
            asked = [{"metric": metric.name, "params": {"clock": c}, **_days(season)} for c in ("business", "calendar")]
            business, calendar = (rows[0] for rows in _rows(desk, *asked))
            assert business["n"] == calendar["n"], metric.name
            for statistic in ("mean", "median", "p90"):
                if calendar[statistic] is not None:
                    assert 0 <= business[statistic] <= calendar[statistic], (metric.name, statistic)


@limits(derandomize=True)
@given(st.sampled_from(["office", "night", "gap", "east"]), st.lists(st.integers(0, 14 * 86400), min_size=3, max_size=3))
def test_open_time_is_additive_and_monotone(name: str, places: list[int]) -> None:
    """Identity 7, across the nights on which the clocks change."""
    calendar = _calendar(settings(0), name)
    a, b, c = (SEASONS[0] + timedelta(seconds=s) for s in sorted(places))
    first, second, whole = open_seconds(calendar, a, b), open_seconds(calendar, b, c), open_seconds(calendar, a, c)
    assert first + second == whole
    assert 0 <= first <= whole <= (c - a).total_seconds()


@contextmanager
def _opened_in_pieces(case: Case, rng: Random) -> Iterator[Desk]:
    """A desk that got the rows of a case shuffled, in four loads, and many of them twice."""
    pieces: list[dict[str, list[Row]]] = [defaultdict(list) for _ in range(4)]
    for name, rows in case["tables"].items():
        for row in rows:
            for i in {rng.randrange(4), rng.randrange(4)}:
                pieces[i][name].append(row)
    with Desk(None, threads=1, on_demand=True) as desk:
        for piece in pieces:
            for rows in piece.values():
                rng.shuffle(rows)
            desk.take(_Rows({"tables": dict(piece)}, case["settings"]), now=_NOW)
        yield desk


@limits(_law, max_examples=1)
@given(_chances)
def test_order_repeats_and_pieces_change_nothing(rng: Random) -> None:
    """Identity 8, for every metric of the catalogue: facts built piece by piece are those built at once."""
    case, season = _case(rng)
    asks = [*_of_every_metric(season), *(ask_of(rng, season, brands=True) for _ in range(40))]
    with opened(case) as whole, _opened_in_pieces(case, rng) as pieces:
        for ask, one, other in zip(asks, _rows(whole, *asks), _rows(pieces, *asks), strict=True):
            assert _sorted(one) == _sorted(other), ask


def _of_every_metric(season: int) -> list[Row]:
    found: list[Row] = []
    for metric in all_metrics().values():
        ask: Row = {"metric": metric.name, **_days(season)}
        if metric.at_moment:
            ask = {"metric": metric.name, "at": stamp(int(SEASONS[season].timestamp()) + 6 * 86400)}
        found += [ask, *({**ask, "by": [d]} for d in ("agent", "team") if d not in metric.invalid)]
    return found


@pytest.mark.slow
@limits(_law, max_examples=1)
@given(_chances)
def test_each_period_is_what_it_is_alone(rng: Random) -> None:
    """Several periods in one question, whose moments are counted together, are those periods asked one by one; and so are
    questions of adjacent spans that are asked at once."""
    case, season = _case(rng, brands=2)
    first = SEASONS[season].date() - timedelta(days=3)
    days = [(first + timedelta(days=i)).isoformat() for i in range(13)]
    as_of = stamp(int(SEASONS[season].timestamp()) + 7 * 86400)
    asks: list[Row] = [{"metric": name, **how} for name in sorted(all_metrics()) for how in ({}, {"by": ["source"]})]
    soon = {"activity_window_days": 2}
    asks += [{"metric": "customer_retention_rate", "params": soon, "by": by} for by in ([], ["country"])]
    asks += [{"metric": "contact_rate", "params": {**soon, "denominator": "active_customers"}}]
    asks = [{**ask, "as_of": as_of} for ask in asks if "source" not in all_metrics()[ask["metric"]].invalid]
    with opened(case) as desk:
        whole = _rows(desk, *({**ask, "from": days[0], "to": days[-1], "grain": "day"} for ask in asks))
        alone: list[list[Row]] = [[] for _ in asks]
        for since, until in pairwise(days):
            for rows, day in zip(alone, _rows(desk, *({**ask, "from": since, "to": until} for ask in asks)), strict=True):
                rows += day
        together = [_at_once(desk, asks, days, size) for size in (2, 12)]
    for i, (ask, one) in enumerate(zip(asks, alone, strict=True)):
        for other in (whole[i], *(rows[i] for rows in together)):
            assert _sorted(one) == _sorted(other), ask


def _at_once(desk: Desk, asks: list[Row], days: list[str], size: int) -> list[list[Row]]:
    """The rows of each question for every day, so many days asked at once, each as a question of its own."""
    desk._answers.clear()  # these days are to be counted again
    found: list[list[Row]] = [[] for _ in asks]
    spans = list(pairwise(days))
    for some in (spans[i : i + size] for i in range(0, len(spans), size)):
        rows = _rows(desk, *({**ask, "from": since, "to": until} for since, until in some for ask in asks))
        for i, own in enumerate(found):
            own += [row for day in rows[i :: len(asks)] for row in day]
    return found


def _sorted(rows: list[Row]) -> list[str]:
    return sorted(repr(sorted(row.items())) for row in rows)


@_law
@given(_chances)
def test_closed_periods_stay(rng: Random) -> None:
    """Identity 9: without corrections, contacts and late rows a complete period changes only as units mature."""
    case, season = _case(rng)
    tables = case["tables"]
    tables["ticket_events"] = [e for e in tables["ticket_events"] if e["field"] not in _CORRECTIONS]
    for name in ("interactions", "order_events", "survey_invitations"):
        tables.pop(name, None)
    end = SEASONS[season].date() + timedelta(days=5)
    span = {"from": (end - timedelta(days=4)).isoformat(), "to": end.isoformat()}
    asks = [{"metric": m.name, **span} for m in all_metrics().values() if m.name not in MOMENTS]
    as_of = stamp(int(datetime(end.year, end.month, end.day, 6, tzinfo=UTC).timestamp()))
    with opened(case) as desk:
        early, late = _rows(desk, *({**ask, "as_of": as_of} for ask in asks)), _rows(desk, *asks)
    for ask, then, now in zip(asks, early, late, strict=True):
        for one, other in zip(then, now, strict=True):
            if one.get("n_immature") or other.get("n_immature"):
                continue
            assert _figures(one) == _figures(other), ask


def _figures(row: Row) -> Row:
    return {k: v for k, v in row.items() if k not in ("as_of", "lagging_sources")}
