"""A ticket: a merge group read at any instant."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from oracle.rows import Row

if TYPE_CHECKING:
    from oracle.world import Contact, World

__all__ = ["DONE", "Key", "Ticket"]

DONE = ("solved", "closed")
NEVER = 10**12
Key = tuple[str, str]


class Ticket:
    """The survivor and all tickets merged into it."""

    def __init__(self, world: World, rows: dict[Key, Row], keys: list[Key], survivor: Key, events: dict[Key, list[Row]]) -> None:
        self.world = world
        self.key = survivor
        self.keys = keys
        self.row = rows[survivor]
        members = [rows[k] for k in keys]
        dated = [r for r in members if r.get("created_at") is not None]
        opening = min(dated, key=lambda r: (r["created_at"], r is not self.row, r["ticket_id"]), default=self.row)
        if world.merge_start == "survivor":
            opening = self.row
        self.opening = opening
        self.created_at: int | None = opening.get("created_at")
        self.channel = opening.get("channel")
        self.brand = opening.get("brand")
        self.is_inbound = opening["initiated_by"] == "customer"
        self.events = events.get(survivor, [])
        self.all_events = [e for k in keys for e in events.get(k, [])]
        own = set(keys)
        seen = world.seen("messages", "occurred_at")
        self.messages = sorted(
            [m for m in seen if (m["ticket_source"], m["ticket_id"]) in own], key=lambda m: (m["occurred_at"], m["message_id"])
        )
        self.contacts: list[Contact] = [
            c for c in world.contacts if any((leg.get("ticket_source"), leg.get("ticket_id")) in own for leg in c.legs)
        ]
        self.transitions = list(self._transitions())

    @property
    def is_valid(self) -> bool:
        """Not spam, not deleted, not a test, as known at `as_of`."""
        return all(self.latest(flag) != "true" for flag in ("is_spam", "is_deleted", "is_test"))

    # values over time

    def when(self, event: Row) -> int:
        """When a change counts: dated before the creation, or not at all, it is an initial value and counts from the creation."""
        at: int = event.get("occurred_at", -NEVER)
        return at if self.created_at is None else max(at, self.created_at)

    def latest(self, field: str, before: int | None = None) -> Any:
        """The last value of a field, of the events before an instant.

        Who held a ticket, and how urgent it was, is known from the instant the source gives, also before the creation;
        its status and its calendar begin with it.
        """
        when = self.when if field in ("status", "calendar_id") else (lambda e: e.get("occurred_at", -NEVER))
        value = None
        for event in self.events:
            if event["field"] == field and (before is None or when(event) < before):
                value = event.get("value")
        return value or None

    def status(self, before: int) -> str:
        """The status just before an instant; `new` until the first status event."""
        return str(self.latest("status", before) or "new")

    def is_unresolved(self, at: int) -> bool:
        """Whether it belongs to the backlog of an instant."""
        return self.created_at is not None and self.created_at < at and self.status(at) not in DONE

    def _transitions(self) -> list[Row]:
        """Solves and reopenings in order, each with who had the ticket then."""
        found: list[Row] = []
        status, holds = "new", dict.fromkeys(("assignee_id", "team_id", "priority"))
        for event in self.events:
            if event["field"] in holds:
                holds[event["field"]] = event.get("value") or None
            if event["field"] != "status":
                continue
            was, status = status in DONE, event["value"]
            if was != (status in DONE):
                kind = "reopen" if was else "solve"
                found.append({"kind": kind, "at": self.when(event), "event": event, **holds})
        return found

    def solves(self, before: int) -> list[Row]:
        """The solves before an instant, in order."""
        return [t for t in self.transitions if t["kind"] == "solve" and t["at"] < before]

    def reopens(self, before: int) -> list[Row]:
        """The reopenings before an instant, in order."""
        return [t for t in self.transitions if t["kind"] == "reopen" and t["at"] < before]

    def solved_in(self, p0: int, e: int) -> Row | None:
        """The last solve, when the ticket belongs to the solved set of `[p0, e)`."""
        solves = self.solves(e)
        if solves and self.status(e) in DONE and solves[-1]["at"] >= p0:
            return solves[-1]
        return None

    # what was said

    def is_question(self, message: Row) -> bool:
        """A public customer message that is not automatic."""
        return message["author_type"] == "customer" and message["is_public"] and not message["is_auto"]

    def is_reply(self, message: Row, responder: str = "human") -> bool:
        """A public message of a person (or with `any` of a bot) to the customer that is not automatic."""
        author = (message["author_type"], message["source"], message.get("author_id"))
        answers = self.world.is_human(*author) or (responder == "any" and self.world.is_bot(*author))
        return bool(answers and message["is_public"] and not message["is_auto"])

    def is_handled(self, leg: Row) -> bool:
        """Whether a person answered this leg."""
        return self.world.is_handled(leg)

    @property
    def legs(self) -> list[Row]:
        """The legs of its calls and chats."""
        return [leg for contact in self.contacts for leg in contact.legs]

    def first_contact(self) -> int | None:
        """When the customer first made contact."""
        said = [m["occurred_at"] for m in self.messages if self.is_question(m)]
        called = [
            leg["started_at"] if leg.get("queued_at") is None else leg["queued_at"]
            for leg in self.legs
            if leg["direction"] == "inbound"
        ]
        return min(said + called, default=None)

    def first_response(self, since: int | None, responder: str) -> Row | None:
        """The first answer from `since` on: its instant and who gave it."""
        if since is None:
            return None
        found = []
        for message in self.messages:
            if self.is_reply(message, responder) and message["occurred_at"] >= since:
                found.append(self._given(message["occurred_at"], 0, message["source"], message.get("author_id")))
        for leg in self.legs:
            if leg["direction"] == "inbound" and self.is_handled(leg) and leg["answered_at"] >= since:
                found.append(self._given(leg["answered_at"], 1, leg["source"], leg.get("agent_id")))
        return min(found, key=lambda r: (r["at"], r["rank"]), default=None)

    def _given(self, at: int, rank: int, source: str, agent: str | None) -> Row:
        return {"at": at, "rank": rank, "agent": agent, "team": self.world.team_of(source, agent, at)}

    def human_touches(self, before: int) -> bool:
        """Whether a person touched it before an instant."""
        human = self.world.is_human
        said = any(m["occurred_at"] < before and human(m["author_type"], m["source"], m.get("author_id")) for m in self.messages)
        changed = any(
            e["occurred_at"] < before and human(e.get("actor_type"), e["source"], e.get("actor_id")) for e in self.all_events
        )
        return said or changed or any(self.is_handled(leg) and leg["answered_at"] < before for leg in self.legs)

    def bot_messages(self, before: int) -> bool:
        """Whether a bot answered before an instant."""
        bot = self.world.is_bot
        said = [m for m in self.messages if m["is_public"] and not m["is_auto"] and m["occurred_at"] < before]
        return any(bot(m["author_type"], m["source"], m.get("author_id")) for m in said)

    def session_of(self, message: Row) -> Key | None:
        """The live session a message was said in: the root of its leg, or the id it names when no such leg is known."""
        if message.get("interaction_id") is None:
            return None
        named = (message["interaction_source"], message["interaction_id"])
        for leg in self.world.rows["interactions"]:
            if (leg["source"], leg["interaction_id"]) == named:
                return (leg["source"], leg["root_interaction_id"])
        return named

    # opening hours

    def calendar(self, at: int) -> str:
        """The calendar that holds from an instant on: the ticket's, else its team's, else its brand's, else the default."""
        own = self.latest("calendar_id", at + 1)
        team = self.latest("team_id", at + 1 if self.created_at is None or at >= self.created_at else -NEVER)
        if own:
            return str(own)
        for row in self.world.rows["teams"]:
            if row["team_id"] == team and row["source"] == self.key[0] and row.get("calendar_id"):
                return str(row["calendar_id"])
        brands = self.world.settings.get("brand_calendars") or {}
        return str(brands.get(self.brand) or self.world.settings["default_calendar"])

    def seconds(self, a: int, b: int, params: dict[str, Any]) -> int:
        """The length of `[a, b)` in real or in open seconds."""
        if params.get("clock", "calendar") == "calendar":
            return b - a
        if b < a:
            return -self.seconds(b, a, params)
        mode = params.get("calendar_mode", "segmented")
        if mode != "segmented":
            return self.world.hours.open_seconds(self.calendar(b if mode == "at_end" else a), a, b)
        changes = [self.when(e) for e in self.events if e["field"] in ("calendar_id", "team_id")]
        cuts = sorted({a, b, *(c for c in changes if a < c < b)})
        return sum(self.world.hours.open_seconds(self.calendar(x), x, y) for x, y in itertools.pairwise(cuts))
