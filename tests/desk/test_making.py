"""Facts made anew beside the questions after something was set: no answer of old and new ones, and nobody waits who need not.

A ticket of Friday 17:00 is answered on Monday at 9:30, half an hour after opening; on Friday what is left until closing counts.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from hours_desk import NOW, load_weekend, saved, wait
from servicemeter.desk.desk import Desk
from servicemeter.desk.frames import FramesDelivery
from servicemeter.desk.making import Making, patient_for
from servicemeter.desk.methods.find_tickets import find_tickets
from servicemeter.desk.methods.hours import hours
from servicemeter.desk.methods.promises import promises
from servicemeter.desk.turns import Turns
from servicemeter.ground.errors import BadBook, FactsInTheMaking, Stopped
from servicemeter.ground.settings import Home
from servicemeter.model.hours import HoursWish
from servicemeter.model.question import Question
from servicemeter.store.build import Facts


def until(closes: str) -> HoursWish:
    """Open on weekdays from 9:00 until then."""
    return HoursWish("Support", tz="Europe/Amsterdam", week=tuple((day, "09:00", closes) for day in range(1, 6)))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk as a server keeps it up."""
    with Desk(Home(tmp_path_factory.mktemp("making") / "home")) as made:
        load_weekend(made)
        made.prepare()
        made.work_ahead(threading.Event())
        yield made


def some(desk: Desk, count: int) -> None:
    """Do so many pieces."""
    for _ in range(count):
        with desk._lock:
            desk._making._do_next()


def is_told(desk: Desk, step: int) -> bool:
    """Whether somebody without patience gets no figure, but hears which step is done."""
    with patient_for(0), pytest.raises(FactsInTheMaking, match=rf"step {step} of \d+"):
        wait(desk)
    return True


def test_until_the_last_piece_is_done_there_is_no_answer(desk: Desk) -> None:
    saved(desk, until("17:30"))
    assert hours(desk).default == "Support" and promises(desk, now=NOW).promises == []
    steps = 0
    while desk.is_making_facts:
        steps += 1
        assert is_told(desk, steps)
        some(desk, 1)
    with patient_for(0):
        assert wait(desk) == 3600
    assert steps > 40  # the calendar, persons, and a piece for each of the facts


def test_who_waits_works_along_and_the_server_while_nobody_does(desk: Desk) -> None:
    saved(desk, until("17:15"))
    some(desk, 7)
    assert wait(desk) == 2700 and not desk.is_making_facts
    saved(desk, until("17:20"))
    desk.work_ahead(threading.Event())
    assert not desk.is_making_facts
    with patient_for(0):
        assert wait(desk) == 3000


def test_the_data_are_not_checked_before(desk: Desk) -> None:
    saved(desk, until("17:05"))
    assert desk.findings_within(0.05) is None and is_told(desk, 1)
    desk.prepare()


def test_rows_in_between_begin_it_anew(desk: Desk) -> None:
    """What is sent to us leaves the facts, and the third time nothing is let in between; an import makes them itself.

    Further tickets are asked on Monday at 9:00 and answered at 9:40: of n of them and the one of 40 minutes all have 2,400 s.
    """
    saved(desk, until("17:10"))
    for number in range(3):
        some(desk, 9)
        assert desk.is_making_facts
        desk.take(_ticket(number), now=NOW, delivered=[f"d{number}"])
        assert number == 2 or is_told(desk, 1)
    with patient_for(0):
        assert (wait(desk), _created(desk)) == (2400, 4)
    saved(desk, until("17:40"))
    some(desk, 9)
    desk.take(_ticket(3), now=NOW)
    with patient_for(0):
        assert (wait(desk), _created(desk)) == (2400, 5)


def test_what_is_half_made_is_nobody_s_and_may_be_begun_often(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with Desk(home) as desk:
        load_weekend(desk)
        saved(desk, until("17:05"))
        assert not desk.is_making_facts  # nobody keeps it up
        desk.work_ahead(threading.Event())
        for closes in ("17:10", "17:15", "17:30"):
            saved(desk, until(closes))
            some(desk, 9)
            assert desk.is_making_facts
    with Desk(home) as again, patient_for(0):
        assert wait(again) == 3600


def test_days_with_two_openings_are_built_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a pause at noon, half an hour of Friday and half an hour of Monday are left as before."""
    halves = tuple((day, *half) for day in range(1, 6) for half in (("09:00", "12:00"), ("13:00", "17:30")))
    home = Home(tmp_path / "home")
    with Desk(home) as desk:
        load_weekend(desk)
        desk.work_ahead(threading.Event())
        saved(desk, HoursWish("Support", tz="Europe/Amsterdam", week=halves))
        desk.work_ahead(threading.Event())
        with monkeypatch.context() as patched:
            patched.setattr(Facts, "build", lambda *_, **__: pytest.fail("all was made already"))
            assert wait(desk) == 3600
        saved(desk, HoursWish("Support", name="Support and sales"))
    with Desk(home) as again:
        assert wait(again) == 3600  # it had to build them
    monkeypatch.setattr(Facts, "build", lambda *_, **__: pytest.fail("they were there"))
    with Desk(home) as later:
        assert wait(later) == 3600


def test_a_piece_that_was_ended_is_done_again_and_one_that_fails_is_told() -> None:
    made: list[str] = []

    def ended() -> None:
        made.append("b")
        if made.count("b") < 3:
            raise Stopped("somebody wanted a turn")

    def failing() -> None:
        raise BadBook("The disk is full.")

    making = Making(Turns(), lambda: None)
    making.begin([lambda: made.append("a"), ended, lambda: made.append("c")])
    making.work(threading.Event())
    assert made == ["a", "b", "b", "b", "c"] and not making.is_begun
    making.begin([failing, lambda: made.append("d")])
    with pytest.raises(BadBook):
        making.work(threading.Event())
    assert made[-1] == "c" and not making.is_begun


def test_whoever_waits_lets_others_in_but_within_a_turn() -> None:
    turns, others = Turns(), []
    making = Making(turns, lambda: None)

    def piece() -> None:
        others.append(not turns.is_mine)  # no turn of the question is held: others have theirs before the next piece

    def question() -> str:
        with turns.asking():
            making.finish()
        return "answer"

    making.begin([piece, piece])
    assert making.asked_around(lambda: "of the rows alone") == "of the rows alone" and making.is_begun
    assert making.asked_around(question) == "answer" and others == [True, True]
    making.begin([piece, piece])
    with turns:
        making.wait()
        assert making.is_begun and making.asked_around(question) == "answer"
    assert others == [True, True, False, False]
    making.begin([piece])
    with patient_for(0), pytest.raises(FactsInTheMaking):
        making.asked_around(question)


@pytest.mark.parametrize("way", ["explain", "curve", "find_tickets", "prepare", "statements"])
def test_no_way_of_asking_keeps_the_turn_for_all_the_pieces(desk: Desk, way: str) -> None:
    question = Question("first_response_time", date(2026, 3, 1), date(2026, 4, 1), params={"clock": "business"})
    ways: dict[str, Callable[[], object]] = {
        "explain": lambda: desk.explain_question(question),
        "curve": lambda: desk.curve(question),
        "statements": lambda: desk.statements(question),
        "find_tickets": lambda: find_tickets(desk),
        "prepare": desk.prepare,
    }
    held: list[bool] = []
    with desk._lock:
        desk._making.begin([lambda: held.append(desk._lock.is_mine)] * 3)
        desk._is_ready = False
    ways[way]()
    assert held == [False] * 3


def _ticket(number: int) -> FramesDelivery:
    one = {"ticket_id": f"u{number}"}
    asked, answered = "2026-03-09T08:00:00Z", "2026-03-09T08:40:00Z"
    said = [
        {**one, "message_id": f"a{number}", "occurred_at": asked, "author_type": "customer", "is_public": True},
        {
            **one,
            "message_id": f"b{number}",
            "occurred_at": answered,
            "author_type": "agent",
            "author_id": "kim",
            "is_public": True,
        },
    ]  # fmt: skip
    return FramesDelivery("files", None, {"tickets": [{**one, "created_at": asked, "channel": "email"}], "messages": said})


def _created(desk: Desk) -> int:
    return int(desk.measure("tickets_created", since="2026-03-01", until="2026-04-01").row["value"])
