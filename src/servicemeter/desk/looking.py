"""Looking for what is wrong with the data piece by piece, so that other questions are answered in between."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

from servicemeter.desk.making import patient_for
from servicemeter.desk.turns import Turns
from servicemeter.ground.errors import BadBook, FactsInTheMaking, Stopped

__all__ = ["Findings", "Looking", "Piece"]

Findings = list[dict[str, Any]]
Piece = Callable[[], Findings | None]
_MOST_ANEW = 2
_MOST_LEFT = 4
_FIRST_PAUSE_S = 0.25


class Looking:
    """What was found, for as long as the data stay what they were.

    `begin` gives the pieces: each gives None but the last, which gives the findings. Whoever asks does the next piece, or waits
    for another who does it; nothing is done twice. What nobody waits for is left, by `interrupt`, when somebody wants a turn, and
    begun again; after some times it is let finish. Nobody looks beside while there is nothing to look at (`may_begin`).
    """

    def __init__(
        self,
        turns: Turns,
        begin: Callable[[], Iterator[Piece]],
        interrupt: Callable[[], None],
        may_begin: Callable[[], bool] = lambda: True,
    ) -> None:
        self._turns, self._begin, self._interrupt, self._may_begin = turns, begin, interrupt, may_begin
        self._pieces: Iterator[Piece] | None = None
        self._piece: Piece | None = None
        self._found: Findings | None = None
        self._fault: Exception | None = None
        self._forgotten_count = 0
        self._is_beside = False
        self._starting = threading.Lock()
        self._is_settled, self._is_over = threading.Event(), threading.Event()

    @property
    def is_done(self) -> bool:
        """Whether the findings are known; waits for nobody."""
        return self._found is not None

    def find(self) -> Findings:
        """The findings, however long it takes. When loads come in between again and again, no more is let in between."""
        before = self._forgotten_count
        while (found := self._look()) is None:
            if self._forgotten_count - before >= _MOST_ANEW:
                return self._find_at_once()
            self._turns.give_way(self._is_over)
        return found

    def _find_at_once(self) -> Findings:
        with self._turns.in_between():
            while (found := self._look()) is None:
                continue
            return found

    def find_within(self, patience_s: float) -> Findings | None:
        """The findings if they are known by then; else None, and the looking goes on beside."""
        if self._found is None:
            self._look_beside()
            self._is_settled.wait(patience_s)
            self._tell_fault()
        return self._found

    def forget(self) -> None:
        """Begin again: the data are others. For whoever has the turn."""
        self._pieces = self._piece = self._found = None
        self._forgotten_count += 1
        self._is_settled.clear()

    def end(self) -> None:
        """Do no further piece; `BadBook` for whoever asks."""
        self._is_over.set()
        self._is_settled.set()

    def _look(self, interrupt: Callable[[], None] | None = None) -> Findings | None:
        with self._turns.in_between(interrupt):
            self._refuse_when_over()
            if self._found is None:
                self._found = self._next_piece()
                if self._found is not None:
                    self._pieces = None
                    self._is_settled.set()
            return self._found

    def _next_piece(self) -> Findings | None:
        try:
            self._pieces = self._pieces or self._begin()
            self._piece = self._piece or next(self._pieces)
            found = self._piece()
        except Stopped:
            raise  # it is begun again
        except BaseException:
            self._pieces = self._piece = None
            raise
        self._piece = None
        return found

    def _look_beside(self) -> None:
        with self._starting:
            self._refuse_when_over()
            if not self._is_beside and self._fault is None:
                self._is_beside = True
                self._is_settled.clear()
                threading.Thread(target=self._run_beside, name="findings", daemon=True).start()

    def _run_beside(self) -> None:
        while True:
            try:
                with patient_for(0):  # facts that are being made are others' work
                    while self._look_while_nobody_waits() is None:
                        self._turns.give_way(self._is_over)
            except FactsInTheMaking:  # begun a moment ago: it is looked for when they are there
                continue
            except Exception as fault:  # told to whoever asks next
                self._fault = None if self._is_over.is_set() else fault
            with self._starting:
                if self._found is not None or self._fault is not None or self._is_over.is_set():
                    self._is_beside = False
                    self._is_settled.set()
                    return

    def _look_while_nobody_waits(self) -> Findings | None:
        for times in range(_MOST_LEFT):
            while not self._may_begin() and not self._is_over.wait(_FIRST_PAUSE_S):
                continue
            try:
                return self._look(self._interrupt)
            except Stopped:
                if self._turns.is_stopped:
                    raise
            self._is_over.wait(_FIRST_PAUSE_S * 2**times)
            self._turns.give_way(self._is_over)
        return self._look()

    def _tell_fault(self) -> None:
        with self._starting:
            fault, self._fault = self._fault, None
        if fault is not None:
            raise fault

    def _refuse_when_over(self) -> None:
        if self._is_over.is_set():
            raise BadBook("The book was closed while its data were being checked. Open it again and repeat the question.")
