"""How the sources are doing: of each connected one its last success, lag, rows, trouble and next run; of files what came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from servicemeter.desk.methods.loads import loads
from servicemeter.desk.methods.sources import sources
from servicemeter.desk.webhooks import webhook_states
from servicemeter.ground.errors import BadQuestion, ServicemeterError
from servicemeter.office.connections import Connection, find_connection, list_connections, plan_next
from servicemeter.office.database import Office
from servicemeter.office.runs import SyncRun, last_run
from servicemeter.sources.finding import find_connector

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["SourceStates", "connected_states", "pull_soon", "source_states"]


@dataclass(frozen=True)
class SourceStates:
    """`connected` as `servicemeter sources --format json` prints it; `loaded` the sources in the book that nobody pulls."""

    connected: list[dict[str, Any]] = field(default_factory=list)
    loaded: list[dict[str, Any]] = field(default_factory=list)


def source_states(desk: Desk, now: datetime) -> SourceStates:
    """Every source at once."""
    has_office = desk.home is not None and desk.home.has_office()
    connected = connected_states(desk.office, now, desk.home.connectors) if desk.home and has_office else []
    return SourceStates(connected, _loaded(desk, {one["name"] for one in connected}))


def connected_states(office: Office, now: datetime, folder: Path | None = None) -> list[dict[str, Any]]:
    """Every connection with its last success, its lag, its last run, what came by its webhook, and what to do.

    `folder` is where connectors of one's own are.
    """
    told, webhooks = [], webhook_states(office, now)
    for connection in list_connections(office):
        last, success = last_run(office, connection.name), last_run(office, connection.name, "done")
        through = success.through if success else None
        only_receives = last is None and _is_sent(connection, folder)
        told.append(
            {
                "name": connection.name,
                "kind": connection.kind,
                "address": connection.address,
                "state": "receives" if only_receives else _state(last),
                "every_s": connection.every_s,
                "next_run_at": connection.next_run_at,
                "last_success_at": success.ended_at if success else None,
                "through": through,
                "lag_seconds": int((now - through).total_seconds()) if through else None,
                "last_run": {**vars(last), "missing": last.missing} if last else None,
                "what_to_do": None if only_receives else _advice(connection.name, last),
                "webhook": webhooks.get(connection.name),
            }
        )
    return told


def _is_sent(connection: Connection, folder: Path | None) -> bool:
    """Whether a source is only sent to us, and never pulled."""
    try:
        return not find_connector(connection.kind, folder).is_pulled
    except ServicemeterError:  # its connector is gone; that is told when it is used
        return False


def _state(last: SyncRun | None) -> str:
    return "never pulled" if last is None else {"done": "ok"}.get(last.state, last.state)


def _advice(name: str, last: SyncRun | None) -> str | None:
    if last is None or last.state == "interrupted":
        return f"servicemeter sync {name}"
    if last.state == "failed":
        again = f"servicemeter connect … --name {name}" if last.error_kind in ("SourceRefused", "SourceMoved") else None
        return again or f"servicemeter sync {name}"
    return f"servicemeter sync {name} --since {min(last.missing)}" if last.missing else None


def _loaded(desk: Desk, pulled: set[str]) -> list[dict[str, Any]]:
    """The other sources: from when to when they are covered, how often something came and when last."""
    by_source: dict[str, list[Mapping[str, Any]]] = {}
    for load in loads(desk):
        if load["undone_in"] is None and load["kind"] != "withdrawn":
            by_source.setdefault(str(load["source"]), []).append(load)
    with desk.on_book() as book:
        kept = book.kept_counts()
    return [
        {
            "name": source["source"],
            "loaded_from": source["loaded_from"],
            "loaded_through": source["loaded_through"],
            "loads": len(by_source.get(source["source"], [])),
            "last_load_at": by_source[source["source"]][-1]["recorded_at"] if source["source"] in by_source else None,
            "kept_aside": kept.get(source["source"], 0),
        }
        for source in sources(desk)
        if source["source"] not in pulled
    ]


def pull_soon(desk: Desk, name: str, now: datetime) -> None:
    """Let the schedule pull a source within seconds; `BadQuestion` for one that is only pulled when asked on the terminal."""
    connection = find_connection(desk.office, name)
    if connection.every_s is None or connection.state != "active":
        raise BadQuestion(f"{name} has no schedule. Pull it on the terminal: servicemeter sync {name}")
    plan_next(desk.office, name, now, failure_count=connection.failure_count)
