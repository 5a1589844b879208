"""Changes of tickets: state, team, assignee, priority, reason, flags, merges; and their rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow.compute as pc

from servicemeter.sources.demo.columns import NONE, Flags, Ints, ids, instants, numbers_or_null, rows_of, words
from servicemeter.sources.demo.making import AGENT, CUSTOMER, SYSTEM, Making
from servicemeter.sources.demo.people import customer_ids
from servicemeter.sources.demo.staff import TEAMS
from servicemeter.sources.demo.tickets import COMPLAINT, FLAGS, PRIORITIES, REASONS

__all__ = ["ASSIGNEE", "CLOSED", "NEW", "ON_HOLD", "OPEN", "PENDING", "SOLVED", "actor_ids", "assign", "change_rows",
           "flag_and_merge", "hand_on", "route", "set_status", "solve"]  # fmt: skip

_STATES = ("new", "open", "pending", "on_hold", "solved", "closed")
NEW, OPEN, PENDING, ON_HOLD, SOLVED, CLOSED = range(6)
_FIELDS = ("status", "team_id", "priority", "reason", "is_complaint", "is_spam", "is_test", "is_deleted", "merged_into",
           "assignee_id")  # fmt: skip
_STATUS, _TEAM, _PRIORITY, _REASON, _COMPLAINT, _SPAM, _TEST, _DELETED, _MERGED, ASSIGNEE = range(10)
_VOCABULARY = (*_STATES, *PRIORITIES, *REASONS, *TEAMS, "true")
_PRIORITY_WORDS = len(_STATES)
_REASON_WORDS = _PRIORITY_WORDS + len(PRIORITIES)
_TEAM_WORDS = _REASON_WORDS + len(REASONS)
_TRUE = len(_VOCABULARY) - 1
_ACTORS = ("customer", "agent", "bot", "system")


def set_status(
    m: Making, place: Ints, at: Ints, status: Ints | int, actor: int, who: Ints | int = NONE, update: Ints | int = NONE
) -> None:
    """Give tickets a new status; within one second a solve comes after everything else."""
    m.changed.add(at=at, ticket=place, field=_STATUS, value=status, actor=actor, who=who, update=update,
                  rank=status + 6)  # fmt: skip


def solve(
    m: Making,
    place: Ints,
    at: Ints,
    actor: int,
    who: Ints | int = NONE,
    update: Ints | int = NONE,
    status: int = SOLVED,
) -> None:
    """Solve tickets (or close them without a solve before), and note it."""
    set_status(m, place, at, status, actor, who, update)
    t = m.tickets
    t.first_solve[place] = np.where(t.first_solve[place] >= 0, t.first_solve[place], at)
    t.last_solve[place] = at
    t.solves[place] += at < m.plan.until


def assign(m: Making, place: Ints, at: Ints, agent: Ints, by_agent: Flags | bool) -> None:
    """Give tickets their first assignee, by the system or by the agent's own hand, and open them."""
    actor = np.where(by_agent, AGENT, SYSTEM).astype(np.int64) + np.zeros_like(place)
    who = np.where(actor == AGENT, agent, NONE)
    update = m.numbers.take("update", len(place))
    m.changed.add(at=at, ticket=place, rank=5, field=ASSIGNEE, value=agent, actor=actor, who=who, update=update)
    m.tickets.is_assigned[place] = True
    if not m.plan.lean:
        m.changed.add(at=at, ticket=place, rank=6, field=_STATUS, value=OPEN, actor=actor, who=who, update=update)


def hand_on(m: Making, place: Ints, at: Ints, giver: Ints, team: Ints, agent: Ints, update: Ints) -> None:
    """An agent gives tickets to another team and one of its agents."""
    about: dict[str, Ints | int] = {"ticket": place, "actor": AGENT, "who": giver, "update": update, "rank": 12}
    m.changed.add(at=at, field=_TEAM, value=team + _TEAM_WORDS, **about)
    m.changed.add(at=at, field=ASSIGNEE, value=agent, **about)


def route(m: Making) -> None:
    """What is known of each ticket at its creation: status, team, priority, reason, and whether it complains."""
    t, rng = m.tickets, m.rng
    every = np.arange(len(t.number))

    def at_creation(field: int, value: Ints | int, rank: int, where: Ints) -> None:
        m.changed.add(at=t.created[where], ticket=where, field=field, value=value, rank=rank)

    if not m.plan.lean:
        at_creation(_STATUS, NEW, 0, every)
    at_creation(_TEAM, t.first_team + _TEAM_WORDS, 1, every)
    told = every[(t.priority != 1)] if m.plan.lean else every
    at_creation(_PRIORITY, t.priority[told] + _PRIORITY_WORDS, 2, told)
    told = every[rng.random(len(every)) < (0.5 if m.plan.lean else 0.92)]
    at_creation(_REASON, t.reason[told] + _REASON_WORDS, 3, told)
    angry = every[(t.reason == COMPLAINT) | (rng.random(len(every)) < 0.02)]
    at_creation(_COMPLAINT, _TRUE, 4, angry)


def flag_and_merge(m: Making) -> None:
    """Mark spam, test and deleted tickets, close spam that was seen at once, and merge what belongs together."""
    t = m.tickets
    for kind in range(1, len(FLAGS)):
        place = np.flatnonzero(t.flag == kind)
        by_agent = t.flagged_at[place] - t.arrived[place] > 2
        who = np.where(by_agent, m.plan.staff.on_duty(t.owner[place], t.flagged_at[place]), NONE)
        m.changed.add(at=t.flagged_at[place], ticket=place, rank=4, field=_COMPLAINT + kind, value=_TRUE,
                      actor=np.where(by_agent, AGENT, SYSTEM), who=who)  # fmt: skip
    spam = np.flatnonzero((t.flag == 1) & t.is_written_off)
    solve(m, spam, t.flagged_at[spam], SYSTEM, status=CLOSED)
    gone = np.flatnonzero(t.merged_into >= 0)
    kept, at, update = t.merged_into[gone], t.merged_at[gone], m.numbers.take("update", len(gone))
    who = m.plan.staff.on_duty(t.owner[kept], at)
    m.changed.add(at=at, ticket=gone, rank=4, field=_MERGED, value=t.number[kept], actor=AGENT, who=who, update=update)
    solve(m, gone, at, AGENT, who, update, status=CLOSED)


def actor_ids(m: Making, place: Ints, actor: Ints, who: Ints) -> Any:
    """Text ids of who acts: the ticket's customer, an agent, the bot; null for the system."""
    customers = customer_ids(np.where(actor == CUSTOMER, m.tickets.customer[place], NONE), m.plan.seed)
    desk = ids(words(("c", "a", "bot", "x"), actor), np.where(actor == CUSTOMER, NONE, who))
    return pc.coalesce(customers, desk)


def _values(changes: dict[str, Ints]) -> Any:
    """The new values as text: a word, an agent or a ticket."""
    field, value = changes["field"], changes["value"]
    is_id = (field == ASSIGNEE) | (field == _MERGED)
    letter = np.where(is_id, field - _MERGED, NONE)
    return pc.coalesce(words(_VOCABULARY, np.where(is_id, NONE, value)), ids(words(("t", "a"), letter), value))


def change_rows(m: Making) -> Any:
    """Rows of `ticket_events`; `seq` and the id run on in the order of tickets, instants and ranks."""
    changes = m.changed.gathered(m.plan.until)
    number = m.numbers.take("event", len(changes["at"]))
    place = changes["ticket"]
    columns = {
        "event_id": ids("e", number),
        "ticket_id": ids("t", m.tickets.number[place]),
        "occurred_at": instants(changes["at"]),
        "seq": numbers_or_null(number),
        "field": words(_FIELDS, changes["field"]),
        "value": _values(changes),
        "actor_type": words(_ACTORS, changes["actor"]),
        "actor_id": actor_ids(m, place, changes["actor"], changes["who"]),
        "update_id": ids("u", changes["update"]),
    }
    return rows_of("ticket_events", columns, changes["at"])
