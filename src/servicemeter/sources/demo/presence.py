"""What the agents of the demo shop do all day: shifts with work, waiting and a break; and the time spent on written replies."""

from __future__ import annotations

from typing import Any

import numpy as np

from servicemeter.sources.demo.columns import NONE, Ints, ids, instants, rows_of, words
from servicemeter.sources.demo.hours import local_midnight
from servicemeter.sources.demo.making import AGENT, Making
from servicemeter.sources.demo.plan import Plan
from servicemeter.sources.demo.truth import Truth

__all__ = ["session_rows", "state_rows"]

_PRESENCE_STREAM, _SESSION_STREAM = 4, 5
_STATES = ("handling", "available", "break")
_PRESENT_SHARE = 0.8
_BREAK_S = 1800
_LEAN_SHARE = 0.2


def state_rows(plan: Plan) -> tuple[Any, Truth]:
    """Rows of `agent_states`, five a shift (work, waiting, break, work, waiting), and how much of the last month was work."""
    rng, staff = plan.chance(_PRESENCE_STREAM, 0), plan.staff
    open_now = (plan.clock.starts >= plan.since) & (plan.clock.ends <= plan.until)
    opens, closes = plan.clock.starts[open_now], plan.clock.ends[open_now]
    agent = np.repeat(np.arange(1, staff.count + 1, dtype=np.int64), len(opens))
    start, end = np.tile(opens, staff.count), np.tile(closes, staff.count)
    here = (rng.random(len(agent)) < _PRESENT_SHARE) & ~((agent == staff.joiner) & (start < staff.joined_at))
    here &= ~((agent == staff.leaver) & (end > staff.left_at))
    agent, start, end = agent[here], start[here], end[here]
    pause = start + ((end - start - _BREAK_S) * rng.uniform(0.4, 0.6, len(agent))).astype(np.int64)
    back = pause + _BREAK_S
    ends = np.stack((start, _worked(start, pause, rng), pause, back, _worked(back, end, rng), end))
    return _states(agent, ends), _month_of(plan, ends)


def _worked(since: Ints, until: Ints, rng: np.random.Generator) -> Ints:
    """Until when the work of a stretch lasts: about four fifths of it."""
    share = np.clip(rng.normal(0.8, 0.07, len(since)), 0.3, 0.98)
    return since + ((until - since) * share).astype(np.int64)


def _states(agent: Ints, ends: Ints) -> Any:
    state = np.repeat(np.array((0, 1, 2, 0, 1), dtype=np.int64), len(agent))
    since, until = ends[:-1].ravel(), ends[1:].ravel()
    columns = {
        "agent_id": ids("a", np.tile(agent, 5)),
        "state": words(_STATES, state),
        "started_at": instants(since),
        "ended_at": instants(until),
    }
    return rows_of("agent_states", columns, until)


def _month_of(plan: Plan, ends: Ints) -> Truth:
    """Seconds of work, and of work and waiting, in the last full month; a shift lies within a day."""
    begins, stops = (local_midnight(day) for day in plan.month())
    of_month = ends[:, (ends[0] >= begins) & (ends[0] < stops)]
    handling = (of_month[1] - of_month[0]) + (of_month[4] - of_month[3])
    ready = (of_month[5] - of_month[0]) - _BREAK_S
    return Truth(handling_seconds=int(handling.sum()), ready_seconds=int(ready.sum()))


def session_rows(m: Making, said: dict[str, Ints], chunk: int) -> Any:
    """Rows of `work_sessions`: some minutes before each written reply of an agent, a share of them in a lean shop."""
    rng = m.plan.chance(_SESSION_STREAM, chunk)
    written = (said["author"] == AGENT) & (said["session"] == NONE)
    if m.plan.lean:
        written &= rng.random(len(written)) < _LEAN_SHARE
    place, until, agent = said["ticket"][written], said["at"][written], said["who"][written]
    seconds = np.clip(np.exp(rng.normal(5.6, 0.6, len(place))) * m.plan.staff.speed[agent], 20, 3600).astype(np.int64)
    since = np.maximum(until - seconds, np.minimum(m.tickets.created[place], until - 1))
    columns = {
        "session_id": ids("ws", m.numbers.take("work_session", len(place))),
        "ticket_id": ids("t", m.tickets.number[place]),
        "agent_id": ids("a", agent),
        "started_at": instants(since),
        "ended_at": instants(until),
    }
    return rows_of("work_sessions", columns, until)
