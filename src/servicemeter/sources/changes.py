"""What changed since a cursor, pulled; and what a snapshot says of a ticket, shaped.

For APIs that show tickets as they are now, in the order of their changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from servicemeter.sources.paging import onward
from servicemeter.sources.source import Cursor, Page, Row

__all__ = [
    "OVERLAP_S",
    "STATUS_ORDER",
    "begin_of",
    "deletion",
    "iso",
    "moment_text",
    "pull_changes",
    "restarted",
    "second",
    "share",
    "status",
    "tags",
    "undated",
]

OVERLAP_S = 300
STATUS_ORDER = {"new": 1, "open": 2, "pending": 3, "on_hold": 4, "solved": 5, "closed": 6}


def second(given: Any) -> int:
    """An instant as an API gives it (ISO text, or seconds since 1970) in whole seconds since 1970; 0 for none."""
    if given in (None, ""):
        return 0
    if isinstance(given, int | float):
        return int(given)
    at = datetime.fromisoformat(str(given))
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())


def moment_text(given: Any) -> str | None:
    """An instant as an API gives it, as text in whole seconds (UTC); None for none."""
    return iso(second(given)) if second(given) else None


def iso(at: int) -> str:
    """Seconds since 1970 as text, UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def begin_of(options: Mapping[str, str]) -> int:
    """The second from which is pulled the first time: of the option `since`, else 0."""
    return second(options.get("since"))


def share(first: int, at: int, until: datetime) -> float | None:
    """How much of a walk through time is done; None when its beginning is not known."""
    last = int(until.timestamp())
    return None if not first or last <= first else max(0.0, min(1.0, (at - first) / (last - first)))


def pull_changes(
    stream: str,
    cursor: Cursor,
    until: datetime,
    *,
    ask: Callable[[int, int], list[dict[str, Any]]],
    mark: Callable[[dict[str, Any]], tuple[Any, int]],
    size: int,
    begin: int = 0,
    fill: Callable[[dict[str, Any]], dict[str, Any]] = lambda item: item,
    more: Mapping[str, Sequence[dict[str, Any]]] | None = None,
) -> Iterator[Page]:
    """Items in the order of their changes (`sources.paging.onward`), each filled with what has to be asked for item by item.

    The walk goes on to the end of the list, beyond `until`: an item that changed before and after it stands only there.
    """
    since = int(cursor.get("since", begin))
    first = since
    for items in onward(ask, mark, since, size):
        at = max((mark(item)[1] for item in items), default=since)
        first, since = first or min((mark(item)[1] for item in items), default=0), at
        yield Page(stream, [fill(item) for item in items], {"since": at}, share(first, at, until), more=more or {})
    yield Page(stream, [], {"since": int(until.timestamp()) - OVERLAP_S}, 1.0, more=more or {})


def restarted(cursor: Cursor, since: datetime | None) -> Cursor:
    """The cursor of a stream of changes that is pulled again."""
    at = int(since.timestamp()) if since else max(int(cursor.get("since", 0)) - OVERLAP_S, 0)
    return {"since": at}


def undated(ticket_id: Any, field: str, value: Any, version: Mapping[str, Any]) -> Row:
    """A state that is known, but not since when."""
    row = {
        "event_id": f"{ticket_id}/{field}",
        "ticket_id": ticket_id,
        "field": field,
        "value": None if value is None else str(value),
    }
    return "ticket_events", {**row, "actor_type": "system", **version}


def status(ticket_id: Any, value: str, at: int, **actor: Any) -> Row:
    """A status from a second on. Told twice, as by a snapshot and by a history, it is one row."""
    row = {"event_id": f"{ticket_id}/status/{at}/{value}", "ticket_id": ticket_id, "occurred_at": iso(at), "field": "status"}
    return "ticket_events", {**row, "seq": STATUS_ORDER[value], "value": value, **actor}


def deletion(ticket_id: Any, at: Any, is_deleted: bool, field: str = "is_deleted") -> Row:
    """A ticket that is deleted (or spam) from an instant on, or is no longer."""
    row = {"event_id": f"{ticket_id}/{field}", "ticket_id": ticket_id, "occurred_at": at, "field": field}
    value = "true" if is_deleted else "false"
    return "ticket_events", {**row, "value": value, "actor_type": "system", "source_updated_at": at}


def tags(ticket_id: Any, now: Iterable[str], before: Iterable[str], at: Any) -> Iterator[Row]:
    """The tags of a ticket as a snapshot shows them, and those that were taken off since."""
    there = set(now)
    for tag in sorted(there | set(before)):
        gone_at = None if tag in there else at
        yield "ticket_tags", {"ticket_id": ticket_id, "tag": tag, "removed_at": gone_at, "source_updated_at": at}
