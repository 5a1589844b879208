"""Contacts that leave no ticket: given up, missed, called back, answered in passing, too late; and all legs as rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from servicemeter.sources.demo.calls import (
    ABANDONED,
    ANSWERED,
    CALLBACK,
    CLOSED,
    FAILED,
    IN_PROGRESS,
    IN_QUEUE,
    MISSED,
    OUTCOMES,
    QUEUES,
    SELF_SERVED,
    Contacts,
    handling,
    queue_waits,
    waits,
)  # fmt: skip
from servicemeter.sources.demo.columns import (
    NONE,
    Floats,
    Ints,
    ids,
    instants,
    numbers_or_null,
    picked,
    rows_of,
    words,
)  # fmt: skip
from servicemeter.sources.demo.making import Making
from servicemeter.sources.demo.people import BRANDS, LANGUAGES, brand_of, customer_ids, language_of
from servicemeter.sources.demo.staff import FIRST_LINE, TEAMS
from servicemeter.sources.demo.tickets import CHANNELS, CHAT, PHONE, REASONS

__all__ = ["leg_rows", "take_others"]

_KINDS = np.array((NONE, ABANDONED, MISSED, CALLBACK, SELF_SERVED, FAILED, ANSWERED))
_SHARES = {PHONE: (0.009, 0.02, 0.05, 0.006, 0.09), CHAT: (0.009, 0.0, 0.0, 0.004, 0.0)}
_TOO_LATE_SHARE = 0.04


def take_others(m: Making) -> Contacts:
    """Contacts beside those with a ticket: as many as the queue at that half hour makes plausible."""
    slot, channel, kind = _beside(m)
    start = m.plan.slots.start[slot] + (m.rng.random(len(slot)) * m.plan.slots.seconds[slot]).astype(np.int64)
    load = m.plan.weights.load[slot]
    answered = kind == ANSWERED
    parts = [
        _unanswered(m, start[~answered], channel[~answered], kind[~answered], load[~answered]),
        _answered(m, start[answered], channel[answered], load[answered]),
    ]
    _too_late(m)
    return Contacts(*(np.concatenate([getattr(p, name) for p in parts]) for name in ("channel", "wait", "outcome")))


def _beside(m: Making) -> tuple[Ints, Ints, Ints]:
    """Slots, channels and kinds of the contacts without a ticket, drawn beside those with one."""
    t = m.tickets
    place = np.flatnonzero(t.is_live & (t.bot != 1))
    slot, channel = t.slot[place], t.channel[place]
    _, _, give_up = queue_waits(m.plan.weights.load[slot])
    given_up = give_up / (1 - give_up)
    shares = np.where(channel == PHONE, *(np.array(_SHARES[c])[:, None] for c in (PHONE, CHAT)))
    bounds = np.cumsum(np.vstack([given_up, shares]), axis=0)
    drawn = (m.rng.random(len(place)) >= bounds).sum(axis=0)
    happens = drawn < len(bounds)
    return slot[happens], channel[happens], _KINDS[1:][drawn[happens]]


def _customers(m: Making, at: Ints) -> Ints:
    known = m.rng.random(len(at)) < 0.6
    return np.where(known, m.plan.someone(m.plan.slots.start[m.plan.slots.at(at)], m.rng.random(len(at))), NONE)


def _callers(m: Making, at: Ints) -> dict[str, Ints]:
    customer = _customers(m, at)
    shopper = np.where(customer < 0, 10**12 + at, customer)
    return {
        "customer": customer,
        "brand": brand_of(shopper, m.plan.seed),
        "language": language_of(shopper, m.plan.seed),
    }


def _unanswered(m: Making, start: Ints, channel: Ints, kind: Ints, load: Floats) -> Contacts:
    size, rng = len(start), m.rng
    queues = (kind == ABANDONED) | (kind == MISSED) | (kind == CALLBACK)
    queued = start + np.where(channel == PHONE, rng.integers(8, 30, size), 0)
    _, mean, _ = queue_waits(load)
    wait = np.where(kind == ABANDONED, np.minimum(rng.exponential(mean * 1.15), 1800) + 1, rng.integers(45, 120, size))
    wait = np.where(kind == MISSED, rng.integers(240, 900, size), wait).astype(np.int64)
    ended = np.where(queues, queued + wait, start + np.where(kind == FAILED, 2, rng.integers(35, 200, size)))
    number, who = m.numbers.take("interaction", size), _callers(m, start)
    m.legs.add(
        at=start, number=number, root=number, channel=channel, outcome=kind, ended=ended,
        queued=np.where(queues, queued, NONE), queue=np.where(queues, (channel == CHAT).astype(np.int64), NONE), **who,
    )  # fmt: skip
    back = kind == CALLBACK
    _call_back(m, ended[back], {name: column[back] for name, column in who.items()})
    return Contacts(channel, wait, np.where(ended < m.plan.until, kind, IN_QUEUE))


def _held(m: Making, answered: Ints, channel: Ints) -> dict[str, Ints]:
    """Who takes a contact and how long it takes."""
    team = np.full(len(answered), FIRST_LINE, dtype=np.int64)
    agent = m.plan.staff.pick(team, answered, m.rng.random(len(answered)))
    talk, hold, acw = handling(channel, m.plan.staff.speed[agent] * 0.6, m.rng)
    return {"answered": answered, "ended": answered + talk + hold, "talk": talk, "hold": hold, "acw": acw,
            "agent": agent, "team": team}  # fmt: skip


def _answered(m: Making, start: Ints, channel: Ints, load: Floats) -> Contacts:
    """Quick questions that nobody writes a ticket about."""
    queued = start + m.rng.integers(8, 30, len(start))
    wait = waits(load, m.rng)
    held, number = _held(m, queued + wait, channel), m.numbers.take("interaction", len(start))
    reason = picked((3, 2, 4, 1, 1, 2), m.rng.random(len(start)))
    m.legs.add(at=start, number=number, root=number, channel=channel, queued=queued, queue=0, reason=reason,
               **held, **_callers(m, start))  # fmt: skip
    done, talking = held["ended"] < m.plan.until, held["answered"] < m.plan.until
    return Contacts(channel, wait, np.where(done, ANSWERED, np.where(talking, IN_PROGRESS, IN_QUEUE)))


def _call_back(m: Making, promised: Ints, who: dict[str, Ints]) -> None:
    """The desk calls back within open hours."""
    start = m.plan.clock.after(promised, m.rng.exponential(2400, len(promised)) + 60)
    number = m.numbers.take("interaction", len(start))
    held = _held(m, start + m.rng.integers(6, 25, len(start)), np.full(len(start), PHONE, dtype=np.int64))
    m.legs.add(at=start, number=number, root=number, channel=PHONE, outbound=1, **held, **who)


def _too_late(m: Making) -> None:
    """People who call while the shop is closed hear so and hang up."""
    t = m.tickets
    closed = ~m.plan.slots.is_open[t.slot] & (m.rng.random(len(t.slot)) < _TOO_LATE_SHARE)
    start = t.arrived[closed]
    number = m.numbers.take("interaction", len(start))
    ended = start + m.rng.integers(12, 40, len(start))
    m.legs.add(at=start, number=number, root=number, channel=PHONE, outcome=CLOSED, ended=ended, **_callers(m, start))


def _as_known(legs: dict[str, Ints], until: int) -> dict[str, Ints]:
    """Legs as they stand at the end of the year: some still wait, some still talk."""
    queued, answered, ended = (np.where(legs[name] < until, legs[name], NONE) for name in ("queued", "answered", "ended"))
    unfinished = ended < 0
    standing = np.where((queued >= 0) & (answered < 0), IN_QUEUE, IN_PROGRESS)
    known = {"queued": queued, "answered": answered, "ended": ended,
             "outcome": np.where(unfinished, standing, legs["outcome"])}  # fmt: skip
    for name in ("talk", "hold", "acw"):
        known[name] = np.where(unfinished, NONE, legs[name])
    for name in ("agent", "team"):
        known[name] = np.where(answered < 0, NONE, legs[name])
    return {**legs, **known}


def leg_rows(m: Making) -> Any:
    """Rows of `interactions`, in the order in which they began; a row is recorded when the leg is over."""
    legs = _as_known(m.legs.gathered(m.plan.until), m.plan.until)
    place = legs["ticket"]
    columns = {
        "interaction_id": ids("i", legs["number"]),
        "root_interaction_id": ids("i", legs["root"]),
        "ticket_id": ids("t", np.where(place >= 0, m.tickets.number[place], NONE)),
        "customer_id": customer_ids(legs["customer"], m.plan.seed),
        "direction": words(("inbound", "outbound"), legs["outbound"]),
        **{f"{name}_at": instants(legs[name]) for name in ("queued", "answered", "ended")},
        "started_at": instants(legs["at"]),
        **{f"{name}_s": numbers_or_null(legs[name]) for name in ("talk", "hold", "acw")},
        "agent_id": ids("a", legs["agent"]),
    }
    spoken = {"channel": CHANNELS, "outcome": OUTCOMES, "reason": REASONS, "queue": QUEUES, "brand": BRANDS,
              "language": LANGUAGES}  # fmt: skip
    columns |= {name: words(vocabulary, legs[name]) for name, vocabulary in spoken.items()}
    columns["team_id"] = words(TEAMS, legs["team"])
    latest = np.maximum.reduce([legs["at"], legs["queued"], legs["answered"], legs["ended"]])
    return rows_of("interactions", columns, latest)
