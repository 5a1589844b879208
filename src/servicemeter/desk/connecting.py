"""Connecting a source: what it asks for, whether the token works, what it may read and what will be missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from servicemeter.desk.pulling import open_source
from servicemeter.ground.errors import BadSettings, SourceForbids, SourceLacks
from servicemeter.office.connections import Connection, keep_connection
from servicemeter.office.database import Office
from servicemeter.sources.client import plain_address
from servicemeter.sources.finding import find_connector

__all__ = ["Reachable", "connect", "try_connection"]


@dataclass(frozen=True)
class Reachable:
    """What a tested connection may read: the account's name, the streams, and of those left out why and what they give."""

    account: str
    readable: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


def try_connection(connection: Connection, secrets: Mapping[str, str], folder: Path | None = None) -> Reachable:
    """Ask the account who we are and for a little of every stream. Raises a `SourceFailed` when it cannot be used at all."""
    source = open_source(connection, secrets, folder)
    try:
        found = Reachable(source.account().name)
        for stream in source.streams:
            try:
                source.probe(stream.name)
                found.readable.append(stream.name)
            except (SourceForbids, SourceLacks) as error:
                if stream.is_needed:
                    raise
                found.left_out[stream.name] = str(error)
                found.missing.extend(stream.gives)
        return found
    finally:
        source.close()


def connect(
    office: Office,
    name: str,
    kind: str,
    given: Mapping[str, str],
    *,
    now: datetime,
    every_s: int | None,
    folder: Path | None = None,
    is_tested: bool = True,
) -> Reachable | None:
    """Keep a connection once it was tested. `given` are the answers to what the connector asks, and free options.

    Raises `BadSettings` for an answer that is missing or nobody asked for, and `SourceFailed` when the test fails.
    """
    made = find_connector(kind, folder)
    wanted = {asked.name: asked for asked in made.asks}
    for option in given:
        if option not in wanted and option not in made.further:
            known = ", ".join([*wanted, *made.further])
            raise BadSettings(f"{made.title} has no option {option!r}. It knows: {known}.")
    answers = {n: given.get(n, a.default) for n, a in wanted.items()}
    lacking = [n for n, value in answers.items() if value is None]
    if lacking:
        raise BadSettings(f"{made.title} needs {', '.join(lacking)}. Run servicemeter connect {name} on a terminal to be asked.")
    known_answers = {n: str(value) for n, value in answers.items()} | {n: v for n, v in given.items() if n in made.further}
    _check(known_answers)
    secrets = {n: v for n, v in known_answers.items() if n in wanted and wanted[n].is_secret}
    options = {n: v for n, v in known_answers.items() if n not in secrets and n != "address"}
    address = made.address(known_answers.get("address", ""))
    connection = Connection(
        name, kind, plain_address(address) if address else "", options, now, every_s=every_s if made.is_pulled else None
    )
    found = try_connection(connection, secrets, folder) if is_tested and made.is_pulled else None
    keep_connection(office, connection, secrets)
    return found


def _check(options: Mapping[str, str]) -> None:
    """Refuse what a pull would stumble over later: a day that is none, a limit that is no number."""
    for name, value in options.items():
        if name == "since":
            try:
                date.fromisoformat(value)
            except ValueError:
                raise BadSettings(f"since={value} is no date. Write it as 2026-01-01.") from None
        if name.endswith("_per_minute") and not (value.isdecimal() and int(value) > 0):
            raise BadSettings(f"{name}={value} is no limit. Give a whole number above 0.")
