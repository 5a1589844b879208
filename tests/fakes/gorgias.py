"""A Gorgias account that lives while it is read."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from fakes.helpdesk import AGENTS, CUSTOMERS, TEAMS, FakeHelpdesk, Ticket, epoch
from fakes.helpdesk import iso as _whole_iso
from fakes.vendor import Expired, Missing

__all__ = ["FakeGorgias"]

_KINDS = {"open": "ticket-reopened", "pending": "ticket-snoozed", "solved": "ticket-closed"}


@dataclass
class FakeGorgias(FakeHelpdesk):
    """Gorgias: lists with an order and opaque cursors, which it may forget."""

    kind = "gorgias"
    tells = frozenset({"tickets", "messages", "statuses", "assignees", "deleted", "ratings", "tags", "agents"})
    options: ClassVar[dict[str, str]] = {"email": "lead@example.com"}
    rates: ClassVar[dict[str, tuple[int, float]]] = {"/api/": (40, 20.0)}
    pages: int = 8
    forgotten: set[str] = field(default_factory=set)
    given: set[str] = field(default_factory=set)

    def is_allowed(self, headers: Mapping[str, str]) -> bool:
        expected = base64.b64encode(f"lead@example.com:{self.token}".encode()).decode()
        return headers.get("authorization") == f"Basic {expected}"

    def forget_cursors(self) -> None:
        self.forgotten = set(self.given)

    def respond(self, path: str, params: Mapping[str, str], headers: Mapping[str, str]) -> Any:
        name, now = path.removeprefix("/api/"), int(self.now().timestamp())
        if name == "account":
            hours = {"days": "1,2,3,4,5", "from_time": "09:00", "to_time": "17:00"}
            setting = {"id": 7, "type": "business-hours", "data": {"timezone": "Europe/Amsterdam", "business_hours": hours}}
            return {"domain": "example", "settings": [setting], "status": {"status": "active"}}
        tickets = list(self.tickets.values())
        lists: dict[str, list[Any]] = {
            "users": [{"id": a, "name": f"A {a}", "active": True, "role": {"name": "agent"}} for a in AGENTS],
            "teams": [{"id": i, "name": n, "members": [{"id": a} for a in AGENTS if a % 2 == i % 2]} for i, n in TEAMS.items()],
            "customers": [{"id": c, "name": f"P {c}", "channels": [{"type": "email", "address": f"p{c}@example.com"}],
                           "created_datetime": iso(1), "updated_datetime": iso(1)} for c in CUSTOMERS],
            "tickets": [self._json(t) for t in tickets if t.deleted is None],
            "messages": [{"id": m.id, "ticket_id": t.id, "public": m.is_public, "from_agent": m.author in AGENTS,
                          "sender": {"id": m.author}, "channel": "email", "via": "email", "body_text": "Words",
                          "source": {"type": "email" if m.is_public else "internal-note"}, "created_datetime": iso(m.at),
                          "sent_datetime": iso(m.at)} for t in tickets for m in t.messages],
            "events": [e for t in tickets for e in self._events(t)],
            "satisfaction-surveys": [
                {"id": t.rating[0], "ticket_id": t.id, "customer_id": t.requester, "score": t.rating[2], "body_text": "Words",
                 "created_datetime": iso(t.rating[1] - 60), "sent_datetime": iso(t.rating[1] - 30),
                 "scored_datetime": iso(t.rating[1])} for t in tickets if t.rating and t.rating[1] < now],
        }  # fmt: skip
        if name not in lists:
            raise Missing
        return self._listed(lists[name], params)

    def _listed(self, items: list[Any], params: Mapping[str, str]) -> Any:
        """Keyset pages: those after the place of a cursor in the order."""
        name, _, way = params.get("order_by", "id:asc").partition(":")
        sign = -1 if way == "desc" else 1

        def place(item: Any) -> tuple[int, int]:
            return sign * (epoch(item[name]) if name != "id" else 0), sign * int(item["id"])

        cursor = params.get("cursor")
        if cursor in self.forgotten:
            raise Expired
        after = tuple(map(int, base64.b64decode(cursor).decode().split("|")[:2])) if cursor else None
        rest = sorted((i for i in items if after is None or place(i) > after), key=place)
        size = min(int(params["limit"]), self.pages)
        some, following = rest[:size], None
        if len(rest) > size:
            following = base64.b64encode("|".join(map(str, (*place(some[-1]), len(self.given)))).encode()).decode()
            self.given.add(following)
        return {"object": "list", "data": some, "meta": {"prev_cursor": None, "next_cursor": following}}

    def _json(self, t: Ticket) -> dict[str, Any]:
        closed = max((c.at for c in t.changes if c.value == "solved"), default=None)
        return {
            "id": t.id, "status": "open" if t.status == "open" else "closed", "channel": "email", "via": "email",
            "from_agent": False, "spam": False, "subject": f"Ticket {t.id}", "language": "nl", "priority": "normal",
            "customer": {"id": t.requester, "name": f"P {t.requester}", "email": f"p{t.requester}@example.com"},
            "assignee_user": {"id": t.assignee} if t.assignee else None, "assignee_team": None,
            "tags": [{"id": 1, "name": tag} for tag in t.tags], "created_datetime": iso(t.created),
            "updated_datetime": iso(t.updated), "closed_datetime": iso(closed) if closed and t.status == "solved" else None,
            "snooze_datetime": iso(t.updated + 86_400) if t.status == "pending" else None, "trashed_datetime": None,
        }  # fmt: skip

    def _events(self, t: Ticket) -> list[Any]:
        found = [(c.id, c.at, _KINDS[c.value] if c.field == "status" else "ticket-assigned", c.by,
                  {} if c.field == "status" else {"assignee_user_id": c.value}) for c in t.changes]  # fmt: skip
        if t.deleted is not None:
            found.append((1_000_000 + t.id, t.deleted, "ticket-trashed", AGENTS[0], {}))
        return [{"id": i, "object_type": "Ticket", "object_id": t.id, "type": kind, "user_id": by if by in AGENTS else None,
                 "data": data, "created_datetime": iso(at)} for i, at, kind, by, data in found]  # fmt: skip


def iso(at: int) -> str:
    """Gorgias tells parts of a second, and no zone."""
    return _whole_iso(at).removesuffix("Z") + ".250000"
