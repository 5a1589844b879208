"""Effort and quality of resolution, and who did it (METRICS.md 5.3, 5.4)."""

from __future__ import annotations

from typing import Any

from oracle.figures import quantile, share, t_interval
from oracle.rows import Row
from oracle.ticket import Ticket
from oracle.unit import Span, Unit, of_ticket, population, state
from oracle.world import World

__all__ = ["METRICS", "agent_replies", "is_effective", "solved"]

DAY = 86400
Params = dict[str, Any]


def agent_replies(ticket: Ticket, until: int) -> int:
    """Replies up to (and in the second of) the last solve: written ones, and live sessions a person handled."""
    written = [m for m in ticket.messages if m["occurred_at"] <= until and m.get("interaction_id") is None]
    replies = [m for m in written if ticket.is_reply(m)]
    said = [
        m for m in ticket.messages if m.get("interaction_id") is None and (ticket.is_question(m) or ticket.is_reply(m, "any"))
    ]
    said.sort(key=lambda m: (m["occurred_at"], not ticket.is_question(m), m["message_id"]))
    if not ticket.is_inbound and said and replies and said[0] is replies[0]:
        replies = replies[1:]
    return len(replies) + len(_handled_sessions(ticket, until))


def _handled_sessions(ticket: Ticket, until: int) -> set[Any]:
    """The live sessions that a person answered, or wrote in."""
    called = [leg for leg in ticket.legs if ticket.is_handled(leg) and leg["answered_at"] <= until]
    written = [m for m in ticket.messages if ticket.is_reply(m) and m["occurred_at"] <= until]
    sessions = {(leg["source"], leg["root_interaction_id"]) for leg in called}
    return sessions | {ticket.session_of(m) for m in written if m.get("interaction_id") is not None}


def solved(world: World, span: Span, params: Params) -> list[tuple[Ticket, Row]]:
    """The human-handled part of the solved set."""
    found = []
    for ticket in population(world, params):
        last = ticket.solved_in(span.p0, span.e)
        if last and ticket.human_touches(span.e):
            found.append((ticket, last))
    return found


def replies_per_resolution(world: World, span: Span, params: Params) -> list[Unit]:
    """Replies each solution took; with `both_directions` the customer's messages too."""
    found = []
    for ticket, last in solved(world, span, params):
        number = agent_replies(ticket, last["at"])
        if params.get("count", "agent") == "both_directions":
            number += sum(
                1
                for m in ticket.messages
                if ticket.is_question(m) and m.get("interaction_id") is None and m["occurred_at"] <= last["at"]
            )
        found.append(Unit("main", last["at"], of_ticket(ticket, **state(last)), number=number))
    return found


def _mean(units: list[Unit], params: Params) -> Row:
    from fractions import Fraction

    numbers = [u.number or 0 for u in units]
    ends = t_interval(numbers) or (None, None)
    return {
        "n": len(numbers),
        "value": sum(numbers) / len(numbers) if numbers else None,
        "median": quantile(numbers, Fraction(1, 2)) if numbers else None,
        "ci_low": ends[0],
        "ci_high": ends[1],
    }


def one_touch_resolution_rate(world: World, span: Span, params: Params) -> list[Unit]:
    """Whether a solution took one reply."""
    found = []
    lowest = 0 if params.get("include_zero", False) else 1
    for ticket, last in solved(world, span, params):
        replies = agent_replies(ticket, last["at"])
        if params.get("denominator", "all") == "replied" and replies == 0:
            continue
        is_one = lowest <= replies <= params.get("max_replies", 1)
        if params.get("no_reopen", False) and ticket.reopens(span.e):
            is_one = False
        found.append(Unit("main", last["at"], of_ticket(ticket, **state(last)), number=int(is_one)))
    return found


def reopen_rate(world: World, span: Span, params: Params) -> list[Unit]:
    """First solves of the period that are old enough, and whether a reopening followed in time."""
    window = params.get("followup_window_days", 7) * DAY
    found = []
    for ticket in population(world, params):
        reopens = [r for r in ticket.reopens(span.as_of) if params.get("mode", "all") == "all" or is_effective(ticket, r, span)]
        for change in ticket.reopens(span.e):
            if change["at"] >= span.p0:
                found.append(Unit("reopening", change["at"], of_ticket(ticket, **state(change))))
        solves = [s for s in ticket.solves(span.e) if s["at"] >= span.p0]
        if not solves:
            continue
        at = solves[0]["at"]
        role = "main" if at + window < span.as_of else "immature"
        is_reopened = any(0 < r["at"] - at <= window for r in reopens)
        found.append(Unit(role, at, of_ticket(ticket, **state(solves[0])), number=int(is_reopened)))
    return found


def is_effective(ticket: Ticket, reopening: Row, span: Span) -> bool:
    """Whether a public reply followed before the next solve, or no solve followed."""
    following = [
        s["at"] for s in ticket.solves(span.as_of) if s["at"] >= reopening["at"] and s["event"] is not reopening["event"]
    ]
    following = following[ticket_solves_before(ticket, reopening, following) :]
    if not following:
        return True
    return any(ticket.is_reply(m) and reopening["at"] <= m["occurred_at"] <= following[0] for m in ticket.messages)


def ticket_solves_before(ticket: Ticket, reopening: Row, following: list[int]) -> int:
    """How many solves of the reopening's own second came before it."""
    place = next(i for i, t in enumerate(ticket.transitions) if t is reopening)
    return sum(1 for t in ticket.transitions[:place] if t["kind"] == "solve" and t["at"] == reopening["at"])


def _share(units: list[Unit], params: Params) -> Row:
    main = [u for u in units if u.role == "main"]
    return share(sum(1 for u in main if u.number), len(main))


def _reopened(units: list[Unit], params: Params) -> Row:
    row = _share(units, params)
    row["n_immature"] = sum(1 for u in units if u.role == "immature")
    if params.get("mode", "all") == "all":
        row["reopen_events"] = sum(1 for u in units if u.role == "reopening")
    return row


def tickets_closed_per_agent(world: World, span: Span, params: Params) -> list[Unit]:
    """The solved set by who is credited."""
    found = []
    for ticket in population(world, params):
        last = ticket.solved_in(span.p0, span.e)
        if not last:
            continue
        dims = of_ticket(ticket, **state(last))
        credit = params.get("credit", "assignee")
        if credit == "solver":
            event = last["event"]
            is_person = world.is_human(event.get("actor_type"), event["source"], event.get("actor_id"))
            dims["agent"] = event.get("actor_id") if is_person else dims["agent"]
        if credit == "last_replier":
            replies = [m for m in ticket.messages if ticket.is_reply(m) and m["occurred_at"] <= last["at"]]
            dims["agent"] = replies[-1].get("author_id") if replies else None
        found.append(Unit("main", last["at"], dims))
    return found


def _per_agent(units: list[Unit], params: Params) -> Row:
    if "agent" in params["by"]:
        return {"value": len(units), "n": len(units)}
    of_agents = [u.dims["agent"] for u in units if u.dims["agent"] is not None]
    agents = len(set(of_agents))
    return {"value": len(of_agents) / agents if agents else None, "n": agents}


METRICS = {
    "replies_per_resolution": (replies_per_resolution, _mean),
    "one_touch_resolution_rate": (one_touch_resolution_rate, _share),
    "reopen_rate": (reopen_rate, _reopened),
    "tickets_closed_per_agent": (tickets_closed_per_agent, _per_agent),
}
