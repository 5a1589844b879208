"""What rows tell of after the end of their source's data is not there yet, and is as soon as the data reach it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from servicemeter.desk.desk import Desk
from servicemeter.model.rows import Batch

NOW = datetime(2026, 3, 20, tzinfo=UTC)
DAYS: dict[str, Any] = {"since": "2026-03-09", "until": "2026-03-11", "grain": "day"}


class Part:
    """Rows of a source that is complete until an instant."""

    source = "far"
    tz: str | None = "UTC"
    capabilities: tuple[str, ...] | None = ("tickets", "interactions", "handle_times", "agent_states", "work_sessions")
    loaded_from: datetime | None = datetime(2026, 3, 1, tzinfo=UTC)

    def __init__(self, until: datetime, **tables: list[dict[str, Any]]) -> None:
        self.loaded_through: datetime | None = until
        self._tables = tables

    def __iter__(self) -> Iterator[Batch]:
        for name, rows in self._tables.items():
            yield Batch(name, pa.Table.from_pylist(rows))


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, second)


def leg(name: str, queued: datetime, answered: datetime | None, ended: datetime, **more: Any) -> dict[str, Any]:
    outcome = "answered" if answered else "abandoned"
    said = {"interaction_id": name, "root_interaction_id": name, "channel": "phone", "started_at": queued, "queued_at": queued}
    return {**said, "answered_at": answered, "ended_at": ended, "outcome": outcome, "direction": "inbound", **more}


TOLD: dict[str, list[dict[str, Any]]] = {
    "tickets": [{"ticket_id": "T", "created_at": at(9, 9), "channel": "email"}],
    "interactions": [
        leg("a", at(9, 23, 50), at(9, 23, 50, 10), at(9, 23, 59, 50), agent_id="a1", talk_s=580, hold_s=0, acw_s=30),
        leg("b", at(9, 23, 55), at(10, 0, 1), at(10, 0, 5), agent_id="a2", talk_s=240, hold_s=0, acw_s=0),
        leg("c", at(9, 23, 58), None, at(10, 0, 2)),
    ],
    "work_sessions": [{"session_id": "w", "ticket_id": "T", "agent_id": "a3", "started_at": at(9, 23), "ended_at": at(10, 1)}],
    "agent_states": [
        {"agent_id": "a4", "state": "available", "started_at": at(9, 22), "ended_at": None},
        {"agent_id": "a5", "state": "handling", "started_at": at(9, 23), "ended_at": at(10, 2)},
    ],
}


def _figures(desk: Desk) -> dict[str, list[tuple[Any, ...]]]:
    shown = {
        "average_speed_of_answer": "n_in_queue",
        "average_handle_time": "n",
        "occupancy": "numerator",
        "abandonment_rate": "n",
    }
    answers = {name: desk.measure(name, **DAYS) for name in shown}
    return {name: [(row["value"], row.get(shown[name])) for row in answer.rows] for name, answer in answers.items()}


AT_MIDNIGHT = {
    "average_speed_of_answer": [(10, 2), (None, None)],
    "average_handle_time": [(None, 0), (None, None)],
    "occupancy": [(1 / 3, 3600), (None, None)],
    "abandonment_rate": [(0, 1), (None, None)],
}
"""On the 9th a was answered after 10 s, b and c wait; nothing is handled; a5 handles for 1 h, a4 is available for 2 h."""
AT_THREE = {
    "average_speed_of_answer": [(185, 0), (None, 0)],
    "average_handle_time": [(None, 0), (pytest.approx((610 + 240 + 7200) / 3), 3)],
    "occupancy": [(1 / 3, 3600), (2 / 5, 7200)],
    "abandonment_rate": [(1 / 3, 3), (None, 0)],
}
"""b waited for 360 s, c gave up. On the 10th a (580 + 30), b and the written work were handled; until 3:00 2 of 5 h handling."""


def test_the_data_move_on() -> None:
    """No row comes again: the later load brings none of what it reveals."""
    other = [{"ticket_id": "U", "created_at": at(10, 2), "channel": "email"}]
    with Desk(None) as desk, Desk(None) as at_once:
        desk.take(Part(datetime(2026, 3, 10, tzinfo=UTC), **TOLD), now=NOW)
        assert _figures(desk) == AT_MIDNIGHT
        desk.take(Part(datetime(2026, 3, 10, 3, tzinfo=UTC), tickets=other), now=NOW)
        at_once.take(Part(datetime(2026, 3, 10, 3, tzinfo=UTC), **{**TOLD, "tickets": [*TOLD["tickets"], *other]}), now=NOW)
        assert _figures(desk) == _figures(at_once) == AT_THREE
