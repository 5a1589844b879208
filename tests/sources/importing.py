"""What the tests of importing share: a fixed present, and deliveries read into plain rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from servicemeter.model.rows import Batch, KeptAside, ParquetBatch, arrow_schema
from servicemeter.sources.delivery import FileDelivery
from servicemeter.sources.recognise import deliver

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)

TICKETS = """
[[rows]]
table = "tickets"

[rows.columns]
ticket_id = "id"
created_at = "created"
"""


@dataclass
class Taken:
    """Everything one delivery gave."""

    delivery: FileDelivery
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    aside: list[KeptAside] = field(default_factory=list)
    parquet: list[ParquetBatch] = field(default_factory=list)

    def column(self, table: str, name: str) -> list[Any]:
        return [row.get(name) for row in self.rows.get(table, [])]


def take(path: Path, **how: Any) -> Taken:
    """Import a path and read the whole delivery; checks the types of every batch on the way."""
    delivery = deliver(path, now=how.pop("now", NOW), **how)
    return read(delivery)


def read(delivery: FileDelivery) -> Taken:
    taken = Taken(delivery)
    for given in delivery:
        if isinstance(given, Batch):
            declared = arrow_schema(given.table)
            for column in given.rows.schema:
                assert column.type == declared.field(column.name).type, (given.table, column.name)
            taken.rows.setdefault(given.table, []).extend(given.rows.to_pylist())
        elif isinstance(given, KeptAside):
            taken.aside.append(given)
        else:
            taken.parquet.append(given)
    return taken


def mapped(folder: Path, data: str | bytes, mapping: str, *, name: str = "export.csv", **how: Any) -> Taken:
    """Import a text by the text of a mapping."""
    file, toml = folder / name, folder / "export.toml"
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    toml.write_text(mapping, encoding="utf-8")
    return take(file, mapping=str(toml), **how)


def column_of(values: Iterable[str], *, header: str = "id,created") -> str:
    """A two-column CSV: a number and each value, quoted."""
    rows = (f'{number},"{value}"' for number, value in enumerate(values, start=1))
    return "\n".join([header, *rows]) + "\n"


def utc(text: str) -> datetime:
    """A naive UTC instant."""
    return datetime.fromisoformat(text)
