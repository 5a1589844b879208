"""A Zammad installation that lives while it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from fakes.helpdesk import AGENTS, CUSTOMERS, TEAMS, FakeHelpdesk, Ticket, epoch
from fakes.helpdesk import iso as _whole_iso
from fakes.vendor import Missing

__all__ = ["FakeZammad"]

_STATES = {"open": "open", "pending": "pending reminder", "solved": "closed"}


@dataclass
class FakeZammad(FakeHelpdesk):
    """Zammad without a search index."""

    kind = "zammad"
    tells = frozenset({"tickets", "messages", "statuses", "assignees", "tags", "agents"})
    rates: ClassVar[dict[str, tuple[int, float]]] = {"/api/": (300, 60.0)}
    pages: int = 100

    def is_allowed(self, headers: Mapping[str, str]) -> bool:
        return headers.get("authorization") == f"Token token={self.token}"

    def respond(self, path: str, params: Mapping[str, str], headers: Mapping[str, str]) -> Any:
        name, page, size = path.removeprefix("/api/v1/"), int(params.get("page", 1)), int(params.get("per_page", 100))
        if name == "users/me":
            return {"id": AGENTS[0], "login": "lead@example.com"}
        if name == "tickets/search":
            return self._search(params, page, size)
        if name.startswith("ticket_articles/by_ticket/"):
            return self._articles(self.tickets[int(name.rsplit("/", 1)[1])])
        if name.startswith("ticket_history/"):
            return {"history": self._history(self.tickets[int(name.rsplit("/", 1)[1])]), "assets": {}}
        people = [{"id": 1, "login": "-", "roles": []}]
        people += [
            {"id": a, "firstname": "A", "lastname": str(a), "roles": ["Agent"], "group_ids": {"1": ["full"]}} for a in AGENTS
        ]
        people += [{"id": c, "firstname": "P", "lastname": str(c), "email": f"p{c}@example.com", "roles": ["Customer"],
                    "organization": "Acme", "created_at": iso(1), "updated_at": iso(1)} for c in CUSTOMERS]  # fmt: skip
        day = {"active": True, "timeframes": [["09:00", "12:00"], ["13:00", "17:00"]]}
        holidays = {"2026-04-27": {"active": True, "summary": "King's day"}}
        lists: dict[str, list[Any]] = {
            "users": people,
            "groups": [{"id": i, "name": n} for i, n in TEAMS.items()],
            "calendars": [{"id": 1, "name": "Office", "timezone": "Europe/Amsterdam", "default": True,
                           "business_hours": {"mon": day, "sat": {"active": False, "timeframes": [["09:00", "17:00"]]}},
                           "public_holidays": holidays}],
            "slas": [{"id": 4, "name": "All", "condition": {}, "calendar_id": 1, "first_response_time": 60}],
            "ticket_states": [{"id": n, "name": name, "state_type": name} for n, name in enumerate(["new", *_STATES.values()])],
        }  # fmt: skip
        if name not in lists:
            raise Missing
        return self.numbered(lists[name], page, size)

    def _search(self, params: Mapping[str, str], page: int, size: int) -> Any:
        if params.get("only_total_count"):
            assert params["condition[ticket.created_at][operator]"] == "before (absolute)"
            before = epoch(params["condition[ticket.created_at][value]"])
            return {"total_count": sum(t.created < before for t in self.tickets.values())}
        assert params["condition[ticket.updated_at][operator]"] == "after (absolute)"
        after = epoch(params["condition[ticket.updated_at][value]"])
        assert (params["sort_by"], params["order_by"], params["expand"]) == ("updated_at", "asc", "true")
        return self.numbered([self._json(t) for t in self.changed_since(after + 1)], page, size)

    def _json(self, t: Ticket) -> dict[str, Any]:
        return {
            "id": t.id, "number": f"1000{t.id}", "title": f"Ticket {t.id}", "group_id": 1, "state": _STATES[t.status],
            "priority": "2 normal", "owner_id": t.assignee or 1, "customer_id": t.requester, "created_by_id": t.requester,
            "create_article_type": "email", "create_article_sender": "Customer", "created_at": iso(t.created),
            "updated_at": iso(t.updated),
        }  # fmt: skip

    def _articles(self, t: Ticket) -> list[Any]:
        return [{"id": m.id, "ticket_id": t.id, "type": "email" if m.is_public else "note", "internal": not m.is_public,
                 "sender": "Agent" if m.author in AGENTS else "Customer", "body": "Words", "created_by_id": m.author,
                 "preferences": {}, "created_at": iso(m.at), "updated_at": iso(m.at)} for m in t.messages]  # fmt: skip

    def _history(self, t: Ticket) -> list[Any]:
        found: list[dict[str, Any]] = [
            {
                "id": 1_000_000 + t.id,
                "object": "Ticket",
                "o_id": t.id,
                "type": "created",
                "created_at": iso(t.created),
                "created_by_id": t.requester,
            }
        ]
        found += [
            {
                "id": 2_000_000 + t.id,
                "object": "Ticket",
                "o_id": t.id,
                "type": "added",
                "attribute": "tag",
                "value_to": tag,
                "created_at": iso(t.created),
                "created_by_id": t.requester,
            }
            for tag in t.tags
        ]
        for c in t.changes:
            entry = {
                "id": c.id,
                "object": "Ticket",
                "o_id": t.id,
                "type": "updated",
                "created_at": iso(c.at),
                "created_by_id": c.by,
            }
            if c.field == "status":
                entry |= {"attribute": "state", "value_from": _STATES[c.before], "value_to": _STATES[c.value]}
            else:
                entry |= {
                    "attribute": "owner",
                    "value_from": "-",
                    "value_to": f"A {c.value}",
                    "id_from": c.before or 1,
                    "id_to": c.value,
                }
            found.append(entry)
        return found  # fmt: skip


def iso(at: int) -> str:
    return _whole_iso(at).removesuffix("Z") + ".125Z"
