"""How far an import is: a moving line on a terminal, a plain line now and then elsewhere; always on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from servicemeter.cli.terminal.words import remark
from servicemeter.show.durations import duration
from servicemeter.show.numbers import number, percent

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from servicemeter.desk.making import ToldPiece
    from servicemeter.desk.steps import Step, ToldStep
    from servicemeter.desk.sync import SyncStep, ToldSync

__all__ = ["telling", "telling_facts", "telling_sync"]

_BETWEEN_LINES_S = 10.0


@contextmanager
def telling(name: str) -> Iterator[ToldStep]:
    """Give a function that is told the steps of an import, and shows them while the block lasts."""
    if not sys.stderr.isatty():
        yield _Lines(name).tell
        return
    with _bar() as progress:
        yield _Bar(progress, progress.add_task(name, total=None, rows="", rate="")).tell


def _bar() -> Progress:
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    from servicemeter.cli.terminal.tables import console

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]}{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console(is_error=True),
        transient=True,
    )


class _Bar:
    """Steps on a terminal."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task, self._name = progress, task, str(progress.tasks[task].description)
        self._began = time.monotonic()

    def tell(self, step: Step) -> None:
        passed = time.monotonic() - self._began
        rate = f", {number(step.rows / passed)} rows/s" if step.rows and passed > 1 else ""
        rows = f"{number(step.rows)} rows" if step.rows else ""
        is_last = step.doing == "facts"
        self._progress.update(
            self._task,
            description=f"{self._name}: working out the facts" if is_last else self._name,
            total=None if is_last else step.bytes_total or None,
            completed=step.bytes_done,
            rows=rows,
            rate=rate,
        )


class _Lines:
    """Steps in a log: a line every ten seconds."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._began = self._told_at = time.monotonic()

    def tell(self, step: Step) -> None:
        now = time.monotonic()
        if now - self._told_at < _BETWEEN_LINES_S:
            return
        self._told_at = now
        share = f", {percent(step.bytes_done / step.bytes_total, 0)} read" if step.bytes_total else ""
        doing = "working out the facts" if step.doing == "facts" else f"{number(step.rows)} rows{share}"
        remark(f"{self._name}: {doing}, {duration(now - self._began)} so far")


@contextmanager
def telling_facts() -> Iterator[ToldPiece]:
    """Give a function that is told how much of the facts is made, and shows it while the block lasts."""
    name = "Working the figures out anew"
    if not sys.stderr.isatty():
        told_at = time.monotonic()

        def tell(step: int, count: int) -> None:
            nonlocal told_at
            if time.monotonic() - told_at >= _BETWEEN_LINES_S:
                told_at = time.monotonic()
                remark(f"{name}: step {step} of {count}")

        yield tell
        return
    with _bar() as progress:
        task = progress.add_task(name, total=None, rows="", rate="")
        yield lambda step, count: progress.update(task, completed=step - 1, total=count)


@contextmanager
def telling_sync(name: str) -> Iterator[ToldSync]:
    """Give a function that is told the steps of a sync, and shows them, with an end time, while the block lasts."""
    if not sys.stderr.isatty():
        yield _SyncLines(name).tell
        return
    with _bar() as progress:
        yield _SyncBar(progress, progress.add_task(name, total=1.0, rows="", rate="")).tell


class _SyncBar:
    """Steps of a sync on a terminal: each stream has its own bar's length."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task, self._name = progress, task, str(progress.tasks[task].description)
        self._stream = ""

    def tell(self, step: SyncStep) -> None:
        if step.stream != self._stream:
            self._stream = step.stream
            self._progress.reset(self._task, total=None if step.share is None else 1.0)
        waits = f", waiting {duration(step.waiting_s)} for its limit" if step.waiting_s > 1 else ""
        self._progress.update(
            self._task,
            description=f"{self._name}: {step.stream}",
            total=None if step.share is None else 1.0,
            completed=step.share or 0.0,
            rows=f"{number(step.rows)} rows",
            rate=waits,
        )


class _SyncLines:
    """Steps of a sync in a log: a line every ten seconds, with when the stream will be done."""

    def __init__(self, name: str) -> None:
        self._name, self._stream = name, ""
        self._began = self._told_at = time.monotonic()

    def tell(self, step: SyncStep) -> None:
        now = time.monotonic()
        if step.stream != self._stream:
            self._stream, self._began = step.stream, now
        if now - self._told_at < _BETWEEN_LINES_S:
            return
        self._told_at = now
        share = f", {percent(step.share, 0)} of {step.stream}" if step.share else f", {step.stream}"
        left_s = (now - self._began) * (1 / step.share - 1) if step.share else None
        left = f", about {duration(left_s)} left" if left_s is not None else ""
        remark(f"{self._name}: {number(step.rows)} rows{share}{left}")
