"""What bringing a connected source into the book needs, whether it is pulled or sends by itself: its connector, its rows on their
way, and that only one at a time is busy with it."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from servicemeter.ground.errors import BadSettings
from servicemeter.model.rows import Batch, KeptAside
from servicemeter.office.connections import Connection
from servicemeter.sources.client import Pace
from servicemeter.sources.finding import find_connector
from servicemeter.sources.source import Source

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["Clock", "Piece", "alone", "open_source"]

Clock = Callable[[], datetime]
_LOCKS: defaultdict[tuple[int, str], threading.Lock] = defaultdict(threading.Lock)


def open_source(
    connection: Connection, secrets: Mapping[str, str], folder: Path | None = None, pace: Pace | None = None
) -> Source:
    """The connector of a connection, with what it needs to reach the account."""
    made = find_connector(connection.kind, folder)
    return made({"address": connection.address, **connection.options, **secrets}, pace)


@contextmanager
def alone(desk: Desk, name: str) -> Iterator[None]:
    """Be the only one who brings in a source; `BadSettings` when somebody is at it already."""
    lock = _LOCKS[id(desk), name]
    if not lock.acquire(blocking=False):
        raise BadSettings(f"{name} is being synced already. Look at it with: servicemeter sources")
    try:
        yield
    finally:
        lock.release()


@dataclass
class Piece:
    """Rows on their way into the book in one transaction (a `model.rows.Delivery`)."""

    source: str
    tz: str | None
    items: Sequence[Batch | KeptAside] = ()
    capabilities: tuple[str, ...] | None = ()
    loaded_from: datetime | None = None
    loaded_through: datetime | None = None

    def __iter__(self) -> Iterator[Batch | KeptAside]:
        return iter(self.items)
