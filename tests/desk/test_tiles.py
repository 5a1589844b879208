"""Figures worked out by days, by hand: one ticket, and the spans in which it counts."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from servicemeter.desk.desk import Desk
from servicemeter.ground.errors import BadQuestion
from servicemeter.metrics import quantiles, tiling
from servicemeter.metrics.catalog import all_metrics
from servicemeter.metrics.conditions import conjuncts
from servicemeter.metrics.cutting import NotOfDays, ended_of, is_of_end, literals_of
from servicemeter.metrics.plan import plan
from servicemeter.metrics.tiled import Tiled
from servicemeter.metrics.tilefields import field_of, fold_of
from servicemeter.metrics.tiles import Found, Point, Spread, read_column, read_tiles, read_values
from servicemeter.metrics.tilestatements import depths_asked
from servicemeter.metrics.tiling import pieces_of
from servicemeter.model.metric import Agg, Distribution, Measure, Tally
from servicemeter.model.question import Filter, Question, Scope

NOW = datetime(2026, 4, 20, tzinfo=UTC)
TZ = "Europe/Amsterdam"


def event(ticket: str, at: str, value: str) -> dict[str, Any]:
    said = {"field": "status", "value": value, "actor_type": "agent", "actor_id": "a1"}
    return {"ticket_id": ticket, "event_id": f"{ticket} {at}", "occurred_at": at, **said}


def ticket(number: str, at: str) -> dict[str, Any]:
    return {"ticket_id": number, "created_at": at, "channel": "email"}


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A: created on the 2nd, solved on the 3rd, opened again on the 5th, solved on the 9th.

    B: created on the 28th at 23:30, half an hour before the clocks' day ends; solved on the 29th at 3:30, an hour after midnight
    less the hour that is not there: three hours later.
    """
    with Desk(None) as made:
        made.load(
            tz=TZ,
            now=NOW,
            agents=[{"agent_id": "a1"}],
            tickets=[ticket("A", "2026-03-02T10:00:00+01:00"), {**ticket("B", "2026-03-28T23:30:00+01:00"), "channel": "chat"}],
            ticket_events=[
                event("A", "2026-03-03T10:00:00+01:00", "solved"),
                event("A", "2026-03-05T10:00:00+01:00", "open"),
                event("A", "2026-03-09T10:00:00+01:00", "solved"),
                event("B", "2026-03-29T03:30:00+02:00", "solved"),
            ],
            settings=[{"name": "report_tz", "value": TZ}],
        )
        yield made


class Asked:
    """How many statements a desk ran."""

    def __init__(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        self.statements: list[str] = []
        each = desk._engine.each

        def counted(readings: Any) -> list[Any]:
            self.statements += [sql for sql, _ in readings]
            return each(readings)

        monkeypatch.setattr(desk._engine, "each", counted)


def tile(desk: Desk, *metrics: str) -> None:
    for piece in desk._tile([Question(name, date(2026, 3, 1), date(2026, 4, 1)) for name in metrics]):
        piece()


@pytest.mark.parametrize(
    ("since", "until", "solved", "rate", "median_s"),
    [
        # A is solved on the 3rd, and still so at the end of the 4th; of the tickets created on the 2nd and 3rd all (one) are.
        ("2026-03-02", "2026-03-05", 1, 1.0, 86400.0),
        # Opened again on the 5th: by the end of that day nothing is solved, whenever the span begins.
        ("2026-03-02", "2026-03-06", 0, 0.0, None),
        ("2026-03-03", "2026-03-06", 0, None, None),
        # Solved for good on the 9th, a week after it was created.
        ("2026-03-02", "2026-03-10", 1, 1.0, 7 * 86400.0),
        ("2026-03-09", "2026-03-10", 1, None, 7 * 86400.0),
        # B: its day is the 28th, its solve that of the next; three hours, for one was left out that night.
        ("2026-03-28", "2026-03-29", 0, 0.0, None),
        ("2026-03-28", "2026-03-30", 1, 1.0, 3 * 3600.0),
        # Both: the median of 7 days and 3 hours.
        ("2026-03-01", "2026-04-01", 2, 1.0, (7 * 86400 + 3 * 3600) / 2),
    ],
)
def test_spans(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, since: str, until: str, solved: int, rate: float | None, median_s: float | None
) -> None:
    metrics = ("tickets_solved", "resolution_rate", "resolution_time")
    tile(desk, *metrics)
    asked = Asked(desk, monkeypatch)
    values = [desk.measure(name, since=since, until=until).rows[0]["value"] for name in metrics]
    assert values == [solved, rate, median_s]
    assert asked.statements == []


def test_numbers_by_channel_are_those_of_all_channels(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A by e-mail took 7 days, B by chat 3 hours; the numbers are held once."""
    tile(desk, "resolution_time")
    [alone] = desk._tiled.spreads.values()
    for piece in desk._tile([Question("resolution_time", date(2026, 3, 1), date(2026, 4, 1), by=("channel",))]):
        piece()
    together, by_channel = (source for source in desk._tiled.spreads.values() if isinstance(source, Spread))
    assert (
        together is not alone and together.numbers is by_channel.numbers and desk._tiled.count_numbers() == 3
    )  # A was solved twice
    asked = Asked(desk, monkeypatch)
    rows = desk.measure("resolution_time", since="2026-03-02", until="2026-04-01", by=("channel",)).rows
    assert {row["channel"]: row["value"] for row in rows} == {"email": 7 * 86400.0, "chat": 3 * 3600.0}
    assert desk.measure("resolution_time", since="2026-03-02", until="2026-04-01").rows[0]["value"] == (7 * 86400 + 3 * 3600) / 2
    assert asked.statements == []


def test_one_channel_is_read_from_what_is_known_by_channel(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A came by e-mail and is solved again after 7 days; B by chat, after 3 hours. A team sees what has its team: nothing has."""
    metrics = ("tickets_solved", "resolution_time", "backlog")
    days = (date(2026, 3, 1), date(2026, 4, 1))
    for piece in desk._tile([Question(name, *days, by=(by,)) for name in metrics for by in ("channel", "team")]):
        piece()
    asked = Asked(desk, monkeypatch)

    def values(until: str, channel: str) -> list[float | None]:
        where = [Filter("channel", tuple(channel.split(",")))]
        return [desk.measure(name, since="2026-03-02", until=until, where=where).rows[0]["value"] for name in metrics]

    assert values("2026-04-01", channel="email") == [1, 7 * 86400.0, 0]
    assert values("2026-04-01", channel="chat") == [1, 3 * 3600.0, 0]
    assert values("2026-03-06", channel="email") == [0, None, 1]
    assert values("2026-03-29", channel="chat") == [0, None, 1]
    assert values("2026-04-01", channel="fax") == [0, None, 0]
    [seen] = desk.measure_all([Question("tickets_solved", *days, scope=Scope(teams=("t1",)))])
    assert seen.rows[0]["value"] == 0
    assert asked.statements == []
    assert values("2026-04-01", channel="chat,email")[0] == 2
    assert asked.statements != []  # units of several values may be counted in each of them


def test_the_end_of_a_day_is_a_moment_that_is_known(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A is open at the midnight after the 2nd and solved at that after the 3rd; at noon of the 9th it has been solved again."""
    tile(desk, "backlog")
    asked = Asked(desk, monkeypatch)

    def open_at(moment: str) -> int:
        value: int = desk.measure("backlog", at=moment).rows[0]["value"]
        return value

    assert [open_at(f"2026-03-{day:02}T00:00:00+01:00") for day in (2, 3, 4, 6, 10)] == [0, 1, 0, 1, 0]
    _, covered = desk.covered() or (NOW, NOW)
    assert open_at(covered.isoformat()) == 0  # the last instant there is, in the midst of a day: B is solved just before it
    assert asked.statements == []
    assert open_at("2026-03-09T12:00:00+01:00") == 0
    assert len(asked.statements) == 1


def test_a_server_has_them_after_a_while_and_forgets_them_with_the_data(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = [0.0]
    desk._ahead._clock = lambda: now_s[0]
    desk._ahead._seen_at, desk._ahead._worth_s = 0.0, 0.0
    desk.work_ahead(threading.Event())
    now_s[0] = 3.0
    assert desk.work_ahead(threading.Event())
    asked = Asked(desk, monkeypatch)
    desk.scorecard(period="last_week")
    desk.measure("first_response_time", since="2026-03-05", until="2026-03-09", by=("channel",))
    assert asked.statements == []
    desk.scorecard(since=date(2026, 3, 3), until=date(2026, 3, 17))
    assert len(asked.statements) <= 2  # what costs lie in a span is counted by their own days
    desk.load(tz=TZ, now=NOW, tickets=[ticket("C", "2026-03-04T10:00:00+01:00")])
    asked.statements.clear()
    assert desk.measure("tickets_created", since="2026-03-02", until="2026-03-05").rows[0]["value"] == 2
    assert len(asked.statements) == 1


def test_days_that_could_not_be_worked_out_are_not_empty_ones(desk: Desk) -> None:
    """A is open at the end of the 2nd. Memory was short for all of the work but the last piece, the last days of it."""
    desk._tile([Question("backlog", date(2026, 3, 2), date(2026, 3, 3))])[-1]()
    assert desk.measure("backlog", since="2026-03-02", until="2026-03-03").rows[0]["value"] == 1


def test_rows_of_a_year_that_the_clock_does_not_know(desk: Desk) -> None:
    """An end that somebody typed wrong: there are no days up to it, and rows are read; a server goes on with what was asked."""
    ends = [{"source": "files", "loaded_from": "2026-03-01T00:00:00Z", "loaded_through": "2150-03-02T10:00:00Z"}]
    desk.load(tz=TZ, now=NOW, tickets=[ticket("C", "2150-03-02T09:00:00+01:00")], sources=ends)
    assert desk._tile([Question(name, date(2026, 3, 1), date(2026, 4, 1)) for name in ("backlog", "resolution_time")]) == []
    assert desk.measure("backlog", since="2026-03-02", until="2026-03-03").rows[0]["value"] == 1


def test_a_day_that_a_zone_skipped() -> None:
    """In Apia the 29th of December 2011 was followed by the 31st: what is open at the end of the one is at that of the other."""
    with Desk(None) as desk:
        said = [{"name": "report_tz", "value": "Pacific/Apia"}]
        desk.load(
            now=datetime(2012, 1, 10, tzinfo=UTC),
            tickets=[ticket("A", "2011-12-28T10:00:00-10:00")],
            ticket_events=[event("A", "2012-01-05T10:00:00+14:00", "solved")],
            settings=said,
        )
        tile(desk, "backlog", "tickets_created")
        skipped: dict[str, Any] = {"since": "2011-12-30", "until": "2011-12-31"}
        assert [desk.measure(name, **skipped).rows[0]["value"] for name in ("backlog", "tickets_created")] == [1, 0]


@pytest.mark.parametrize(("most", "is_known"), [(14, True), (13, False)])
def test_units_with_rows_on_many_days_are_read(monkeypatch: pytest.MonkeyPatch, most: int, is_known: bool) -> None:
    """A says something on the 2nd, twice on the 3rd, and on the 4th.

    Six stretches begin and end on one of these days: three hold the 2nd, three the 4th, four the 3rd. So 3 + 2 * 4 + 3 rows are
    put together.
    """
    monkeypatch.setattr(tiling, "_MOST_OF_UNITS", most)
    said = [("a", "2026-03-02", -0.5), ("b", "2026-03-03", 0.5), ("c", "2026-03-03", 0.25), ("d", "2026-03-04", 0.75)]
    with Desk(None) as desk:
        desk.load(
            tz=TZ,
            now=NOW,
            tickets=[ticket("A", "2026-03-02T10:00:00+01:00")],
            messages=[
                {"ticket_id": "A", "message_id": name, "occurred_at": f"{day}T12:00:00+01:00", "author_type": "customer"}
                for name, day, _ in said
            ],
            message_sentiment=[{"message_id": name, "model": "m", "score": score} for name, _, score in said],
        )
        for piece in desk._tile([Question("sentiment", date(2026, 3, 1), date(2026, 4, 1))]):
            piece()
        assert any("u." in f"{agg} {where}" for *_, agg, where in desk._tiled.fields) == is_known
        # a ticket's mood is the mean of its messages: -0.5 on the 2nd alone, (0.5 + 0.25 + 0.75) / 3 from the 3rd on
        spans = [("2026-03-02", "2026-03-03"), ("2026-03-03", "2026-03-05")]
        found = [desk.measure("sentiment", since=since, until=until).rows[0] for since, until in spans]
        assert [(row["n"], row["positive"], row["negative"]) for row in found] == [(1, 0, 1), (1, 1, 0)]


@pytest.mark.parametrize(
    ("agg", "number"),
    [
        (Agg("count(*)", "f.from_at < p.p0"), "p.e - f.created_at"),
        (Agg("sum(f.from_at - p.day0)"), "p.p0 - f.created_at"),
    ],
)
def test_what_depends_on_where_a_period_begins_is_not_told_by_its_last_day(desk: Desk, agg: Agg, number: str) -> None:
    one = plan(Question("backlog", date(2026, 3, 1), date(2026, 4, 1)), {}, desk._sources())
    of = Tally("open_spans", {"n": agg})
    asked = replace(one, measure=Measure((of,), dict, Distribution(replace(of, where="f.from_at < p.p0"), number)))
    assert list(pieces_of(Tiled(), [asked], desk._keeper.facts_for)) == []


@pytest.mark.parametrize("most_marked", [10_000_000, 0])
def test_groups_that_are_not_there_take_no_room(monkeypatch: pytest.MonkeyPatch, most_marked: int) -> None:
    """A thousand tiles, each of its own channel, brand and team: a thousand groups of the thousand million there could be."""
    monkeypatch.setattr(quantiles, "_MOST_MARKED", most_marked)
    numbers = list(range(1000))
    ends = {"first_from": [-5] * 1000, "first_to": [1] * 1000, "last_from": [0] * 1000, "last_to": [5] * 1000}
    names = {f"d{i}": [f"{i} {n}" for n in numbers] for i in range(3)}
    found = pa.table({**{name: pa.array(column, pa.int32()) for name, column in ends.items()}, **names, "c0": numbers})
    tiles, order = read_tiles(found, 3, 5)
    assert len(tiles.keys) == 1000
    of = Found(tiles, {"c0": read_column(found, "c0", "sum", order)}).at(Point(0, 2))
    assert of == {(f"0 {n}", f"1 {n}", f"2 {n}"): {"c0": n} for n in numbers}


def test_fractions_stay() -> None:
    values, is_known = read_values(pa.chunked_array([pa.array([Decimal("1.50"), None, Decimal("2.25")])]))
    assert values[is_known].tolist() == [1.5, 2.25]


def said_in_the_catalogue() -> set[str]:
    """Every condition of a metric, with whatever options, that speaks of the ends of a period of rows of one instant."""
    found = set()
    for metric in all_metrics().values():
        options = {p.name: p.options or (p.default,) for p in metric.parameters}
        for chosen in product(*options.values()):
            params = dict(zip(options, chosen, strict=True)) | {"by": (), "asked": frozenset(), "only": {}}
            with suppress(BadQuestion):  # two options that do not go together
                measure = metric.measure(params)
                tallies = [t for t in measure.tallies if t.at and not t.per]
                conditions = [said for t in tallies for said in (t.where, *(agg.where for agg in t.fields.values()))]
                conditions += [measure.distribution.of.where] if measure.distribution and measure.distribution.of.at else []
                found |= {part for said in conditions for part in conjuncts(said) if is_of_end(part)}
    return found


def test_every_condition_of_the_catalogue_is_taken_for_what_it_is_or_not_at_all() -> None:
    taken = 0
    for said in said_in_the_catalogue():
        try:
            [one], rest = literals_of(said)
        except NotOfDays:
            assert " or " in said  # of two instants, or of one that two columns give
            continue
        assert rest == "true"
        taken += 1
        for instant in (None, 9, 10, 11):
            value = "null" if instant is None else str(instant * (10**9 if one.is_key else 1))
            sql = re.sub(r"p\.(e|p0)\b", "cast(10 as bigint)", said).replace(one.instant, f"cast({value} as bigint)")
            means = one.holds_unknown if instant is None else (instant < 10) == (one.sign == "<")
            assert duckdb.sql(f"select coalesce({sql}, false)").fetchall() == [(means,)], (said, instant)
    assert taken >= 10


def test_a_join_is_only_freed_of_a_periods_ends_where_every_row_that_counts_is_joined() -> None:
    joins = "left join {{ facts }}.team_spans as held\n on held.ticket_no = f.ticket_no and held.from_key < p.e * 1000000000"
    of = Tally("solves", {}, at="f.solved_at", joins=joins)
    assert field_of((), of, Agg("count(*)", "held.next_team_id <> held.team_id")) is not None
    assert field_of((), of, Agg("count(held.team_id)")) is not None
    # a ticket that nobody held yet counts in these, and would not once it was held later
    for where in ("(held.team_id is null or held.team_id <> f.team_id)", "coalesce(held.tier > 1, true)", "not held.is_last"):
        assert field_of((), of, Agg("count(*)", where)) is None, where


@pytest.mark.parametrize(
    "condition",
    [
        "p.e - f.created_at >= 0",
        "(f.first_touch_at < p.e or t.first_bot_at < p.e)",
        "(f.reopened_at is null or f.passed_at >= p.e)",
        "f.from_day < p.day1",
        "coalesce(f.reopened_at < p.e, false)",
    ],
)
def test_what_days_do_not_tell_is_not_taken(condition: str) -> None:
    with pytest.raises(NotOfDays):
        literals_of(condition)


def test_numbers_and_depths_of_other_kinds_are_not_taken() -> None:
    with pytest.raises(NotOfDays):
        ended_of("p.e - f.created_at")
    with pytest.raises(NotOfDays):
        depths_asked("u.was = u.remains")
    with pytest.raises(NotOfDays):
        ended_of("case when f.ended_at < p.e then f.overrun_seconds else p.e - p.p0 end")
    assert ended_of("f.solve_seconds") is None
    assert fold_of(Agg("sum(distinct f.scale)")) is None
    assert depths_asked("u.was >= 1 and u.remains >= 2") == {"was": 1, "remains": 2}
