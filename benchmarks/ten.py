"""The ten metrics that peers are asked for too: which rows they rest on, in which weeks, and what a peer is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ground import Spent

__all__ = ["COLUMNS", "TABLES", "TEN", "Answers", "Peer", "Weeks"]

TEN = (
    "tickets_created", "tickets_solved", "backlog", "first_response_time", "resolution_time", "one_touch_resolution_rate",
    "reopen_rate", "csat", "abandonment_rate", "service_level",
)  # fmt: skip
TABLES = ("agents", "tickets", "ticket_events", "messages", "interactions", "survey_invitations", "survey_answers")
"""The canonical tables that the ten metrics rest on."""

COLUMNS = {
    "agents": ("agent_id", "kind"),
    "tickets": ("ticket_id", "created_at", "initiated_by"),
    "ticket_events": ("ticket_id", "event_id", "occurred_at", "seq", "field", "value", "actor_type", "actor_id"),
    "messages": ("ticket_id", "occurred_at", "author_type", "author_id", "is_public", "is_auto", "interaction_id"),
    "interactions": (
        "interaction_id", "root_interaction_id", "ticket_id", "direction", "started_at", "queued_at", "answered_at", "ended_at",
        "outcome", "agent_id",
    ),
    "survey_invitations": ("invitation_id", "kind", "scope", "delivery"),
    "survey_answers": ("answer_id", "invitation_id", "answered_at", "value_num"),
}  # fmt: skip
"""The columns of them that are needed."""

Answers = dict[str, dict[int, float]]
"""A metric's values by the number of the week; weeks without a value are left out."""


@dataclass(frozen=True)
class Weeks:
    """The weeks asked for, in epoch seconds: their first instants in turn and the end of the last; rows end at `as_of`."""

    bounds: tuple[int, ...]
    as_of: int

    @property
    def count(self) -> int:
        """How many weeks there are."""
        return len(self.bounds) - 1


@dataclass(frozen=True)
class Peer:
    """Another way to the same figures. `measure` reads a folder of Parquet files and gives the answers, and what each of its
    steps took (`load`, `prepare`, `questions`); `missing` says what is not installed, or nothing."""

    name: str
    measure: Callable[[Path, Weeks], tuple[Answers, Mapping[str, Spent]]]
    missing: Callable[[], str]
