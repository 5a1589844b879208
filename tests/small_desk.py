"""Seven tickets and two calls by hand: a shop that is open Monday to Friday from 9 to 17, seen on Friday 6 March 2026 at 17:00.

a-1  e-mail, asked Wednesday 16:00, answered Thursday 10:00, asked again Thursday 14:00, has not been answered since
b-2  chat, asked Friday 13:00, nobody's, not answered
c-3  e-mail, asked Monday 9:00, answered 10:00, solved 11:00; f-6 (Monday 9:30) was merged into it
d-4  e-mail, begun by us on Tuesday 10:00, open
e-5  spam
g-7  called on Friday 20 February at 9:59:30, answered at 10:00, open since
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from servicemeter.desk.desk import Desk

__all__ = ["NOW", "small_desk"]

NOW = datetime(2026, 3, 6, 16, tzinfo=UTC)
_POLICY = {"clock": "business", "calendar_id": "hours"}


def _message(ticket: str, at: str, author: str, one: str = "", **more: Any) -> dict[str, Any]:
    found = {"ticket_id": ticket, "occurred_at": at, "author_type": author, "message_id": f"{ticket} {at}", "is_public": True}
    return {**found, "author_id": one or None, **more}


def _events(ticket: str, *changes: tuple[str, str, str]) -> list[dict[str, Any]]:
    return [
        {"event_id": f"{ticket} {place}", "ticket_id": ticket, "occurred_at": at, "seq": place, "field": field, "value": value,
         "actor_type": "agent", "actor_id": "kim"}
        for place, (at, field, value) in enumerate(changes)
    ]  # fmt: skip


def small_desk() -> Desk:
    """The desk, open; whoever takes it closes it."""
    desk = Desk(None)
    desk.load(
        tz="Europe/Amsterdam",
        now=NOW,
        sources=[{"source": "files", "loaded_from": "2026-02-01T00:00:00+01:00", "loaded_through": NOW.isoformat()}],
        agents=[{"agent_id": "kim", "name": "Kim"}, {"agent_id": "max", "name": "Max", "deleted_at": "2026-03-01T00:00:00Z"}],
        teams=[{"team_id": "desk", "name": "Front desk"}, {"team_id": "phone", "name": "Phone"}],
        customers=[{"customer_id": "c1", "name": "Ann", "segment": "vip"}, {"customer_id": "c2"}],
        business_calendars=[{"calendar_id": "hours", "tz": "Europe/Amsterdam"}],
        calendar_weekly_hours=[
            {"calendar_id": "hours", "iso_weekday": day, "open": "09:00", "close": "17:00"} for day in range(1, 6)
        ],
        sla_policies=[
            {"policy_id": "answer", "rank": 1, "metric": "first_response", "target_s": 4 * 3600, **_POLICY},
            {"policy_id": "solve", "rank": 2, "metric": "resolution", "target_s": 8 * 3600, **_POLICY},
        ],
        tickets=[
            {"ticket_id": "a-1", "created_at": "2026-03-04T15:00:00Z", "channel": "email", "brand": "lux", "customer_id": "c1",
             "url": "https://desk.example/a-1"},
            {"ticket_id": "b-2", "created_at": "2026-03-06T12:00:00Z", "channel": "chat", "customer_id": "c2",
             "url": "javascript:1"},
            {"ticket_id": "c-3", "created_at": "2026-03-02T08:00:00Z", "channel": "email", "customer_id": "c1"},
            {"ticket_id": "d-4", "created_at": "2026-03-03T09:00:00Z", "channel": "email", "initiated_by": "agent"},
            {"ticket_id": "e-5", "created_at": "2026-03-03T10:00:00Z", "channel": "email"},
            {"ticket_id": "f-6", "created_at": "2026-03-02T08:30:00Z", "channel": "email"},
            {"ticket_id": "g-7", "created_at": "2026-02-20T09:00:00Z", "channel": "phone"},
        ],
        messages=[
            _message("a-1", "2026-03-04T15:00:00Z", "customer"),
            _message("a-1", "2026-03-05T09:00:00Z", "agent", "kim"),
            _message("a-1", "2026-03-05T13:00:00Z", "customer"),
            _message("b-2", "2026-03-06T12:00:00Z", "customer"),
            _message("c-3", "2026-03-02T08:00:00Z", "customer"),
            _message("c-3", "2026-03-02T09:00:00Z", "agent", "kim"),
            _message("d-4", "2026-03-03T09:00:00Z", "agent", "kim"),
        ],
        texts=[
            {"of": "ticket", "id": "a-1", "text": "Kapotte lamp"},
            {"of": "message", "id": "b-2 2026-03-06T12:00:00Z", "text": "Încă aștept lampa"},
        ],
        ticket_events=[
            *_events("a-1", ("2026-03-04T15:00:00Z", "status", "new"), ("2026-03-04T15:00:00Z", "team_id", "desk"),
                     ("2026-03-05T08:30:00Z", "assignee_id", "kim"), ("2026-03-05T09:00:00Z", "status", "pending"),
                     ("2026-03-05T13:00:00Z", "status", "open")),
            *_events("b-2", ("2026-03-06T12:00:00Z", "priority", "high"), ("2026-03-06T12:00:00Z", "team_id", "phone")),
            *_events("c-3", ("2026-03-02T08:00:00Z", "reason", "invoice"), ("2026-03-02T08:00:00Z", "assignee_id", "kim"),
                     ("2026-03-02T10:00:00Z", "status", "solved")),
            *_events("d-4", ("2026-03-03T09:00:00Z", "assignee_id", "kim"), ("2026-03-03T09:00:00Z", "status", "open")),
            *_events("e-5", ("2026-03-03T10:00:00Z", "is_spam", "true")),
            *_events("f-6", ("2026-03-02T09:30:00Z", "merged_into", "c-3")),
            *_events("g-7", ("2026-02-20T09:00:00Z", "assignee_id", "max"), ("2026-02-20T09:00:00Z", "status", "open")),
        ],
        interactions=[
            {"interaction_id": "i1", "ticket_id": "g-7", "channel": "phone", "direction": "inbound", "outcome": "answered",
             "started_at": "2026-02-20T08:59:30Z", "queued_at": "2026-02-20T08:59:30Z", "answered_at": "2026-02-20T09:00:00Z",
             "ended_at": "2026-02-20T09:05:00Z", "talk_s": 300, "hold_s": 0, "acw_s": 0, "agent_id": "max"},
            {"interaction_id": "i2", "channel": "phone", "direction": "inbound", "outcome": "in_queue", "queue": "main",
             "started_at": "2026-03-06T15:58:00Z", "queued_at": "2026-03-06T15:58:00Z", "team_id": "phone"},
        ],
        orders=[{"order_id": "o1", "customer_id": "c1", "placed_at": "2026-03-01T10:00:00Z", "amount": 4200, "currency": "EUR"}],
    )  # fmt: skip
    return desk
