"""Turnaround, and the time spent in each state (METRICS.md 5.2)."""

from __future__ import annotations

import itertools
from typing import Any

from oracle.figures import describe
from oracle.followups import cases
from oracle.rows import Row
from oracle.ticket import Ticket
from oracle.unit import Span, Unit, inside, of_ticket, population, state
from oracle.world import World

__all__ = ["METRICS", "is_followed", "status_spans"]

DAY = 86400
Params = dict[str, Any]
STATES = {
    "requester_wait_time": ("new", "open", "on_hold"),
    "agent_wait_time": ("pending",),
    "on_hold_time": ("on_hold",),
    "agent_work_time": ("new", "open"),
}


def is_followed(solve: Row, reopens: list[Row], window: int) -> bool:
    """Whether a reopening comes after a solve, in time."""
    return any(0 < r["at"] - solve["at"] <= window for r in reopens)


def turnaround_time(world: World, span: Span, params: Params) -> list[Unit]:
    """From the very first contact to the first solve that was not reopened in time."""
    if params.get("link_followups", False):
        return _turnaround_of_cases(world, span, params)
    window = params.get("followup_window_days", 7) * DAY
    found = []
    for ticket in population(world, params):
        reopens = ticket.reopens(span.as_of)
        stood = [s for s in ticket.solves(span.as_of) if not is_followed(s, reopens, window)]
        starts = [t for t in (ticket.first_contact(), ticket.created_at) if t is not None]
        if stood and inside(stood[0]["at"], span.p0, span.e):
            found.append(_turnaround(ticket, stood[0], min(starts, default=None), window, span, params))
    return found


def _turnaround_of_cases(world: World, span: Span, params: Params) -> list[Unit]:
    """The same of cases; each belongs to the ticket whose solve ended it, and counts where that one is asked about."""
    window = params.get("followup_window_days", 7) * DAY
    asked = {ticket.key for ticket in population(world, params)}
    found = []
    for case in cases(world):
        start = case.start()
        stood = [(t, s) for t, s in case.solves if not is_followed(s, case.openings, window)]
        if stood and inside(stood[0][1]["at"], span.p0, span.e) and stood[0][0].key in asked:
            found.append(_turnaround(*stood[0], start, window, span, params))
    return found


def _turnaround(ticket: Ticket, last: Row, start: int | None, window: int, span: Span, params: Params) -> Unit:
    number = None if start is None else ticket.seconds(start, last["at"], params)
    if ticket.created_at is not None and last["event"]["occurred_at"] < ticket.created_at:
        number = -1  # an error in the data, also where a call came before both
    role = "main" if last["at"] + window < span.as_of else "immature"
    return Unit(role, last["at"], of_ticket(ticket, **state(last)), number=number)


def status_spans(ticket: Ticket, until: int) -> list[tuple[str, int, int]]:
    """The status intervals from the creation to an instant."""
    if ticket.created_at is None:
        return []
    changes = [(ticket.when(e), str(e["value"])) for e in ticket.events if e["field"] == "status" and ticket.when(e) < until]
    steps = [(ticket.created_at, "new"), *changes, (until, "")]
    return [(status, a, b) for (a, status), (b, _) in itertools.pairwise(steps) if b > a]


def spent(name: str) -> Any:
    """The metric of the time in some states before the last solve."""

    def units(world: World, span: Span, params: Params) -> list[Unit]:
        found = []
        for ticket in population(world, params):
            last = ticket.solved_in(span.p0, span.e)
            if not last or ticket.created_at is None:
                continue
            spans = [(a, b) for status, a, b in status_spans(ticket, last["at"]) if status in STATES[name]]
            number = sum(_seconds(ticket, a, b, last["at"], params) for a, b in spans)
            if last["event"]["occurred_at"] < ticket.created_at:
                number = -1
            found.append(Unit("main", last["at"], of_ticket(ticket, **state(last)), number=number))
        return found

    return units


def _seconds(ticket: Ticket, a: int, b: int, solved_at: int, params: Params) -> int:
    """The length of a part of the span from creation to solve, in the one calendar of that span if one is asked."""
    mode = params.get("calendar_mode", "segmented")
    if mode == "segmented" or params.get("clock", "calendar") == "calendar":
        return ticket.seconds(a, b, params)
    at = solved_at if mode == "at_end" else ticket.created_at or 0
    return ticket.world.hours.open_seconds(ticket.calendar(at), a, b)


def _durations(units: list[Unit], params: Params) -> Row:
    main = [u.number for u in units if u.role == "main" and u.number is not None]
    row = describe([n for n in main if n >= 0])
    row["n_invalid"] = sum(1 for n in main if n < 0)
    return {**row, "value": row["median"]}


def _turnarounds(units: list[Unit], params: Params) -> Row:
    return {**_durations(units, params), "n_immature": sum(1 for u in units if u.role == "immature")}


METRICS = {"turnaround_time": (turnaround_time, _turnarounds), **{name: (spent(name), _durations) for name in STATES}}
