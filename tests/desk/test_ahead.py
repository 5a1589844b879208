"""Asking ahead: after a load what people asked is there again, and nothing is worked out for nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from servicemeter.desk import desk as desks
from servicemeter.desk.ahead import Ahead
from servicemeter.desk.desk import Desk
from servicemeter.desk.turns import Turns
from servicemeter.ground.errors import BadQuestion
from servicemeter.metrics.measure import measure, parts
from servicemeter.model.answer import Answer
from servicemeter.model.question import Filter, Question, Scope
from servicemeter.store.build import Facts

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
MARCH: dict[str, Any] = {"since": date(2026, 3, 1), "until": date(2026, 4, 1)}


HOURS = "select count(*) from range(1000000) as a, range(1000000) as b where (a.range * b.range) % 7 = 3"


def tickets(first: int, count: int) -> list[dict[str, Any]]:
    at = datetime(2026, 3, 1, 9, tzinfo=UTC)
    return [
        {"ticket_id": str(n), "created_at": (at + timedelta(hours=n)).isoformat(), "channel": "email"}
        for n in range(first, first + count)
    ]


class Counted:
    """A clock that is set by hand, and how many questions were worked out rather than kept."""

    def __init__(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now_s, self.asked = 0.0, []  # type: tuple[float, list[Question]]
        monkeypatch.setattr(desks, "measure", self._measure)
        ahead = desk._ahead
        ahead._clock = lambda: self.now_s
        ahead._seen_at = 0.0

    def _measure(self, questions: Sequence[Question], *more: Any) -> list[Answer]:
        self.asked += questions
        return measure(questions, *more)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk(None) as made:
        made.load(now=NOW, tickets=tickets(0, 5))
        yield made


@pytest.fixture
def counted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Counted:
    return Counted(desk, monkeypatch)


def work(desk: Desk, counted: Counted, after_s: float) -> bool:
    desk.work_ahead(threading.Event())  # sees that the data changed
    counted.now_s += after_s
    return desk.work_ahead(threading.Event())


def test_the_first_page_is_there_before_anybody_comes(desk: Desk, counted: Counted) -> None:
    assert work(desk, counted, 3)
    assert counted.asked
    counted.asked.clear()
    desk.scorecard()
    assert counted.asked == []
    assert not work(desk, counted, 3)  # once is enough


def test_what_was_asked_lately_is_there_again_after_a_load(desk: Desk, counted: Counted) -> None:
    asked = Question("tickets_created", **MARCH, where=(Filter("channel", ("email",)),))
    assert desk.measure_all([asked])[0].rows[0]["value"] == 5
    past = Question("tickets_created", **MARCH, known_at=NOW)
    desk.measure_all([past])
    desk.load(now=NOW + timedelta(hours=1), tickets=tickets(5, 2))
    assert work(desk, counted, 3)
    assert asked in counted.asked and past not in counted.asked[2:]
    counted.asked.clear()
    assert desk.measure_all([asked])[0].rows[0]["value"] == 7
    assert counted.asked == []


def test_rows_that_come_piece_by_piece_are_waited_for(desk: Desk, counted: Counted) -> None:
    for n in range(3):
        desk.load(now=NOW + timedelta(hours=n), tickets=tickets(9 + n, 1))
        assert not work(desk, counted, 1.9)
    assert counted.asked == []
    desk._ahead._took_s = 10.0
    desk.load(now=NOW + timedelta(hours=5), tickets=tickets(20, 1))
    assert not work(desk, counted, 19.0)
    counted.now_s += 1.1
    assert desk.work_ahead(threading.Event())


def test_a_load_in_between_ends_it(desk: Desk, counted: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    let, count = desk._lock.give_way, []

    def give_way(stop: threading.Event) -> None:
        count.append(1)
        if len(count) == 2:
            desk.load(now=NOW + timedelta(hours=1), tickets=tickets(30, 1))
        let(stop)

    monkeypatch.setattr(desk._lock, "give_way", give_way)
    assert not work(desk, counted, 3)
    assert len(count) == 2
    assert work(desk, counted, 3)
    assert desk.measure("tickets_created", **MARCH).rows[0]["value"] == 6


def test_it_ends_when_the_server_does(desk: Desk, counted: Counted) -> None:
    stop = threading.Event()
    stop.set()
    counted.now_s = 9.0
    assert not desk.work_ahead(stop) and counted.asked == []


def test_an_empty_book_has_nothing_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    with Desk(None) as empty:
        counted = Counted(empty, monkeypatch)
        assert not work(empty, counted, 9) and counted.asked == []


def test_what_may_no_longer_be_asked_is_forgotten(desk: Desk) -> None:
    good, bad = Question("csat", **MARCH), Question("tickets_solved", **MARCH)
    tried: list[Question] = []

    def ask(questions: Sequence[Question]) -> list[Answer]:
        tried.extend(questions)
        if bad in questions:
            raise BadQuestion("hidden")
        return desk.measure_all(questions)

    now_s = [0.0]
    changes = [0]
    ahead = Ahead(
        Turns(),
        changes=lambda: changes[0],
        parts=lambda given: [[one] for one in given],
        tile=lambda given: [],
        measure=ask,
        first=lambda ask: None,
        then=lambda ask: None,
        interrupt=lambda: None,
        clock=lambda: now_s[0],
    )
    ahead.note([good, bad])
    for n in (1, 2):
        changes[0] = n
        ahead.work(threading.Event())
        now_s[0] += 9
        assert ahead.work(threading.Event())
    assert tried == [good, bad, good]


def test_the_parts_are_all_questions_once_and_need_no_more_statements(monkeypatch: pytest.MonkeyPatch, small: Desk) -> None:
    questions: list[Question] = []
    counts: list[int] = []
    each = Facts.each

    def counting(facts: Facts, readings: Sequence[tuple[str, Any]]) -> list[Any]:
        counts.append(len(readings))
        return each(facts, readings)

    def ask(given: Sequence[Question]) -> list[Answer]:
        questions.extend(given)
        return small.measure_all(given)

    small._scorecard(ask)
    settings, sources, facts, version = small.book.settings(), small._sources(), small._keeper.facts_for, small.data_version
    monkeypatch.setattr(Facts, "each", counting)
    whole = dict(zip(map(repr, questions), measure(questions, settings, sources, facts, version), strict=True))
    together = sum(counts)
    counts.clear()
    split = parts(questions, settings, sources)
    assert sorted(map(repr, (q for part in split for q in part))) == sorted(map(repr, questions))
    for part in split:
        for question, answer in zip(part, measure(part, settings, sources, facts, version), strict=True):
            assert answer == whole[repr(question)]
    assert sum(counts) == together and len(split) > 10 and max(counts) < together / 3


def test_whoever_asks_meanwhile_does_not_wait_for_it(desk: Desk, counted: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part that would run for hours is left when somebody asks, and begun again afterwards."""
    begun = threading.Event()
    stop = threading.Event()

    def measured(questions: Sequence[Question], *more: Any) -> list[Answer]:
        if threading.current_thread() is background and not begun.is_set():
            begun.set()
            desk._engine.rows(HOURS)
        return measure(questions, *more)

    monkeypatch.setattr(desks, "measure", measured)
    done: list[bool] = []
    desk.work_ahead(stop)
    counted.now_s = 3.0
    background = threading.Thread(target=lambda: done.append(desk.work_ahead(stop)), daemon=True)
    background.start()
    assert begun.wait(30)
    assert desk.measure("tickets_created", **MARCH).rows[0]["value"] == 5
    background.join()
    assert done == [True]


def test_tiles_are_made_once_the_data_are_quiet_for_as_long_as_it_takes(desk: Desk, counted: Counted) -> None:
    tried: list[float] = []
    ahead = desk._ahead
    ahead._worth_s = 0.0

    def cut_off() -> None:
        tried.append(counted.now_s)
        counted.now_s += 100.0
        if len(tried) == 1:
            desk.load(now=NOW + timedelta(hours=1), tickets=tickets(5, 2))

    ahead._tile = lambda questions: [cut_off, cut_off]
    assert not work(desk, counted, 3)  # rows came after a hundred seconds of it
    assert len(tried) == 1
    counted.asked.clear()
    assert not work(desk, counted, 3)  # what is opened first is there, tiles are not tried
    assert counted.asked and len(tried) == 1
    counted.asked.clear()
    counted.now_s += 98.0
    assert desk.work_ahead(threading.Event())
    assert len(tried) == 3
    assert not desk.work_ahead(threading.Event()) and len(tried) == 3


def test_what_one_brand_sees_is_worked_out_by_brand_once_it_was_asked(desk: Desk, counted: Counted) -> None:
    """Somebody who sees one brand came: after the next load any span is there for them; before, only that of all."""
    desk._ahead._worth_s = 0.0
    assert work(desk, counted, 3)
    assert _by(desk) == {(), ("channel",)}
    desk.measure("csat", **MARCH, where=(Filter("source", ("files",)),))
    desk.measure("csat", **MARCH, scope=Scope(brands=("b1",)))
    desk.measure("csat", **MARCH, scope=Scope(agents=("a1",)))  # there are too many agents
    desk.load(now=NOW, tickets=tickets(5, 1))
    assert work(desk, counted, 3)
    assert _by(desk) == {(), ("channel",), ("source",), ("brand",)}


def _by(desk: Desk) -> set[tuple[str, ...]]:
    """The dimensions that figures are known by for any span of days."""
    return {asked[2] for asked, *_ in desk._tiled.fields}
