"""A small shop of which every table names somebody who works there: two people and a bot, and one whom nobody knows.

t-1  e-mail of ann, asked Monday 2 March 2026 9:00 (UTC), given to wren, answered by finch at 10:00 and by wren at 11:00, solved
t-2  e-mail of ann, asked Tuesday 9:00, answered by the bot, given to finch, unresolved
t-3  e-mail, asked Wednesday 9:00, nobody's
c-1  a call of ann, taken by finch; c-2 the same under another id
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from servicemeter.desk.desk import Desk

__all__ = ["BOT", "CANARIES", "FINCH", "NOW", "WREN", "fill"]

NOW = datetime(2026, 3, 6, 16, tzinfo=UTC)
FINCH, WREN, STRANGER, BOT = "a-finch-71", "a-wren-72", "a-stranger-73", "b-robot-74"
CANARIES = (FINCH, WREN, STRANGER, "Goldfinch", "Jennywren")
"""What must stand nowhere: ids and names of people."""


_PRESENCE = (("handling", "09:00", "11:00"), ("available", "11:00", "12:00"), ("handling", "14:00", "13:00"))


def _said(ticket: str, at: str, author: str, one: str | None = None, **more: Any) -> dict[str, Any]:
    return {"message_id": f"{ticket} {at}", "ticket_id": ticket, "occurred_at": f"2026-03-0{at}:00Z", "author_type": author,
            "author_id": one, "is_public": True, **more}  # fmt: skip


def _set(ticket: str, at: str, field: str, value: str, actor: str = WREN) -> dict[str, Any]:
    return {"event_id": f"{ticket} {at} {field}", "ticket_id": ticket, "occurred_at": f"2026-03-0{at}:00Z", "field": field,
            "value": value, "actor_type": "agent", "actor_id": actor}  # fmt: skip


def fill(desk: Desk) -> None:
    """Load the shop."""
    call = {"channel": "phone", "direction": "inbound", "outcome": "answered", "started_at": "2026-03-04T09:00:00Z",
            "queued_at": "2026-03-04T09:00:00Z", "answered_at": "2026-03-04T09:01:00Z", "ended_at": "2026-03-04T09:06:00Z",
            "talk_s": 300, "agent_id": FINCH, "customer_id": "ann"}  # fmt: skip
    desk.load(
        tz="UTC",
        now=NOW,
        sources=[{"source": "files", "loaded_from": "2026-03-01T00:00:00Z", "loaded_through": NOW.isoformat()}],
        agents=[
            {"agent_id": FINCH, "name": "Goldfinch"},
            {"agent_id": WREN, "name": "Jennywren", "deleted_at": "2026-03-05T00:00:00Z"},
            {"agent_id": BOT, "name": "Robot", "kind": "bot"},
        ],
        teams=[{"team_id": "desk", "name": "Front desk"}],
        agent_teams=[{"agent_id": WREN, "team_id": "desk"}],
        customers=[{"customer_id": "ann", "name": "Ann"}],
        tickets=[
            {"ticket_id": f"t-{day - 1}", "created_at": f"2026-03-0{day}T09:00:00Z", "channel": "email", "customer_id": one}
            for day, one in ((2, "ann"), (3, "ann"), (4, None))
        ],
        messages=[
            _said("t-1", "2T09:00", "customer"), _said("t-1", "2T10:00", "agent", FINCH), _said("t-1", "2T10:30", "customer"),
            _said("t-1", "2T11:00", "agent", WREN), _said("t-2", "3T09:00", "customer"), _said("t-2", "3T09:01", "bot", BOT),
            _said("t-2", "3T09:30", "agent", STRANGER, is_public=False), _said("t-3", "4T09:00", "customer"),
        ],
        texts=[{"of": "message", "id": "t-1 2T09:00", "text": "The lamp is broken, I am angry"}],
        ticket_events=[
            _set("t-1", "2T09:10", "assignee_id", WREN), _set("t-1", "2T09:10", "team_id", "desk"),
            _set("t-1", "2T12:00", "status", "solved"), _set("t-2", "3T09:05", "assignee_id", FINCH, FINCH),
            _set("t-2", "3T09:06", "status", "open", BOT),
        ],
        interactions=[{"interaction_id": "c-1", **call}, {"interaction_id": "c-2", **call}],
        work_sessions=[
            {"session_id": "s-1", "ticket_id": "t-1", "agent_id": FINCH, "started_at": "2026-03-02T09:50:00Z",
             "ended_at": "2026-03-02T10:00:00Z"},
            {"session_id": "s-2", "ticket_id": "t-1", "agent_id": WREN, "started_at": "2026-03-02T10:50:00Z",
             "ended_at": "2026-03-02T10:40:00Z"},
            {"session_id": "s-3", "ticket_id": "t-1", "agent_id": FINCH, "started_at": None},
        ],
        agent_states=[
            {"agent_id": FINCH, "state": state, "started_at": f"2026-03-02T{since}:00Z", "ended_at": f"2026-03-02T{until}:00Z"}
            for state, since, until in _PRESENCE
        ],
        survey_invitations=[
            {"invitation_id": "v-1", "kind": "csat", "scale": "csat_5", "ticket_id": "t-1", "customer_id": "ann",
             "agent_id": WREN, "sent_at": "2026-03-03T09:00:00Z"}
        ],
        survey_answers=[{"answer_id": "g-1", "invitation_id": "v-1", "question": "csat", "value_num": 5,
                         "answered_at": "2026-03-03T10:00:00Z"}],
        orders=[{"order_id": "o-1", "customer_id": "ann", "placed_at": "2026-03-04T10:00:00Z", "amount": 4200,
                 "currency": "EUR"}],
    )  # fmt: skip
