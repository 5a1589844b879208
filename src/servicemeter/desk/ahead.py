"""Asking again after a load, while nobody waits: the scorecard that everybody opens first, and what people asked lately.

Whoever comes then finds the answers kept, and then the figures of that scorecard worked out by days, so that it is there for any
other span at once. Questions that share a statement go together, part by part; a part is left, and begun again later, when
somebody asks meanwhile.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

from servicemeter.desk.turns import Turns
from servicemeter.ground.errors import BadBook, BadQuestion, ServicemeterError, Stopped
from servicemeter.model.answer import Answer
from servicemeter.model.question import FIRST_SPLIT, Question

__all__ = ["Ahead"]

_MOST_LATELY = 500
"""Questions: those of four scorecards, or of some hundred pages of metrics."""
_LEAST_QUIET_S, _MOST_QUIET_S = 2.0, 60.0
_FIRST_PAUSE_S = 0.25
_WORTH_S = 1.0
"""What is asked within it is asked of so few rows that nobody waits for them."""
_DAY_S = 86400.0
_SIGHT = ("team", "brand", "source")
"""Dimensions of which people often see one value only, and which have few values."""

T = TypeVar("T")
Ask = Callable[[Sequence[Question]], list[Answer]]


class _Refused(Exception):
    """Some of what was asked was not answered."""


class _Outdated(Exception):
    """The data moved on, or nobody is served any more: what is being worked out is of no use."""


class Ahead:
    """What is to be asked again, and whether it was since the data changed last.

    `changes` counts how often answers were forgotten, `parts` splits questions into those counted together, `measure` answers
    and keeps them, `first` asks what everybody opens first of whom it is given, `tile` says what there is to do so that such
    ones are known by days, `then` asks what takes little time once they are, `interrupt` ends what is being measured. `clock`
    gives seconds that only grow.
    """

    def __init__(
        self,
        turns: Turns,
        *,
        changes: Callable[[], int],
        parts: Callable[[Sequence[Question]], list[list[Question]]],
        tile: Callable[[Sequence[Question]], list[Callable[[], None]]],
        measure: Ask,
        first: Callable[[Ask], object],
        then: Callable[[Ask], object],
        interrupt: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._turns, self._changes, self._parts, self._tile = turns, changes, parts, tile
        self._measure, self._first, self._then = measure, first, then
        self._interrupt, self._clock = interrupt, clock
        self._lately: OrderedDict[str, tuple[Question, float]] = OrderedDict()
        self._is_working = False
        self._seen, self._seen_at = changes(), clock()
        self._done = self._asked_for = -1
        self._asked: list[Question] = []
        self._worth_s = _WORTH_S
        self._slowest_s = self._took_s = self._tiling_s = 0.0

    def note(self, questions: Sequence[Question], took_s: float = 0.0) -> None:
        """Remember what somebody asked of the data as they are, and how long it took. For whoever has the turn."""
        if self._is_working:
            return
        self._slowest_s = max(self._slowest_s, took_s)
        for question in questions:
            if question.known_at is None and question.as_of is None:
                self._lately[repr(question)] = (question, self._clock())
                self._lately.move_to_end(repr(question))
        while len(self._lately) > _MOST_LATELY:
            self._lately.popitem(last=False)

    def work(self, stop: threading.Event) -> bool:
        """Ask again what is worth it, unless data came a moment ago; whether all of it was asked now.

        What takes long is waited for longer: while rows come piece by piece, nothing is worked out for nothing. Tiles are made
        once the data have been quiet for as long as making them took, or was tried, the last time.
        """
        count = self._changes()
        if count != self._seen:
            self._seen, self._seen_at = count, self._clock()
        quiet_s = min(max(_LEAST_QUIET_S, 2 * self._took_s), _MOST_QUIET_S)
        if count == self._done or self._clock() - self._seen_at < quiet_s:
            return False
        began = self._clock()
        is_new = self._asked_for != count
        try:
            if is_new:
                self._ask_first(count, stop)
                self._asked_for, self._took_s = count, self._clock() - began
            is_over = self._slowest_s < self._worth_s
            if not is_over and began - self._seen_at >= self._tiling_s:
                self._work_out(count, stop)
                is_over = True
            if is_new or is_over:
                self._ask(self._of_late(), count, stop)
        except (_Outdated, Stopped):
            if self._asked_for != count:
                self._took_s = max(self._took_s / 2, self._clock() - began)
            return False
        except ServicemeterError:  # one of what was asked lately means nothing any more
            self._lately.clear()
            is_over = True
        except BaseException:
            self._done = count  # not again and again
            raise
        if is_over:
            self._done = count
        return is_over

    def _ask_first(self, count: int, stop: threading.Event) -> None:
        """Ask what everybody opens first."""
        began = self._clock()
        self._asked = []
        with suppress(_Refused):
            self._first(lambda questions: self._ask_all(questions, count, stop))
        self._slowest_s = max(self._slowest_s, self._clock() - began)

    def _work_out(self, count: int, stop: threading.Event) -> None:
        """Make tiles of what everybody opens first, and ask what takes little time then."""
        began = self._clock()
        try:
            with self._turns.in_between():
                pieces = self._tile([*self._asked, *self._split(self._asked)])
            for piece in pieces:
                with suppress(BadBook):  # memory is short: rows are read when asked
                    self._do_in_between(piece, count, stop)
            with suppress(_Refused):
                self._then(lambda questions: self._ask_all(questions, count, stop))
        finally:
            self._tiling_s = self._clock() - began

    def _split(self, questions: Sequence[Question]) -> list[Question]:
        """The questions of spans, by what figures are shown by first, and by that of which people saw one value lately."""
        seen = [question for question, _ in self._lately.values()]
        narrowed = {held.dimension for one in seen for held in one.where}
        narrowed |= {name for name in _SIGHT if any(getattr(one.scope, f"{name}s") for one in seen)}
        splits = (FIRST_SPLIT, *(name for name in _SIGHT if name in narrowed))
        return [replace(one, by=(name,)) for name in splits for one in questions if one.grain is None and not one.by]

    def _ask_all(self, questions: Sequence[Question], count: int, stop: threading.Event) -> list[Answer]:
        answers = self._ask(questions, count, stop)
        if len(answers) < len(questions):
            raise _Refused
        self._asked += questions
        return answers

    def _of_late(self) -> list[Question]:
        """What was asked within a day; older questions are forgotten: nobody is there."""
        while self._lately and self._clock() - next(iter(self._lately.values()))[1] > _DAY_S:
            self._lately.popitem(last=False)
        return [question for question, _ in self._lately.values()]

    def _ask(self, questions: Sequence[Question], count: int, stop: threading.Event) -> list[Answer]:
        found: dict[str, Answer] = {}
        with self._turns.in_between():
            parts = self._parts(questions)
        for part in parts:
            answers = self._ask_in_between(part, count, stop)
            found |= {repr(answer.question): answer for answer in answers}
        return [found[key] for key in map(repr, questions) if key in found]

    def _ask_in_between(self, part: list[Question], count: int, stop: threading.Event) -> list[Answer]:
        """Answer a part while nobody wants a turn; nothing where it may not be asked."""
        try:
            return self._do_in_between(lambda: self._measure(part), count, stop)
        except Stopped:
            raise
        except ServicemeterError as fault:  # it may not be asked any more, or memory is short
            if len(part) > 1 and isinstance(fault, BadQuestion):
                return [answer for one in part for answer in self._ask_in_between([one], count, stop)]
            for question in part:
                self._lately.pop(repr(question), None)
            return []

    def _do_in_between(self, work: Callable[[], T], count: int, stop: threading.Event) -> T:
        """Do some work while nobody wants a turn, from its start again when somebody did."""
        pause_s = _FIRST_PAUSE_S
        while True:
            self._turns.give_way(stop)
            try:
                with self._turns.in_between(self._interrupt):
                    if stop.is_set() or self._changes() != count:
                        raise _Outdated
                    self._is_working = True
                    try:
                        return work()
                    finally:
                        self._is_working = False
            except Stopped:
                if self._turns.is_stopped or stop.wait(pause_s):
                    raise
                pause_s = min(2 * pause_s, _MOST_QUIET_S)
