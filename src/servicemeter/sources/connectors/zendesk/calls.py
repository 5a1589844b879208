"""Talk calls and their legs, shaped: one row a leg of an agent, and one for a call that no agent took."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from servicemeter.sources.source import Known, Page, Row, Shaped, each

__all__ = ["shape_calls", "shape_legs"]

_OUTCOMES = {
    "completed": "answered",
    "abandoned_in_queue": "abandoned",
    "abandoned_on_hold": "answered",
    "abandoned_in_ivr": "self_served",
    "abandoned_in_voicemail": "abandoned",
    "pending_voicemail": "missed",
    "voicemail": "missed",
    "not_answered": "missed",
    "not_initiated": "failed",
    "failed": "failed",
    "in_queue": "in_queue",
    "in_progress": "in_progress",
}


def shape_calls(page: Page) -> Shaped:
    """A call is the root of its contact; talk, hold and wrap-up are those of the agent who took it first."""
    return each(page.items, _call, page.stream, "interactions")


def _call(raw: dict[str, Any]) -> Iterator[Row]:
    at, outcome = datetime.fromisoformat(raw["created_at"]), _outcome(raw)
    is_answered = outcome == "answered"
    wait_s = int(raw.get("wait_time") or 0)
    to_answer_s = raw.get("time_to_answer")
    queued_at = None if outcome in ("self_served", "closed_hours", "failed") or raw["direction"] == "outbound" else at
    yield (
        "interactions",
        {
            "interaction_id": f"call/{raw['id']}",
            "ticket_id": raw.get("ticket_id"),
            "customer_id": raw.get("customer_id"),
            "channel": "phone",
            "direction": raw["direction"],
            "started_at": at,
            "queued_at": queued_at,
            "answered_at": at + timedelta(seconds=int(wait_s if to_answer_s is None else to_answer_s)) if is_answered else None,
            "ended_at": at + timedelta(seconds=int(raw["duration"])) if raw.get("duration") is not None else None,
            "outcome": outcome,
            "talk_s": raw.get("talk_time") if is_answered else None,
            "hold_s": raw.get("hold_time") if is_answered else None,
            "acw_s": raw.get("wrap_up_time") if is_answered else None,
            "agent_id": raw.get("agent_id") if is_answered else None,
            "team_id": raw.get("call_group_id"),
            "queue": raw.get("ivr_destination_group_name"),
            "source_updated_at": raw.get("updated_at"),
        },
    )


def _outcome(raw: Mapping[str, Any]) -> str:
    if raw.get("outside_business_hours"):
        return "closed_hours"
    if raw.get("exceeded_queue_wait_time") and not raw.get("agent_id"):
        return "missed"
    if raw.get("callback") and not raw.get("agent_id"):
        return "callback_requested"
    return _OUTCOMES.get(str(raw.get("completion_status")), "failed")


def shape_legs(page: Page, known: Known) -> Shaped:
    """Legs of agents after the first: a transfer is a leg of its own in the same contact."""
    roots = {f"call/{raw.get('call_id')}" for raw in page.items}
    starts = known.values("interactions", "started_at", roots)
    takers = known.values("interactions", "agent_id", roots)
    return each(page.items, partial(_leg, starts, takers), page.stream, "interactions")


def _leg(starts: Mapping[str, Any], takers: Mapping[str, Any], raw: dict[str, Any]) -> Iterator[Row]:
    root, agent_id = f"call/{raw['call_id']}", raw.get("agent_id")
    if raw.get("type") != "agent" or agent_id is None or root not in starts or not raw.get("talk_time"):
        return
    if str(agent_id) == takers.get(root):
        return
    at = datetime.fromisoformat(raw["created_at"])
    yield (
        "interactions",
        {
            "interaction_id": f"leg/{raw['id']}",
            "root_interaction_id": root,
            "channel": "phone",
            "started_at": at,
            "answered_at": at,
            "ended_at": at + timedelta(seconds=int(raw["duration"])) if raw.get("duration") is not None else None,
            "outcome": "answered",
            "talk_s": raw.get("talk_time"),
            "hold_s": raw.get("hold_time"),
            "acw_s": raw.get("wrap_up_time"),
            "agent_id": agent_id,
            "source_updated_at": raw.get("updated_at"),
        },
    )
