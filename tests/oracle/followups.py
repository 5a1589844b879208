"""Tickets that follow one another, read as one case (METRICS.md 5.2, `link_followups`)."""

from __future__ import annotations

from typing import Any

from oracle.rows import Row
from oracle.ticket import Key, Ticket
from oracle.world import World

__all__ = ["Case", "cases"]


class Case:
    """Tickets of which each follows another one of them: solved while none of them is open.

    `solves` are those that left none open, `openings` what opened the case after such a solve: reopenings and new follow-ups.
    """

    def __init__(self, tickets: list[Ticket]) -> None:
        self.tickets = tickets
        self.solves: list[tuple[Ticket, Row]] = []
        self.openings: list[Row] = []
        open_now: set[Key] = set()
        for ticket, change in self._changes():
            was_open = bool(open_now)
            if change["kind"] == "solve":
                open_now.discard(ticket.key)
                if not open_now:
                    self.solves.append((ticket, change))
            else:
                open_now.add(ticket.key)
                if not was_open and self.solves:
                    self.openings.append(change)

    def _changes(self) -> list[tuple[Ticket, Row]]:
        """Creations, solves and reopenings in order; in one second a ticket's own keep theirs, else what opens comes first."""
        found: list[tuple[Any, Ticket, Row]] = []
        for ticket in self.tickets:
            solved_at = None
            born = ticket.created_at if ticket.created_at is not None else -1
            own = [{"kind": "created", "at": born}, *ticket.transitions]
            for place, change in enumerate(own):
                is_first = change["kind"] == "created" or (change["kind"] == "reopen" and change["at"] != solved_at)
                solved_at = change["at"] if change["kind"] == "solve" else solved_at
                found.append(((change["at"], not is_first, ticket.key, place), ticket, change))
        return [(ticket, change) for _, ticket, change in sorted(found, key=lambda one: one[0])]

    def start(self) -> int | None:
        """The very first contact, or creation."""
        instants: list[Any] = [at for t in self.tickets for at in (t.first_contact(), t.created_at)]
        return min((at for at in instants if at is not None), default=None)


def cases(world: World) -> list[Case]:
    """All valid tickets, those that are tied together in one case; a merge group follows what its survivor does, if that does."""
    by_key = {key: ticket for ticket in world.valid for key in ticket.keys}
    case_of = {ticket.key: {ticket.key} for ticket in world.valid}
    for ticket in world.valid:
        own = [row for row in world.rows["tickets"] if (row["source"], row["ticket_id"]) in ticket.keys]
        for row in sorted(own, key=lambda r: ((r["source"], r["ticket_id"]) != ticket.key, r["ticket_id"])):
            before = by_key.get((str(row.get("follows_ticket_source")), str(row.get("follows_ticket_id"))))
            if before and _age(before) < _age(ticket):
                joined = case_of[before.key] | case_of[ticket.key]
                case_of.update(dict.fromkeys(joined, joined))
                break
    wholes = {min(keys): keys for keys in case_of.values()}
    return [Case([by_key[key] for key in sorted(keys)]) for _, keys in sorted(wholes.items())]


def _age(ticket: Ticket) -> tuple[int, Key]:
    """When it was created, in one second by the id; one of unknown creation was there before all."""
    return -1 if ticket.created_at is None else ticket.created_at, ticket.key
