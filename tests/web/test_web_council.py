"""Works-council mode on every face: all routes of the table, the terminal, a server's door; nobody stands anywhere."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from council_shop import CANARIES, FINCH, fill
from fake_desk import FakeDesk
from rooms import Rooms, make_rooms
from servicemeter.cli import servicemeter
from servicemeter.desk.desk import Desk
from servicemeter.ground.settings import Home
from servicemeter.web.app import create_app
from servicemeter.web.rules import Ruled, ruled_routes
from terminal import run, serving

SPAN = "from=2026-03-02&to=2026-03-07"
DAYS = "first=2026-03-02&last=2026-03-06"
ON = "[privacy]\nhide_individuals = true\n"
ASKED: dict[str, tuple[str, ...]] = {
    "/ticket": ("id=t-1", "id=t-2", "id=t-1&lang=nl"),
    "/ticket.{form}": ("id=t-1",),
    "/api/ticket": ("id=t-1", "id=t-2"),
    "/ticket/metrics": ("id=t-1",),
    "/api/ticket/metrics": ("id=t-1",),
    "/customer": ("id=ann&of=files",),
    "/customer.{form}": ("id=ann&of=files",),
    "/api/customer": ("id=ann&of=files",),
    "/assist": ("ticket=t-1",),
    "/api/assist": ("ticket=t-1",),
    "/agent": (f"agent=x&{DAYS}",),
    "/agents": (f"metric=csat&{DAYS}",),
    "/agents.{form}": (f"metric=csat&{DAYS}",),
    "/api/compare": (f"by=agent&metric=csat&{DAYS}",),
    "/tickets": ("", "id=t", "sla=running"),
    "/api/measure": (f"metric=csat&{SPAN}", f"metric=csat&{SPAN}&by=agent", f"metric=tickets_closed_per_agent&{SPAN}"),
    "/metric/{name}": (DAYS, f"by=agent&{DAYS}"),
    "/metric/{name}/{part}": (DAYS,),
    "/metric/{name}/{part}.{form}": (DAYS,),
    "/busy": (DAYS,), "/busy.{form}": (DAYS,), "/api/busy_times": (SPAN,), "/api/scorecard": (SPAN,), "/": (DAYS,),
}  # fmt: skip
"""What is asked of an address that needs something; of the others nothing."""
FILES = ("csv", "xlsx", "json", "svg")
"""Of pictures those that have their words in them: the others are drawn from the same."""
PLACES = {"name": ("tickets_closed_per_agent", "occupancy"), "part": ("rows", "split")}
NAMED_BEFORE = {
    "/ticket", "/ticket.csv", "/ticket.xlsx", "/ticket.json", "/ticket.svg", "/api/ticket", "/customer", "/customer.csv",
    "/customer.xlsx", "/customer.json", "/api/customer", "/assist", "/api/assist", "/tickets", "/tickets.csv", "/tickets.xlsx",
    "/tickets.json", "/api/tickets", "/now", "/now.csv", "/now.xlsx", "/now.json", "/check", "/agents", "/agents.csv",
    "/agents.json",
    "/api/compare", "/api/measure", "/metric/tickets_closed_per_agent", "/metric/tickets_closed_per_agent/rows",
    "/metric/tickets_closed_per_agent/rows.csv", "/metric/tickets_closed_per_agent/rows.xlsx",
    "/metric/tickets_closed_per_agent/rows.json", "/metric/occupancy/rows", "/metric/occupancy/rows.csv",
    "/metric/occupancy/rows.json",
}  # fmt: skip
"""Where somebody is named while the mode is off, found by hand: else the walk would prove nothing."""


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Rooms, Home]]:
    """The shop with an account in every role; the mode is off."""
    home = Home(tmp_path_factory.mktemp("council") / "home")
    with Desk(home) as desk:
        fill(desk)
        made = make_rooms(desk, home, {"lead": {"teams": ("desk",)}, "agent": {"agents": (FINCH,)}})
        yield made, home
        made.front.close()


def routes() -> list[Ruled]:
    return [r for r in ruled_routes(create_app(FakeDesk()).routes) if "GET" in r.methods and not r.is_folder]


def addresses() -> Iterator[str]:
    """Every address of the table, with each thing that may stand in its places."""
    for route in routes():
        paths = [route.path]
        for place, values in {**PLACES, "form": FILES, "person_id": ("x",)}.items():
            if route.path.startswith("/metric") or place != "name":
                pattern = re.compile(rf"\{{{place}(?::\w+)?\}}")
                paths = [pattern.sub(value, path) for path in paths for value in (values if pattern.search(path) else values[:1])]
        for path in dict.fromkeys(paths):
            for query in ASKED.get(route.path, ("",)):
                yield (path.replace("{name}", "csat") + "?" + query).rstrip("?")


def text_of(response: httpx.Response) -> str:
    """What an answer says, in pictures and workbooks too."""
    said = response.content
    if said[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(said)) as packed:
            said = b"".join(packed.read(name) for name in packed.namelist())
    return said.decode("utf-8", "replace")


def names(text: str) -> bool:
    return any(canary in text for canary in CANARIES)


def test_no_address_names_anybody_that_did_before(council: tuple[Rooms, Home]) -> None:
    rooms, home = council
    home.settings.write_text("", encoding="utf-8")
    asked = {address: address.partition("?")[0] for address in addresses()}
    before = [address for address, path in asked.items() if path in NAMED_BEFORE]
    named = {asked[address] for address in before if names(text_of(rooms.ask("analyst", address)))}
    assert named == NAMED_BEFORE, NAMED_BEFORE - named
    home.settings.write_text(ON, encoding="utf-8")
    answers = {address: rooms.ask("analyst", address) for address in asked}
    assert [address for address, answer in answers.items() if answer.status_code >= 500] == []
    assert [address for address, answer in answers.items() if names(text_of(answer))] == []
    told = {asked[address] for address, answer in answers.items() if answer.status_code == 200}
    assert NAMED_BEFORE - told == set(), "these say nothing any more, which hides more than it should"


def test_asking_by_agent_is_refused_on_pages_and_in_the_api(council: tuple[Rooms, Home]) -> None:
    rooms, home = council
    home.settings.write_text(ON, encoding="utf-8")
    for address in (
        f"/tickets?agent={FINCH}", f"/api/tickets?where=agent={FINCH}", f"/api/measure?metric=csat&{SPAN}&by=agent",
        f"/api/measure?metric=csat&{SPAN}&where=agent={FINCH}",
        f"/api/now?where=agent={FINCH}",
    ):  # fmt: skip
        response = rooms.ask("analyst", address)
        assert (response.status_code, "Works-council mode is on" in response.text) == (400, True), address
    asked = {"metric": "csat", "from": "2026-03-02", "to": "2026-03-07", "scope": {"agents": [FINCH]}}
    response = rooms.ask("analyst", "/api/measure", "POST", json=asked)
    assert (response.status_code, "Works-council mode is on" in response.text) == (400, True)
    assert rooms.ask("analyst", "/tickets?agent=(unassigned)").status_code == 200


def test_pages_say_it_in_the_readers_words(council: tuple[Rooms, Home]) -> None:
    rooms, home = council
    home.settings.write_text(ON, encoding="utf-8")
    said = (("en", "an agent", "agent 2"), ("nl", "een medewerker", "medewerker 2"), ("ro", "un agent", "agent 2"))
    for language, one, second in said:
        assert one in rooms.ask("analyst", f"/tickets?lang={language}").text
        story = rooms.ask("analyst", f"/ticket?id=t-1&lang={language}").text
        assert second in story and "(agent" not in story
    assert ">agent<" not in rooms.ask("analyst", f"/metric/csat?{DAYS}").text
    assert "Works-council mode is on" in rooms.ask("analyst", f"/metric/csat/split?by=agent&{DAYS}").text


def test_an_agents_own_pages_name_nobody_either(council: tuple[Rooms, Home]) -> None:
    """But for the SQL of their own figures, which has their own id."""
    rooms, home = council
    home.settings.write_text(ON, encoding="utf-8")
    for address in ("/tickets", "/ticket?id=t-2", "/now", "/customer?id=ann&of=files", f"/metric/backlog/rows?{DAYS}"):
        response = rooms.ask("agent", address)
        assert response.status_code == 200, address
        assert not names(re.sub(r"<pre.*?</pre>", "", text_of(response), flags=re.DOTALL)), address


COMMANDS = (
    ("explain", "tickets_closed_per_agent", "--from", "2026-03-02", "--to", "2026-03-07"),
    ("explain", "occupancy", "--from", "2026-03-02", "--to", "2026-03-07", "--format", "json"),
    ("check", "--format", "json"),
    ("check", "--kept-aside", "--format", "json"),
    ("export", "ann"),
)


def told(home: Home) -> dict[tuple[str, ...], tuple[int, bool]]:
    """Of each command its exit status and whether it names somebody."""
    done = {command: CliRunner().invoke(servicemeter, [*command, "--home", str(home.folder)]) for command in COMMANDS}
    return {command: (result.exit_code, names(result.output)) for command, result in done.items()}


@pytest.mark.slow
def test_the_terminal_names_nobody(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with Desk(home) as desk:
        fill(desk)
    assert told(home) == dict.fromkeys(COMMANDS, (0, True))
    home.settings.write_text(ON, encoding="utf-8")
    assert told(home) == dict.fromkeys(COMMANDS, (0, False))
    alone = CliRunner().invoke(servicemeter, [*COMMANDS[1], "--home", str(home.folder)]).output
    assert {row["agent_id"] for row in json.loads(alone)["rows"]} == {"(agent)"}
    refused = CliRunner().invoke(servicemeter, ["measure", "csat", "--by", "agent", "--home", str(home.folder)])
    assert refused.exit_code != 0 and "Works-council mode is on" in refused.output
    with serving(home.folder):  # the same through the server that holds the book
        done = run(*COMMANDS[1], home=home.folder)
    assert (done.returncode, done.stdout) == (0, alone)
