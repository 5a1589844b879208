"""A help desk that lives, whoever its vendor is: people ask, agents answer, tickets are solved, reopened, tagged and deleted,
while its API is read. A vendor's fake shows this account in the vendor's shapes; beside it stands what is true of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar

from fakes.vendor import Vendor

__all__ = ["AGENTS", "Change", "FakeHelpdesk", "Message", "Parts", "Ticket", "epoch", "iso"]

AGENTS = range(100, 105)
CUSTOMERS = range(1_000, 1_020)
TEAMS = {1: "First line", 2: "Returns"}
SYSTEM = 0
Parts = dict[str, list[Any]]


@dataclass
class Message:
    """Something said: by whom, and whether the customer sees it."""

    id: int
    at: int
    author: int
    is_public: bool = True


@dataclass
class Change:
    """A change of a field: `status`, `assignee`, `tags`."""

    id: int
    at: int
    field: str
    value: Any
    before: Any
    by: int


@dataclass
class Ticket:
    """A ticket with all of its past."""

    id: int
    created: int
    requester: int
    updated: int = 0
    status: str = "open"
    assignee: int | None = None
    tags: list[str] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    rating: tuple[int, int, int] | None = None
    deleted: int | None = None


@dataclass
class FakeHelpdesk(Vendor):
    """One account at a vendor. Subclasses answer its API, and say by `tells` which parts of the truth it can tell.

    `kind` is the connector, `options` and `token` what it is connected with, `pages` the most items of a page.
    """

    kind: ClassVar[str]
    tells: ClassVar[frozenset[str]]
    options: ClassVar[dict[str, str]] = {}
    rates: ClassVar[dict[str, tuple[int, float]]] = {}
    token: str = "very-secret-token"
    pages: int = 20
    tickets: dict[int, Ticket] = field(default_factory=dict)
    _last_id: int = 10_000

    def populate(self, count: int, *, days: int = 12) -> FakeHelpdesk:
        """An account with some history up to two hours ago."""
        first = int(self.began_at.timestamp()) - days * 86_400
        span = days * 86_400 - 14_400
        for number in range(count):
            self._live(self.open_ticket(first + span * number // count))
        return self

    def forget_cursors(self) -> None:
        """Cursors that were given are no longer known, at a vendor that gives any."""

    def next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def open_ticket(self, at: int) -> Ticket:
        """Somebody asks."""
        ticket = Ticket(len(self.tickets) + 1, at, self.chance.choice(CUSTOMERS), at)
        self.tickets[ticket.id] = ticket
        ticket.messages.append(Message(self.next_id(), at, ticket.requester))
        ticket.tags.append("fresh")
        return ticket

    def say(self, ticket: Ticket, at: int, author: int, *, public: bool = True) -> None:
        """Somebody says something on a ticket."""
        ticket.messages.append(Message(self.next_id(), at, author, public))
        ticket.updated = at

    def change(self, ticket: Ticket, at: int, name: str, value: Any, by: int) -> None:
        """Somebody changes a field; what is so already is not changed."""
        before = getattr(ticket, name)
        if before == value or (ticket.changes and name == "status" and self._is_now(ticket, at)):
            return
        ticket.changes.append(Change(self.next_id(), at, name, value, before, by))
        setattr(ticket, name, value)
        ticket.updated = at

    def _is_now(self, ticket: Ticket, at: int) -> bool:
        """Whether the status has changed in this second already: one second has one status, as people work."""
        return any(c.at == at for c in ticket.changes if c.field == "status") or ticket.created == at

    def _live(self, ticket: Ticket) -> None:
        """What happens to a ticket in the hours after it was opened."""
        agent = self.chance.choice(AGENTS)
        at = ticket.created + self.chance.randint(30, 1_000)
        self.change(ticket, at, "assignee", agent, agent)
        at += self.chance.randint(30, 1_000)
        self.say(ticket, at, agent)
        self.change(ticket, at, "status", "pending", agent)
        if self.chance.random() < 0.5:
            self.say(ticket, at + 5, agent, public=False)
        if self.chance.random() < 0.6:
            at += self.chance.randint(30, 900)
            self.say(ticket, at, ticket.requester)
            self.change(ticket, at, "status", "open", ticket.requester)
        if self.chance.random() < 0.3:
            self.change(ticket, at + 20, "assignee", self.chance.choice(AGENTS), agent)
        at += self.chance.randint(30, 900)
        self.say(ticket, at, agent)
        self.change(ticket, at, "status", "solved", agent)
        if self.chance.random() < 0.4:
            ticket.rating = (self.next_id(), at + 60, self.chance.choice([1, 5]))

    def happen(self) -> None:
        """Something more happens now."""
        at, what = int(self.now().timestamp()), self.chance.random()
        ticket = self.chance.choice([t for t in self.tickets.values() if t.deleted is None])
        if what < 0.2:
            self.open_ticket(at)
        elif what < 0.3 and "deleted" in self.tells:
            ticket.deleted = ticket.updated = at
        elif what < 0.5:
            ticket.updated = at
        elif what < 0.6:
            self.say(ticket, at, self.chance.choice(AGENTS))
        elif what < 0.7:
            self.change(ticket, at, "assignee", self.chance.choice(AGENTS), AGENTS[0])
        else:
            self.say(ticket, at, ticket.requester)
            self.change(ticket, at, "status", "open", ticket.requester)

    def truth(self, until: int) -> Parts:
        """What is true of the account up to an instant, part by part, as the book should hold it."""
        there = [t for t in self.tickets.values() if t.created < until]
        changes = [(t, c) for t in there for c in t.changes if c.at < until]
        whole: Parts = {
            "tickets": [(str(t.id), t.created, str(t.requester)) for t in there],
            "messages": [
                (str(t.id), m.at, "agent" if m.author in AGENTS else "customer", m.is_public)
                for t in there for m in t.messages if m.at < until
            ],
            "statuses": [(str(t.id), t.created, "open") for t in there]
            + [(str(t.id), c.at, c.value) for t, c in changes if c.field == "status"],
            "assignees": [(str(t.id), c.at, str(c.value)) for t, c in changes if c.field == "assignee"],
            "deleted": [(str(t.id),) for t in there if t.deleted is not None and t.deleted < until],
            "ratings": [(str(t.id), t.rating[1], t.rating[2] == 5) for t in there if t.rating and t.rating[1] < until],
            "tags": [(str(t.id), tag) for t in there for tag in t.tags],
            "agents": [(str(a),) for a in AGENTS],
        }  # fmt: skip
        return {name: sorted(rows) for name, rows in whole.items() if name in self.tells}

    def changed_since(self, at: int, stamp: Callable[[Ticket], int] = lambda t: t.updated) -> list[Ticket]:
        """Tickets changed at or after a second, oldest change first."""
        return sorted((t for t in self.tickets.values() if stamp(t) >= at), key=lambda t: (stamp(t), t.id))

    def numbered(self, items: list[Any], number: int, size: int) -> list[Any]:
        """A numbered page, no larger than this fake gives."""
        size = min(size, self.pages)
        return items[(number - 1) * size : number * size]


def iso(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def epoch(text: str) -> int:
    at = datetime.fromisoformat(text)
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())
