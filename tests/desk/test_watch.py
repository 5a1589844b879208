"""The present moment and the busiest times: the same counts everywhere, and loads that add up to what was worked."""

from __future__ import annotations

from datetime import date

import pytest

from servicemeter.desk.desk import Desk
from servicemeter.desk.frames import FramesDelivery
from servicemeter.desk.methods.busy_times import busy_times
from servicemeter.desk.methods.find_tickets import find_tickets
from servicemeter.desk.methods.watch import watch
from servicemeter.ground.clock import epoch, instant
from servicemeter.ground.errors import BadQuestion
from servicemeter.ground.weeks import seconds_of_week
from servicemeter.model.question import Filter, Scope
from servicemeter.model.ticket import TicketWish
from small_desk import NOW


def test_the_moment_by_hand(small: Desk) -> None:
    seen = watch(small)
    assert {one.name: (one.count, [row.get("ticket_id") for row in one.rows]) for one in seen.lists} == {
        "overdue": (2, ["g-7", "a-1"]),
        "at_risk": (1, ["b-2"]),
        "waiting": (1, ["b-2"]),
        "unassigned": (1, ["b-2"]),
        "queue": (1, [None]),
    }
    assert (seen.backlog["value"], seen.backlog["n_unanswered"], seen.backlog["n_unassigned"]) == (4, 1, 1)
    assert seen.before["value"] == 3  # b-2 came today
    assert seen.age["buckets"] == {"lt_1d": 1, "1d_3d": 1, "3d_7d": 1, "7d_14d": 0, "14d_30d": 1, "ge_30d": 0}
    assert (seen.at_risk["value"], seen.as_of) == (1, NOW)
    [contact] = seen.lists[-1].rows
    assert (contact["contact_id"], contact["wait_seconds"], contact["queue"]) == ("i2", 120, "main")


def test_what_no_source_supplies_is_not_counted() -> None:
    """Tickets alone, without promises, messages and calls: that nothing is overdue, waits or is in the queue is not known."""
    with Desk(None) as desk:
        tickets = FramesDelivery("shop", None, {"tickets": [{"ticket_id": "1", "created_at": "2026-03-02T09:00:00Z"}]})
        tickets.capabilities = ("tickets", "status_history")
        desk.take(tickets, now=NOW)
        counts = {one.name: one.count for one in watch(desk, as_of=NOW).lists}
    assert counts == {"overdue": None, "at_risk": None, "waiting": None, "unassigned": 1, "queue": None}


@pytest.mark.parametrize("where", [(), (Filter("channel", ("email", "phone")),), (Filter("team", ("phone",), True),)])
def test_what_is_watched_is_what_is_measured_and_what_is_found(small: Desk, where: tuple[Filter, ...]) -> None:
    seen = watch(small, where=where)
    counts = {one.name: one.count for one in seen.lists}
    assert counts["waiting"] == seen.backlog["n_unanswered"]
    assert counts["unassigned"] == seen.backlog["n_unassigned"]
    assert counts["at_risk"] == seen.at_risk["value"]  # no ticket here has two promises at risk
    for one in seen.lists[:-1]:
        assert find_tickets(small, wish=TicketWish((*where, *one.where))).total == one.count
    for bucket, count in seen.age["buckets"].items():
        assert find_tickets(small, wish=TicketWish((*where, Filter("age", (bucket,))))).total == count
    unresolved = find_tickets(small, wish=TicketWish((*where, Filter("status", ("unresolved",)))))
    assert unresolved.total == seen.backlog["value"]


def test_only_the_most_pressing_are_listed_and_a_scope_narrows_all(small: Desk) -> None:
    seen = watch(small, limit=1)
    assert [(one.count, len(one.rows)) for one in seen.lists] == [(2, 1), (1, 1), (1, 1), (1, 1), (1, 1)]
    assert [len(one.rows) for one in watch(small, limit=0).lists] == [0] * 5
    narrowed = watch(small, scope=Scope(teams=("desk",)))
    assert [one.count for one in narrowed.lists] == [1, 0, 0, 0, 0]
    assert narrowed.backlog["value"] == 1
    with pytest.raises(BadQuestion, match="0 to 100"):
        watch(small, limit=101)


@pytest.fixture(scope="module")
def calls() -> Desk:
    """Two weeks of a telephone: on Mondays after 10 two calls and one, on the first Monday after 11 one that was given up."""
    desk = Desk(None, on_demand=True)
    answered = {"channel": "phone", "direction": "inbound", "outcome": "answered", "talk_s": 200, "hold_s": 40, "acw_s": 60}
    starts = ("2026-03-02T09:10:00Z", "2026-03-02T09:20:00Z", "2026-03-09T09:30:00Z")
    rows = [
        {
            "interaction_id": f"i{place}",
            "started_at": at,
            "queued_at": at,
            "answered_at": at,
            "ended_at": at.replace(":00Z", ":40Z"),
            **answered,
        }
        for place, at in enumerate(starts)
    ]
    left = {"channel": "phone", "direction": "inbound", "outcome": "abandoned"}
    rows.append({"interaction_id": "left", "started_at": "2026-03-02T10:00:00Z", "queued_at": "2026-03-02T10:00:00Z",
                 "ended_at": "2026-03-02T10:01:00Z", **left})  # fmt: skip
    rows.append({"interaction_id": "chat", "started_at": "2026-03-03T10:00:00Z", "channel": "chat", "direction": "inbound",
                 "outcome": "abandoned", "queued_at": "2026-03-03T10:00:00Z"})  # fmt: skip
    covered = {"source": "files", "loaded_from": "2026-03-01T23:00:00Z", "loaded_through": "2026-03-15T23:00:00Z"}
    desk.load(tz="Europe/Amsterdam", now=instant("2026-03-16T00:00:00Z"), sources=[covered], interactions=rows)
    return desk


def test_load_is_arrivals_times_handling_time_by_hand(calls: Desk) -> None:
    found = busy_times(calls, since=date(2026, 3, 2), until=date(2026, 3, 16))
    cells = {(c["channel"], c["weekday"], c["hour_of_day"]): c for c in found.cells}
    ten, eleven = cells["phone", 1, 10], cells["phone", 1, 11]
    assert (ten["arrivals"], ten["hours"], ten["per_hour"]) == (3, 2, 1.5)
    assert (eleven["arrivals"], eleven["per_hour"]) == (1, 0.5)
    # 900 s for four arrivals are 225 s each: three of them in two hours keep 3 * 225 / 3600 / 2 people busy.
    assert ten["load"] == pytest.approx(0.09375)
    assert eleven["load"] == pytest.approx(0.03125)
    assert [(row["channel"], row["arrivals"], row["handle_seconds"], row["null_reason"]) for row in found.channels] == [
        ("phone", 4, 900, None), ("chat", 1, None, "not_measured"),
    ]  # fmt: skip
    chat = cells["chat", 2, 11]
    assert (chat["arrivals"], chat["load"], chat["null_reason"]) == (1, None, "not_measured")
    assert cells[None, 1, 10]["load"] == pytest.approx(0.09375)
    assert (cells[None, None, 11]["arrivals"], cells[None, None, 11]["hours"]) == (2, 14)


def test_the_loads_of_all_hours_are_what_was_worked(calls: Desk) -> None:
    found = busy_times(calls, since=date(2026, 3, 1), until=date(2026, 4, 1))
    hours = [cell for cell in found.cells if cell["channel"] is None and cell["weekday"] is not None]
    assert sum((cell["load"] or 0) * cell["hours"] for cell in hours) * 3600 == pytest.approx(900)
    assert sum(cell["hours"] for cell in hours) == 14 * 24  # as far as the data reach


def test_hours_of_the_week_follow_the_clocks() -> None:
    """The last week of October 2026 in Amsterdam has the hour from 2 to 3 on Sunday twice."""
    since, until = (epoch(instant(f"2026-{day}T00:00:00{offset}")) for day, offset in (("10-19", "+02:00"), ("11-02", "+01:00")))
    found = seconds_of_week(since, until, "Europe/Amsterdam")
    assert len(found) == 7 * 24
    assert found[7, 2] == 3 * 3600
    assert {seconds for key, seconds in found.items() if key != (7, 2)} == {2 * 3600}
    assert seconds_of_week(since, since, "Europe/Amsterdam") == {}
    assert seconds_of_week(since + 1800, since + 5400, "Europe/Amsterdam") == {(1, 0): 1800, (1, 1): 1800}
