"""An Intercom workspace that lives while it is read."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from fakes.helpdesk import AGENTS, CUSTOMERS, TEAMS, FakeHelpdesk, Ticket
from fakes.vendor import Missing

__all__ = ["FakeIntercom"]

_STATES = {"open": "open", "pending": "snoozed", "solved": "closed"}
_PARTS = {"open": "open", "pending": "snoozed", "solved": "close"}


@dataclass
class FakeIntercom(FakeHelpdesk):
    """Intercom, at its worst: searches round instants to days, and their cursors are places that move."""

    kind = "intercom"
    tells = frozenset({"tickets", "messages", "statuses", "assignees", "ratings", "tags", "agents"})
    rates: ClassVar[dict[str, tuple[int, float]]] = {"/": (160, 10.0)}
    pages: int = 15

    def is_allowed(self, headers: Mapping[str, str]) -> bool:
        return headers.get("authorization") == f"Bearer {self.token}" and bool(headers.get("intercom-version"))

    def respond(self, path: str, params: Mapping[str, str], headers: Mapping[str, str]) -> Any:
        if path == "/me":
            return {"type": "admin", "id": "100", "app": {"id_code": "x", "name": "Example", "timezone": "Europe/Amsterdam"}}
        if path == "/admins":
            return {"type": "admin.list", "admins": [{"type": "admin", "id": str(a), "name": f"A {a}"} for a in AGENTS]}
        if path == "/teams":
            members = {i: [a for a in AGENTS if a % 2 == i % 2] for i in TEAMS}
            return {"type": "team.list", "teams": [{"id": str(i), "name": n, "admin_ids": members[i]} for i, n in TEAMS.items()]}
        if path == "/contacts/search":
            found = [{"type": "contact", "id": f"c{c}", "role": "user", "name": f"P {c}", "email": f"p{c}@example.com",
                      "created_at": 1, "updated_at": 1} for c in CUSTOMERS]  # fmt: skip
            return self._found(found, "data")
        if path == "/conversations/search":
            return self._found([self._json(t) for t in self.tickets.values()], "conversations")
        ticket = self.tickets.get(int(path.removeprefix("/conversations/")))
        if ticket is None:
            raise Missing
        parts = self._parts(ticket)
        return {**self._json(ticket), "conversation_parts": {"conversation_parts": parts, "total_count": len(parts)}}

    def _found(self, items: list[dict[str, Any]], name: str) -> Any:
        """Items that match the terms; `updated_at` is compared by whole days."""
        for term in self.body["query"]["value"]:
            field, value = term["field"], term["value"]
            if field == "updated_at":
                items = [i for i in items if i[field] // 86_400 > value // 86_400 or value == 0]
            elif term["operator"] == ">":
                items = [i for i in items if i[field] > value]
            else:
                items = [i for i in items if i[field] < value]
        assert self.body["sort"] == {"field": "updated_at", "order": "ascending"}
        items.sort(key=lambda i: (i["updated_at"], i["id"]))
        given = self.body["pagination"]
        first = int(base64.b64decode(given["starting_after"]).decode()) if "starting_after" in given else 0
        last = first + min(given["per_page"], self.pages)
        following = {"starting_after": base64.b64encode(str(last).encode()).decode()} if last < len(items) else None
        pages = {"type": "pages", "per_page": given["per_page"], "next": following}
        return {"type": "list", name: items[first:last], "total_count": len(items), "pages": pages}

    def _json(self, t: Ticket) -> dict[str, Any]:
        rating = None
        if t.rating:
            rating = {"rating": t.rating[2], "remark": "Words", "created_at": t.rating[1] - 30, "updated_at": t.rating[1],
                      "contact": {"id": f"c{t.requester}"}, "teammate": {"id": t.assignee}}  # fmt: skip
        return {
            "type": "conversation", "id": str(t.id), "created_at": t.created, "updated_at": t.updated, "title": None,
            "source": {"type": "email", "id": "9", "delivered_as": "customer_initiated", "subject": "", "body": "Words",
                       "author": {"type": "user", "id": f"c{t.requester}"}},
            "contacts": {"contacts": [{"type": "contact", "id": f"c{t.requester}"}]}, "state": _STATES[t.status],
            "open": t.status == "open", "priority": "not_priority", "conversation_rating": rating,
            "tags": {"tags": [{"type": "tag", "id": "1", "name": tag} for tag in t.tags]},
        }  # fmt: skip

    def _parts(self, t: Ticket) -> list[Any]:
        def author(who: int) -> dict[str, Any]:
            return {"type": "admin", "id": str(who)} if who in AGENTS else {"type": "user", "id": f"c{who}"}

        said = [
            {
                "id": m.id,
                "part_type": "comment" if m.is_public else "note",
                "body": "Words",
                "created_at": m.at,
                "updated_at": m.at,
                "author": author(m.author),
                "assigned_to": None,
            }
            for m in t.messages[1:]
        ]
        done = [
            {
                "id": c.id,
                "part_type": _PARTS[c.value] if c.field == "status" else "assignment",
                "body": None,
                "created_at": c.at,
                "updated_at": c.at,
                "author": author(c.by),
                "assigned_to": {"type": "admin", "id": str(c.value)} if c.field == "assignee" else None,
            }
            for c in t.changes
        ]
        return sorted(said + done, key=lambda p: p["id"])  # fmt: skip

    def truth(self, until: int) -> Any:
        """The account's truth with Intercom's ids of contacts."""
        whole = super().truth(until)
        return {**whole, "tickets": sorted((i, at, f"c{who}") for i, at, who in whole["tickets"])}
