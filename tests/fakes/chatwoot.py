"""A Chatwoot account that lives while it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from fakes.helpdesk import AGENTS, TEAMS, FakeHelpdesk, Ticket
from fakes.vendor import Missing

__all__ = ["FakeChatwoot"]

_STATUS = {"open": "open", "pending": "snoozed", "solved": "resolved"}


@dataclass
class FakeChatwoot(FakeHelpdesk):
    """Chatwoot: numbered pages that move, everything changed within some seconds at once, messages twenty at a time."""

    kind = "chatwoot"
    tells = frozenset({"tickets", "messages", "ratings", "tags", "agents"})
    options: ClassVar[dict[str, str]] = {"account_id": "3"}
    rates: ClassVar[dict[str, tuple[int, float]]] = {"/api/": (300, 60.0)}
    pages: int = 25

    def is_allowed(self, headers: Mapping[str, str]) -> bool:
        return headers.get("api_access_token") == self.token

    def respond(self, path: str, params: Mapping[str, str], headers: Mapping[str, str]) -> Any:
        if path == "/api/v1/profile":
            return {"id": AGENTS[0], "name": "Lead", "accounts": [{"id": 3, "name": "Example"}]}
        if path == "/api/v2/accounts/3/reports":
            return self._report(params)
        name = path.removeprefix("/api/v1/accounts/3/")
        if name == "conversations":
            return self._conversations(params)
        if name.endswith("/messages"):
            return self._messages(self.there(int(name.split("/")[1])), params)
        if name.startswith("conversations/"):
            return self._json(self.there(int(name.split("/")[1])))
        if name.endswith("/team_members"):
            return [{"id": a} for a in AGENTS if a % 2 == int(name.split("/")[1]) % 2]
        if name == "csat_survey_responses":
            return self.numbered(self._surveys(params), int(params["page"]), 25)
        hours = [{"day_of_week": d, "closed_all_day": d in (0, 6), "open_all_day": False, "open_hour": 9, "open_minutes": 0,
                  "close_hour": 17, "close_minutes": 0} for d in range(7)]  # fmt: skip
        lists: dict[str, Any] = {
            "agents": [{"id": a, "name": f"A {a}", "role": "agent"} for a in AGENTS],
            "agent_bots": [{"id": 1, "name": "Robin"}],
            "teams": [{"id": i, "name": n} for i, n in TEAMS.items()],
            "inboxes": {"payload": [{"id": 8, "name": "Mail", "working_hours_enabled": True, "timezone": "Europe/Amsterdam",
                                     "working_hours": hours}]},
        }  # fmt: skip
        if name not in lists:
            raise Missing
        return lists[name]

    def there(self, ticket_id: int) -> Ticket:
        if ticket_id not in self.tickets:
            raise Missing
        return self.tickets[ticket_id]

    def _conversations(self, params: Mapping[str, str]) -> Any:
        assert params["status"] == "all"
        every = sorted(self.tickets.values(), key=lambda t: (t.created, t.id))
        if "updated_within" in params:
            since = self.now().timestamp() - int(params["updated_within"])
            shown = [t for t in every if t.updated > since]
        else:
            assert params["sort_by"] == "created_at_asc"
            shown = self.numbered(every, int(params["page"]), 25)
        return {"data": {"meta": {"all_count": len(every)}, "payload": [self._json(t) for t in shown]}}

    def _json(self, t: Ticket) -> dict[str, Any]:
        sender = {"id": t.requester, "name": f"P {t.requester}", "email": f"p{t.requester}@example.com", "phone_number": None,
                  "identifier": None, "additional_attributes": {}}  # fmt: skip
        assignee = {"id": t.assignee, "name": f"A {t.assignee}"} if t.assignee else None
        return {
            "id": t.id, "account_id": 3, "inbox_id": 8, "status": _STATUS[t.status], "created_at": t.created, "labels": t.tags,
            "updated_at": t.updated + 0.25, "last_activity_at": t.messages[-1].at, "priority": None, "additional_attributes": {},
            "meta": {"sender": sender, "channel": "Channel::Email", "assignee": assignee, "team": None},
        }  # fmt: skip

    def _messages(self, t: Ticket, params: Mapping[str, str]) -> Any:
        said: list[dict[str, Any]] = [
            {
                "id": m.id,
                "content": "Words",
                "message_type": 1 if m.author in AGENTS else 0,
                "private": not m.is_public,
                "created_at": m.at,
                "content_type": "text",
                "content_attributes": {},
                "sender": {"id": m.author, "type": "user" if m.author in AGENTS else "contact"},
            }
            for m in t.messages
        ]
        said += [{"id": c.id, "content": f"{c.field} was changed", "message_type": 2, "private": False, "created_at": c.at,
                  "content_type": "text", "sender": None} for c in t.changes]  # fmt: skip
        if t.rating:
            said.append({"id": t.rating[0], "content": "How was it?", "message_type": 3, "private": False, "sender": None,
                         "content_type": "input_csat", "created_at": t.rating[1] - 30})  # fmt: skip
        before = int(params.get("before", 2**40))
        return {"meta": {}, "payload": sorted((m for m in said if m["id"] < before), key=lambda m: m["id"])[-20:]}

    def _surveys(self, params: Mapping[str, str]) -> list[Any]:
        since, until = int(params.get("since", 0)), int(params.get("until", 2**40))
        return [{"id": t.rating[0], "rating": t.rating[2], "feedback_message": "Words", "message_id": t.rating[0],
                 "conversation_id": t.id, "created_at": t.rating[1]}
                for t in self.tickets.values() if t.rating and since <= t.rating[1] <= until]  # fmt: skip

    def _report(self, params: Mapping[str, str]) -> list[Any]:
        days = range(int(params["since"]), int(params["until"]), 86_400)
        return [{"timestamp": day, "value": sum(day <= t.created < day + 86_400 for t in self.tickets.values())} for day in days]
