"""Any program that sends what happened by itself: canonical rows, or rows of its own that a mapping shapes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from servicemeter.ground.errors import BadSettings, UnknownName
from servicemeter.model.rows import Batch, KeptAside
from servicemeter.model.tables import TABLES, Table
from servicemeter.sources.client import Client, Pace
from servicemeter.sources.deciding import Plan
from servicemeter.sources.jsonlines import flat
from servicemeter.sources.lacking import with_columns
from servicemeter.sources.mapping import Mapping as Shape
from servicemeter.sources.mapping import check_columns, mentioned_columns
from servicemeter.sources.mappingfile import read_mapping
from servicemeter.sources.options import Options, Reading
from servicemeter.sources.shaping import Shaper
from servicemeter.sources.source import Account, Cursor, Page, Row, Source
from servicemeter.sources.table import Cell, RawBatch
from servicemeter.sources.webhook import SCHEMES, BadDelivery, Delivery, Told, Webhook

__all__ = ["AnyWebhook"]

_WRAPPING = frozenset({"type", "timestamp", "id", "data"})
_NOT_THEIRS = frozenset({"settings"})
_OWN_COLUMNS = frozenset({"source", "recorded_at"})
_MOST_ROWS = 10_000
_IDS = {"standard": "webhook-id", "github": "x-github-delivery", "stripe": ""}


class AnyWebhook(Source):
    """Rows that are sent, not pulled."""

    title = "Webhook"
    about = "Canonical rows, or rows of any shape by a mapping, sent by a program of yours."
    asks = ()
    streams = ()
    further = ("scheme", "mapping", "tz")
    is_pulled = False

    @classmethod
    def told_by(cls, options: Mapping[str, str]) -> Webhook:
        """Signed by Standard Webhooks, or as the option `scheme` says; read by the mapping of the option `mapping`."""
        scheme = options.get("scheme", "standard")
        if scheme not in SCHEMES:
            raise UnknownName("scheme of signatures", scheme, SCHEMES)
        named = options.get("mapping")
        read = _by_mapping(Path(named), options.get("tz")) if named else _canonical
        return Webhook(
            "The program that sends: POST, JSON, signed with this secret",
            read,
            lambda delivery: _key(scheme, delivery),
            SCHEMES[scheme],
            is_ours=True,
            keeps=tuple(filter(None, (_IDS[scheme],))),
        )

    def open(self, pace: Pace) -> Client:
        """There is nobody to ask: a name that no address belongs to."""
        return Client("https://webhook.invalid", pace=pace)

    def account(self) -> Account:
        """There is nobody to ask."""
        raise BadSettings("A webhook is sent to us; there is nothing to pull.")

    def pull(self, stream: str, cursor: Cursor, until: datetime) -> Iterator[Page]:
        """Nothing."""
        del stream, cursor, until
        return iter(())

    def count_tickets(self, days: Sequence[date]) -> dict[date, int]:
        """Nobody can tell."""
        del days
        return {}


def _key(scheme: str, delivery: Delivery) -> str | None:
    if scheme == "stripe":
        said = delivery.json()
        return str(said["id"]) if isinstance(said, dict) and said.get("id") else None
    return delivery.headers.get(_IDS[scheme])


def _canonical(delivery: Delivery) -> Told:
    """Rows by table: `{"tickets": […], "messages": […]}`, at the top or under `data`; `timestamp` is the rows' version."""
    said = delivery.json()
    if not isinstance(said, dict):
        raise BadDelivery("the body is no JSON object of tables, such as {\"tickets\": [...]}")  # fmt: skip
    tables = said["data"] if isinstance(said.get("data"), dict) else {k: v for k, v in said.items() if k not in _WRAPPING}
    version = said.get("timestamp") if isinstance(said.get("timestamp"), str) else None
    made = hashlib.sha256(f"{delivery.headers}{delivery.body!r}".encode()).hexdigest()[:24]
    rows: list[Row | KeptAside] = []
    for name, given in tables.items():
        rows += _rows_of(name, given, version, made)
    if len(rows) > _MOST_ROWS:
        raise BadDelivery(f"more than {_MOST_ROWS} rows in one delivery")
    return Told(rows=rows, unused="" if rows else "it has no rows")


def _rows_of(name: str, given: Any, version: str | None, made: str) -> Iterator[Row]:
    if name not in TABLES or name in _NOT_THEIRS:
        raise BadDelivery(f"there is no table {str(name)[:60]!r} to fill")
    if not isinstance(given, list) or not all(isinstance(row, dict) for row in given):
        raise BadDelivery(f"{name} is no list of objects")
    table = TABLES[name]
    for place, row in enumerate(given):
        _check_names(table, row)
        whole = dict(row)
        if version is not None and whole.get("source_updated_at") is None:
            whole["source_updated_at"] = version
        if table.made_key and whole.get(table.made_key) is None:
            whole[table.made_key] = f"{made}/{name}/{place}"
        yield name, whole


def _check_names(table: Table, row: Mapping[str, Any]) -> None:
    unknown = sorted(set(row) - _columns_of(table.name))
    if unknown:
        raise BadDelivery(f"{table.name} has no column {unknown[0][:60]!r}")


@cache
def _columns_of(table: str) -> frozenset[str]:
    """The columns that a sender may fill: not whose rows they are, nor when we came to know them."""
    return frozenset(column.name for column in TABLES[table].all_columns) - _OWN_COLUMNS


def _by_mapping(path: Path, tz: str | None) -> Callable[[Delivery], Told]:
    """Reads a body of the sender's own: an object, a list of objects, or one of these under `data`."""
    shape = read_mapping(path)
    wanted = mentioned_columns(shape)

    def read(delivery: Delivery) -> Told:
        objects = _objects(delivery.json())
        raw = _Rows(objects)
        if not wanted & set(raw.names):
            raise BadDelivery("it has none of the columns that the mapping names")
        return Told(rows=list(_shaped(raw, shape, tz, delivery.received_at)))

    return read


def _objects(said: Any) -> list[dict[str, Any]]:
    if isinstance(said, dict) and set(said) <= _WRAPPING and isinstance(said.get("data"), dict | list):
        said = said["data"]
    found = said if isinstance(said, list) else [said]
    if not found or not all(isinstance(one, dict) for one in found):
        raise BadDelivery("the body is neither a JSON object nor a list of them")
    if len(found) > _MOST_ROWS:
        raise BadDelivery(f"more than {_MOST_ROWS} rows in one delivery")
    return found


class _Rows:
    """A few objects as a table (`sources.table.RawTable`)."""

    def __init__(self, objects: Sequence[dict[str, Any]]) -> None:
        self.path, self.size = Path("webhook"), 0
        self.remarks: list[str] = []
        self._rows = [flat(one) for one in objects]
        self.names = tuple(dict.fromkeys(name for row in self._rows for name in row))

    def batches(self, report: Callable[[int], None] | None = None) -> Iterator[RawBatch]:
        """All of them at once."""
        columns: dict[str, list[Cell]] = {name: [row.get(name) for row in self._rows] for name in self.names}
        yield RawBatch(range(1, len(self._rows) + 1), columns)


def _shaped(rows: _Rows, shape: Shape, tz: str | None, now: datetime) -> Iterator[Row | KeptAside]:
    """Rows by the mapping. What a body leaves out is empty: no body has to have everything."""
    raw = with_columns(rows, sorted(mentioned_columns(shape)))
    check_columns(shape, raw.names, "the body")
    plan = Plan(shape, Options(all_columns=Reading(time_zone=tz)), now, "webhook")
    if plan.has_to_decide:
        plan.decide(raw.batches())
    for item in Shaper(raw, plan).rows():
        if isinstance(item, Batch):
            yield from ((item.table, _with_zone(row)) for row in item.rows.to_pylist())
        else:
            yield item


def _with_zone(row: dict[str, Any]) -> dict[str, Any]:
    """Shaped instants are UTC without saying so."""
    return {name: cell.replace(tzinfo=UTC) if isinstance(cell, datetime) else cell for name, cell in row.items()}
