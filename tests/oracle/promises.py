"""What was promised, and the clock that runs against it (METRICS.md 5.6 and section 3)."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from oracle.clock import second
from oracle.rows import Row
from oracle.ticket import DONE, Ticket
from oracle.turns import turns

__all__ = ["Instance", "instances"]

FOREVER = 10**11
Params = dict[str, Any]


@dataclass
class Instance:
    """One promise on one ticket: when its clock began, how it ended, and when it passed the target."""

    ticket: Ticket
    metric: str
    policy: str
    start: int
    promised_at: int
    fulfilled_at: int | None
    cancelled_at: int | None
    passed_at: int | None
    clock: Clock

    def state(self, at: int) -> tuple[str, int]:
        """The state just before an instant, and since when."""
        if self.passed_at is not None and self.passed_at < at:
            return "breached", self.passed_at
        if self.fulfilled_at is not None and self.fulfilled_at < at:
            return "met", self.fulfilled_at
        if self.cancelled_at is not None and self.cancelled_at < at:
            return "cancelled", self.cancelled_at
        return ("paused" if self.clock.is_paused(at) else "running"), at

    def overrun(self, at: int) -> int:
        """By how much the target that was passed had been passed when the promise ended, or at an instant before."""
        until = min(t for t in (self.fulfilled_at, self.cancelled_at, at) if t is not None)
        return self.clock.elapsed(until) - (self.clock.target(self.passed_at or 0) or 0)


class Clock:
    """The active seconds of an instance, and the target in force at each instant."""

    def __init__(self, ticket: Ticket, rows: list[Row], start: int, pauses: tuple[str, ...], gaps: bool) -> None:
        self.ticket, self.start = ticket, start
        self.pauses = (*pauses, *DONE) if gaps else pauses
        self.first = rows[0]
        self.targets = targets(ticket, rows, start)

    def is_paused(self, at: int) -> bool:
        """Whether the status just before an instant stops the clock."""
        return self.ticket.status(at) in self.pauses

    def target(self, at: int) -> int | None:
        """The target in force from an instant on."""
        return next((target for since, target in reversed(self.targets) if since <= at), None)

    def length(self, a: int, b: int) -> int:
        """The seconds of `[a, b)` in the policy's clock and calendar."""
        if self.first.get("clock", "calendar") == "calendar":
            return b - a
        if self.first.get("calendar_id"):
            return self.ticket.world.hours.open_seconds(str(self.first["calendar_id"]), a, b)
        return self.ticket.seconds(a, b, {"clock": "business"})

    def steps(self, until: int) -> list[tuple[int, int, bool]]:
        """Intervals in which neither status nor target changes: from, to, whether the clock runs."""
        cuts = {self.start, until}
        cuts |= {self.ticket.when(e) for e in self.ticket.events if e["field"] in ("status", "priority")}
        ordered = sorted(c for c in cuts if self.start <= c <= until)
        return [(a, b, self.ticket.status(a + 1) not in self.pauses) for a, b in itertools.pairwise(ordered)]

    def elapsed(self, at: int) -> int:
        """The active seconds up to an instant."""
        return sum(self.length(a, b) for a, b, runs in self.steps(at) if runs)

    def matures(self) -> int:
        """When the first target is passed if nothing changes after the start, which alone decides (section 1.3)."""
        target, low, high = self.targets[0][1], self.start, self.start + 3600
        while self._length_at_first(high) <= target:
            high += high - self.start
        while low < high - 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._length_at_first(middle) <= target else (low, middle)
        return low

    def _length_at_first(self, until: int) -> int:
        """The seconds from the start to an instant in the calendar that holds at the start."""
        if self.first.get("clock", "calendar") == "calendar":
            return until - self.start
        calendar = str(self.first.get("calendar_id") or self.ticket.calendar(self.start))
        return self.ticket.world.hours.open_seconds(calendar, self.start, until)

    def passes(self, until: int) -> int | None:
        """The instant the target is passed, None when it is not before `until`."""
        elapsed = 0
        for a, b, runs in self.steps(until):
            target = self.target(a)
            if target is not None and elapsed > target:
                return a
            if not runs:
                continue
            more = self.length(a, b)
            if target is not None and elapsed + more > target:
                low, high = a, b - 1  # the last instant at which no more than the target has gone
                while low < high:
                    middle = (low + high + 1) // 2
                    low, high = (middle, high) if elapsed + self.length(a, middle) <= target else (low, middle - 1)
                return low
            elapsed += more
        return None


def targets(ticket: Ticket, rows: list[Row], start: int) -> list[tuple[int, int]]:
    """A policy's targets by when each comes into force: that of the ticket's priority, else that of all, else the one before."""
    by_priority = {row.get("priority"): int(row["target_s"]) for row in rows}
    changes = [(e["occurred_at"], e.get("value") or None) for e in ticket.events if e["field"] == "priority"]
    found: list[tuple[int, int]] = []
    for at in sorted({start, *(at for at, _ in changes if at > start)}):
        own = ticket.latest("priority", at + 1)
        target = by_priority.get(own, by_priority.get(None))
        if target is not None:
            found.append((at, target))
    return found


def _policy(ticket: Ticket, metric: str, start: int) -> list[Row]:
    """The rows of the first policy by rank that fits the ticket at the start and has a target then, else the first to get one."""
    fitting: dict[Any, list[Row]] = {}
    given = ticket.world.settings.get("sla_policies") or []
    facts = {"channel": ticket.channel, "brand": ticket.brand, "reason": ticket.latest("reason")}
    facts["segment"] = ticket.world.persons.segment(ticket.row)
    for row in sorted(given, key=lambda r: (r.get("rank") is None, r.get("rank") or 0, r["policy_id"])):
        since, until = second(row.get("valid_from")), second(row.get("valid_to"))
        is_then = (since is None or since <= start) and (until is None or start < until)
        fits = all(row.get(k) is None or row[k] == v for k, v in facts.items())
        if row["metric"] == metric and is_then and fits:
            own = repr(sorted((k, v) for k, v in row.items() if k not in ("priority", "target_s") and v is not None))
            fitting.setdefault(own, []).append(row)
    promised = [(first[0][0], rows) for rows in fitting.values() if (first := targets(ticket, rows, start))]
    return min((one for one in promised if one[0] < _ends(one[1][0])), key=lambda one: one[0], default=(0, []))[1]


def _ends(row: Row) -> int:
    """When a policy is withdrawn."""
    until = second(row.get("valid_to"))
    return FOREVER if until is None else until


def _pauses(row: Row, params: Params) -> tuple[str, ...]:
    given = params.get("sla_pause_states")
    if given in (None, "policy"):
        given = row.get("pause_states")
    if given is None:
        return ("pending",) if row["metric"] == "resolution" else ()
    words = given if isinstance(given, list | tuple) else str(given).replace("+", ",").split(",")
    return tuple(w.strip() for w in words if w.strip() and w.strip() != "none")


def instances(ticket: Ticket, until: int, params: Params) -> list[Instance]:
    """Every promise on a ticket known before an instant."""
    return [*_first(ticket, until, params), *_next(ticket, until, params), *_resolutions(ticket, until, params)]


def _made(
    ticket: Ticket, metric: str, start: int, done: int | None, silent: int | None, until: int, params: Params, gaps: bool = False
) -> list[Instance]:
    """An instance, if a policy promises it: fulfilled at `done`, ended without fulfilment at `silent`."""
    rows = _policy(ticket, metric, start)
    if not rows or start >= until:
        return []
    if params.get("sla_solve_fulfils", False) and silent is not None and (done is None or silent < done):
        done, silent = silent, None
    clock = Clock(ticket, rows, start, _pauses(rows[0], params), gaps)
    promised, withdrawn = clock.targets[0][0], _ends(rows[0])
    end = min(t for t in (done, silent, FOREVER) if t is not None)
    if promised >= until or (end <= promised and promised > start):
        return []
    if withdrawn < end:
        done, silent, end = None, withdrawn, withdrawn
    passed = clock.passes(until)
    if passed is not None and end <= passed:
        passed = None
    if done is not None and silent is not None and silent < done:
        done = None
    return [Instance(ticket, metric, rows[0]["policy_id"], start, promised, done, silent, passed, clock)]


def _first(ticket: Ticket, until: int, params: Params) -> list[Instance]:
    start = ticket.first_contact()
    if start is None:
        return []
    answer = ticket.first_response(start, "human")
    done = answer["at"] if answer else None
    silent = next((s["at"] for s in ticket.solves(until) if s["at"] >= start and (done is None or s["at"] < done)), None)
    return _made(ticket, "first_response", start, done, silent, until, params)


def _next(ticket: Ticket, until: int, params: Params) -> list[Instance]:
    answer = ticket.first_response(ticket.first_contact(), "human")
    found = []
    for turn in turns(ticket, until) if answer else []:
        if answer and turn["start"] > answer["at"]:
            done = turn["end"] if turn["how"] == "answered" else None
            silent = turn["end"] if turn["how"] == "solved" else None
            found += _made(ticket, "next_response", turn["start"], done, silent, until, params)
    return found


def _resolutions(ticket: Ticket, until: int, params: Params) -> list[Instance]:
    if ticket.created_at is None:
        return []
    changes = [t for t in ticket.transitions if t["at"] < until]
    if params.get("reopen", "new") == "continue":
        last = changes[-1]["at"] if changes and changes[-1]["kind"] == "solve" else None
        return _made(ticket, "resolution", ticket.created_at, last, None, until, params, gaps=True)
    found = []
    starts = [(ticket.created_at, -1), *((t["at"], i) for i, t in enumerate(changes) if t["kind"] == "reopen")]
    for start, place in starts:
        done = next((t["at"] for t in changes[place + 1 :] if t["kind"] == "solve"), None)
        found += _made(ticket, "resolution", start, done, None, until, params)
    return found
