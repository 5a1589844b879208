"""Who may what: every route, every role, and what lies outside their sight; all made from the table of routes."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from app_client import ask
from fake_desk import FakeDesk
from rooms import Rooms, make_rooms
from servicemeter.desk.desk import Desk
from servicemeter.desk.methods.timeline import timeline
from servicemeter.ground.errors import NotAllowed
from servicemeter.ground.settings import Home
from servicemeter.model.person import RIGHTS, ROLES, Person, narrowed, within
from servicemeter.model.question import Filter, Question, Scope
from servicemeter.office.audit import list_audit
from servicemeter.web.app import create_app
from servicemeter.web.asker import Asker, asking
from servicemeter.web.entrance import check_rule
from servicemeter.web.rules import Ruled, may, ruled_routes
from servicemeter.web.scoped import ScopedDesk

# Who passes which rule, said by hand: a route's rule is read from the route, its meaning from here.
EVERYBODY: set[str] = set(ROLES)
PASSES: dict[str, set[str]] = {
    "anyone": {*EVERYBODY, "nobody"},
    "signed_in": EVERYBODY,
    "see_figures": EVERYBODY,
    "see_rows": EVERYBODY - {"viewer"},
    "read_words": EVERYBODY - {"viewer"},
    "see_data": {"owner", "admin", "analyst"},
    "set_targets": {"owner", "admin", "analyst"},
    "load_data": {"owner", "admin", "analyst"},
    "change_settings": {"owner", "admin"},
    "manage_people": {"owner", "admin"},
    "read_audit": {"owner", "admin"},
    "owner": {"owner"},
}
SAMPLES = {"name": "first_response_time", "part": "trend", "form": "csv"}
SAFE = {"GET", "HEAD"}
SEEN: dict[Any, Any] = {"lead": {"teams": ("returns",)}, "agent": {"agents": ("a1",)}, "viewer": {"brands": ("tulp",)}}


def routes() -> list[Ruled]:
    return list(ruled_routes(create_app(FakeDesk()).routes))


CASES = [(route, method) for route in routes() for method in sorted(route.methods) if not route.is_folder]


@pytest.fixture(scope="module")
def rooms(blank_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rooms]:
    """The hand-made desk with an account in every role."""
    home = Path(shutil.copytree(blank_home, tmp_path_factory.mktemp("rooms") / "home"))
    made = make_rooms(FakeDesk(), Home(home), SEEN)
    yield made
    made.front.close()


@pytest.fixture(scope="module")
def shop_rooms(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Rooms, Desk]]:
    """The small shop with an account in every role."""
    home = Home(Path(shutil.copytree(shop, tmp_path_factory.mktemp("access") / "home")))
    with Desk(home) as desk:
        made = make_rooms(desk, home, SEEN)
        yield made, desk
        made.front.close()


def filled(route: Ruled, rooms: Rooms) -> str:
    """The route's address with something in its places."""
    samples = {**SAMPLES, "person_id": rooms.accounts["viewer"].person_id}
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: samples.get(found[1], "t1"), route.path)


def test_every_route_has_a_rule() -> None:
    """If this fails, a line is missing beside a route: `@may("…")`, or `may="…"` in its page; see web/rules.py."""
    assert [route.path for route in routes() if route.rule is None and not route.is_folder] == []
    assert [route.path for route in routes() if route.is_folder] == ["/static"]
    assert {route.rule.needs for route in routes() if route.rule} <= set(PASSES)


def test_the_table_of_rights_is_the_one_of_this_test() -> None:
    said = {(role, right) for role, rights in RIGHTS.items() for right in rights}
    rules = {right for right in PASSES if right not in ("anyone", "signed_in", "owner")}
    assert said == {(role, right) for right in rules for role in PASSES[right]}


@pytest.mark.parametrize(("route", "method"), CASES, ids=[f"{method} {route.path}" for route, method in CASES])
def test_every_role_at_every_route(rooms: Rooms, route: Ruled, method: str) -> None:
    assert route.rule is not None
    passes = PASSES[route.rule.needs]
    for role in (*ROLES, "nobody"):
        if role in passes and (method not in SAFE or (method == "HEAD" and role != "owner")):
            continue  # what it does is tried by other tests
        response = rooms.ask(role, filled(route, rooms), method)
        status = response.status_code
        if role in passes:
            assert status < 500 and (status not in (401, 403) or route.rule.needs == "anyone"), (role, status)
        elif role == "nobody":
            is_sent_on = status == 303 and response.headers["location"].startswith("/signin?to=")
            assert is_sent_on or status == 401, (role, status)
        else:
            assert status == 403, (role, status)


def test_a_route_without_a_rule_is_the_owners_alone(home: Path) -> None:
    rooms = make_rooms(FakeDesk(), Home(home), {})
    router = APIRouter()

    @router.get("/forgotten")
    def forgotten(request: Request) -> Response:
        return PlainTextResponse("secret")

    rooms.app.include_router(router, dependencies=[Depends(check_rule)])
    assert [r.path for r in ruled_routes(rooms.app.routes) if r.rule is None and not r.is_folder] == ["/forgotten"]
    assert {role: rooms.ask(role, "/forgotten").status_code for role in (*ROLES, "nobody")} == {
        "owner": 200, "admin": 403, "analyst": 403, "lead": 403, "agent": 403, "viewer": 403, "nobody": 303,
    }  # fmt: skip
    rooms.front.close()


def test_a_change_that_its_page_does_not_note_is_noted_at_the_entrance(home: Path) -> None:
    rooms = make_rooms(FakeDesk(), Home(home), {})
    router = APIRouter()

    @router.post("/planted")
    @may("set_targets")
    def planted(request: Request) -> Response:
        return PlainTextResponse("done", 400 if request.query_params else 200)

    rooms.app.include_router(router, dependencies=[Depends(check_rule)])
    for role, path in (("viewer", "/planted"), ("analyst", "/planted?wrong=1"), ("analyst", "/planted")):
        rooms.ask(role, path, "POST")
    rooms.ask("analyst", "/api/measure", "POST", json={"metric": "csat"})  # only asks
    (noted,) = [entry for entry in list_audit(rooms.front.office) if entry.who != "test" and "password" not in entry.what]
    assert (noted.who, noted.what) == ("analyst@example.com", "POST /planted")
    rooms.front.close()


# What each of these must never be shown: dimension, a value of it that is not theirs, and all such values.
FOREIGN = {
    "lead": ("team", "first_line", r"first_line|second_line"),
    "agent": ("agent", "a2", r"\ba(?:2|3|4|5|6|7|8|9|1\d|2\d)\b"),
    "viewer": ("brand", "carpat", r"carpat"),
}
READ = [route for route in routes() if "GET" in route.methods and not route.is_folder and route.rule]


@pytest.mark.parametrize("role", FOREIGN)
def test_nobody_is_shown_what_is_not_theirs(shop_rooms: tuple[Rooms, Desk], role: str) -> None:
    """Every address that reads, asked for something foreign in every way an address can: refused, or nothing of it is there."""
    rooms, _ = shop_rooms
    dimension, value, pattern = FOREIGN[role]
    answered, refused = set(), set()
    for route in READ:
        assert route.rule
        if role not in PASSES[route.rule.needs] or route.rule.needs in ("anyone", "signed_in"):
            continue
        path = filled(route, rooms)
        span = "metric=csat&from=2026-02-01&to=2026-03-01" if path == "/api/measure" else "period=last_month"
        for foreign in (f"{dimension}={value}", f"where={dimension}={value},x", f"by={dimension}", f"ticket={value}"):
            response = rooms.ask(role, f"{path}?{span}&{foreign}")
            if response.status_code == 200:
                answered.add((route.path, foreign.partition("=")[0]))
                assert not re.search(pattern, re.sub(r"<[^>]*>", " ", response.text)), (path, foreign)
            else:
                assert response.status_code in (400, 403, 404), (path, foreign, response.status_code)
                refused |= {(route.path, foreign.partition("=")[0])} if response.status_code == 403 else set()
    assert answered >= {("/api/measure", "by"), ("/metric/{name}/{part}", "by")}
    assert refused >= {("/api/measure", "where"), ("/api/scorecard", "where")}
    assert dimension == "agent" or refused >= {("/", dimension), ("/metric/{name}", dimension)}  # pages have no filter by agent


@pytest.mark.parametrize("role", FOREIGN)
def test_a_question_cannot_widen_its_scope(shop_rooms: tuple[Rooms, Desk], role: str) -> None:
    rooms, _ = shop_rooms
    dimension, value, _ = FOREIGN[role]
    asked = {"metric": "first_response_time", "from": "2026-02-01", "to": "2026-03-01"}
    for more in ({"scope": {f"{dimension}s": [value]}}, {"where": [{"dimension": dimension, "values": [value]}]}):
        response = rooms.ask(role, "/api/measure", "POST", json={**asked, **more})
        assert response.status_code == 403 and repr(value) in response.json()["message"]
        unknown = str({**asked, **more}).replace(value, "no_such").replace("'", '"')
        answer = rooms.ask(role, "/api/measure", "POST", content=unknown.encode())
        assert answer.json()["message"] == response.json()["message"].replace(value, "no_such")


def value_of(rooms: Rooms, role: str, metric: str, more: str = "") -> Any:
    response = rooms.ask(role, f"/api/measure?metric={metric}&from=2026-01-01&to=2026-03-01{more}")
    assert response.status_code == 200, response.text
    row = response.json()["rows"][0]
    return row["value"], row["n"], row["null_reason"]


def test_figures_are_those_of_what_they_see(shop_rooms: tuple[Rooms, Desk]) -> None:
    rooms, desk = shop_rooms
    whole = value_of(rooms, "owner", "tickets_created")
    assert value_of(rooms, "viewer", "tickets_created") == value_of(rooms, "owner", "tickets_created", "&where=brand=tulp")
    span = "created_at >= '2025-12-31 23:00' and created_at < '2026-02-28 23:00'"
    found = desk.on_rows(lambda engine: engine.rows(f"select brand = 'tulp', count(*) from tickets where {span} group by 1"))
    assert 0 < value_of(rooms, "viewer", "tickets_created")[0] <= dict(found)[True] < whole[0]
    own, all_of = value_of(rooms, "agent", "first_response_time"), value_of(rooms, "owner", "first_response_time")
    assert own == value_of(rooms, "owner", "first_response_time", "&where=agent=a1") and 0 < own[1] < all_of[1]
    team = value_of(rooms, "lead", "first_response_time")
    assert team == value_of(rooms, "owner", "first_response_time", "&where=team=returns") and 0 < team[1] < all_of[1]


def test_what_cannot_be_measured_of_a_person_is_null_and_not_the_whole(shop_rooms: tuple[Rooms, Desk]) -> None:
    rooms, _ = shop_rooms
    assert value_of(rooms, "agent", "contact_rate") == (None, None, "invalid_dimension")
    assert value_of(rooms, "lead", "contact_rate")[2] == "invalid_dimension"


def test_tickets_of_others_are_refused_like_those_that_are_not_there(shop_rooms: tuple[Rooms, Desk]) -> None:
    rooms, desk = shop_rooms
    facts = desk.facts_in_book()

    def numbers(sql: str) -> set[str]:
        return {str(row[0]) for row in facts.rows(sql)}

    ticket = f"select m.ticket_id from {facts.schema}.members as m join {facts.schema}."
    assigned = numbers(f"{ticket}assignee_spans as a on a.ticket_no = m.ticket_no where a.agent_id = 'a1'")
    replied = numbers(f"{ticket}replies as a on a.ticket_no = m.ticket_no where a.agent_id = 'a1'")
    known = numbers(f"select ticket_id from {facts.schema}.members")
    own, foreign = sorted(assigned | replied), sorted(known - assigned - replied)
    assert own and foreign
    assert rooms.ask("agent", f"/api/assist?ticket={own[0]}").status_code == 200
    said = {one: rooms.ask("agent", f"/api/assist?ticket={one}") for one in (foreign[-1], "no_such")}
    assert {response.status_code for response in said.values()} == {403}
    assert len({response.json()["message"].replace(repr(one), "…") for one, response in said.items()}) == 1
    assert rooms.ask("agent", f"/assist?ticket={foreign[-1]}").status_code == 403
    assert rooms.ask("viewer", f"/api/assist?ticket={own[0]}").status_code == 403
    with pytest.raises(NotAllowed):
        timeline(desk, "demo", foreign[-1], Scope(agents=("a1",)))
    assert timeline(desk, "demo", own[0], Scope(agents=("a1",))) == timeline(desk, "demo", own[0])
    carpat = sorted(numbers("select ticket_id from tickets where brand = 'carpat'"))[0]
    with pytest.raises(NotAllowed):
        timeline(desk, "demo", carpat, Scope(brands=("tulp",)))


def test_a_viewer_is_shown_no_rows(rooms: Rooms) -> None:
    page = rooms.ask("viewer", "/metric/first_response_time").text
    assert 'id="trend"' in page and 'id="rows"' not in page
    assert 'id="rows"' in rooms.ask("lead", "/metric/first_response_time").text
    for path in ("/metric/first_response_time/rows", "/metric/first_response_time/rows.csv"):
        assert rooms.ask("viewer", path).status_code == 403
        assert rooms.ask("agent", path).status_code == 200


def test_the_navigation_shows_what_one_may_open(rooms: Rooms) -> None:
    def linked(role: str, path: str) -> set[str]:
        """What the two rows of a page's navigation link to; those of the account and of languages are no pages."""
        rows = re.findall(
            r"<nav aria-label[^>]*>(.*?)</nav>|<nav class=\"pages\"[^>]*>(.*?)</nav>", rooms.ask(role, path).text, re.S
        )
        return {href for row in rows for href in re.findall(r'href="([^"?]+)', "".join(row))}

    def shown(role: str) -> set[str]:
        sections = linked(role, "/definitions")
        return sections.union(*(linked(role, path) for path in sections))

    viewer = {"/", "/definitions", "/busy", "/loyalty", "/views"}
    agent = viewer | {"/assist", "/agents", "/now", "/sentiment", "/tickets"}
    analyst = agent | {"/check", "/intents", "/sources", "/surveys", "/targets"}
    assert (shown("viewer"), shown("agent"), shown("analyst")) == (viewer, agent, analyst)
    assert shown("admin") == analyst | {"/settings", "/settings/hours", "/settings/promises", "/people"}


PERSON = Person("p", "p@example.com", "lead", brands=("tulp",), teams=("a", "b"))


def test_sight_is_merged_into_the_scope_and_nothing_else_is_changed() -> None:
    question = Question(
        "csat", by=("team",), where=(Filter("team", ("a",)), Filter("team", ("z",), True)), params={"scope": "all"}
    )
    assert narrowed(question, PERSON) == Question(
        "csat", by=("team",), where=question.where, params={"scope": "all"}, scope=Scope(brands=("tulp",), teams=("a", "b"))
    )
    assert within(Scope(teams=("b",), agents=("x",)), PERSON) == Scope(brands=("tulp",), teams=("b",), agents=("x",))
    for scope in (Scope(teams=("b", "c")), Scope(brands=("carpat",))):
        with pytest.raises(NotAllowed):
            within(scope, PERSON)
    with pytest.raises(NotAllowed, match="'c'"):
        narrowed(Question("csat", where=(Filter("team", ("a", "c")),)), PERSON)


@pytest.mark.parametrize(("person", "scope"), [
    (Person("", "", "owner", teams=("a",)), Scope()), (Person("", "", "admin", brands=("a",)), Scope()),
    (Person("", "", "analyst"), Scope()), (Person("", "", "analyst", brands=("a",)), Scope(brands=("a",))),
    (Person("", "", "viewer", sources=("s",)), Scope(sources=("s",))), (Person("", "", "lead"), None),
    (Person("", "", "lead", brands=("a",)), None), (Person("", "", "agent", teams=("a",)), None),
    (Person("", "", "agent", agents=("x",)), Scope(agents=("x",), is_own=True)),
])  # fmt: skip
def test_what_each_role_sees(person: Person, scope: Scope | None) -> None:
    assert person.scope == scope
    assert person.may("see_data") == (person.role in ("owner", "admin", "analyst") and scope == Scope())
    if scope is None:
        with pytest.raises(NotAllowed, match="Nothing is shown"):
            narrowed(Question("csat"), person)


class _NewDesk(FakeDesk):
    """A desk that pages to come ask more of."""

    secret = "a value"

    def of_all(self) -> str:
        return "everything"

    def of_scope(self, name: str, *, scope: Scope | None = None) -> tuple[str, Scope | None]:
        return name, scope

    def of_questions(self, questions: list[Question]) -> list[Question]:
        return questions


def test_what_the_narrowed_desk_does_not_know_is_narrowed_or_refused() -> None:
    desk: Any = ScopedDesk(_NewDesk())
    lead = Person("", "", "lead", teams=("a",))
    with asking(Asker(lead, "session")):
        assert desk.of_scope("x") == ("x", Scope(teams=("a",)))
        assert desk.of_questions([Question("csat")]) == [Question("csat", scope=Scope(teams=("a",)))]
        with pytest.raises(NotAllowed):
            desk.of_all()
        with pytest.raises(NotAllowed):
            desk.of_questions([])
        with pytest.raises(NotAllowed):
            assert desk.secret
    with asking(Asker(Person("", "", "analyst"), "session")):
        assert desk.of_all() == "everything" and desk.secret == "a value"
    with asking(Asker(Person("", "", "viewer"), "session")), pytest.raises(NotAllowed):
        desk.of_scope("x")
    with pytest.raises(NotAllowed):
        desk.measure(Question("csat"))  # outside a request there is nobody


def _state(rooms: Rooms, desk: Desk) -> dict[str, str]:
    """A hash of every table of both databases."""
    found = {}
    with rooms.front.office.reading() as on:
        for name in sa.inspect(on).get_table_names():
            rows = sorted(map(repr, on.execute(sa.text(f"select * from {name}"))))
            found[f"office {name}"] = hashlib.sha256("\n".join(rows).encode()).hexdigest()

    def of_book(engine: Any) -> None:
        tables = "select table_schema, table_name from information_schema.tables where table_type = 'BASE TABLE'"
        for schema, name in engine.rows(tables):
            found[f"book {schema}.{name}"] = str(engine.rows(f'select count(*), sum(hash(t)) from "{schema}"."{name}" as t'))

    desk.on_rows(of_book)
    return found


def test_reading_changes_neither_database(shop_rooms: tuple[Rooms, Desk]) -> None:
    rooms, desk = shop_rooms
    desk.prepare()
    with_key = rooms.key("owner", "see_figures")
    before = _state(rooms, desk)
    assert {"office people", "office sessions", "book main.tickets", "book meta.loads"} <= set(before)
    for route in READ:
        for method in sorted(route.methods & SAFE):
            path = filled(route, rooms)
            span = "?metric=csat&from=2026-02-01&to=2026-03-01" if path == "/api/measure" else ""
            assert rooms.ask("owner", path + span, method).status_code < 500, path
    assert rooms.ask("owner", "/metric/csat/rows.csv").status_code == 200
    assert rooms.ask("owner", "/api/assist?ticket=t1").status_code == 200
    assert ask(rooms.app, "/api/metrics", headers=with_key).status_code == 200
    assert _state(rooms, desk) == before
    assert rooms.front.exports is not None
    taken = [(entry["who"], entry["what"]) for entry in rooms.front.exports.entries()]
    assert ("owner@example.com", "GET /metric/csat/rows.csv") in taken
    assert ("owner@example.com", "GET /api/assist?ticket=t1") in taken
    assert rooms.front.exports.verify().fault == ""
