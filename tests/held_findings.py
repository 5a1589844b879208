"""A desk that looks for what is wrong with its data no faster than a test lets it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from servicemeter.desk import check
from servicemeter.desk.desk import Desk
from servicemeter.store.build import Facts
from servicemeter.store.checks import Fault, find_faults

__all__ = ["HeldFindings"]


class HeldFindings:
    """Each kind of fault that is looked for stands in `looked_for`; after the first the desk waits until `let_go`.

    `gave_way_count` is how often it let others go first.
    """

    def __init__(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        self.looked_for: list[Facts] = []
        self.gave_way_count = 0
        self._is_held, self._may_go_on = threading.Event(), threading.Event()
        monkeypatch.setattr(check, "find_faults", self._find)
        monkeypatch.setattr(desk._lock, "give_way", self._give_way)

    def _find(self, facts: Facts, tz: str) -> Iterator[Callable[[], list[Fault]]]:
        for find in find_faults(facts, tz):

            def noted(find: Callable[[], list[Fault]] = find) -> list[Fault]:
                self.looked_for.append(facts)
                return find()

            yield noted

    def _give_way(self, stop: threading.Event) -> None:
        self.gave_way_count += 1
        self._is_held.set()
        self._may_go_on.wait()

    def wait(self) -> None:
        """Until the desk has begun to look and is held up."""
        self._is_held.wait()

    def let_go(self) -> None:
        """Let it look on, and wait until nobody looks beside any more."""
        self._may_go_on.set()
        for thread in threading.enumerate():
            if thread.name == "findings":
                thread.join()
