"""A ticket's clocks from the rows of the facts: each cut into stretches that count, stand still, or lie outside opening hours.

The seconds are the facts' own; the stretches are for drawing, and add up to them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from servicemeter.model.ticket import Stretch, TicketClock

__all__ = ["clocks_of", "states_of"]

Row = Mapping[str, Any]
Spans = Sequence[tuple[int, int]]
Openings = Callable[[int, int], Spans]
"""The opening hours of the ticket within [since, until)."""
OpeningsOf = Callable[[str, int, int], Spans]
"""The same of a calendar."""

_WAITS = {"new": "customer", "open": "customer", "pending": "us", "on_hold": "other", "solved": ""}
_STOPS = {0: "counted", 1: "paused"}


def states_of(rows: Mapping[str, Sequence[Row]], at: int) -> list[dict[str, Any]]:
    """The ticket's states over time, the times it was solved among them."""
    found = [{"value": row["value"], "from_at": row["from_at"], "to_at": row["to_at"]} for row in rows["open"]]
    for row in rows["solves"]:
        if (until := row.get("reopened_at", at)) >= row["solved_at"]:
            found.append({"value": "solved", "from_at": row["solved_at"], "to_at": until})
    return sorted(found, key=lambda row: (row["from_at"], row["to_at"]))


def clocks_of(rows: Mapping[str, Sequence[Row]], at: int, openings: Openings, openings_of: OpeningsOf) -> list[TicketClock]:
    """First response, each further turn, resolution, and every promise, in that order."""
    [ticket] = rows["ticket"]
    states = states_of(rows, at)
    clocks = [*_first_response(ticket, rows, at, openings)]
    clocks += _turns(ticket, rows, at, openings)
    clocks += _resolution(ticket, rows, states, at, openings)
    return clocks + list(_promises(rows, at, openings_of))


def _is_open(rows: Mapping[str, Sequence[Row]]) -> bool:
    return any(row["is_last"] for row in rows["open"])


def _first_response(ticket: Row, rows: Mapping[str, Sequence[Row]], at: int, openings: Openings) -> Iterator[TicketClock]:
    """From the first contact to the first answer; of a ticket solved without one there is no such clock."""
    start, answered = ticket.get("first_contact_at"), ticket.get("first_response_at")
    if start is None or start >= at or (answered is None and not _is_open(rows)):
        return
    ended_as = "" if answered is None else "answered"
    yield _waiting("first_response", start, answered, at, ticket.get("wait_open_seconds"), ended_as, openings)


def _turns(ticket: Row, rows: Mapping[str, Sequence[Row]], at: int, openings: Openings) -> Iterator[TicketClock]:
    """The turns after the first response, which is the first turn's own."""
    for row in rows["turns"]:
        if row["started_at"] > ticket.get("first_response_at", at):
            end = row.get("answered_at", row.get("closed_at"))
            ended_as = "answered" if "answered_at" in row else "" if end is None else "unanswered"
            yield _waiting("turn", row["started_at"], end, at, row.get("wait_open_seconds"), ended_as, openings)


def _waiting(
    name: str, start: int, end: int | None, at: int, open_seconds: int | None, ended_as: str, openings: Openings
) -> TicketClock:
    until = at if end is None else end
    stretches = _cut(start, until, openings(start, until), [])
    return TicketClock(name, start, until, end is None, stretches, until - start, open_seconds, ended_as=ended_as)


def _resolution(
    ticket: Row, rows: Mapping[str, Sequence[Row]], states: Sequence[Row], at: int, openings: Openings
) -> Iterator[TicketClock]:
    """From the creation to the last solve, or to now; who waited is told by the states."""
    start = ticket.get("created_at")
    if start is None or start >= at:
        return
    if _is_open(rows):
        seconds, open_seconds, until = at - start, rows["open"][-1].get("age_open_seconds"), at
    elif rows["solves"]:
        last = rows["solves"][-1]
        seconds, open_seconds, until = last.get("solve_seconds"), last.get("solve_open_seconds"), last["solved_at"]
    else:
        return
    whos = [(row["from_at"], row["to_at"], _WAITS[row["value"]]) for row in states]
    runs, stretches = _is_open(rows), _cut(start, until, openings(start, until), whos)
    yield TicketClock("resolution", start, until, runs, stretches, seconds, open_seconds, ended_as="" if runs else "solved")


def _cut(start: int, end: int, openings: Spans, whos: Sequence[tuple[int, int, str]]) -> list[Stretch]:
    """[start, end) cut where opening hours or the one who waits change; without `whos` it is the customer all along."""
    edges = {start, end, *(edge for span in openings for edge in span), *(edge for a, b, _ in whos for edge in (a, b))}
    found: list[Stretch] = []
    for a, b in pairwise(sorted(edge for edge in edges if start <= edge <= end)):
        kind = "counted" if any(since <= a and b <= until for since, until in openings) else "closed"
        who = next((who for since, until, who in whos if since <= a and b <= until), "") if whos else "customer"
        if found and (found[-1].kind, found[-1].who) == (kind, who):
            a = found.pop().from_at
        found.append(Stretch(a, b, kind, who))
    return found


def _promises(rows: Mapping[str, Sequence[Row]], at: int, openings_of: OpeningsOf) -> Iterator[TicketClock]:
    parts: dict[tuple[int, int], list[Row]] = {}
    for row in rows["stretches"]:
        parts.setdefault((row["metric_no"], row["part_no"]), []).append(row)
    for row in rows["promises"]:
        own = parts.get((row["metric_no"], row["part_no"]), [])
        end = row.get("ended_at")
        last = own[-1] if own else {}
        yield TicketClock(
            row["metric"],
            row["started_at"],
            at if end is None else end,
            end is None,
            [stretch for part in own for stretch in _of_promise(part, openings_of)],
            policy=row["policy"],
            target_seconds=row.get("passed_target_seconds", last.get("target_seconds")),
            elapsed_seconds=last.get("elapsed_seconds"),
            due_at=row.get("passed_at") or next((part["due_at"] for part in reversed(own) if "due_at" in part), None),
            passed_at=row.get("passed_at"),
            ended_as="breached" if "passed_at" in row else row.get("ended_as", ""),
        )


def _of_promise(part: Row, openings_of: OpeningsOf) -> list[Stretch]:
    """A stretch of a promise: paused as a whole, or counted but for the hours outside opening."""
    start, end = part["from_at"], part["to_at"]
    kind = _STOPS.get(part["state_no"], "paused")
    if kind == "paused" or "calendar_id" not in part:
        return [Stretch(start, end, kind)] if end > start else []
    return [Stretch(s.from_at, s.to_at, s.kind) for s in _cut(start, end, openings_of(part["calendar_id"], start, end), [])]
