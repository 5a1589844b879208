"""Making all facts anew piece by piece, after something was set that reaches every one of them: others have turns in between.

Until the last piece is done there are no facts, so that no answer is of old and new ones. Who asks meanwhile does the pieces that
are left, or, with little patience, is told that they are being made.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import TypeVar

from servicemeter.desk.turns import Turns
from servicemeter.ground.errors import FactsInTheMaking, Stopped

__all__ = ["Making", "Piece", "ToldPiece", "patient_for"]

T = TypeVar("T")
Piece = Callable[[], None]
ToldPiece = Callable[[int, int], None]
"""Told which piece is done now, and how many there are."""
_MOST_LEFT = 2
_patience_s: ContextVar[float | None] = ContextVar("patience_s", default=None)


@contextmanager
def patient_for(seconds: float) -> Iterator[None]:
    """Inside, whoever asks waits so long for facts that are being made; elsewhere as long as it takes."""
    before = _patience_s.set(seconds)
    try:
        yield
    finally:
        _patience_s.reset(before)


class Making:
    """The pieces that are left to do. A piece that was ended half done may be done again."""

    def __init__(self, turns: Turns, interrupt: Callable[[], None]) -> None:
        self._turns, self._interrupt = turns, interrupt
        self._left: deque[Piece] = deque()
        self._count = 0

    @property
    def is_begun(self) -> bool:
        """Whether pieces are left; waits for nobody."""
        return bool(self._left)

    def begin(self, pieces: Sequence[Piece]) -> None:
        """Have these done from now on. For whoever has the turn."""
        self._left, self._count = deque(pieces), len(pieces)

    def forget(self) -> None:
        """The rows are others: what was done of it is of no use. For whoever has the turn."""
        self._left.clear()

    def finish(self, progress: ToldPiece | None = None) -> None:
        """Do what is left, for whoever has the turn; `FactsInTheMaking` when their patience ends before."""
        patience_s = _patience_s.get()
        until = None if patience_s is None else time.monotonic() + patience_s
        while self._left:
            step = self._count - len(self._left) + 1
            if until is not None and time.monotonic() >= until:
                raise FactsInTheMaking(
                    f"Something was set that changes figures; all of them are being worked out anew (step {step} of "
                    f"{self._count}). The page comes by itself when they are there."
                )
            if progress:
                progress(step, self._count)
            self._do_next()

    def work(self, stop: threading.Event) -> None:
        """Do what is left. Whoever wants a turn ends a piece; it is begun again, and after some times let finish."""
        while self._left and not stop.is_set() and not self._turns.is_stopped:
            self._do_beside(stop)

    def wait(self) -> None:
        """Work along until nothing is left, with turns for others in between; not within a turn, nor with little patience."""
        if self._can_let_others_in():
            self.work(threading.Event())

    def asked_around(self, question: Callable[[], T]) -> T:
        """The answer to a question that may need no facts: asked at once, and where it needs them once they are made."""
        if self._left and self._can_let_others_in():
            with suppress(FactsInTheMaking), patient_for(0):
                return question()
            self.work(threading.Event())
        return question()

    def _can_let_others_in(self) -> bool:
        return _patience_s.get() is None and not self._turns.is_mine

    def _do_beside(self, stop: threading.Event) -> None:
        for times in range(_MOST_LEFT + 1):
            self._turns.give_way(stop, 0.0)  # between questions of a page it goes on: no figure is shown until it is done
            try:
                with self._turns.in_between(self._interrupt if times < _MOST_LEFT else None):
                    self._do_next()
                return
            except Stopped:
                if self._turns.is_stopped:
                    return

    def _do_next(self) -> None:
        if not self._left:
            return
        try:
            self._left[0]()
        except Stopped:
            raise
        except BaseException:  # whoever asks next begins anew, and is told
            self._left.clear()
            raise
        self._left.popleft()
