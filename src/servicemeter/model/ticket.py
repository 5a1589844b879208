"""Tickets one by one: what is looked for, the list that is found, and the story of one with its clocks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from servicemeter.model.question import Filter

__all__ = [
    "AGES",
    "SLA_STATES",
    "SORTS",
    "STATUSES",
    "WAITS",
    "Stretch",
    "TicketClock",
    "TicketList",
    "TicketStory",
    "TicketWish",
]

STATUSES = ("unresolved", "new", "open", "pending", "on_hold", "solved")
"""The states a ticket can be looked for in: unresolved is any of the four, solved takes in closed."""

SLA_STATES = ("at_risk", "overdue", "running", "paused", "breached", "met")
"""How a promise on a ticket may stand: at risk, passed and still running, running, paused; ever passed; kept and none passed."""

WAITS = ("first_answer", "answer")
"""For what a customer can be waiting: the first answer ever, or an answer to the last thing said."""

AGES = {
    "lt_1d": (0, 1), "1d_3d": (1, 3), "3d_7d": (3, 7), "7d_14d": (7, 14), "14d_30d": (14, 30), "ge_30d": (30, None),
}  # fmt: skip
"""The ages of unresolved tickets, in days since their creation: from, and up to (not included). METRICS.md 5.1."""

SORTS = ("-created", "created", "-solved", "solved", "wait", "due", "id")
"""Orders of a list: newest or oldest first, solved last or first, waiting longest, due first, by id."""


@dataclass(frozen=True)
class TicketWish:
    """What is looked for. `where` may name any dimension of a ticket, and `status`, `sla`, `waits`, `age` and `customer`.

    Days are local, `*_until` the first one that is not in it. `name` is (the beginning of) a ticket's id, `words` what must
    stand in its subject or one of its messages, all of them in one text.
    """

    where: tuple[Filter, ...] = ()
    created_since: date | None = None
    created_until: date | None = None
    solved_since: date | None = None
    solved_until: date | None = None
    name: str = ""
    words: str = ""
    sort: str = "-created"
    page: int = 1
    size: int = 50


@dataclass(frozen=True)
class TicketList:
    """One page of the tickets that fit, and how many there are: `total` fit, `of` may be seen at all.

    `aside` says of a ticket asked for by its id that is in no figure, why: spam, test, deleted. `notes` say, of a list by
    promises, which of them cannot be judged, and why.
    """

    wish: TicketWish
    rows: list[dict[str, Any]]
    total: int
    of: int
    aside: list[dict[str, Any]]
    data_version: int
    as_of: datetime
    report_tz: str
    notes: tuple[str, ...] = ()

    @property
    def first(self) -> int:
        """The place of the first row among all that fit, from 1; 0 without rows."""
        return (self.wish.page - 1) * self.wish.size + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """The place of the last row."""
        return (self.wish.page - 1) * self.wish.size + len(self.rows)

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // self.wish.size))

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values, as the API returns them."""
        return {
            "total": self.total, "of": self.of, "first": self.first, "last": self.last, "page": self.wish.page,
            "pages": self.pages, "sort": self.wish.sort, "aside": self.aside, "data_version": self.data_version,
            "as_of": self.as_of.isoformat(), "report_tz": self.report_tz, "notes": list(self.notes),
            "rows": self.rows,
        }  # fmt: skip


@dataclass(frozen=True)
class Stretch:
    """A part of a clock's time, epoch seconds [from, to): `counted`, `paused` or `closed` (outside opening hours).

    `who` is waiting: `customer` for us, `us` for the customer, `other` for somebody else; empty for nobody.
    """

    from_at: int
    to_at: int
    kind: str
    who: str = ""


@dataclass(frozen=True)
class TicketClock:
    """One clock of a ticket. `name` is first_response, turn, resolution, or the metric of a promise (with its `policy`).

    Seconds are the facts' own: `seconds` by the calendar, `open_seconds` in opening hours, `elapsed_seconds` what a promise's
    clock shows. A clock that runs ends at the moment of asking and `is_running`.
    """

    name: str
    started_at: int
    ended_at: int
    is_running: bool
    stretches: list[Stretch]
    seconds: int | None = None
    open_seconds: int | None = None
    policy: str = ""
    target_seconds: int | None = None
    elapsed_seconds: int | None = None
    due_at: int | None = None
    passed_at: int | None = None
    ended_as: str = ""

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values."""
        return {**vars(self), "stretches": [dict(vars(part)) for part in self.stretches]}


@dataclass(frozen=True)
class TicketStory:
    """One ticket: what it is (`about`), all that happened in order (`entries`), its clocks, and the spans of its states.

    `spans` has lists by name (status, agent, team, priority): {from_at, to_at, value}, epoch seconds. Entries that are
    messages have their `text` where words are kept and may be read. `agents` and `teams` have the names of ids. `notes` say which
    promises cannot be judged on tickets of its source, and why.
    """

    about: dict[str, Any]
    entries: list[dict[str, Any]]
    clocks: list[TicketClock]
    spans: dict[str, list[dict[str, Any]]]
    data_version: int
    as_of: datetime
    report_tz: str
    agents: dict[str, str] = field(default_factory=dict)
    teams: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values, as the API returns them."""
        return {
            "about": self.about, "entries": self.entries, "clocks": [clock.to_dict() for clock in self.clocks],
            "spans": self.spans, "agents": self.agents, "teams": self.teams, "data_version": self.data_version,
            "as_of": self.as_of.isoformat(),
            "report_tz": self.report_tz, "notes": list(self.notes),
        }  # fmt: skip
