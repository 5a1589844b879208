"""Methods of the desk that are found by their names: here, through a server, and only these."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from app_client import client_of
from servicemeter.desk.desk import Desk
from servicemeter.desk.methods import method_named, method_names
from servicemeter.desk.methods.busy_times import busy_times
from servicemeter.desk.methods.find_tickets import find_tickets
from servicemeter.desk.methods.hours import hours
from servicemeter.desk.methods.measure_ticket import measure_ticket
from servicemeter.desk.methods.plan_hours import plan_hours
from servicemeter.desk.methods.plan_promise import plan_promise
from servicemeter.desk.methods.promises import promises
from servicemeter.desk.methods.tell_customer import tell_customer
from servicemeter.desk.methods.tell_ticket import tell_ticket
from servicemeter.desk.methods.ticket_choices import ticket_choices
from servicemeter.desk.methods.watch import watch
from servicemeter.desk.opening import ServerNote
from servicemeter.desk.remote import RemoteDesk
from servicemeter.desk.wire import pack, unpack
from servicemeter.ground.errors import BadQuestion, UnknownName
from servicemeter.ground.settings import Home
from servicemeter.model.hours import DayWish, HoursWish
from servicemeter.model.promises import PromiseWish
from servicemeter.model.question import Filter, Scope
from servicemeter.model.ticket import TicketWish
from servicemeter.web.internal import create_internal
from small_desk import NOW

WISH = HoursWish("own", "Own", "UTC", ((1, "09:00", "17:00"),), NOW.date(), days=(DayWish(NOW.date(), (("10:00", "11:00"),)),))


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
        find_tickets(_Listening(), TicketWish())  # type: ignore[call-arg]


def test_a_desk_has_them_for_python_at_a_prompt(small: Desk) -> None:
    assert small.find_tickets() == find_tickets(small)  # type: ignore[attr-defined]
    assert "find_tickets" in dir(small)
    with pytest.raises(AttributeError, match="find_ticket"):
        small.find_ticket()  # type: ignore[attr-defined]
    with pytest.raises(UnknownName, match="find_tickets"):
        small.ask("find_ticket", {})


def test_what_is_kept_is_worked_out_anew_after_a_load() -> None:
    with Desk(None, on_demand=True) as desk:
        first = ticket_choices(desk)
        assert ticket_choices(desk) is first
        assert ticket_choices(desk, scope=Scope(brands=("x",))) is not first
        assert find_tickets(desk) is not find_tickets(desk)
        desk.load(now=NOW, tickets=[{"ticket_id": "z", "created_at": "2026-03-06T15:00:00Z", "channel": "fax"}])
        assert (first["channel"], ticket_choices(desk)["channel"]) == ([], [("fax", "fax")])


def test_every_method_answers_alike_through_a_server(small: Desk, tmp_path: Path) -> None:
    def everything(desk: Any) -> list[Any]:
        return [
            find_tickets(desk, wish=TicketWish((Filter("status", ("unresolved",)),), NOW.date(), sort="due", size=3)),
            tell_ticket(desk, ticket_id="a-1"),
            measure_ticket(desk, ticket_id="a-1"),
            tell_customer(desk, source="files", customer_id="c1", as_of=NOW),
            ticket_choices(desk, scope=Scope(teams=("desk",))),
            watch(desk, where=(Filter("channel", ("email", "phone")),)),
            busy_times(desk, period="last_30_days"),
            hours(desk),
            promises(desk, now=NOW),
            plan_hours(desk, wish=WISH, now=NOW),
            plan_promise(desk, wish=PromiseWish(within_s=3600, since=NOW.date()), now=NOW),
        ]

    remote = RemoteDesk(Home(tmp_path), ServerNote(1, 1, "token"))
    door = create_internal(small, "token")
    remote._client = client_of(door, base_url="http://127.0.0.1:1/internal/", headers={"Authorization": "Bearer token"})
    here, there = everything(small), everything(remote)
    assert repr(there) == repr(here)
    assert there == here
    assert remote.find_tickets() == find_tickets(small)  # type: ignore[attr-defined]
    with pytest.raises(BadQuestion, match="no ticket 'nothing'"):
        tell_ticket(remote, ticket_id="nothing")
    with pytest.raises(UnknownName, match="find_tickets"):
        remote.ask("find_ticket", {})


def test_records_of_methods_travel() -> None:
    wish = TicketWish((Filter("status", ("new",)),), NOW.date(), name="a", size=3)
    assert unpack(pack(wish)) == wish
