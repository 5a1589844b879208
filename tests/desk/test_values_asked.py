"""Values that somebody asks for are data: whatever they look like, they are compared and never read."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from jinja2.exceptions import SecurityError

from servicemeter.desk.desk import Desk
from servicemeter.desk.methods.find_tickets import find_tickets
from servicemeter.engines.engine import BookEngine
from servicemeter.ground.errors import BadQuestion
from servicemeter.model.question import Filter, Scope
from servicemeter.model.ticket import TicketWish
from servicemeter.store.build import Facts

ODD = (
    "{{ 7 * 7 }}", "{{ facts }}", "{{ far_off }}", "{% if %}", "{# a", "p.e", "p.midnight(f.day)", "t.x", "it's", "␚7b␚", "$e",
    "a\\'b", "été (x) - y",
)  # fmt: skip
"""What the templates of statements, and those who write in them, look for; and quotes."""


@pytest.fixture(scope="module")
def desk() -> Desk:
    """A ticket for each odd value, which is its channel, its id and what it says; and 49, which the first one would come to."""
    opened = Desk(None)
    values = (*ODD, "49")
    opened.load(
        tickets=[
            {"ticket_id": one, "created_at": f"2026-03-{day:02d}T09:00:00+00:00", "channel": one}
            for day, one in enumerate(values, 1)
        ],
        messages=[
            {"ticket_id": one, "occurred_at": f"2026-03-{day:02d}T09:00:00+00:00", "author_type": "customer", "is_public": True,
             "message_id": one}
            for day, one in enumerate(values, 1)
        ],
        texts=[{"of": "ticket", "id": one, "text": f"about {one}"} for one in values],
    )  # fmt: skip
    return opened


@pytest.mark.parametrize("value", ODD)
def test_a_channel_of_that_name_is_found(desk: Desk, value: str) -> None:
    span: dict[str, Any] = {"since": date(2026, 3, 1), "until": date(2026, 4, 1)}
    [row] = desk.measure("tickets_created", where=(Filter("channel", (value,)),), **span).rows
    assert row["value"] == 1
    told = desk.explain("tickets_created", where=(Filter("channel", (value,)),), **span)
    assert [row["ticket_id"] for row in told.rows] == [value]
    [row] = desk.measure("tickets_created", where=(Filter("channel", (value,), negated=True),), **span).rows
    assert row["value"] == len(ODD)


@pytest.mark.parametrize("value", ODD)
def test_a_ticket_with_it_is_found(desk: Desk, value: str) -> None:
    for wish in (
        TicketWish(where=(Filter("channel", (value,)),)),
        TicketWish(name=value),
        TicketWish(words=value),
    ):
        assert [row["ticket_id"] for row in find_tickets(desk, wish=wish).rows] == [value]
    for other in (TicketWish(where=(Filter("customer", (value,)),)), TicketWish(where=(Filter("team", (value,)),))):
        assert find_tickets(desk, wish=other).rows == []
    assert find_tickets(desk, scope=Scope(brands=(value,))).rows == []


@pytest.mark.parametrize("value", ["{{ 7 * 7 }}", None, [], float("inf"), float("nan"), "9" * 400, -1e308, "1e999", "x"])
def test_an_option_that_is_a_number_is_one_that_can_be_reckoned_with(desk: Desk, value: object) -> None:
    span: dict[str, Any] = {"since": date(2026, 3, 1), "until": date(2026, 4, 1)}
    for metric in desk.metrics():
        names = [p.name for p in metric.parameters if not p.options and not p.is_text and value is not p.default]
        for name in (*names, "min_n"):
            asked = {"at": "2026-03-10T00:00:00Z"} if metric.at_moment else span
            with pytest.raises(BadQuestion, match=f"{name} of {metric.name} must be a number"):
                desk.measure(metric.name, params={name: value}, **asked)


def test_a_length_of_time_is_not_negative(desk: Desk) -> None:
    span: dict[str, Any] = {"since": date(2026, 3, 1), "until": date(2026, 4, 1)}
    for metric, name in (("service_level", "service_level_threshold_s"), ("reopen_rate", "followup_window_days")):
        with pytest.raises(BadQuestion, match="cannot be negative: -5"):
            desk.measure(metric, params={name: -5}, **span)


def test_templates_cannot_look_into_python(desk: Desk) -> None:
    """No value becomes a template; should one ever, it finds nothing there."""

    def read(engine: BookEngine) -> None:
        for text in (
            "{{ rows.__globals__ }}",
            "{{ ''.__class__ }}",
            "{{ '{0.__class__}'.format(1) }}",
            "{{ policies.__init__ }}",
        ):
            with pytest.raises(SecurityError):
                Facts(engine, {}).render(text)

    desk.on_rows(read)


def test_the_option_scope_of_a_survey_is_told_from_the_scope_of_a_question(desk: Desk) -> None:
    """`scope` is a name that is taken: the option goes into `params`, and who writes it beside is told so."""
    with pytest.raises(BadQuestion, match="stands in params"):
        desk.measure("nps", since="2026-03-01", until="2026-04-01", scope="relational")  # type: ignore[arg-type]
    assert desk.measure("nps", since="2026-03-01", until="2026-04-01", params={"scope": "relational"}).rows
