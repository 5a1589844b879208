"""A desk that is told to stop answering: questions end and are refused, what is being written is let finish."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from servicemeter.desk.desk import Desk
from servicemeter.desk.frames import FramesDelivery
from servicemeter.desk.looking import Looking
from servicemeter.desk.methods.busy_times import busy_times
from servicemeter.desk.methods.coverage import coverage
from servicemeter.desk.turns import Turns
from servicemeter.engines.duckdb import DuckDB
from servicemeter.ground.errors import Stopped

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TICKET = {"ticket_id": "1", "created_at": "2026-03-02T09:00:00Z", "channel": "email"}
HOURS = "select count(*) from range(1000000) as a, range(1000000) as b where (a.range * b.range) % 7 = 3"


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk(None, on_demand=True) as desk:
        desk.load(now=NOW, tickets=[TICKET])
        yield desk


def _fault_of(work: Callable[[], Any], told: list[BaseException]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        except BaseException as fault:
            told.append(fault)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


@pytest.mark.parametrize("queries", [[HOURS], [HOURS, HOURS, HOURS]], ids=["one statement", "side by side"])
def test_a_question_that_runs_for_hours_ends_and_others_are_refused(desk: Desk, queries: list[str]) -> None:
    begun, told = threading.Event(), list[BaseException]()

    def work(engine: DuckDB) -> Any:
        begun.set()
        return engine.each([(sql, lambda one, own: one.rows(own)) for sql in queries])

    asking = _fault_of(lambda: desk.on_engine(work), told)
    begun.wait()
    waiting = _fault_of(lambda: desk.measure("tickets_created", since="2026-03-01", until="2026-04-01"), told)
    desk.stop_answering()
    asking.join()
    waiting.join()
    assert [type(one) for one in told] == [Stopped, Stopped]
    for ask in (
        desk.findings,
        lambda: coverage(desk),
        lambda: desk.dimension_values("channel"),
        lambda: busy_times(desk),
    ):
        with pytest.raises(Exception, match=r"told to stop|was closed"):
            ask()


class _Held(FramesDelivery):
    """A delivery that comes to its end only when it may."""

    def __init__(self, begun: threading.Event, may_end: threading.Event) -> None:
        super().__init__("files", None, {"tickets": [{**TICKET, "ticket_id": "2"}]})
        self._begun, self._may_end = begun, may_end

    def __iter__(self) -> Iterator[Any]:
        yield from super().__iter__()
        self._begun.set()
        self._may_end.wait()


def test_a_load_is_let_finish(desk: Desk) -> None:
    begun, may_end, told = threading.Event(), threading.Event(), list[BaseException]()
    taking = _fault_of(lambda: desk.take(_Held(begun, may_end), now=NOW), told)
    begun.wait()
    desk.stop_answering()
    may_end.set()
    taking.join()
    assert told == []
    assert desk.on_rows(lambda engine: engine.rows("select ticket_id from tickets order by 1")) == [("1",), ("2",)]
    assert desk.load(now=NOW, tickets=[{**TICKET, "ticket_id": "3"}]).taken == 1


def test_what_asks_within_a_load_is_part_of_it() -> None:
    turns, interrupted = Turns(), list[str]()
    with turns:
        turns.stop(lambda: interrupted.append("once"))
        with turns.asking(), turns.in_between():
            pass
    with pytest.raises(Stopped, match="told to stop"), turns.asking():
        raise AssertionError("was let in")
    assert interrupted == []


def test_looking_for_findings_is_interrupted_too() -> None:
    turns, begun, heard = Turns(), threading.Event(), threading.Event()
    told: list[BaseException] = []

    def piece() -> None:
        begun.set()
        heard.wait()
        raise Stopped("This was stopped.")

    looking = Looking(turns, lambda: iter([piece]), lambda: None)
    asking = _fault_of(looking.find, told)
    begun.wait()
    turns.stop(heard.set)
    asking.join()
    assert [str(one) for one in told] == ["This was stopped."]
