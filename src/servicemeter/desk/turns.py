"""Whose turn it is on a desk: one thread at a time.

Work that can wait lets the others go first, and questions can be stopped; whoever writes is let finish.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from servicemeter.ground.errors import Stopped

__all__ = ["Turns"]

_QUIET_S = 0.25
"""A page asks again and again; between two of its questions it only writes."""
_LOOK_S = 0.005
_MOST_S = 1.0
_AGAIN_S = 0.05


class Turns:
    """A lock that its holder may take again, and that knows whether others want it or had it a moment ago."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._wanted_by: set[int] = set()
        self._holder: int | None = None
        self._depth = 0
        self._left_by: int | None = None
        self._left_at = 0.0
        self._marking = threading.Lock()
        self._is_asking = self._is_stopped = False
        self._can_wait: Callable[[], None] | None = None

    def __enter__(self) -> None:
        me = threading.get_ident()
        self._wanted_by.add(me)
        try:
            wait_s = 0.0
            while not self._lock.acquire(timeout=wait_s):
                self._end_what_can_wait()
                wait_s = _AGAIN_S
        finally:
            self._wanted_by.discard(me)
        self._depth += 1
        self._holder = me

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._depth -= 1
        if not self._depth:
            self._left_by, self._left_at, self._holder = self._holder, time.monotonic(), None
        self._lock.release()

    @contextmanager
    def asking(self) -> Iterator[None]:
        """A turn that only asks, which `stop` ends or refuses, unless it is part of a turn of another kind."""
        with self, self._stoppable(is_whole=self._depth == 1):
            yield

    @property
    def is_mine(self) -> bool:
        """Whether this thread has the turn, but for one in between."""
        return self._holder == threading.get_ident()

    @property
    def is_stopped(self) -> bool:
        """Whether nothing is asked any more."""
        return self._is_stopped

    @contextmanager
    def in_between(self, interrupt: Callable[[], None] | None = None) -> Iterator[None]:
        """A turn of asking that can wait: nobody gives way to it. Whoever wants a turn may `interrupt` it (`Stopped`)."""
        with self._lock, self._stoppable(is_whole=self._depth == 0), self._interruptible(interrupt):
            yield

    @contextmanager
    def _interruptible(self, interrupt: Callable[[], None] | None) -> Iterator[None]:
        with self._marking:
            self._can_wait = interrupt
        try:
            yield
        finally:
            with self._marking:  # from here on nobody interrupts what comes next
                self._can_wait = None

    def _end_what_can_wait(self) -> None:
        with self._marking:
            if self._can_wait is not None:
                self._can_wait()

    @contextmanager
    def _stoppable(self, *, is_whole: bool) -> Iterator[None]:
        if not is_whole or self._is_asking:
            yield
            return
        with self._marking:
            if self._is_stopped:
                raise Stopped("Questions are no longer answered here: the server was told to stop. Ask again when it is back.")
            self._is_asking = True
        try:
            yield
        finally:
            with self._marking:
                self._is_asking = False

    def stop(self, interrupt: Callable[[], None]) -> None:
        """Refuse to ask from now on, and `interrupt` whoever asks until they end; whoever writes is let finish."""
        with self._marking:
            self._is_stopped = True
        threading.Thread(target=self._interrupt_all, args=(interrupt,), name="stopping", daemon=True).start()

    def _interrupt_all(self, interrupt: Callable[[], None]) -> None:
        while True:  # between two statements of a question an interruption is not heard
            with self._marking:
                if not self._is_asking:
                    return
                interrupt()
            time.sleep(_AGAIN_S)

    def give_way(self, stop: threading.Event, quiet_s: float = _QUIET_S) -> None:
        """Wait until nobody else wants a turn or just had one, or until `stop`; at most a second in which nobody has it."""
        waited_s = 0.0
        while waited_s < _MOST_S and self._is_wanted(quiet_s) and not stop.wait(_LOOK_S):
            waited_s += 0 if self._holder else _LOOK_S

    def _is_wanted(self, quiet_s: float) -> bool:
        if self.is_mine:
            return False
        has_just_left = self._left_by != threading.get_ident() and time.monotonic() - self._left_at < quiet_s
        return self._holder is not None or bool(self._wanted_by) or has_just_left
