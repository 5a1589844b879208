"""Response and resolution times (METRICS.md 5.2)."""

from __future__ import annotations

from typing import Any

from oracle.figures import describe, kaplan_meier
from oracle.rows import Row
from oracle.ticket import DONE, Ticket
from oracle.turns import turns
from oracle.unit import Span, Unit, at_moment, inside, of_ticket, population, state
from oracle.world import World

__all__ = ["METRICS", "customer_contacts"]

Params = dict[str, Any]


def _asked(world: World, params: Params) -> list[tuple[Ticket, int | None]]:
    """The tickets whose first response counts, each with when the waiting began; those we started only if asked."""
    name = params.get("population", "inbound")
    if params.get("outbound", "exclude") == "exclude":
        found = [t for t in population(world, params) if t.is_inbound]
    else:
        found = [t for t in world.valid if name in ("inbound", "all") or not t.is_inbound]
    return [(t, t.first_contact()) for t in found]


def _begins(ticket: Ticket, contact: int | None, answer: Row | None, until: int, params: Params) -> int | None:
    """When the clock starts: at the first contact, or at the bot's last public message before a person answered."""
    if params.get("start", "first_contact") == "first_contact" or contact is None:
        return contact
    end = min(answer["at"] if answer else until, until)
    bot = ticket.world.is_bot
    said = [m for m in ticket.messages if ticket.is_reply(m, "any") and bot(m["author_type"], m["source"], m.get("author_id"))]
    spoken = [int(m["occurred_at"]) for m in said if contact <= m["occurred_at"] <= end]
    return max([contact, *spoken])


def first_response_time(world: World, span: Span, params: Params) -> list[Unit]:
    """First responses of the period, and the tickets without one."""
    responder = params.get("responder", "human")
    found = []
    for ticket, contact in _asked(world, params):
        answer = ticket.first_response(contact, responder)
        if params.get("attribution", "ended") == "created":
            found += _first_of_cohort(ticket, contact, answer, span, params)
        elif answer and contact is not None and inside(answer["at"], span.p0, span.e):
            dims = of_ticket(ticket, agent=answer["agent"], team=answer["team"])
            dims["priority"] = ticket.latest("priority", answer["at"] + 1)
            begins = _begins(ticket, contact, answer, answer["at"], params)
            found.append(Unit("main", answer["at"], dims, number=ticket.seconds(begins or 0, answer["at"], params)))
        if answer and answer["at"] < span.e:
            continue
        if ticket.is_unresolved(span.e) and contact is not None and contact < span.e:
            found.append(Unit("waiting", span.e, at_moment(ticket, span.e)))
        last = ticket.solved_in(span.p0, span.e)
        if last:
            found.append(Unit("solved", last["at"], of_ticket(ticket, **state(last))))
    return found


def _cohort_dims(ticket: Ticket, created: int) -> Row:
    return of_ticket(ticket, priority=ticket.latest("priority", created + 1))


def _first_of_cohort(ticket: Ticket, contact: int | None, answer: Row | None, span: Span, params: Params) -> list[Unit]:
    created = ticket.created_at
    if created is None or contact is None or not inside(created, span.p0, span.e):
        return []
    dims = _cohort_dims(ticket, created)
    begins = _begins(ticket, contact, answer, span.as_of, params) or 0
    if answer:
        return [Unit("event", created, dims, number=ticket.seconds(begins, answer["at"], params))]
    if ticket.status(span.as_of) in DONE:
        return []
    return [Unit("censored", created, dims, number=ticket.seconds(begins, span.as_of, params))]


def _durations(units: list[Unit], params: Params) -> Row:
    events, censored = [], []
    for unit in units:
        if unit.role in ("main", "event") and unit.number is not None and unit.number >= 0:
            events.append(unit.number)
        if unit.role == "censored" and unit.number is not None and unit.number >= 0:
            censored.append(unit.number)
    if params.get("attribution", "ended") == "created":
        row = kaplan_meier([int(e) for e in events], [int(c) for c in censored])
    else:
        row = describe(events)
        row["n_invalid"] = sum(1 for u in units if u.role == "main" and u.number is not None and u.number < 0)
    return {**row, "value": row["median"]}


def _first_responses(units: list[Unit], params: Params) -> Row:
    row = _durations(units, params)
    if params.get("attribution", "ended") == "ended":
        row["n_unanswered_open"] = sum(1 for u in units if u.role == "waiting")
        row["n_solved_unanswered"] = sum(1 for u in units if u.role == "solved")
    return row


def response_time(world: World, span: Span, params: Params) -> list[Unit]:
    """Answered customer turns by the reply, and those that a solve closed."""
    responder = params.get("responder", "human")
    if params.get("attribution", "ended") == "created":
        return _turns_of_cohort(world, span, params)
    found = []
    for ticket in population(world, params):
        first = ticket.first_response(ticket.first_contact(), responder)
        for turn in turns(ticket, span.e, responder):
            if not inside(turn["end"], span.p0, span.e):
                continue
            if turn["how"] == "solved":
                found.append(Unit("closed", turn["end"], of_ticket(ticket)))
                continue
            is_first = first is not None and turn["end"] == first["at"]
            if params.get("first", "include") == "exclude" and is_first:
                continue
            reply = turn["reply"]
            agent = reply.get("author_id")
            dims = of_ticket(ticket, agent=agent, team=world.team_of(reply["source"], agent, turn["end"]))
            dims["priority"] = ticket.latest("priority", turn["end"] + 1)
            seconds = ticket.seconds(turn["start"], turn["end"], params)
            found.append(Unit("main", turn["end"], dims, number=seconds, group=ticket.key))
    return found


def _turns_of_cohort(world: World, span: Span, params: Params) -> list[Unit]:
    """Turns begun in the period: answered, closed without an answer, or waiting until now."""
    responder = params.get("responder", "human")
    found = []
    for ticket in population(world, params):
        first = ticket.first_response(ticket.first_contact(), responder)
        for turn in turns(ticket, span.as_of, responder):
            if not inside(turn["start"], span.p0, span.e):
                continue
            is_later = first is not None and turn["end"] != first["at"]
            if params.get("first", "include") == "exclude" and not is_later:
                continue
            role = {"answered": "event", "solved": "closed"}.get(turn["how"], "censored")
            until = turn["end"] if turn["how"] == "answered" else span.as_of
            number = ticket.seconds(turn["start"], until, params)
            found.append(Unit(role, turn["start"], _cohort_dims(ticket, turn["start"]), number=number))
    return found


def _responses(units: list[Unit], params: Params) -> Row:
    row = _durations(units, params)
    if params.get("unit", "turn") == "ticket":
        numbers: dict[Any, list[float]] = {}
        for unit in units:
            if unit.role == "main" and unit.number is not None:
                numbers.setdefault(unit.group, []).append(unit.number)
        row = describe([sum(of_one) / len(of_one) for of_one in numbers.values()])
        row["value"] = row["median"]
    row["n_turns_closed_unanswered"] = sum(1 for u in units if u.role == "closed")
    return row


def resolution_time(world: World, span: Span, params: Params) -> list[Unit]:
    """From creation to the last solve."""
    found = []
    for ticket in population(world, params):
        if params.get("attribution", "ended") == "created":
            found += _resolution_of_cohort(ticket, span, params)
            continue
        last = ticket.solved_in(span.p0, span.e)
        if last and _is_counted(ticket, span.e, params) and ticket.created_at is not None:
            unit = Unit("main", last["at"], of_ticket(ticket, **state(last)))
            unit.number = _age(ticket, last, params)
            unit.more["contacts"] = customer_contacts(ticket, last["at"])
            found.append(unit)
    return found


def _age(ticket: Ticket, solve: Row, params: Params) -> int:
    """From creation to a solve; negative when the source dates the solve before the creation, which makes it invalid."""
    created, at = ticket.created_at or 0, int(solve["event"]["occurred_at"])
    return at - created if at < created else ticket.seconds(created, at, params)


def _is_counted(ticket: Ticket, at: int, params: Params) -> bool:
    """Human-handled, or with `include_bot_only` handled by a bot alone."""
    return ticket.human_touches(at) or bool(params.get("include_bot_only", False) and ticket.bot_messages(at))


def customer_contacts(ticket: Ticket, at: int) -> int:
    """Written customer turns and inbound sessions up to an instant (a message of its second comes before a solve)."""
    written = sum(1 for t in turns(ticket, at + 1) if t["session"] is None)
    return written + sum(1 for c in ticket.contacts if c.is_inbound and c.started_at <= at)


def _resolution_of_cohort(ticket: Ticket, span: Span, params: Params) -> list[Unit]:
    created = ticket.created_at
    if created is None or not inside(created, span.p0, span.e):
        return []
    if ticket.status(span.as_of) not in DONE:
        return [Unit("censored", created, _cohort_dims(ticket, created), number=ticket.seconds(created, span.as_of, params))]
    if not _is_counted(ticket, span.as_of, params):
        return []
    last = ticket.solves(span.as_of)[-1]
    return [Unit("event", created, _cohort_dims(ticket, created), number=_age(ticket, last, params))]


def _resolutions(units: list[Unit], params: Params) -> Row:
    row = _durations(units, params)
    if params.get("denominator", "tickets") == "interactions":
        good = [u for u in units if u.number is not None and u.number >= 0]
        contacts = sum(u.more["contacts"] for u in good)
        row = {"n": contacts, "value": sum(u.number or 0 for u in good) / contacts if contacts else None}
    return row


def first_resolution_time(world: World, span: Span, params: Params) -> list[Unit]:
    """From creation to the first solve."""
    found = []
    for ticket in population(world, params):
        if params.get("attribution", "ended") == "created":
            created = ticket.created_at
            if created is None or not inside(created, span.p0, span.e):
                continue
            first = next(iter(ticket.solves(span.as_of)), None)
            if first is None:
                number = ticket.seconds(created, span.as_of, params)
                found.append(Unit("censored", created, _cohort_dims(ticket, created), number=number))
            elif _is_counted(ticket, span.as_of, params):
                number = _age(ticket, first, params)
                found.append(Unit("event", created, _cohort_dims(ticket, created), number=number))
            continue
        first = next(iter(ticket.solves(span.e)), None)
        if first and first["at"] >= span.p0 and _is_counted(ticket, span.e, params) and ticket.created_at is not None:
            unit = Unit("main", first["at"], of_ticket(ticket, **state(first)))
            unit.number = _age(ticket, first, params)
            found.append(unit)
    return found


METRICS = {
    "first_response_time": (first_response_time, _first_responses),
    "response_time": (response_time, _responses),
    "resolution_time": (resolution_time, _resolutions),
    "first_resolution_time": (first_resolution_time, _durations),
}
