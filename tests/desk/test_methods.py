"""Methods of the desk that are found by their names: here, through a server, and only these."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import servicemeter
from servicemeter.desk.desk import Desk
from servicemeter.desk.methods import method_named, method_names
from servicemeter.desk.methods.busy_times import busy_times
from servicemeter.desk.methods.find_tickets import find_tickets
from servicemeter.desk.methods.measure_ticket import measure_ticket
from servicemeter.desk.methods.tell_customer import tell_customer
from servicemeter.desk.methods.tell_ticket import tell_ticket
from servicemeter.desk.methods.ticket_choices import ticket_choices
from servicemeter.desk.methods.watch import watch
from servicemeter.desk.remote import RemoteDesk
from servicemeter.desk.wire import pack, unpack
from servicemeter.ground.errors import BadQuestion, UnknownName
from servicemeter.ground.settings import Home
from servicemeter.model.question import Filter
from servicemeter.model.ticket import TicketWish
from small_desk import NOW, small_desk
from terminal import serving


@pytest.mark.parametrize("name", sorted(method_names()))
def test_a_module_holds_the_method_of_its_name_whose_arguments_have_names(name: str) -> None:
    one = method_named(name)
    parameters = list(inspect.signature(one.answer).parameters.values())
    assert parameters[0].name == "desk"
    assert all(parameter.kind is inspect.Parameter.KEYWORD_ONLY for parameter in parameters[1:])
    assert isinstance(one.is_kept, bool)


class _Listening:
    """Answers with what it was asked."""

    def ask(self, name: str, arguments: Mapping[str, Any]) -> Any:
        return name, dict(arguments)


def test_whoever_answers_is_asked_by_name() -> None:
    assert find_tickets(_Listening(), as_of=NOW) == ("find_tickets", {"as_of": NOW})  # type: ignore[comparison-overlap]
    with pytest.raises(TypeError, match="by name"):
        find_tickets(_Listening(), TicketWish())  # type: ignore[misc]


def test_a_desk_has_them_for_python_at_a_prompt(small: Desk) -> None:
    assert small.find_tickets() == find_tickets(small)  # type: ignore[attr-defined]
    assert "find_tickets" in dir(small)
    with pytest.raises(AttributeError, match="find_ticket"):
        small.find_ticket()  # type: ignore[attr-defined]
    with pytest.raises(UnknownName, match="find_tickets"):
        small.ask("find_ticket", {})


def test_what_is_kept_is_worked_out_anew_after_a_load() -> None:
    with small_desk() as desk:
        first = watch(desk)
        assert watch(desk) is first
        assert watch(desk, limit=1) is not first
        desk.load(now=NOW, tickets=[{"ticket_id": "z", "created_at": "2026-03-06T15:00:00Z"}],
                  messages=[{"ticket_id": "z", "occurred_at": "2026-03-06T15:00:00Z", "author_type": "customer"}])  # fmt: skip
        again = watch(desk)
        counts = [{one.name: one.count for one in seen.lists}["waiting"] for seen in (first, again)]
        assert (counts, again.data_version) == ([1, 2], first.data_version + 1)


def test_every_method_answers_alike_through_a_server(own_shop: Path) -> None:
    def everything(desk: Any) -> list[Any]:
        listed = find_tickets(desk, wish=TicketWish((Filter("status", ("solved",)),), sort="-solved", size=3))
        one = {"source": "demo", "ticket_id": listed.rows[0]["ticket_id"]}
        customer = next(row for row in find_tickets(desk).rows if "customer_id" in row)
        who = {"source": customer["customer_source"], "customer_id": customer["customer_id"]}
        return [
            listed, tell_ticket(desk, **one), measure_ticket(desk, **one), tell_customer(desk, **who), ticket_choices(desk),
            watch(desk), busy_times(desk, period="last_month"),
        ]  # fmt: skip

    with Desk(Home(own_shop)) as desk:
        here = everything(desk)
    with serving(own_shop), servicemeter.open(own_shop) as remote:
        assert isinstance(remote, RemoteDesk)
        there = everything(remote)
        with pytest.raises(BadQuestion, match="no ticket 'nothing'"):
            tell_ticket(remote, ticket_id="nothing")
    assert repr(there) == repr(here)
    assert there == here


def test_records_of_methods_travel() -> None:
    wish = TicketWish((Filter("status", ("new",)),), NOW.date(), name="a", size=3)
    assert unpack(pack(wish)) == wish
