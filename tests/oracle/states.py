"""Time per state, turnaround, and how often a ticket was passed on and worked on (METRICS.md 5.2, 5.3)."""

from __future__ import annotations

from typing import Any

from oracle.figures import describe, share, t_interval
from oracle.rows import Row
from oracle.ticket import Ticket
from oracle.unit import Span, Unit, at_moment, inside, of_ticket, population, state
from oracle.world import World

__all__ = ["METRICS"]

Params = dict[str, Any]
_STATES = {
    "requester_wait_time": ("new", "open", "on_hold"),
    "agent_wait_time": ("pending",),
    "on_hold_time": ("on_hold",),
    "agent_work_time": ("new", "open"),
}


def _intervals(ticket: Ticket, until: int) -> list[tuple[str, int, int]]:
    """(status, from, to) of a ticket from its creation up to an instant."""
    found, status, since = [], "new", ticket.created_at or 0
    for event in ticket.events:
        if event["field"] == "status" and ticket.when(event) <= until:
            found.append((status, since, ticket.when(event)))
            status, since = event["value"], ticket.when(event)
    return [*found, (status, since, until)]


def _seconds(ticket: Ticket, part: tuple[int, int], whole: tuple[int, int], params: Params) -> int:
    """The length of a part; where one calendar holds for the whole, by that one."""
    mode = params.get("calendar_mode", "segmented")
    if params.get("clock") != "business" or mode == "segmented":
        return ticket.seconds(*part, params)
    calendar = ticket.calendar(whole[1] if mode == "at_end" else whole[0])
    return ticket.world.hours.open_seconds(calendar, *part)


def _time_in(name: str) -> Any:
    def units(world: World, span: Span, params: Params) -> list[Unit]:
        found = []
        for ticket in population(world, params):
            last = ticket.solved_in(span.p0, span.e)
            if ticket.is_unresolved(span.e):
                found.append(Unit("unresolved", span.e, at_moment(ticket, span.e)))
            if not last or ticket.created_at is None:
                continue
            unit = Unit("main", last["at"], of_ticket(ticket, **state(last)))
            whole = (ticket.created_at, last["at"])
            parts = [(a, b) for status, a, b in _intervals(ticket, last["at"]) if status in _STATES[name]]
            unit.number = sum(_seconds(ticket, part, whole, params) for part in parts)
            if last["event"]["occurred_at"] < ticket.created_at:
                unit.number = -1
            found.append(unit)
        return found

    return units


def turnaround_time(world: World, span: Span, params: Params) -> list[Unit]:
    """From the first contact to the first solve that was not undone within the window."""
    window = params.get("followup_window_days", 7) * 86400
    found = []
    for ticket in population(world, params):
        last, definitive = world.as_of, None
        solves, reopens = ticket.solves(last), ticket.reopens(last)
        for i, solve in enumerate(solves):
            undone = i < len(reopens) and 0 < reopens[i]["at"] - solve["at"] <= window
            if not undone:
                definitive = solve
                break
        if definitive is None or not inside(definitive["at"], span.p0, span.e):
            continue
        starts = [at for at in (ticket.created_at, ticket.first_contact()) if at is not None]
        dims = of_ticket(ticket, **state(definitive))
        role = "main" if definitive["at"] + window < last else "immature"
        unit = Unit(role, definitive["at"], dims, number=ticket.seconds(min(starts), definitive["at"], params))
        if ticket.created_at is not None and definitive["event"]["occurred_at"] < ticket.created_at:
            unit.number = -1
        found.append(unit)
    return found


def _durations(units: list[Unit], params: Params) -> Row:
    good = [u.number for u in units if u.role == "main" and u.number is not None and u.number >= 0]
    row = describe(good)
    row["n_invalid"] = sum(1 for u in units if u.role == "main" and u.number is not None and u.number < 0)
    row["n_immature"] = sum(1 for u in units if u.role == "immature")
    return {**row, "value": row["median"]}


def _states(units: list[Unit], params: Params) -> Row:
    return {**_durations(units, params), "n_unresolved": sum(1 for u in units if u.role == "unresolved")}


def _handled(world: World, span: Span, params: Params) -> list[tuple[Ticket, Row]]:
    found = []
    for ticket in population(world, params):
        last = ticket.solved_in(span.p0, span.e)
        if last and ticket.human_touches(span.e):
            found.append((ticket, last))
    return found


def _first_touch(ticket: Ticket, before: int) -> int:
    """The first instant at whose end a person had touched the ticket."""
    at = [m["occurred_at"] for m in ticket.messages] + [leg["answered_at"] for leg in ticket.legs if ticket.is_handled(leg)]
    at += [ticket.when(e) for e in ticket.all_events]
    return min((a for a in at if a < before and ticket.human_touches(a + 1)), default=before)


def transfer_rate(world: World, span: Span, params: Params) -> list[Unit]:
    """Solved tickets, each with how often its team (or assignee) gave it to another."""
    field = "assignee_id" if params.get("level") == "agent" else "team_id"
    found = []
    for ticket, last in _handled(world, span, params):
        first, holder, number = _first_touch(ticket, span.e), None, 0
        for event in [e for e in ticket.events if e["field"] == field and e["occurred_at"] < span.e]:
            value = event.get("value") or None
            actor = event.get("actor_type")
            is_machine = actor in ("bot", "system") or world.is_bot(actor, event["source"], event.get("actor_id"))
            is_routing = is_machine and event["occurred_at"] < first
            is_robot = field == "assignee_id" and (ticket.key[0], holder) in world.bots
            if holder and value and value != holder and not is_routing and not is_robot:
                number += 1
            holder = value
        found.append(Unit("main", last["at"], of_ticket(ticket, **state(last)), number=number))
    return found


def _transfers(units: list[Unit], params: Params) -> Row:
    row = share(sum(1 for u in units if u.number), len(units))
    row["transfers_per_ticket"] = sum(u.number or 0 for u in units) / len(units) if units else None
    return row


def agent_touches(world: World, span: Span, params: Params) -> list[Unit]:
    """Solved tickets, each with the pieces of work of people on it by the end of the period."""
    found = []
    for ticket, last in _handled(world, span, params):
        pieces: set[Any] = set()
        for m in ticket.messages:
            if m["occurred_at"] < span.e and world.is_human(m["author_type"], m["source"], m.get("author_id")):
                pieces.add(_piece(m, m.get("author_id"), m["occurred_at"]))
        for e in ticket.all_events:
            if e["occurred_at"] < span.e and world.is_human(e.get("actor_type"), e["source"], e.get("actor_id")):
                pieces.add(_piece(e, e.get("actor_id"), ticket.when(e)))
        legs = [leg for leg in ticket.legs if ticket.is_handled(leg) and leg["answered_at"] < span.e]
        found.append(Unit("main", last["at"], of_ticket(ticket, **state(last)), number=len(pieces) + len(legs)))
    return found


def _piece(row: Row, agent: str | None, at: int) -> Any:
    return (row["source"], row.get("update_id") or (agent, at // 60))


def _touches(units: list[Unit], params: Params) -> Row:
    numbers = [u.number or 0 for u in units]
    row = describe(numbers)
    low, high = t_interval(numbers) or (None, None)
    row = {name: row[name] for name in ("n", "mean", "median", "p90")}
    return {**row, "value": row["mean"], "numerator": sum(numbers), "ci_low": low, "ci_high": high}


METRICS = {
    **{name: (_time_in(name), _states) for name in _STATES},
    "turnaround_time": (turnaround_time, _durations),
    "transfer_rate": (transfer_rate, _transfers),
    "agent_touches": (agent_touches, _touches),
}
