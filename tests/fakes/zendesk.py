"""A Zendesk account that lives: people ask, agents answer, tickets are solved, reopened, deleted, while its API is read.

The shapes are those of the vendor's documentation, in our own words and values. Beside the API stands what is true.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from fakes.vendor import Expired, Limit, Missing, Vendor

__all__ = ["FakeZendesk", "Ticket", "zendesk_limits"]

AGENTS = range(100, 106)
GROUPS = {1: "First line", 2: "Returns"}
SCHEDULE = {
    "id": 900,
    "name": "Office",
    "time_zone": "Amsterdam",
    "created_at": "2025-01-01T00:00:00Z",
    "updated_at": "2025-01-01T00:00:00Z",
    "intervals": [{"start_time": day * 1440 + 540, "end_time": day * 1440 + 1020} for day in range(1, 6)],
}


def zendesk_limits(exports: int = 10, together: int = 400) -> list[Limit]:
    """Zendesk's limits per minute."""
    return [
        Limit("/api/v2/incremental/", exports),
        Limit("/api/v2/channels/voice/stats/incremental/", exports),
        Limit("/api/v2/", together),
    ]


@dataclass
class Ticket:
    """A ticket as it is now."""

    id: int
    created: int
    requester: int
    submitter: int
    channel: str
    status: str = "new"
    updated: int = 0
    generated: int = 0
    assignee: int | None = None


@dataclass
class FakeZendesk(Vendor):
    """One account. `pages` is how many items a page has."""

    email: str = "lead@example.com"
    token: str = "very-secret-token"
    pages: int = 20
    users: dict[int, dict[str, Any]] = field(default_factory=dict)
    tickets: dict[int, Ticket] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    ratings: list[dict[str, Any]] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)
    legs: list[dict[str, Any]] = field(default_factory=list)
    policies: list[dict[str, Any]] = field(default_factory=list)
    forgotten: set[str] = field(default_factory=set)
    given_cursors: set[str] = field(default_factory=set)
    _last_id: int = 10_000

    def populate(self, count: int, *, days: int = 30) -> FakeZendesk:
        """An account with some history up to a minute and a bit ago."""
        first = int(self.began_at.timestamp()) - days * 86_400
        for agent in AGENTS:
            self.add_user(agent, "admin" if agent == AGENTS[0] else "agent", first - 1000)
        for number in range(max(count // 3, 1)):
            self.add_user(1_000 + number, "end-user", first - 500)
        span = days * 86_400 - 7_200
        for number in range(count):
            self._live(self.open_ticket(first + span * number // count))
        self.events.sort(key=lambda e: (e["timestamp"], e["id"]))
        return self

    def add_user(self, user_id: int, role: str, at: int) -> None:
        self.users[user_id] = {
            "id": user_id, "name": f"Person {user_id}", "email": f"p{user_id}@example.com", "role": role, "active": True,
            "locale": "nl-NL", "organization_id": 50 if user_id % 2 else None, "created_at": _iso(at), "updated_at": _iso(at),
        }  # fmt: skip

    def open_ticket(self, at: int) -> Ticket:
        """Somebody asks; now and then an agent opens one for somebody, or asks himself."""
        kind, number = self.chance.random(), len(self.tickets) + 1
        requester = self.chance.choice([u for u in self.users if u >= 1_000])
        agent = self.chance.choice(list(AGENTS))
        submitter = agent if kind < 0.1 else requester
        if kind > 0.95:
            requester = submitter = agent
        ticket = Ticket(number, at, requester, submitter, self.chance.choice(["email", "web", "chat", "twitter"]))
        self.tickets[number] = ticket
        children: list[dict[str, Any]] = [{"event_type": "Create", "status": "new"}, {"event_type": "Create", "tags": ["fresh"]},
                    {"event_type": "Create", "priority": "normal"}]  # fmt: skip
        self.update(ticket, at, submitter, [self.comment(submitter), *children])
        return ticket

    def comment(self, author: int, *, public: bool = True, by_rule: bool = False) -> dict[str, Any]:
        source: dict[str, Any] = {"from": {}, "to": {}, "rel": "trigger" if by_rule else None}
        via = {"channel": "rule" if by_rule else "web", "source": source}
        return {"event_type": "Comment", "type": "Comment", "author_id": author, "public": public, "via": via,
                "body": f"Words of {author}", "plain_body": f"Words of {author}"}  # fmt: skip

    def update(self, ticket: Ticket, at: int, updater: int, children: list[dict[str, Any]], **more: Any) -> None:
        """One update of a ticket, as everybody sees it from now on."""
        for child in children:
            child["id"] = self._next_id()
            child.setdefault("via", "Web form")
            if child["event_type"] == "Comment":
                child["created_at"] = _iso(at)
            if "status" in child:
                ticket.status = child["status"]
            if "assignee_id" in child:
                ticket.assignee = int(child["assignee_id"])
        self.events.append({"id": self._next_id(), "ticket_id": ticket.id, "timestamp": at, "created_at": _iso(at),
                            "updater_id": updater, "via": "Web form", "event_type": "Audit", "child_events": children,
                            **more})  # fmt: skip
        ticket.updated = ticket.generated = at

    def change(self, name: str, value: Any, before: Any) -> dict[str, Any]:
        return {"event_type": "Change", name: value, "previous_value": before}

    def _live(self, ticket: Ticket) -> None:
        """What happens to a ticket in the hours after it was opened."""
        at, agent = ticket.created, self.chance.choice(list(AGENTS))
        at += self.chance.randint(30, 2_000)
        self.update(ticket, at, agent, [self.change("assignee_id", str(agent), None), self.change("group_id", "1", None)])
        if self.chance.random() < 0.3:
            self.update(ticket, at + 1, -1, [self.comment(agent, by_rule=True)])
        at += self.chance.randint(30, 2_000)
        self.update(ticket, at, agent, [self.comment(agent), self.change("status", "pending", "new")])
        if self.chance.random() < 0.5:
            self.update(ticket, at, agent, [self.comment(agent, public=False)])
        if self.chance.random() < 0.6:
            at += self.chance.randint(30, 900)
            answer = [self.comment(ticket.requester), self.change("status", "open", "pending")]
            self.update(ticket, at, ticket.requester, answer)
        at += self.chance.randint(30, 900)
        self.update(ticket, at, agent, [self.comment(agent), self.change("status", "solved", ticket.status)])
        if self.chance.random() < 0.4:
            self.rate(ticket, at + 60, self.chance.choice(["good", "bad"]))

    def rate(self, ticket: Ticket, at: int, score: str) -> None:
        """The customer is asked, and says how it was."""
        self.update(ticket, at - 30, -1, [{"event_type": "Change", "satisfaction_score": "offered", "previous_value": None}])
        self.ratings.append({"id": self._next_id(), "ticket_id": ticket.id, "requester_id": ticket.requester, "score": score,
                             "comment": "As expected", "created_at": _iso(at), "updated_at": _iso(at)})  # fmt: skip

    def happen(self) -> None:
        """Something more happens now: a late answer, a new ticket, a deletion, a silent touch by the system."""
        at, what = int(self.now().timestamp()), self.chance.random()
        ticket = self.chance.choice(list(self.tickets.values()))
        if what < 0.2:
            self.open_ticket(at)
        elif what < 0.3 and ticket.status != "deleted":
            ticket.status, ticket.updated, ticket.generated = "deleted", at, at
        elif what < 0.5:
            ticket.generated = at
        elif ticket.status != "deleted":
            self.update(
                ticket, at, ticket.requester, [self.comment(ticket.requester), self.change("status", "open", ticket.status)]
            )

    def is_allowed(self, headers: Mapping[str, str]) -> bool:
        """Basic authentication of an API token."""
        expected = base64.b64encode(f"{self.email}/token:{self.token}".encode()).decode()
        return headers.get("authorization") == f"Basic {expected}"

    def respond(self, path: str, params: Mapping[str, str], headers: Mapping[str, str]) -> Any:
        """The API."""
        name = path.removeprefix("/api/v2/").removesuffix(".json")
        answers: dict[str, Callable[[Mapping[str, str]], Any]] = {
            "users/me": lambda p: {"user": {"id": AGENTS[0], "name": "Lead", "time_zone": "Amsterdam"}},
            "groups": lambda p: self._cursored(p, "groups", [{"id": i, "name": n} for i, n in GROUPS.items()]),
            "group_memberships": lambda p: self._cursored(p, "group_memberships", self._memberships()),
            "brands": lambda p: {"brands": [{"id": 5, "name": "Main"}], "next_page": None},
            "business_hours/schedules": lambda p: {"schedules": [SCHEDULE]},
            "business_hours/schedules/900/holidays": lambda p: {
                "holidays": [{"id": 1, "name": "King's day", "start_date": "2026-04-27", "end_date": "2026-04-27"}]
            },
            "slas/policies": lambda p: {"sla_policies": self.policies, "next_page": None},
            "incremental/users/cursor": self._users,
            "incremental/tickets/cursor": self._tickets,
            "incremental/ticket_events": lambda p: self._timed(p, "ticket_events", self.events),
            "satisfaction_ratings": self._ratings,
            "channels/voice/stats/incremental/calls": lambda p: self._timed(p, "calls", self.calls),
            "channels/voice/stats/incremental/legs": lambda p: self._timed(p, "legs", self.legs),
            "search/count": self._search_count,
        }
        if name not in answers:
            raise Missing
        return answers[name](params)

    def _memberships(self) -> list[dict[str, Any]]:
        return [{"id": 70 + a, "user_id": a, "group_id": 1 + a % 2, "default": True, "created_at": "2025-01-01T00:00:00Z"}
                for a in AGENTS]  # fmt: skip

    def _cursored(self, params: Mapping[str, str], name: str, items: list[dict[str, Any]]) -> Any:
        first, size = int(params.get("page[after]", 0)), int(params.get("page[size]", 100))
        some = items[first : first + size]
        return {name: some, "meta": {"has_more": first + size < len(items), "after_cursor": str(first + size)}}

    def _users(self, params: Mapping[str, str]) -> Any:
        items = [{**u, "generated_timestamp": _epoch(u["updated_at"])} for u in self.users.values()]
        organizations = [{"id": 50, "name": "Acme"}] if "organizations" in params.get("include", "") else []
        return {**self._export(params, "users", items), "organizations": organizations}

    def _tickets(self, params: Mapping[str, str]) -> Any:
        return self._export(params, "tickets", [self._json(t) for t in self.tickets.values()])

    def _json(self, t: Ticket) -> dict[str, Any]:
        return {
            "id": t.id, "url": f"https://example.zendesk.com/api/v2/tickets/{t.id}.json", "subject": f"Ticket {t.id}",
            "created_at": _iso(t.created), "updated_at": _iso(t.updated), "generated_timestamp": t.generated, "status": t.status,
            "requester_id": t.requester, "submitter_id": t.submitter, "assignee_id": t.assignee, "brand_id": 5,
            "group_id": 1 if t.assignee else None, "priority": "normal", "tags": ["fresh"],
            "via": {"channel": t.channel, "source": {"from": {}, "to": {}, "rel": None}},
        }  # fmt: skip

    def _export(self, params: Mapping[str, str], name: str, items: list[dict[str, Any]]) -> Any:
        """A cursor export: what changed after a place in the order of changes, less the last minute."""
        size = min(int(params.get("per_page", 1000)), self.pages)
        place = (int(params["start_time"]), -1) if "start_time" in params else self._place(params["cursor"])
        until = int(self.now().timestamp()) - 60
        order = sorted(items, key=lambda i: (i["generated_timestamp"], i["id"]))
        rest = [i for i in order if (i["generated_timestamp"], i["id"]) > place and i["generated_timestamp"] < until]
        some = rest[:size]
        at = (some[-1]["generated_timestamp"], some[-1]["id"]) if some else place
        cursor = base64.b64encode(f"{at[0]}|{at[1]}|{name}".encode()).decode()
        self.given_cursors.add(cursor)
        return {name: some, "after_cursor": cursor, "end_of_stream": len(rest) <= size}

    def _place(self, cursor: str) -> tuple[int, int]:
        if cursor in self.forgotten:
            raise Expired
        at, number, _ = base64.b64decode(cursor).decode().split("|")
        return int(at), int(number)

    def forget_cursors(self) -> None:
        """Every cursor that was given is no longer known."""
        self.forgotten = set(self.given_cursors)

    def _timed(self, params: Mapping[str, str], name: str, items: list[dict[str, Any]]) -> Any:
        """A time-based export: pages meet in a second, whose items come again."""
        since, until = int(params["start_time"]), int(self.now().timestamp()) - 60
        if since > until:
            raise Expired
        found = sorted((i for i in items if since <= _stamp(i) < until), key=lambda i: (_stamp(i), i["id"]))
        some = found[: self.pages]
        end = _stamp(some[-1]) if some else since
        return {name: some, "count": len(some), "end_time": end, "end_of_stream": len(found) <= self.pages,
                "next_page": f"https://example.zendesk.com/{name}?start_time={end}"}  # fmt: skip

    def _ratings(self, params: Mapping[str, str]) -> Any:
        since = int(params.get("start_time", 0))
        return self._cursored(params, "satisfaction_ratings", [r for r in self.ratings if _epoch(r["created_at"]) >= since])

    def _search_count(self, params: Mapping[str, str]) -> Any:
        words = params["query"].split()
        since, until = (_epoch(words[i].split("created")[1].lstrip("><=")) for i in (1, 2))
        here = [t for t in self.tickets.values() if since <= t.created < until and t.status != "deleted"]
        return {"count": len(here)}

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _epoch(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def _stamp(item: Mapping[str, Any]) -> int:
    return int(item["timestamp"]) if "timestamp" in item else _epoch(item["updated_at"])
