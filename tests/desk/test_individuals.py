"""Works-council mode: what a desk hands out names nobody; numbers within one story, worked by hand (`council_shop`)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from council_shop import BOT, CANARIES, FINCH, NOW, WREN, fill
from servicemeter.desk.desk import Desk
from servicemeter.desk.individuals import hide_individuals
from servicemeter.desk.methods.assist import assist
from servicemeter.desk.methods.export_customer import export_customer
from servicemeter.desk.methods.find_tickets import find_tickets
from servicemeter.desk.methods.tell_customer import tell_customer
from servicemeter.desk.methods.tell_ticket import tell_ticket
from servicemeter.desk.methods.ticket_choices import ticket_choices
from servicemeter.desk.methods.timeline import timeline
from servicemeter.desk.methods.watch import watch
from servicemeter.desk.privacy import results_shown
from servicemeter.ground.errors import BadQuestion
from servicemeter.ground.settings import Home
from servicemeter.metrics.catalog import all_metrics
from servicemeter.model.person import Person, narrowed
from servicemeter.model.question import Filter, Question, Scope
from servicemeter.model.ticket import TicketWish
from servicemeter.surveys.results import Difference, Results, Score

SPAN = (date(2026, 3, 1), date(2026, 3, 7))
ON = "[privacy]\nhide_individuals = true\n"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The shop in works-council mode."""
    home = Home(tmp_path_factory.mktemp("council") / "home")
    with Desk(home) as found:
        fill(found)
        home.settings.write_text(ON, encoding="utf-8")
        yield found


@pytest.fixture
def open_desk(desk: Desk) -> Iterator[Desk]:
    """The same one while the mode is off."""
    assert desk.home is not None
    desk.home.settings.write_text("", encoding="utf-8")
    yield desk
    desk.home.settings.write_text(ON, encoding="utf-8")


def named(value: Any) -> list[str]:
    """Which canaries a value has."""
    text = json.dumps(value, default=lambda one: one.to_dict() if hasattr(one, "to_dict") else repr(one))
    return [canary for canary in CANARIES if canary in text]


def question(metric: str) -> Question:
    return Question(metric, moment=NOW) if all_metrics()[metric].at_moment else Question(metric, *SPAN)


HANDED_OUT: dict[str, Callable[[Desk], Any]] = {
    "tickets": lambda d: find_tickets(d),
    "ticket": lambda d: tell_ticket(d, ticket_id="t-1"),
    "customer": lambda d: tell_customer(d, customer_id="ann", source="files"),
    "choices": lambda d: ticket_choices(d),
    "watch": lambda d: watch(d),
    "timeline": lambda d: timeline(d, "files", "t-2"),
    "assist": lambda d: assist(d, ticket_id="t-1"),
    "findings": lambda d: d.findings(),
    "values": lambda d: d.dimension_values("agent"),
    "export": lambda d: export_customer(d, "ann"),
    "rows": lambda d: d.explain_question(question("tickets_closed_per_agent")),
    "presence": lambda d: d.explain_question(question("occupancy")),
    "aside": lambda d: d.kept_aside(),
}


@pytest.mark.parametrize("what", HANDED_OUT)
def test_nobody_is_named_who_was_before(open_desk: Desk, what: str) -> None:
    assert open_desk.home is not None
    assert named(HANDED_OUT[what](open_desk)), "this names nobody even while the mode is off: it proves nothing"
    open_desk.home.settings.write_text(ON, encoding="utf-8")
    assert named(HANDED_OUT[what](open_desk)) == []


def test_no_row_behind_any_metric_names_anybody(desk: Desk) -> None:
    found = {name: named(desk.explain_question(question(name))) for name in all_metrics()}
    assert {name: who for name, who in found.items() if who} == {}


def test_people_of_one_story_are_numbered_as_they_appear(desk: Desk) -> None:
    """t-1: wren takes it (1), finch works on it and answers (2), wren answers and solves; t-2 begins anew with finch."""
    first, second = tell_ticket(desk, ticket_id="t-1"), tell_ticket(desk, ticket_id="t-2")
    told = [
        (entry["at"][11:16], entry["what"], who)
        for entry in first.entries
        for who in [entry.get("author_id") or entry.get("agent_id") or entry.get("value")]
        if who is not None and entry["what"] in ("message", "work session", "change")
    ]
    assert told == [
        ("09:10", "change", "(agent 1)"),
        ("09:10", "change", "desk"),
        ("09:50", "work session", "(agent 2)"),
        ("10:00", "message", "(agent 2)"),
        ("10:50", "work session", "(agent 1)"),
        ("11:00", "message", "(agent 1)"),
        ("12:00", "change", "solved"),
    ]
    assert first.about["agent_id"] == first.spans["agent"][0]["value"] == "(agent 1)"
    assert (first.agents, first.teams) == ({}, {"desk": "Front desk"})
    assert second.about["agent_id"] == "(agent 1)"  # finch, who is the second in the other story
    assert second.agents == {BOT: "Robot"}
    assert [entry["author_id"] for entry in second.entries if "author_id" in entry] == [BOT, "(agent 2)"]


def test_lists_and_rows_have_no_numbers(desk: Desk) -> None:
    assert {row.get("agent_id") for row in find_tickets(desk).rows} == {"(agent)", None}
    assert all("agent_name" not in row for row in find_tickets(desk).rows)
    [row] = desk.explain_question(question("tickets_closed_per_agent")).rows
    assert (row["ticket_id"], row["unit"], row["unit_of"]) == ("t-1", "(agent)", "agent")
    assert ticket_choices(desk)["agent"] == [("(unassigned)", "(unassigned)")]


def test_who_asks_by_agent_is_refused_everywhere(desk: Desk) -> None:
    by_finch, of_finch = Filter("agent", (FINCH,)), Scope(agents=(FINCH,))
    asked: list[Callable[[], Any]] = [
        lambda: desk.measure("tickets_created", since=SPAN[0], until=SPAN[1], where=[by_finch]),
        lambda: desk.measure("tickets_created", since=SPAN[0], until=SPAN[1], scope=of_finch),
        lambda: desk.explain_question(Question("tickets_created", *SPAN, by=("agent",))),
        lambda: desk.statements(Question("tickets_created", *SPAN, by=("agent",))),
        lambda: desk.curve(Question("first_response_time", *SPAN, where=(by_finch,))),
        lambda: find_tickets(desk, wish=TicketWish((by_finch,))),
        lambda: find_tickets(desk, scope=of_finch),
        lambda: tell_ticket(desk, ticket_id="t-2", scope=of_finch),
        lambda: watch(desk, where=[Filter("agent", (FINCH,), negated=True)]),
        lambda: timeline(desk, "files", "t-2", of_finch),
        lambda: assist(desk, ticket_id="t-2", scope=of_finch),
    ]
    for ask in asked:
        with pytest.raises(BadQuestion, match="Works-council mode is on"):
            ask()


def test_nobody_is_no_individual(desk: Desk) -> None:
    nobody = TicketWish((Filter("agent", ("(unassigned)",)),))
    assert [row["ticket_id"] for row in find_tickets(desk, wish=nobody).rows] == ["t-3"]


def test_agents_ask_about_their_own_work_and_are_named_to_nobody(desk: Desk) -> None:
    own = Person("p", "finch@example.com", "agent", agents=(FINCH,))
    asked = narrowed(question("backlog"), own)
    assert desk.measure(asked).row["value"] == 1  # t-2; t-3 is nobody's
    scope = narrowed(asked, own).scope
    assert [row["agent_id"] for row in find_tickets(desk, scope=scope).rows] == ["(agent)"]
    lead = Person("q", "lead@example.com", "lead", teams=("desk",), agents=(WREN,))
    with pytest.raises(BadQuestion, match="Works-council mode is on"):
        desk.measure(narrowed(Question("tickets_created", *SPAN), lead))


def test_what_was_kept_while_the_mode_was_off_is_hidden_too(open_desk: Desk) -> None:
    assert open_desk.home is not None
    seen = watch(open_desk)
    assert named(seen)
    open_desk.home.settings.write_text(ON, encoding="utf-8")
    assert named(watch(open_desk)) == []


def test_rows_to_be_mended_stay_as_they_came(desk: Desk) -> None:
    assert named(desk.kept_aside(to_mend=True)) == [FINCH]


def test_surveys_do_not_say_whose_work_was_asked_about(desk: Desk) -> None:
    differences = [Difference(name, "x", 0.5, 0.5, 0.0, False) for name in ("team_id", "agent_id")]
    results = Results("csat", [], None, None, {}, Score(0, 0), differences)
    assert [one.dimension for one in results_shown(desk.home, results).differences] == ["team_id"]
    assert results_shown(None, results) == results


def test_customers_systems_and_unknown_words_stay() -> None:
    rows = [
        {"author_type": "customer", "author_id": "c1"},
        {"actor_type": "system", "actor_id": "servicemeter:rule"},
        {"actor_id": "x"},  # nobody said who
        {"field": "status", "value": "open"},
        {"agent_id": "(unassigned)"},
        {"agent_id": "bot"},
        {"name": "Ann", "customer_id": "c1"},
        {"agent_id": "x", "name": "Xenia", "id": "x", "ticket_id": "x"},
        {"table": "agents", "column": "name", "value": "Yvo", "row": '{"agent_id": "y"}'},
        {"table": "orders", "column": "amount", "value": "much", "row": '{"by": "Xenia", "amount": "much"}'},
        {"table": "orders", "column": "amount", "value": "much", "row": "x"},
    ]
    hidden = [
        {"agent_id": "(agent)", "id": "(agent)", "ticket_id": "x"},
        {"table": "agents", "column": "name", "value": "(agent)", "row": '{"agent_id": "(agent)"}'},
        {"table": "orders", "column": "amount", "value": "much", "row": '{"by": "(agent)", "amount": "much"}'},
        {"table": "orders", "column": "amount", "value": "much", "row": ""},
    ]
    assert hide_individuals(rows, {"bot"}, {"x", "Xenia"}) == [*rows[:2], {"actor_id": "(agent)"}, *rows[3:7], *hidden]


def test_a_desk_without_settings_hides_nothing(small: Desk) -> None:
    assert not small.hides_individuals
    assert tell_ticket(small, ticket_id="a-1").agents == {"kim": "Kim"}
