"""What taking back a load, or a whole source, would take out of the book; and what it did."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

__all__ = ["LoadTaken", "Withdrawal"]


@dataclass(frozen=True)
class LoadTaken:
    """A load: its data version, when it was recorded (UTC), and what it was called (a file, a judgement)."""

    data_version: int
    recorded_at: datetime
    label: str


@dataclass(frozen=True)
class Withdrawal:
    """The loads of a source that go, the latest first, and what goes with them.

    `rows` counts by table the rows that go, earlier versions too; `restored` those of which an earlier version holds again.
    `hanging` counts by table the rows of other sources that point to rows which go. `sources` are all whose rows go. `is_whole`
    is a source removed altogether. `mark` is another one when there were other loads; `data_version` is that of the book once
    done.
    """

    source: str
    is_whole: bool
    loads: list[LoadTaken]
    rows: dict[str, int] = field(default_factory=dict)
    restored: dict[str, int] = field(default_factory=dict)
    hanging: dict[str, int] = field(default_factory=dict)
    sources: list[str] = field(default_factory=list)
    mark: str = ""
    data_version: int | None = None
