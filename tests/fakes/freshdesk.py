"""A Freshdesk account that lives while it is read."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from fakes.helpdesk import AGENTS, CUSTOMERS, TEAMS, FakeHelpdesk, Ticket, epoch, iso
from fakes.vendor import Missing

__all__ = ["FakeFreshdesk"]

_STATUS = {"open": 2, "pending": 3, "solved": 4}
_NAMES = {"open": "Open", "pending": "Pending", "solved": "Resolved"}


@dataclass
class FakeFreshdesk(FakeHelpdesk):
    """Freshdesk with the activities of a plan that has them."""

    kind = "freshdesk"
    tells = frozenset({"tickets", "messages", "statuses", "assignees", "deleted", "ratings", "tags", "agents"})
    options: ClassVar[dict[str, str]] = {"since": "2026-03-02"}
    rates: ClassVar[dict[str, tuple[int, float]]] = {"/api/v2/": (180, 60.0), "/api/v2/tickets": (20, 60.0)}
    pages: int = 100

    def is_allowed(self, headers: Mapping[str, str]) -> bool:
        expected = base64.b64encode(f"{self.token}:X".encode()).decode()
        return headers.get("authorization") == f"Basic {expected}" or "authorization" not in headers

    def respond(self, path: str, params: Mapping[str, str], headers: Mapping[str, str]) -> Any:
        if path.startswith("/exports/"):
            assert "authorization" not in headers, "the token is given away"
            return self._activities(path.removeprefix("/exports/"))
        name, page = path.removeprefix("/api/v2/"), int(params.get("page", 1))
        size = int(params.get("per_page", 30))
        if name.endswith("/conversations"):
            return self.numbered(self._conversations(self._there(int(name.split("/")[1]))), page, size)
        if name == "search/tickets":
            return self._search(params["query"])
        if name == "export/ticket_activities":
            return self._export(params["created_at"], headers["host"])
        if name == "agents/me":
            return {"id": AGENTS[0], "contact": {"name": "Lead", "time_zone": "Amsterdam"}}
        lists = {
            "tickets": self._tickets,
            "contacts": lambda p: [{"id": c, "name": f"P {c}", "email": f"p{c}@example.com", "created_at": iso(0),
                                    "updated_at": iso(0), "company_id": 5} for c in CUSTOMERS],
            "agents": lambda p: [{"id": a, "type": "support_agent", "group_ids": [1], "contact": {"name": f"A {a}"}}
                                 for a in AGENTS],
            "groups": lambda p: [{"id": i, "name": n, "business_hour_id": None} for i, n in TEAMS.items()],
            "companies": lambda p: [{"id": 5, "name": "Acme"}],
            "products": lambda p: [],
            "business_hours": lambda p: [{"id": 9, "name": "Office", "is_default": True, "time_zone": "Amsterdam",
                                          "business_hours": {"monday": {"start_time": "9:00 am", "end_time": "5:00 pm"}}}],
            "sla_policies": lambda p: [],
            "ticket_fields": lambda p: [{"name": "status", "choices": {str(n): [_NAMES[w]] for w, n in _STATUS.items()}}],
            "surveys/satisfaction_ratings": self._ratings,
        }  # fmt: skip
        if name not in lists:
            raise Missing
        return self.numbered(lists[name](params), page, size)

    def _there(self, ticket_id: int) -> Ticket:
        if self.tickets[ticket_id].deleted is not None:
            raise Missing
        return self.tickets[ticket_id]

    def _tickets(self, params: Mapping[str, str]) -> list[Any]:
        """Deleted tickets only stand in their own list; there is no spam."""
        listed = params.get("filter", "")
        if "updated_since" not in params:
            return []
        assert params["order_by"] == "updated_at" and params["order_type"] == "asc"
        found = self.changed_since(epoch(params["updated_since"]))
        return [self._json(t) for t in found if listed == ("" if t.deleted is None else "deleted")]

    def _json(self, t: Ticket) -> dict[str, Any]:
        states = [(c.at, c.value, c.before) for c in t.changes if c.field == "status"]
        resolved = max((at for at, value, _ in states if value == "solved"), default=None)
        reopened = max((at for at, _, before in states if before == "solved"), default=None)
        stats = {
            "resolved_at": iso(resolved) if resolved and t.status == "solved" else None,
            "reopened_at": iso(reopened) if reopened else None,
            "pending_since": iso(states[-1][0]) if t.status == "pending" else None,
            "status_updated_at": iso(states[-1][0] if states else t.created),
            "closed_at": None,
        }
        return {
            "id": t.id, "subject": f"Ticket {t.id}", "description_text": "Words", "created_at": iso(t.created),
            "updated_at": iso(t.updated), "source": 1, "status": _STATUS[t.status], "priority": 2, "requester_id": t.requester,
            "responder_id": t.assignee, "group_id": 1, "company_id": 5, "product_id": None, "type": "Question", "tags": t.tags,
            "requester": {"id": t.requester, "name": f"P {t.requester}", "email": f"p{t.requester}@example.com"}, "stats": stats,
        }  # fmt: skip

    def _conversations(self, t: Ticket) -> list[Any]:
        return [{"id": m.id, "ticket_id": t.id, "user_id": m.author, "private": not m.is_public, "body_text": "Words",
                 "incoming": m.author not in AGENTS, "source": 0 if m.is_public else 2, "created_at": iso(m.at),
                 "updated_at": iso(m.at)} for m in t.messages[1:]]  # fmt: skip

    def _ratings(self, params: Mapping[str, str]) -> list[Any]:
        since, now = epoch(params.get("created_since", "2026-01-01")), int(self.now().timestamp())
        return [{"id": t.rating[0], "survey_id": 1, "user_id": t.requester, "agent_id": t.assignee, "ticket_id": t.id,
                 "feedback": "As expected", "group_id": 1, "created_at": iso(t.rating[1]), "updated_at": iso(t.rating[1]),
                 "ratings": {"default_question": 103 if t.rating[2] == 5 else -103}}
                for t in self.tickets.values() if t.rating and since <= t.rating[1] < now]  # fmt: skip

    def _search(self, query: str) -> Any:
        day = query.split("'")[1]
        here = [t for t in self.tickets.values() if iso(t.created)[:10] == day and t.deleted is None]
        return {"total": len(here), "results": []}

    def _export(self, day: str, host: str) -> Any:
        """The file of a day, which there is from some minutes after it on."""
        if epoch(f"{day}T00:00:00Z") + 86_400 + 600 > self.now().timestamp():
            raise Missing
        return {"export": [{"created_at": day, "url": f"http://{host}/exports/{day}"}]}

    def _activities(self, day: str) -> Any:
        found: list[dict[str, Any]] = []
        for t in self.tickets.values():
            found.append(_activity(t.created, t, t.requester, {"new_ticket": True, "status": "Open", "priority": "Medium"}))
            for c in t.changes:
                changed = {"status": _NAMES[c.value]} if c.field == "status" else {"agent_id": c.value}
                found.append(_activity(c.at, t, c.by, changed))
        date = datetime.fromisoformat(day).strftime("%d-%m-%Y")
        return {"activities_data": [a for a in found if a["performed_at"].startswith(date)]}


def _activity(at: int, t: Ticket, by: int, activity: dict[str, Any]) -> dict[str, Any]:
    said = datetime.fromtimestamp(at, UTC).strftime("%d-%m-%Y %H:%M:%S +0000")
    return {"performed_at": said, "ticket_id": t.id, "performer_type": "user", "performer_id": by, "activity": activity}
