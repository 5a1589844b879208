"""First contact resolution, by each of its methods (METRICS.md 5.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from oracle.figures import share
from oracle.persons import Key
from oracle.quality import agent_replies, is_effective
from oracle.rows import Row
from oracle.speed import customer_contacts
from oracle.ticket import Ticket
from oracle.unit import Span, Unit, inside, of_ticket, population, state
from oracle.voice import answered
from oracle.world import Contact, World

__all__ = ["METRICS"]

DAY = 86400
NEVER = 10**12
FLAGS = ("fcr", "first_contact_resolution", "first_contact_resolved")
Params = dict[str, Any]


@dataclass
class Asking:
    """One time a customer came: a ticket, or a call; `solved_at` None while it is not solved, `is_solvable` if it can be."""

    person: Key | None
    reason: str | None
    at: int
    solved_at: int | None
    is_solvable: bool
    ticket: Ticket | None = None
    contact: Contact | None = None

    def repeats(self, other: Asking, window: int) -> bool:
        """Whether this contact repeats another one."""
        if other is self or self.person is None or self.person != other.person or not other.is_solvable:
            return False
        is_own = self.contact is not None and other.ticket is not None and self.contact in other.ticket.contacts
        if is_own and (other.solved_at is None or self.at <= other.solved_at):
            return False  # a call on the ticket before its solve is one of its contacts, not a new one
        if self.reason is not None and other.reason is not None and self.reason != other.reason:
            return False
        return other.at < self.at and (other.solved_at is None or self.at <= other.solved_at + window)


def _askings(world: World, span: Span) -> list[Asking]:
    found = []
    for ticket in world.valid:
        if ticket.is_inbound and ticket.created_at is not None:
            first = next((s["at"] for s in ticket.solves(span.as_of)), None)
            person = world.persons.of(ticket.row)
            found.append(Asking(person, ticket.latest("reason"), ticket.created_at, first, True, ticket))
    for contact in world.contacts:
        if contact.is_inbound and contact.outcome != "self_served":
            alone = all(leg.get("ticket_id") is None for leg in contact.legs)
            end = contact.last.get("ended_at") if contact.outcome == "answered" and alone else None
            person = world.caller(contact)
            reason = contact.root.get("reason")
            found.append(Asking(person, reason, contact.started_at, end, end is not None, None, contact))
    return found


def _contact_dims(world: World, contact: Contact) -> Row:
    handled = [leg for leg in contact.legs if world.is_handled(leg)]
    agent = handled[-1].get("agent_id") if handled else None  # nobody where a bot answered; then the team that was rung
    team = handled[-1].get("team_id") if handled else contact.last.get("team_id")
    team = team or world.team_of(contact.root["source"], agent, contact.last["answered_at"])
    root = contact.root
    dims = {k: root.get(k) for k in ("channel", "brand", "reason", "source")}
    return {**dims, "agent": agent, "team": team, "customer_segment": world.persons.segment(root)}


def _by_window(world: World, span: Span, params: Params) -> list[Unit]:
    window = params.get("followup_window_days", 7) * DAY
    everything = _askings(world, span)
    found = []
    for ticket in world.valid:  # nobody can tell what came before a ticket of unknown creation
        solve = next(iter(ticket.solves(span.as_of)), None)
        if ticket.is_inbound and ticket.created_at is None and solve and inside(solve["at"], span.p0, span.e):
            found.append(Unit("excluded", solve["at"], of_ticket(ticket, **state(solve))))
    for one in everything:
        if not one.is_solvable or one.solved_at is None or not inside(one.solved_at, span.p0, span.e):
            continue
        if one.ticket:
            first = one.ticket.solves(span.as_of)[0]
            dims = of_ticket(one.ticket, **state(first))
        elif one.contact:
            dims = _contact_dims(world, one.contact)
        is_good = not any(other.repeats(one, window) and other.at <= one.solved_at + window for other in everything)
        if one.ticket:
            is_good = is_good and customer_contacts(one.ticket, one.solved_at) == 1 and not _is_reopened(one.ticket, window, span)
        role = "main" if one.solved_at + window < span.as_of else "immature"
        if any(one.repeats(other, window) for other in everything):
            role = "repeat"
        if one.person is None:
            role = "excluded"
        found.append(Unit(role, one.solved_at, dims, number=int(is_good)))
    return found


def _is_reopened(ticket: Ticket, window: int, span: Span) -> bool:
    first = ticket.solves(span.as_of)[0]["at"]
    return any(0 < r["at"] - first <= window and is_effective(ticket, r, span) for r in ticket.reopens(span.as_of))


def _first_solves(world: World, span: Span, params: Params) -> list[tuple[Ticket, Row]]:
    found = []
    for ticket in population(world, params):
        first = next(iter(ticket.solves(span.e)), None)
        if first and first["at"] >= span.p0:
            found.append((ticket, first))
    return found


def _by_replies(world: World, span: Span, params: Params) -> list[Unit]:
    found = []
    for ticket, first in _first_solves(world, span, params):
        is_good = agent_replies(ticket, first["at"]) == 1
        found.append(Unit("main", first["at"], of_ticket(ticket, **state(first)), number=int(is_good)))
    return found


def _by_silence(world: World, span: Span, params: Params) -> list[Unit]:
    """Solved tickets whose customer made contact once at most."""
    found = []
    for ticket, first in _first_solves(world, span, params):
        is_good = customer_contacts(ticket, first["at"]) <= 1
        found.append(Unit("main", first["at"], of_ticket(ticket, **state(first)), number=int(is_good)))
    return found


def _by_flag(world: World, span: Span, params: Params) -> list[Unit]:
    """Solved tickets that somebody marked as solved at once, by the period's end."""
    found = []
    marked = [t for t in world.rows["ticket_tags"] if t["tag"].lower() in FLAGS]
    supplying = {t["source"] for t in marked}  # what a source can tell has no instant
    for ticket, first in _first_solves(world, span, params):
        if ticket.key[0] not in supplying:
            continue
        own = [t for t in marked if (t["ticket_source"], t["ticket_id"]) in ticket.keys]
        is_good = any((t.get("added_at") or 0) < span.e <= (t.get("removed_at") or NEVER) for t in own)
        found.append(Unit("main", first["at"], of_ticket(ticket, **state(first)), number=int(is_good)))
    return found


def _by_survey(world: World, span: Span, params: Params) -> list[Unit]:
    found = []
    for one in answered(world, span, params, kind="fcr"):
        if one.role == "main":
            one.number = int(one.more["text"] == "yes")
        found.append(one)
    return found


def first_contact_resolution_rate(world: World, span: Span, params: Params) -> list[Unit]:
    """Contacts, and whether the first one solved it."""
    methods = {"survey": _by_survey, "one_reply": _by_replies, "no_customer_reply": _by_silence, "agent_flag": _by_flag}
    return methods.get(params.get("method", "repeat_window"), _by_window)(world, span, params)


def _resolved(units: list[Unit], params: Params) -> Row:
    main = [u for u in units if u.role == "main"]
    row = share(sum(1 for u in main if u.number), len(main))
    if params.get("method") == "survey":
        row["n_invalid"] = sum(1 for u in units if u.role == "invalid")
    if params.get("method", "repeat_window") == "repeat_window":
        for name, role in {"n_immature": "immature", "n_repeat_excluded": "repeat", "n_excluded": "excluded"}.items():
            row[name] = sum(1 for u in units if u.role == role)
    return row


METRICS = {"first_contact_resolution_rate": (first_contact_resolution_rate, _resolved)}
