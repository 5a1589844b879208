"""Methods of the desk that are found by their names: here, through a server, and only these."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app_client import client_of
from servicemeter.desk.desk import Desk
from servicemeter.desk.methods import method_named, method_names
from servicemeter.desk.methods.aims import aims
from servicemeter.desk.methods.analyse_texts import analyse_texts
from servicemeter.desk.methods.assist import assist
from servicemeter.desk.methods.busy_times import busy_times
from servicemeter.desk.methods.change_settings import change_settings
from servicemeter.desk.methods.compare import compare
from servicemeter.desk.methods.coverage import coverage
from servicemeter.desk.methods.drop import drop
from servicemeter.desk.methods.drop_view import drop_view
from servicemeter.desk.methods.erase_customer import erase_customer
from servicemeter.desk.methods.export_customer import export_customer
from servicemeter.desk.methods.feelings import feelings
from servicemeter.desk.methods.find_tickets import find_tickets
from servicemeter.desk.methods.hours import hours
from servicemeter.desk.methods.judge_complaints import judge_complaints
from servicemeter.desk.methods.learn_sentiment import learn_sentiment
from servicemeter.desk.methods.loads import loads
from servicemeter.desk.methods.loyalty import loyalty
from servicemeter.desk.methods.mask_stored import mask_stored
from servicemeter.desk.methods.measure_ticket import measure_ticket
from servicemeter.desk.methods.note import note
from servicemeter.desk.methods.notes import notes
from servicemeter.desk.methods.own_work import own_work
from servicemeter.desk.methods.plan_change import plan_change
from servicemeter.desk.methods.plan_hours import plan_hours
from servicemeter.desk.methods.plan_promise import plan_promise
from servicemeter.desk.methods.promises import promises
from servicemeter.desk.methods.propose_reasons import propose_reasons
from servicemeter.desk.methods.pull_soon import pull_soon
from servicemeter.desk.methods.put_back import put_back
from servicemeter.desk.methods.put_view_back import put_view_back
from servicemeter.desk.methods.rate_complaints import rate_complaints
from servicemeter.desk.methods.save_view import save_view
from servicemeter.desk.methods.set_target import set_target
from servicemeter.desk.methods.settings import settings
from servicemeter.desk.methods.sort_by_reason import sort_by_reason
from servicemeter.desk.methods.source_states import source_states
from servicemeter.desk.methods.sources import sources
from servicemeter.desk.methods.tell_customer import tell_customer
from servicemeter.desk.methods.tell_ticket import tell_ticket
from servicemeter.desk.methods.ticket_choices import ticket_choices
from servicemeter.desk.methods.tidy_surveys import tidy_surveys
from servicemeter.desk.methods.timeline import timeline
from servicemeter.desk.methods.views import views
from servicemeter.desk.methods.watch import watch
from servicemeter.desk.opening import ServerNote
from servicemeter.desk.remote import RemoteDesk
from servicemeter.desk.wire import pack, unpack
from servicemeter.ground.errors import BadQuestion, BadSettings, UnknownCustomer, UnknownName
from servicemeter.ground.settings import Home
from servicemeter.model.hours import DayWish, HoursWish
from servicemeter.model.promises import PromiseWish
from servicemeter.model.question import Filter, Scope
from servicemeter.model.ticket import TicketWish
from servicemeter.web.internal import create_internal
from small_desk import NOW

WISH = HoursWish("own", "Own", "UTC", ((1, "09:00", "17:00"),), NOW.date(), days=(DayWish(NOW.date(), (("10:00", "11:00"),)),))


_NAMED = {inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.VAR_KEYWORD}


@pytest.mark.parametrize("name", sorted(method_names()))
def test_a_module_holds_the_method_of_its_name_whose_arguments_have_names(name: str) -> None:
    one = method_named(name)
    parameters = list(inspect.signature(one.answer).parameters.values())
    assert parameters[0].name == "desk"
    assert {parameter.kind for parameter in parameters[1:]} <= _NAMED
    assert isinstance(one.is_kept, bool)
    assert one.__doc__


class _Listening:
    """Answers with what it was asked."""

    def ask(self, name: str, arguments: Mapping[str, Any]) -> Any:
        return name, dict(arguments)


def test_whoever_answers_is_asked_by_name() -> None:
    assert find_tickets(_Listening(), as_of=NOW) == ("find_tickets", {"as_of": NOW})  # type: ignore[comparison-overlap]
    said = erase_customer(_Listening(), "ann", "shop", now=NOW)
    assert said == ("erase_customer", {"called": "ann", "source": "shop", "now": NOW})  # type: ignore[comparison-overlap]
    of_team = compare(_Listening(), "team", "csat", mix="none", period="last_month")
    asked = {"by": "team", "metric": "csat", "mix": "none", "period": "last_month"}
    assert of_team == ("compare", asked)  # type: ignore[comparison-overlap]
    with pytest.raises(TypeError, match="too many positional"):
        find_tickets(_Listening(), TicketWish())  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="multiple values"):
        erase_customer(_Listening(), "ann", called="bob", now=NOW)  # type: ignore[misc]


def test_a_desk_has_them_for_python_at_a_prompt(small: Desk) -> None:
    assert small.find_tickets() == find_tickets(small)  # type: ignore[attr-defined]
    assert small.notes(None) == notes(small)  # type: ignore[attr-defined]
    told = small.erase_customer  # type: ignore[attr-defined]
    assert told.__doc__ == erase_customer.__doc__ and next(iter(inspect.signature(told).parameters)) == "called"
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


def _through_server(desk: Desk, folder: Path) -> RemoteDesk:
    remote = RemoteDesk(Home(folder), ServerNote(1, 1, "token"))
    door = create_internal(desk, "token")
    remote._client = client_of(door, base_url="http://127.0.0.1:1/internal/", headers={"Authorization": "Bearer token"})
    return remote


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

    remote = _through_server(small, tmp_path)
    here, there = everything(small), everything(remote)
    assert repr(there) == repr(here)
    assert there == here
    assert remote.find_tickets() == find_tickets(small)  # type: ignore[attr-defined]
    with pytest.raises(BadQuestion, match="no ticket 'nothing'"):
        tell_ticket(remote, ticket_id="nothing")
    with pytest.raises(UnknownName, match="find_tickets"):
        remote.ask("find_ticket", {})


def test_what_a_folder_keeps_is_asked_and_changed_alike_through_a_server(tmp_path: Path) -> None:
    """Its targets, notes, views, settings and words: what is done through a server is what the desk then has."""
    march: dict[str, Any] = {"since": date(2026, 3, 1), "until": date(2026, 4, 1)}

    def everything(desk: Any) -> list[Any]:
        return [
            loads(desk), sources(desk), coverage(desk), source_states(desk, NOW), settings(desk), aims(desk), notes(desk, "csat"),
            views(desk), timeline(desk, "files", "t"), assist(desk, text="Where is my parcel?"), rate_complaints(desk),
            compare(desk, "team", "reopen_rate", **march), own_work(desk, "kim", **march), loyalty(desk, **march),
            feelings(desk, **march), plan_change(desk, {"surveys.organisation": "Lamps"}),
            tidy_surveys(desk, now=NOW, dry_run=True), export_customer(desk, "ann"),
            erase_customer(desk, "ann", now=NOW, dry_run=True),
        ]  # fmt: skip

    with Desk(Home(tmp_path), on_demand=True) as desk:
        desk.load(
            now=NOW,
            agents=[{"agent_id": "kim", "name": "Kim"}],
            customers=[{"customer_id": "ann", "name": "Ann"}],
            tickets=[{"ticket_id": "t", "created_at": "2026-03-05T09:00:00Z", "channel": "email", "customer_id": "ann"}],
            messages=[{"message_id": "m", "ticket_id": "t", "occurred_at": "2026-03-05T09:00:00Z", "author_type": "customer"}],
            texts=[{"of": "message", "id": "m", "text": "Thank you, this is a wonderful lamp"}],
        )
        remote = _through_server(desk, tmp_path)
        kept, before = set_target(remote, "csat", "at least 85 %", now=NOW)
        noted = note(remote, date(2026, 3, 2), "New hours", metric="csat", now=NOW)
        view = save_view(remote, "March", "/?period=last_month", now=NOW)
        read = analyse_texts(remote, now=NOW)
        assert (read.messages, read.by_language, read.by_label) == (1, {"en": 1}, {"positive": 1})
        assert judge_complaints(remote, now=NOW)["values"] == {"false": 1}
        assert not learn_sentiment(remote).is_new and mask_stored(remote) == {}
        assert (before, aims(desk).goals, notes(desk), views(desk)) == (None, [kept], [noted], [view])
        here, there = everything(desk), everything(remote)
        assert repr(there) == repr(here) and there == here
        drop(remote, "note", noted.note_id, now=NOW)
        drop_view(remote, view.view_id, now=NOW)
        assert (notes(desk), views(desk)) == ([], [])
        put_back(remote, "note", noted.note_id, now=NOW)
        put_view_back(remote, view.view_id)
        assert (notes(desk), views(desk)) == ([noted], [view])
        wanted = {"surveys.organisation": "Lamps"}
        assert change_settings(remote, wanted, seen=plan_change(remote, wanted).digest).is_written
        assert settings(desk).values["surveys.organisation"] == "Lamps"
        with pytest.raises(UnknownName, match="nothing"):
            pull_soon(remote, "nothing", NOW)
        with pytest.raises(BadSettings, match="no reasons in"):
            sort_by_reason(remote, now=NOW)
        assert propose_reasons(remote)["new"] == []
        assert erase_customer(remote, "ann", now=NOW)["accounts"] == [{"source": "files", "customer_id": "ann"}]
        with pytest.raises(UnknownCustomer):
            export_customer(desk, "ann")


def test_records_of_methods_travel() -> None:
    wish = TicketWish((Filter("status", ("new",)),), NOW.date(), name="a", size=3)
    assert unpack(pack(wish)) == wish
