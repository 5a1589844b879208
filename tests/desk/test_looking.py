"""Looking for findings beside everything else: others are answered, a load begins it anew, closing ends it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from held_findings import HeldFindings
from servicemeter.desk import looking
from servicemeter.desk.desk import Desk
from servicemeter.desk.looking import Findings, Looking, Piece
from servicemeter.desk.turns import Turns
from servicemeter.ground.errors import BadBook, FactsInTheMaking, Stopped
from servicemeter.store.sqlfiles import sql_files

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TICKET = {"ticket_id": "1", "created_at": "2026-03-02T09:00:00Z", "channel": "email", "customer_id": "c1"}
TEAMLESS: dict[str, Any] = {
    "agents": [{"agent_id": "a1", "name": "Agent 1"}, {"agent_id": "a2", "name": "Agent 2"}],
    "teams": [{"team_id": "front"}],
    "agent_teams": [{"agent_id": "a1", "team_id": "front"}],
}
"""Agent 2 is in no team, which is the fault that is looked for first."""


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk(None, on_demand=True) as desk:
        desk.load(now=NOW, tickets=[TICKET])
        yield desk


def _names(desk: Desk) -> set[str]:
    return {finding["name"] for finding in desk.findings()}


def test_others_are_answered_while_it_looks(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    held = HeldFindings(desk, monkeypatch)
    assert desk.findings_within(0) is None
    held.wait()
    answer = desk.measure("tickets_created", since="2026-03-01", until="2026-04-01")
    assert answer.rows[0]["value"] == 1
    assert (desk.findings_within(0), len(held.looked_for)) == (None, 1)
    held.let_go()
    assert desk.findings_within(0) == desk.findings() != []
    assert len(held.looked_for) == len(sql_files("findings"))


def test_a_load_in_between_begins_it_anew(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    held = HeldFindings(desk, monkeypatch)
    desk.findings_within(0)
    held.wait()
    assert next(iter(sql_files("findings"))) == "agents_without_team"
    desk.load(now=NOW, **TEAMLESS)
    held.let_go()
    assert len(held.looked_for) == 1 + len(sql_files("findings"))
    assert "agents_without_team" in _names(desk)


def test_whoever_waits_for_it_gets_it_however_often_is_loaded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    held, found = HeldFindings(desk, monkeypatch), []
    asking = threading.Thread(target=lambda: found.append(desk.findings()))
    asking.start()
    held.wait()
    for number in range(2):
        desk.load(now=NOW, tickets=[{**TICKET, "ticket_id": f"further {number}"}])
    held.let_go()
    asking.join()
    assert found == [desk.findings()]
    assert (held.gave_way_count, len(held.looked_for)) == (1, 1 + len(sql_files("findings")))


def test_what_was_found_is_of_the_data_as_they_are(desk: Desk) -> None:
    assert "agents_without_team" not in _names(desk)
    desk.load(now=NOW, **TEAMLESS)
    assert "agents_without_team" in _names(desk)


def test_two_that_ask_at_once_look_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    held, found = HeldFindings(desk, monkeypatch), []
    desk.findings_within(0)
    asking = [threading.Thread(target=lambda: found.append(desk.findings())) for _ in range(2)]
    for one in asking:
        one.start()
    held.wait()
    held.let_go()
    for one in asking:
        one.join()
    assert found == [desk.findings()] * 2
    assert len(held.looked_for) == len(sql_files("findings"))


def test_closing_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(None, on_demand=True)
    desk.load(now=NOW, tickets=[TICKET])
    held = HeldFindings(desk, monkeypatch)
    desk.findings_within(0)
    held.wait()
    desk.close()
    held.let_go()
    assert len(held.looked_for) == 1
    with pytest.raises(BadBook, match="was closed"):
        desk.findings_within(0)
    with pytest.raises(BadBook, match="was closed"):
        desk.findings()


def test_a_fault_is_told_once_and_the_next_begins_anew() -> None:
    faults = [BadBook("The memory limit was not enough.")]

    def last() -> Findings:
        if faults:
            raise faults.pop()
        return [{"name": "early"}]

    looking = Looking(Turns(), lambda: iter([lambda: None, last]), lambda: None)
    with pytest.raises(BadBook, match="memory"):
        looking.find_within(120)
    assert looking.find_within(120) == looking.find() == [{"name": "early"}]


def test_work_that_can_wait_lets_others_go_first() -> None:
    turns, has_turn, order = Turns(), threading.Event(), []
    may_leave = threading.Event()

    def ask() -> None:
        with turns, turns:
            has_turn.set()
            may_leave.wait()
            order.append("asked")

    def wait() -> None:
        turns.give_way(threading.Event())
        order.append("gave way")

    threads = [threading.Thread(target=ask), threading.Thread(target=wait)]
    threads[0].start()
    has_turn.wait()
    threads[1].start()
    stopped = threading.Event()
    stopped.set()
    turns.give_way(stopped)  # who is told to stop waits for nobody
    may_leave.set()
    for thread in threads:
        thread.join()
    assert order == ["asked", "gave way"]


def test_whoever_has_the_turn_or_had_it_alone_waits_for_nobody() -> None:
    class Never(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            raise AssertionError("waited")

    turns = Turns()
    with turns:
        turns.give_way(Never())
        with turns.in_between():
            turns.give_way(Never())
    turns.give_way(Never())


def test_whoever_asks_does_not_wait_for_a_piece_that_nobody_waits_for() -> None:
    """A piece is left when somebody wants a turn, and begun again where it was; what was found before it stays."""
    turns, begun, left = Turns(), threading.Event(), threading.Event()
    tried: list[str] = []

    def first() -> None:
        tried.append("first")

    def long() -> Findings:
        tried.append("long")
        begun.set()
        if len(tried) == 2:
            assert left.wait(60)
            raise Stopped("interrupted")
        return [{"name": "late"}]

    looking = Looking(turns, lambda: iter([first, long]), left.set)
    assert looking.find_within(0) is None
    assert begun.wait(60)
    with turns:
        assert left.is_set()
    assert looking.find_within(60) == [{"name": "late"}]
    assert tried == ["first", "long", "long"]


def test_facts_that_begin_to_be_made_are_no_fault_of_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """However often it meets them; nobody is told of it who asks once they are there."""
    monkeypatch.setattr(looking, "_FIRST_PAUSE_S", 0.001)
    begun: list[int] = []

    def begin() -> Iterator[Piece]:
        begun.append(1)
        if len(begun) <= 7:
            raise FactsInTheMaking("step 1 of 2")
        return iter([lambda: [{"name": "none"}]])

    assert Looking(Turns(), begin, lambda: None).find_within(10) == [{"name": "none"}] and len(begun) == 8
