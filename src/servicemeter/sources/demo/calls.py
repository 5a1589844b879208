"""Calls and chats: who waits how long, who hangs up, who is answered by whom, and the legs of each contact."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from servicemeter.sources.demo.columns import NONE, Floats, Ints
from servicemeter.sources.demo.making import Making
from servicemeter.sources.demo.staff import SECOND_LINE
from servicemeter.sources.demo.tickets import CHAT, PHONE

__all__ = ["ABANDONED", "ANSWERED", "CALLBACK", "CLOSED", "FAILED", "IN_PROGRESS", "IN_QUEUE", "MISSED", "OUTCOMES",
           "QUEUES", "SELF_SERVED", "Contacts", "Sessions", "handling", "queue_waits", "take_bot_chats",
           "take_contacts", "waits"]  # fmt: skip

OUTCOMES = ("answered", "abandoned", "callback_requested", "missed", "overflowed", "self_served", "closed_hours",
            "failed", "in_queue", "in_progress")  # fmt: skip
ANSWERED, ABANDONED, CALLBACK, MISSED, OVERFLOWED, SELF_SERVED, CLOSED, FAILED, IN_QUEUE, IN_PROGRESS = range(10)
QUEUES = ("phone", "chat", "overflow", "second_line")
_PATIENCE_S = 320.0
_QUIET_END_S = 4 * 3600


@dataclass(frozen=True)
class Sessions:
    """Live sessions on tickets: the ticket's place, the last leg's number, who held it from when to when.

    `wrapped` is when the after-contact work was done; `passed_at` when the `giver` passed the call on, null mostly.
    """

    place: Ints
    leg: Ints
    answered: Ints
    ended: Ints
    wrapped: Ints
    agent: Ints
    passed_at: Ints
    giver: Ints


@dataclass(frozen=True)
class Contacts:
    """What became of contacts, for the truth: channel, how long they queued over all legs, outcome in the end."""

    channel: Ints
    wait: Ints
    outcome: Ints


def queue_waits(load: Floats) -> tuple[Floats, Floats, Floats]:
    """What a queue does at a load of 0 to 1: share that must wait, mean wait of those in seconds, share that gives up.

    Waits are exponential with a mean that grows like load / (1 - load), patience is exponential too; so the waits of
    those answered and of those who give up have the same shape, shorter than the queue itself.
    """
    must_wait = load**4
    mean = 10 * load / (1 - load)
    return must_wait, mean * _PATIENCE_S / (mean + _PATIENCE_S), must_wait * mean / (mean + _PATIENCE_S)


def waits(load: Floats, rng: np.random.Generator) -> Ints:
    """Seconds that contacts wait which are answered in the end."""
    must_wait, mean, give_up = queue_waits(load)
    waiting = rng.random(len(load)) < (must_wait - give_up) / (1 - give_up)
    queueing = np.minimum(rng.exponential(mean), 1800)
    return np.where(waiting, queueing, 0).astype(np.int64) + rng.integers(1, 9, len(load))


def handling(channel: Ints, speed: Floats, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    """Talk, hold and after-contact seconds; the last are unknown for a share of the chats."""
    size = len(channel)
    is_chat = channel == CHAT
    talk = np.clip(np.exp(rng.normal(np.where(is_chat, 6.0, 5.35), 0.6)) * speed, 25, 3000).astype(np.int64)
    held = ~is_chat & (rng.random(size) < 0.25)
    hold = np.where(held, np.minimum(rng.exponential(55, size), 600), 0).astype(np.int64)
    acw = np.clip(np.exp(rng.normal(3.6, 0.7, size)), 3, 600).astype(np.int64)
    return talk, hold, np.where(is_chat & (rng.random(size) < 0.3), NONE, acw)


def take_bot_chats(m: Making) -> Sessions:
    """Chats that the bot ends alone: nobody queues."""
    t, rng = m.tickets, m.rng
    place = np.flatnonzero((t.channel == CHAT) & (t.bot == 1))
    leg = m.numbers.take("interaction", len(place))
    start, nobody = t.arrived[place], np.full(len(place), NONE, dtype=np.int64)
    ended = start + rng.integers(60, 420, len(place))
    m.legs.add(at=start, number=leg, root=leg, ended=ended, outcome=SELF_SERVED, **_about(m, place))
    t.first_contact[place] = start
    return Sessions(place, leg, start, ended, ended, np.ones_like(place), nobody, nobody)


def _about(m: Making, place: Ints) -> dict[str, Ints | int]:
    t = m.tickets
    columns = ("customer", "channel", "reason", "brand", "language")
    return {"ticket": place, **{name: getattr(t, name)[place] for name in columns}}


def _entering(m: Making, place: Ints) -> Ints:
    """When contacts enter the queue: callers after a menu, some chats after a talk with the bot."""
    menu = m.rng.integers(8, 30, len(place))
    with_bot = m.rng.integers(60, 200, len(place))
    is_phone, has_bot = m.tickets.channel[place] == PHONE, m.tickets.bot[place] == 2
    return m.tickets.arrived[place] + np.where(is_phone, menu, np.where(has_bot, with_bot, 0))


def take_contacts(m: Making) -> tuple[Sessions, Contacts]:
    """Calls and chats with a ticket, answered by a person after a wait; notes the first contact and answer."""
    t = m.tickets
    place = np.flatnonzero(t.is_live & (t.bot != 1))
    queued = _entering(m, place)
    wait = waits(m.plan.weights.load[t.slot[place]], m.rng)
    t.first_contact[place] = np.where(t.channel[place] == CHAT, t.arrived[place], queued)
    sessions, total = _legs(m, place, queued, wait)
    t.turn_at[place] = sessions.ended
    t.answered(place, np.where(sessions.passed_at >= 0, queued + wait, sessions.answered))
    on_record = (t.channel[place] == PHONE) & (t.first_reply[place] < m.plan.until)
    t.created[place] = np.where(on_record, t.first_reply[place], t.arrived[place])
    t.flagged_at[place] = np.maximum(t.flagged_at[place], t.created[place])
    return sessions, Contacts(t.channel[place], total, _outcome(m.plan.until, queued, sessions))


def _outcome(until: int, queued: Ints, sessions: Sessions) -> Ints:
    over = np.where(sessions.ended < until, ANSWERED, IN_PROGRESS)
    waiting = np.where(queued < until, IN_QUEUE, IN_PROGRESS)
    return np.where(sessions.answered < until, over, waiting)


def _legs(m: Making, place: Ints, queued: Ints, wait: Ints) -> tuple[Sessions, Ints]:
    """Put down the legs; a few calls overflow into another queue, a few are passed on to the second line."""
    t, rng, staff = m.tickets, m.rng, m.plan.staff
    possible = (t.channel[place] == PHONE) & (t.arrived[place] < m.plan.until - _QUIET_END_S)
    luck = rng.random(len(place))
    overflows, passes_on = possible & (luck < 0.04), possible & (luck > 0.95) & (t.team[place] != SECOND_LINE)
    two = overflows | passes_on
    giver = np.where(passes_on, staff.on_duty(t.owner[place], queued + wait), NONE)
    first_end = np.where(passes_on, queued + wait + rng.integers(40, 240, len(place)), queued + rng.integers(50, 140, len(place)))
    root = m.numbers.take("interaction", len(place))
    leg = root.copy()
    leg[two] = m.numbers.take("interaction", int(two.sum()))
    _first_legs(m, place[two], root[two], queued[two], wait[two], first_end[two], giver[two])
    _hand_over(m, place[passes_on], first_end[passes_on])

    start, queued_again = np.where(two, first_end, t.arrived[place]), np.where(two, first_end, queued)
    last_wait = np.where(two, rng.integers(3, 60, len(place)), wait)
    answered = queued_again + last_wait
    agent = staff.on_duty(t.owner[place], answered)
    talk, hold, acw = handling(t.channel[place], staff.speed[agent], rng)
    ended = answered + talk + hold
    m.legs.add(
        at=start, number=leg, root=root, queued=queued_again, answered=answered, ended=ended, talk=talk, hold=hold,
        acw=acw, agent=agent, team=t.team[place], outcome=ANSWERED,
        queue=np.where(passes_on, 3, np.where(overflows, 2, (t.channel[place] == CHAT).astype(np.int64))),
        **_about(m, place),
    )  # fmt: skip
    before = np.where(passes_on, wait, first_end - queued)
    passed_at = np.where(passes_on, first_end, NONE)
    sessions = Sessions(place, leg, answered, ended, ended + np.maximum(acw, 5), agent, passed_at, giver)
    return sessions, np.where(two, before + last_wait, wait)


def _first_legs(m: Making, place: Ints, root: Ints, queued: Ints, wait: Ints, end: Ints, giver: Ints) -> None:
    """The leg before an overflow (nobody answered) or before a call is passed on (the giver talked)."""
    talked = giver >= 0
    m.legs.add(
        at=m.tickets.arrived[place], number=root, root=root, queued=queued, ended=end, queue=0, agent=giver,
        answered=np.where(talked, queued + wait, NONE), outcome=np.where(talked, ANSWERED, OVERFLOWED),
        talk=np.where(talked, end - queued - wait, NONE), hold=np.where(talked, 0, NONE),
        acw=np.where(talked, 10, NONE), team=np.where(talked, m.tickets.team[place], NONE), **_about(m, place),
    )  # fmt: skip


def _hand_over(m: Making, place: Ints, at: Ints) -> None:
    t = m.tickets
    t.team[place] = SECOND_LINE
    t.owner[place] = m.plan.staff.pick(t.team[place], at, m.rng.random(len(place)))
    t.moves[place] = 0
