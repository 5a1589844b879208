"""One ticket's story: clocks, stretches and what metrics made of it, worked by hand (`small_desk`)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from servicemeter.desk.desk import Desk
from servicemeter.desk.methods.measure_ticket import measure_ticket
from servicemeter.desk.methods.tell_customer import tell_customer
from servicemeter.desk.methods.tell_ticket import tell_ticket
from servicemeter.ground.errors import BadQuestion
from servicemeter.model.question import Filter, Scope
from servicemeter.model.ticket import TicketClock
from small_desk import NOW

HOUR = 3600


def at(day: int, hour: int) -> int:
    """An hour (UTC) of March 2026 in epoch seconds."""
    return int(datetime(2026, 3, day, hour, tzinfo=UTC).timestamp())


def drawn(clock: TicketClock, since: int) -> list[tuple[int, int, str, str]]:
    """The stretches in hours since an instant."""
    return [((s.from_at - since) // HOUR, (s.to_at - since) // HOUR, s.kind, s.who) for s in clock.stretches]


def test_the_first_response_is_counted_by_both_clocks(small: Desk) -> None:
    clock = tell_ticket(small, ticket_id="a-1").clocks[0]
    assert (clock.name, clock.is_running, clock.ended_as) == ("first_response", False, "answered")
    assert (clock.seconds, clock.open_seconds) == (18 * HOUR, 2 * HOUR)  # Wednesday 16 to 17, Thursday 9 to 10
    assert drawn(clock, at(4, 15)) == [
        (0, 1, "counted", "customer"),
        (1, 17, "closed", "customer"),
        (17, 18, "counted", "customer"),
    ]


def test_a_later_turn_runs_until_it_is_answered(small: Desk) -> None:
    clock = tell_ticket(small, ticket_id="a-1").clocks[1]
    assert (clock.name, clock.is_running, clock.started_at, clock.ended_at) == ("turn", True, at(5, 13), at(6, 16))
    assert (clock.seconds, clock.open_seconds) == (27 * HOUR, 11 * HOUR)


def test_resolution_says_who_waited(small: Desk) -> None:
    clock = tell_ticket(small, ticket_id="a-1").clocks[2]
    assert (clock.name, clock.is_running, clock.seconds, clock.open_seconds) == ("resolution", True, 49 * HOUR, 17 * HOUR)
    assert drawn(clock, at(4, 15)) == [
        (0, 1, "counted", "customer"), (1, 17, "closed", "customer"), (17, 18, "counted", "customer"), (18, 22, "counted", "us"),
        (22, 25, "counted", "customer"), (25, 41, "closed", "customer"), (41, 49, "counted", "customer"),
    ]  # fmt: skip
    opened = sum(s.to_at - s.from_at for s in clock.stretches if s.kind == "counted")
    assert opened == clock.open_seconds


def test_promises_count_pause_and_pass(small: Desk) -> None:
    first, solve = tell_ticket(small, ticket_id="a-1").clocks[3:]
    assert (first.policy, first.ended_as, first.elapsed_seconds, first.target_seconds) == ("answer", "met", 2 * HOUR, 4 * HOUR)
    assert (solve.policy, solve.ended_as, solve.elapsed_seconds, solve.passed_at) == ("solve", "breached", 13 * HOUR, at(6, 11))
    assert drawn(solve, at(4, 15)) == [
        (0, 1, "counted", ""), (1, 17, "closed", ""), (17, 18, "counted", ""), (18, 22, "paused", ""), (22, 25, "counted", ""),
        (25, 41, "closed", ""), (41, 49, "counted", ""),
    ]  # fmt: skip
    assert sum(s.to_at - s.from_at for s in solve.stretches if s.kind == "counted") == solve.elapsed_seconds


def test_a_promise_due_at_closing_time_is_not_passed(small: Desk) -> None:
    clock = next(clock for clock in tell_ticket(small, ticket_id="b-2").clocks if clock.policy == "answer")
    assert (clock.due_at, clock.passed_at, clock.elapsed_seconds, clock.is_running) == (at(6, 16), None, 4 * HOUR, True)


def test_a_solved_ticket_has_its_clocks_at_rest(small: Desk) -> None:
    story = tell_ticket(small, ticket_id="f-6")  # merged into c-3
    assert [one["ticket_id"] for one in story.about["tickets"]] == ["c-3", "f-6"]
    clocks = {(clock.name, clock.policy): clock for clock in story.clocks}
    assert clocks["resolution", ""].seconds == clocks["resolution", ""].open_seconds == 2 * HOUR
    assert clocks["resolution", "solve"].ended_as == "met"
    assert story.spans["status"] == [
        {"value": "new", "from_at": at(2, 8), "to_at": at(2, 10)}, {"value": "solved", "from_at": at(2, 10), "to_at": at(6, 16)},
    ]  # fmt: skip


def test_spans_entries_names_and_words(small: Desk) -> None:
    story = tell_ticket(small, ticket_id="a-1")
    assert [span["value"] for span in story.spans["status"]] == ["new", "pending", "open"]
    assert story.spans["agent"] == [{"value": "kim", "from_at": at(5, 8) + HOUR // 2, "to_at": at(6, 16)}]
    assert (story.agents, story.teams) == ({"kim": "Kim"}, {"desk": "Front desk"})
    assert story.about["subject"] == "Kapotte lamp"
    said = [entry.get("text") for entry in tell_ticket(small, ticket_id="b-2").entries if entry["what"] == "message"]
    assert said == ["Încă aștept lampa"]
    silent = tell_ticket(small, ticket_id="b-2", words=False)
    assert all("text" not in entry for entry in silent.entries)


def test_the_past_knows_nothing_of_what_came_later(small: Desk) -> None:
    story = tell_ticket(small, ticket_id="a-1", as_of=NOW - timedelta(days=2))
    known = [entry["what"] for entry in story.entries]
    assert known == [
        "created",
        "message",
        "change",
        "change",
    ]
    assert max(str(entry["at"]) for entry in story.entries) < "2026-03-04T16"
    assert story.about["status"] == "new"


def test_a_ticket_in_no_figure_says_why_and_has_no_clocks(small: Desk) -> None:
    story = tell_ticket(small, ticket_id="e-5")
    assert (story.about["flags"], story.about["is_aside"], story.clocks) == ("is_spam", True, [])
    assert measure_ticket(small, ticket_id="e-5") == []


def test_only_those_within_the_scope_are_told(small: Desk) -> None:
    for ask in (tell_ticket, measure_ticket):
        with pytest.raises(BadQuestion, match="that you may see"):
            ask(small, ticket_id="a-1", scope=Scope(teams=("phone",)))
    with pytest.raises(BadQuestion, match="no ticket"):
        tell_ticket(small, ticket_id="zzz")


def _made(desk: Desk, ticket: str) -> dict[str, dict[str, Any]]:
    return {one["metric"]: one for one in measure_ticket(desk, ticket_id=ticket)}


def test_each_metric_tells_what_it_made_of_the_ticket(small: Desk) -> None:
    a, c, d = (_made(small, name) for name in ("a-1", "c-3", "d-4"))
    assert [row["value"] for row in a["first_response_time"]["rows"]] == [18 * HOUR]
    assert [row["value"] for row in a["backlog_age"]["rows"]] == [49 * HOUR]
    assert [row["value"] for row in a["sla_breaches"]["rows"]] == [5 * HOUR]  # 13 of 8 hours
    assert [row["value"] for row in c["resolution_time"]["rows"]] == [2 * HOUR]
    assert [row["in_numerator"] for row in c["sla_compliance_rate"]["rows"]] == [True, True]
    assert [part["reason"] for part in c["reopen_rate"]["left_out"]] == ["immature"]
    assert [part["reason"] for part in d["tickets_created"]["left_out"]] == ["outbound"]


def test_a_metric_of_one_ticket_is_what_it_adds_to_the_answer(small: Desk) -> None:
    """Over all written tickets the rows of each add up to the n of the metric itself."""
    for name in ("tickets_created", "first_response_time", "resolution_time", "response_time", "sla_compliance_rate"):
        answer = small.measure(name, since="2026-02-01", until="2026-04-01", as_of=NOW, where=[Filter("channel", ("email",))])
        rows = [row for ticket in ("a-1", "c-3", "d-4") for row in _made(small, ticket).get(name, {"rows": []})["rows"]]
        assert sum(row["n"] for row in rows) == answer.row["n"] > 0, name


def test_a_customer_has_all_of_the_person(small: Desk) -> None:
    told = tell_customer(small, source="files", customer_id="c1")
    assert [(entry["what"], entry.get("ticket_id", entry.get("order_id"))) for entry in told["entries"]] == [
        ("ticket", "a-1"), ("ticket", "c-3"), ("order", "o1"),
    ]  # fmt: skip
    assert (told["counts"], told["total"], told["person"][0]["name"]) == ({"ticket": 2, "order": 1}, 3, "Ann")
    second = tell_customer(small, source="files", customer_id="c1", page=2, size=2)
    assert ([entry["what"] for entry in second["entries"]], second["pages"]) == (["order"], 2)
    narrowed = tell_customer(small, source="files", customer_id="c1", scope=Scope(teams=("desk",)))
    assert [entry.get("ticket_id") for entry in narrowed["entries"]] == ["a-1"]
    with pytest.raises(BadQuestion, match="no customer"):
        tell_customer(small, source="files", customer_id="c2", scope=Scope(teams=("desk",)))


def test_an_answer_about_a_ticket_is_its_customer_s_unless_the_invitation_says_whose() -> None:
    created = "2026-03-02T09:00:00Z"
    with Desk(None, on_demand=True) as desk:
        desk.load(
            source="desk",
            tickets=[{"ticket_id": n, "created_at": created, "customer_id": c} for n, c in (("1", "ann"), ("2", "eve"))],
            survey_invitations=[
                {"invitation_id": "i", "kind": "csat", "ticket_id": "1"},
                {"invitation_id": "j", "kind": "csat", "ticket_id": "2"},
                {"invitation_id": "k", "kind": "csat", "customer_id": "ann"},
                {"invitation_id": "l", "kind": "csat", "ticket_id": "1", "customer_id": "eve"},
            ],
            survey_answers=[
                {"answer_id": n, "invitation_id": n, "answered_at": "2026-03-03T09:00:00Z", "value_num": number}
                for number, n in enumerate("ijkl", start=1)
            ],
        )
        given = {c: tell_customer(desk, source="desk", customer_id=c) for c in ("ann", "eve")}
    assert [told["counts"] for told in given.values()] == [{"ticket": 1, "survey": 2}] * 2
    scores = {c: sorted(e["value_num"] for e in told["entries"] if e["what"] == "survey") for c, told in given.items()}
    assert scores == {"ann": [1, 3], "eve": [2, 4]}
