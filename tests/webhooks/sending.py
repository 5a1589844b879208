"""A program that sends webhooks, and a home that receives them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from app_client import ask
from servicemeter.desk.deliveries import Taken, take_deliveries
from servicemeter.desk.desk import Desk
from servicemeter.desk.webhooks import Opened, open_door
from servicemeter.ground.settings import Home
from servicemeter.office.connections import Connection, find_connection, keep_connection
from servicemeter.office.database import Office
from servicemeter.office.inbox import count_inbox
from servicemeter.sources.webhook import key_of
from servicemeter.web.webhooks.receiver import Receiver

__all__ = ["NOW", "Yard", "opened_yard", "signed", "standard"]

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)


def signed(secret: str, message_id: str, body: bytes, at: datetime) -> dict[str, str]:
    """The headers of a Standard Webhook."""
    stamp = str(int(at.timestamp()))
    made = hmac.new(key_of(secret), f"{message_id}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + base64.b64encode(made).decode(),
    }


@dataclass
class Yard:
    """A home with doors, its receiver, and the moment, which the tests move on."""

    desk: Desk
    receiver: Receiver = field(init=False)
    now: datetime = NOW
    seconds: float = 0.0
    doors: dict[str, Opened] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.receiver = Receiver(self.office, per_minute=100_000, clock=self.clock, seconds=lambda: self.seconds)

    @property
    def office(self) -> Office:
        return self.desk.office

    def clock(self) -> datetime:
        return self.now

    def wait(self, **span: float) -> None:
        """Let time go by, on both clocks."""
        self.now += timedelta(**span)
        self.seconds += timedelta(**span).total_seconds()

    def connect(self, name: str, kind: str, *, secret: str | None = None, unsigned: bool = False, **options: str) -> Opened:
        """A connection with an open door."""
        made = Connection(name, kind, "http://127.0.0.1:9", options, NOW, every_s=None if kind == "webhook" else 900)
        keep_connection(self.office, made, {"token": "t"})
        self.doors[name] = open_door(self.office, name, now=self.now, secret=secret, is_unsigned=unsigned)
        return self.doors[name]

    def send(
        self, name: str, body: bytes | Any, headers: Mapping[str, str] | None = None, method: str = "POST"
    ) -> httpx.Response:
        """One request to the door of a connection."""
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        return ask(self.receiver, self.doors[name].path, method, content=raw, headers=dict(headers or {}))

    def take(self, name: str) -> Taken:
        """Bring what waits into the book."""
        return take_deliveries(self.desk, find_connection(self.office, name), self.clock)

    def states(self, name: str) -> dict[str, int]:
        """How many deliveries there are, by state."""
        return {state: n for (source, state), n in count_inbox(self.office).items() if source == name}

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.desk.on_book() as book:
            return book.engine.rows(sql)


@contextmanager
def opened_yard(folder: Path) -> Iterator[Yard]:
    """A home that receives."""
    with Desk(Home(folder)) as desk:
        yard = Yard(desk)
        try:
            yield yard
        finally:
            yard.receiver.close()


def standard(yard: Yard, name: str, message_id: str, said: Any, at: datetime | None = None) -> httpx.Response:
    """Send a Standard Webhook that says something."""
    body = said if isinstance(said, bytes) else json.dumps(said, ensure_ascii=False).encode()
    secret = yard.doors[name].secret
    assert secret is not None
    return yard.send(name, body, signed(secret, message_id, body, at or yard.now))
