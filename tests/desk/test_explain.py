"""A number that explains itself: its rows add up to it, what it left out has a reason, a ticket has its story."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest

from servicemeter.desk.desk import Desk
from servicemeter.desk.methods.timeline import timeline
from servicemeter.ground.errors import BadQuestion
from servicemeter.metrics.catalog import all_metrics
from servicemeter.metrics.conditions import ALTERNATIVE, conjuncts, reason_of
from servicemeter.metrics.contributions import parts_of
from servicemeter.model.explanation import Explanation
from servicemeter.model.question import Filter, Question, Scope
from servicemeter.sources.demo import make_demo

UNTIL = datetime(2026, 6, 15, 12, tzinfo=UTC)
NUMBERS = {"horizon_days": 3, "max_replies": 2, "followup_window_days": 3, "short_abandon_s": 10, "service_level_threshold_s": 40}
KEYS = ("ticket_id", "contact_id", "leg_id", "invitation_id", "order_id", "cost_id", "agent_id")
UNCOUNTED = ("no_data", "not_started", "not_measured", "invalid_dimension")


@pytest.fixture(scope="module")
def shop() -> Iterator[Desk]:
    with Desk(None) as desk:
        desk.take(make_demo(tickets=2000, until=UNTIL), now=UNTIL)
        yield desk


def _questions(name: str) -> Iterator[Question]:
    """A metric with its defaults in several shapes, then with every option, each over a month."""
    may = Question(name, date(2026, 5, 1), date(2026, 6, 1))
    yield may
    yield Question(name, date(2026, 4, 1), date(2026, 7, 1), grain="month", by=("channel",))
    yield Question(name, date(2026, 6, 8), date(2026, 6, 22), grain="day", by=("agent", "source"))
    yield replace(may, where=(Filter("channel", ("email", "chat")), Filter("team", ("second_line",), negated=True)))
    yield replace(may, as_of=datetime(2026, 5, 20, 9, 30, tzinfo=UTC), scope=Scope(brands=("carpat",)))
    if all_metrics()[name].at_moment:
        yield Question(name, moment=datetime(2026, 5, 15, 8, tzinfo=UTC), by=("team",))
    for parameter in all_metrics()[name].parameters:
        for option in parameter.options or [NUMBERS.get(parameter.name, 2)]:
            if option != parameter.default:
                yield replace(may, params={parameter.name: option})


def _equal(given: float | None, added: float | None) -> bool:
    return given is None or abs(given - (added or 0)) < 1e-6


@pytest.mark.parametrize("name", all_metrics())
def test_the_rows_add_up_to_the_answer_and_what_is_left_out_has_a_reason(shop: Desk, name: str) -> None:
    n = 0
    for question in _questions(name):
        explained = shop.explain(question, limit=7)
        answer = shop.measure(question)
        given = [row for row in answer.rows if row["null_reason"] not in UNCOUNTED]
        assert len(explained.totals) == len(given), question
        for row, total in zip(given, explained.totals, strict=True):
            labels = {k: row[k] for k in ("period_start", "at", *question.by) if k in row}
            assert {k: total[k] for k in labels} == labels
            assert total["n"] == (row["n"] or 0), question
            assert _equal(row["numerator"], total["numerator"]), question
            n += total["n"]
        assert explained.row_count == sum(total["rows"] for total in explained.totals)
        assert len(explained.rows) == min(7, explained.row_count)
        assert not any("fault of the program" in note for note in explained.notes)
        for part in explained.left_out:
            assert part.reason != "other", f"{question}: {part.title}"
            assert part.count >= len(part.examples) > 0
        json.dumps(explained.to_dict(), default=None)
    assert n > 0 or shop.measure(question).row["null_reason"] == "not_measured"


@pytest.mark.parametrize("name", all_metrics())
def test_all_rows_shown_have_the_n_of_the_answer_and_a_name(shop: Desk, name: str) -> None:
    question = Question(name, date(2026, 5, 1), date(2026, 6, 1))
    explained = shop.explain(question, limit=10_000)
    assert not explained.is_cut
    for row in explained.rows:
        assert row["source"] == "demo"
        assert any(row.get(key) for key in KEYS)
        assert row["fact"] in {part.tally.over for part in parts_of(all_metrics()[name].measure(_defaults(name)))}
    metric = all_metrics()[name]
    is_part = metric.unit == "fraction" and metric.measure(_defaults(name)).across  # n is then the whole's in every row
    if not any("unit" in row for row in explained.rows):  # else n counts units (agents), and the rows are theirs
        totals = explained.totals[:1] if is_part else explained.totals
        assert sum(row["n"] for row in explained.rows) == sum(total["n"] for total in totals)


def _defaults(name: str) -> dict[str, Any]:
    return {p.name: p.default for p in all_metrics()[name].parameters} | {"by": ()}


NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
_CAN = "tickets,status_history,assignment_history,messages,survey_invitations,survey_answers"


def _event(key: int, ticket: str, at: str, field: str, value: str, actor: str = "agent") -> dict[str, Any]:
    return {
        "event_id": f"e{key:02}", "ticket_id": ticket, "occurred_at": f"2026-03-{at}:00Z", "field": field, "value": value,
        "actor_type": actor, "actor_id": "a1" if actor == "agent" else None,
    }  # fmt: skip


def _message(key: int, ticket: str, at: str, author: str, **more: Any) -> dict[str, Any]:
    who = {"customer": "c1", "agent": "a1", "bot": "b1"}.get(author)
    at = f"2026-03-{at}:00Z"
    return {"message_id": f"m{key:02}", "ticket_id": ticket, "occurred_at": at, "author_type": author, "author_id": who, **more}


def _ticket(ticket: str, at: str | None, **more: Any) -> dict[str, Any]:
    created = f"2026-03-{at}:00Z" if at else None
    return {"ticket_id": ticket, "created_at": created, "channel": "email", "initiated_by": "customer", **more}


@pytest.fixture(scope="module")
def book() -> Iterator[Desk]:
    """Ten tickets, one of each kind; the reporting zone is UTC, and March 2026 up to the 20th is loaded."""
    with Desk(None) as desk:
        desk.load(
            tz="UTC",
            now=NOW,
            sources=[{"source": "files", "loaded_through": "2026-03-20T12:00:00Z", "capabilities": _CAN}],
            tickets=[
                _ticket("good", "02T09:00"), _ticket("spam", "02T09:00"), _ticket("test", "02T09:00"),
                _ticket("deleted", "02T09:00"), _ticket("merged", "02T09:30"),
                _ticket("outbound", "02T09:00", initiated_by="agent"),
                _ticket("bot only", "02T09:00"), _ticket("reopened", "02T09:00"), _ticket("late", "18T09:00"),
                _ticket("unknown", None),
            ],
            messages=[
                _message(1, "good", "02T09:00", "customer"),
                _message(2, "good", "02T09:01", "system", is_auto=True),
                _message(3, "good", "02T09:30", "agent", is_public=False),
                _message(4, "good", "02T10:00", "agent"),
                _message(5, "outbound", "02T09:00", "agent"),
                _message(6, "bot only", "02T09:00", "customer"),
                _message(7, "bot only", "02T09:01", "bot"),
                _message(8, "reopened", "02T09:00", "customer"),
                _message(9, "reopened", "02T11:00", "agent"),
                _message(10, "late", "18T09:00", "customer"),
                _message(11, "late", "18T10:00", "agent"),
                _message(12, "spam", "02T09:00", "customer"),
                _message(13, "merged", "02T09:30", "customer"),
            ],
            ticket_events=[
                _event(1, "spam", "03T09:00", "is_spam", "true"),
                _event(2, "test", "03T09:00", "is_test", "true"),
                _event(3, "deleted", "03T09:00", "is_deleted", "true"),
                _event(4, "merged", "03T09:00", "merged_into", "good"),
                _event(5, "good", "02T10:00", "status", "solved"),
                _event(6, "bot only", "02T09:02", "status", "solved", actor="bot"),
                _event(7, "outbound", "02T12:00", "status", "solved"),
                _event(8, "reopened", "02T11:00", "status", "solved"),
                _event(9, "reopened", "04T11:00", "status", "open", actor="customer"),
                _event(10, "late", "18T10:00", "status", "solved"),
                _event(11, "spam", "03T09:00", "status", "closed"),
            ],
            survey_invitations=[
                {"invitation_id": f"v{i}", "kind": "csat", "ticket_id": "good", "sent_at": "2026-03-05T09:00:00Z", **more}
                for i, more in enumerate([{}, {}, {"delivery": "bounced"}, {"scope": "relational"}, {"kind": "nps"}])
            ],
            survey_answers=[
                _answer(0, "v0", "05T10:00", 2), _answer(1, "v0", "05T11:00", 5), _answer(2, "v1", "05T10:00", 9),
                _answer(3, "v2", "05T10:00", 4), _answer(4, "v3", "05T10:00", 4), _answer(5, "v4", "05T10:00", 9),
                _answer(6, "none", "05T10:00", 4),
            ],
        )  # fmt: skip
        yield desk


def _answer(key: int, invitation: str, at: str, value: int) -> dict[str, Any]:
    return {"answer_id": f"s{key}", "invitation_id": invitation, "answered_at": f"2026-03-{at}:00Z", "value_num": value}


def test_periods_without_a_figure_have_no_rows(book: Desk) -> None:
    """The ticket opened again is open on the 9th, the 16th and when the data end (the 20th); the next week has not begun."""
    weeks = book.explain(Question("backlog", date(2026, 3, 2), date(2026, 3, 30), grain="week"))
    assert [(row["period_start"], row["ticket_id"]) for row in weeks.rows] == [
        ("2026-03-02", "reopened"), ("2026-03-09", "reopened"), ("2026-03-16", "reopened")
    ]  # fmt: skip
    last = book.explain(Question("backlog", date(2026, 3, 23), date(2026, 3, 30)))
    assert (last.rows, last.row_count, last.left_out) == ([], 0, [])
    assert last.notes == ("Nothing was counted: see null_reason.",)


def _march(book: Desk, metric: str, **params: Any) -> Explanation:
    return book.explain(Question(metric, date(2026, 3, 1), date(2026, 4, 1), params=params))


def _reasons(explained: Explanation) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in explained.left_out:
        found[part.reason] = found.get(part.reason, 0) + part.count
    return found


def _tickets(explained: Explanation) -> list[str]:
    return [row["ticket_id"] for row in explained.rows]


def test_new_tickets_and_those_that_are_none(book: Desk) -> None:
    explained = _march(book, "tickets_created")
    assert _tickets(explained) == ["bot only", "good", "reopened", "late"]
    assert _reasons(explained) == {"outbound": 1, "spam": 1, "test": 1, "deleted": 1, "merged": 1, "creation_unknown": 1}
    by_reason = {part.reason: part.examples[0] for part in explained.left_out}
    assert by_reason["spam"]["ticket_id"] == "spam" and by_reason["spam"]["happened_at"] == "2026-03-02T09:00:00+00:00"
    assert by_reason["outbound"]["ticket_id"] == "outbound"
    assert explained.rows[1]["happened_at"] == "2026-03-02T09:00:00+00:00"


def test_resolution_leaves_out_outbound_untouched_and_reopened(book: Desk) -> None:
    explained = _march(book, "resolution_time")
    assert {row["ticket_id"]: row["value"] for row in explained.rows} == {"good": 3600, "late": 3600}
    assert _reasons(explained) == {"outbound": 1, "untouched": 1, "reopened": 1, "spam": 1}
    assert _reasons(_march(book, "resolution_time", include_bot_only=True)).keys() == {"outbound", "reopened", "spam"}
    assert "outbound" not in _reasons(_march(book, "resolution_time", population="all"))


def test_first_response_says_who_is_still_waiting(book: Desk) -> None:
    explained = _march(book, "first_response_time")
    assert {row["ticket_id"]: row["value"] for row in explained.rows} == {"good": 3600, "reopened": 7200, "late": 3600}
    assert _reasons(explained)["not_yet"] == 1
    assert {part.reason: part for part in explained.left_out}["not_yet"].examples[0]["ticket_id"] == "bot only"


def test_a_share_says_which_rows_hit_and_which_are_immature(book: Desk) -> None:
    explained = _march(book, "reopen_rate")
    assert {row["ticket_id"]: row["in_numerator"] for row in explained.rows} == {
        "bot only": False, "good": False, "reopened": True,
    }  # fmt: skip
    assert explained.answer.row["numerator"] == 1 == explained.totals[0]["numerator"]
    assert _reasons(explained)["immature"] == 1 == explained.answer.row["n_immature"]


def test_survey_answers_left_out_by_scope_delivery_scale_and_change(book: Desk) -> None:
    explained = _march(book, "csat")
    assert [(row["invitation_id"], row["answer_id"], row["in_numerator"]) for row in explained.rows] == [("v0", "s1", True)]
    assert _reasons(explained) == {
        "replaced": 1, "invalid": 1, "not_delivered": 1, "other_scope": 1, "other_survey": 1, "no_invitation": 1,
    }  # fmt: skip


def test_what_was_said_but_is_no_reply(book: Desk) -> None:
    explained = _march(book, "tickets_handled")
    assert sorted(_tickets(explained)) == ["good", "late", "outbound", "reopened"]
    assert _reasons(explained) == {"system": 1, "note": 1, "bot": 1}


def test_filters_hold_for_what_is_left_out_too(book: Desk) -> None:
    question = Question("tickets_created", date(2026, 3, 1), date(2026, 4, 1), where=(Filter("channel", ("phone",)),))
    assert book.explain(question).left_out == []
    by_team = book.explain(replace(question, where=(Filter("team", ("x",), negated=True),)))
    assert set(_reasons(by_team)) == {"outbound"} and "team" in by_team.notes[0]


def test_a_moment_and_an_empty_and_an_unmeasured_question(book: Desk) -> None:
    backlog = book.explain(Question("backlog", moment=datetime(2026, 3, 10, tzinfo=UTC)))
    assert _tickets(backlog) == ["reopened"] and backlog.rows[0]["at"] == "2026-03-10T00:00:00+00:00"
    assert set(_reasons(backlog)) == {"spam", "test", "deleted", "merged", "creation_unknown"}
    empty = book.explain("tickets_created", since="2026-01-01", until="2026-02-01")
    assert empty.rows == [] and empty.row_count == 0
    unmeasured = book.explain("abandonment_rate", since="2026-03-01", until="2026-04-01")
    assert unmeasured.rows == [] and unmeasured.answer.row["null_reason"] == "not_measured" and unmeasured.notes


def test_rows_of_one_ticket_and_instant_have_one_order() -> None:
    """Every ticket was asked by mail at 9:00 and in a chat at 9:30, and both were answered at 10:00: 1,800 s and 3,600 s."""
    names = [f"T{k:02}" for k in range(50)]
    chat = {
        "channel": "chat",
        "direction": "inbound",
        "outcome": "answered",
        "agent_id": "a1",
        "started_at": "2026-03-02T09:20:00Z",
    }
    chat |= {"queued_at": "2026-03-02T09:20:00Z", "answered_at": "2026-03-02T09:21:00Z", "ended_at": "2026-03-02T10:30:00Z"}
    said = (("09:00", "customer", False), ("09:30", "customer", True), ("10:00", "agent", False), ("10:00", "agent", True))
    with Desk(None) as desk:
        desk.load(
            now=datetime(2026, 3, 5, tzinfo=UTC),
            tickets=[{"ticket_id": name, "created_at": "2026-03-02T09:00:00Z", "initiated_by": "customer"} for name in names],
            interactions=[{"interaction_id": name, "ticket_id": name, **chat} for name in names],
            messages=[
                {"message_id": f"{name}-{k}", "ticket_id": name, "occurred_at": f"2026-03-02T{at}:00Z", "author_type": author,
                 "author_id": "a1" if author == "agent" else None, "interaction_id": name if is_chat else None}
                for name in names for k, (at, author, is_chat) in enumerate(said)
            ],
        )  # fmt: skip
        listed = desk.explain(
            "response_time", since="2026-03-02", until="2026-03-03", as_of="2026-03-04T00:00:00Z", limit=99
        ).rows
        assert [(row["ticket_id"], row["value"]) for row in listed] == [(n, wait) for n in names for wait in (1800, 3600)][:99]


def test_hours_are_listed_by_size() -> None:
    with Desk(None) as desk:
        tickets = [{"ticket_id": f"{hour}", "created_at": f"2026-03-02T{hour:02}:00:00Z"} for hour in (10, 9, 23, 0)]
        desk.load(now=datetime(2026, 3, 5, tzinfo=UTC), tickets=tickets)
        span = (date(2026, 3, 2), date(2026, 3, 3))
        listed = desk.explain_question(Question("tickets_created", *span, by=("hour_of_day",), params={"population": "all"})).rows
        assert [row["ticket_id"] for row in listed] == ["0", "9", "10", "23"]


def test_the_limit_cuts_rows_and_not_totals(book: Desk) -> None:
    explained = book.explain("tickets_created", since="2026-03-01", until="2026-04-01", limit=1)
    assert len(explained.rows) == 1 and explained.row_count == 4 and explained.is_cut
    with pytest.raises(BadQuestion, match="limit=-1"):
        book.explain("tickets_created", since="2026-03-01", until="2026-04-01", limit=-1)
    assert explained.totals == [{"period_start": "2026-03-01", "rows": 4, "n": 4, "numerator": None}]


def test_the_statements_are_selects_that_run(book: Desk) -> None:
    for sql in _march(book, "resolution_time").statements:
        assert sql.startswith("select ")
        assert len(book.on_engine(partial(_rows, sql))) >= 2


def _rows(sql: str, engine: Any) -> list[Any]:
    return list(engine.rows(sql))


def test_a_story_is_told_in_order_with_the_merged_ticket_and_without_words(book: Desk) -> None:
    story = timeline(book, "files", "merged")
    assert story == timeline(book, "files", "good")
    told = [(entry["at"][8:16], entry["what"]) for entry in story]
    assert told == [
        ("02T09:00", "created"), ("02T09:00", "message"), ("02T09:01", "message"), ("02T09:30", "created"),
        ("02T09:30", "message"), ("02T09:30", "message"), ("02T10:00", "message"), ("02T10:00", "change"),
        ("02T10:00", "turn answered"), ("02T10:00", "solve"), ("03T09:00", "change"),
        *[("05T09:00", "survey sent")] * 5, *[("05T10:00", "survey answered")] * 5, ("05T11:00", "survey answered"),
    ]  # fmt: skip
    turn = next(entry for entry in story if entry["what"] == "turn answered")
    assert (turn["started_at"], turn["wait_seconds"], turn["wait_open_seconds"]) == ("2026-03-02T09:00:00Z", 3600, 3600)
    assert not any("text" in entry for entry in story)
    json.dumps(story)


def test_a_ticket_in_no_figure_has_a_story_and_an_unknown_one_has_none(book: Desk) -> None:
    assert [entry["what"] for entry in timeline(book, "files", "spam")] == ["created", "message", "change", "change"]
    assert timeline(book, "files", "o'neill") == []


def test_conditions_are_taken_apart_where_and_stands_alone() -> None:
    assert conjuncts("f.a and (f.b or f.c) and f.d between 1 and 2") == ["f.a", "(f.b or f.c)", "f.d between 1 and 2"]
    assert conjuncts("f.a or f.b and f.c") == ["f.a or f.b and f.c"]
    assert conjuncts("case when f.a and f.b then 1 end = 1 and f.c = 'x and y'") == [
        "case when f.a and f.b then 1 end = 1", "f.c = 'x and y'",
    ]  # fmt: skip
    assert conjuncts("((f.a and f.b)) and true") == ["f.a", "f.b"]
    assert conjuncts("true") == []
    assert conjuncts("(f.a)") == ["f.a"]


def test_an_unknown_condition_is_said_as_it_is() -> None:
    assert reason_of("f.moon_phase = 3").title == "Does not meet the condition f.moon_phase = 3"
    assert reason_of("f.responder in ('both', 'human')") is ALTERNATIVE
