"""What is said in writing on tickets, from the first request to the last solve, and what changes with it."""

from __future__ import annotations

import numpy as np

from servicemeter.sources.demo.changes import (
    ASSIGNEE,
    CLOSED,
    ON_HOLD,
    OPEN,
    PENDING,
    assign,
    hand_on,
    set_status,
    solve,
)
from servicemeter.sources.demo.columns import NONE, Flags, Floats, Ints
from servicemeter.sources.demo.making import AGENT, BOT, CUSTOMER, SYSTEM, Making
from servicemeter.sources.demo.staff import FIRST_LINE, RETURNS, SECOND_LINE
from servicemeter.sources.demo.tickets import EMAIL

__all__ = ["begin", "come_back", "write"]

_USUAL_REPLY_S = np.array((6600.0, 3600.0, 3600.0, 1500.0))
_LATER_REPLY_S = 4800.0
_PRIORITY_PACE = np.array((1.5, 1.0, 0.6, 0.3))
_STRIKE_PACE = 2.5
_DAY_S = 86_400
_MACROS = 12


def _some(m: Making, place: Ints, share: float) -> Flags:
    return np.asarray(m.rng.random(len(place)) < share)


def _spread(m: Making, place: Ints, middle_s: float, sigma: float, lowest: int, highest: int) -> Ints:
    """Lognormal seconds around a median, kept between two bounds."""
    seconds = middle_s * np.exp(m.rng.normal(0, sigma, len(place)))
    return np.clip(seconds, lowest, highest).astype(np.int64)


def begin(m: Making) -> None:
    """The requests themselves, automatic acknowledgements, the bot's part, and mails that the desk begins."""
    t = m.tickets
    written = np.flatnonzero(~t.is_live & ~t.outbound)
    t.first_contact[written] = t.arrived[written]
    m.said.add(at=t.arrived[written], ticket=written, author=CUSTOMER)
    mailed = written[(t.channel[written] == EMAIL) & _some(m, written, 0.85)]
    m.said.add(at=t.arrived[mailed] + m.rng.integers(1, 20, len(mailed)), ticket=mailed, rank=1, author=SYSTEM, auto=1)
    _bot_writes(m, written[t.bot[written] > 0])
    _desk_begins(m, np.flatnonzero(t.outbound))


def _bot_writes(m: Making, place: Ints) -> None:
    """The bot answers: alone (then it also solves) or until it hands over after another message of the customer."""
    t = m.tickets
    told = t.arrived[place] + m.rng.integers(20, 70, len(place))
    m.said.add(at=told, ticket=place, rank=1, author=BOT, who=1)
    again = (t.bot[place] == 2) | _some(m, place, 0.3)
    back = told + _spread(m, place, 900, 1.0, 30, 2 * _DAY_S)
    m.said.add(at=back[again], ticket=place[again], author=CUSTOMER)
    over = t.bot[place] == 2
    t.turn_at[place[over]] = back[over]
    alone, later = place[~over], np.where(again, back, told) + m.rng.integers(40, 2 * _DAY_S, len(place))
    solve(m, alone, later[~over], BOT, 1, m.numbers.take("update", len(alone)))


def _desk_begins(m: Making, place: Ints) -> None:
    """Mails from the desk to customers: some answer, the others' tickets are solved."""
    t, at = m.tickets, m.tickets.arrived[place]
    agent, update = t.owner[place], m.numbers.take("update", len(place))
    assign(m, place, at, agent, True)
    m.said.add(at=at, ticket=place, rank=2, author=AGENT, who=agent, update=update)
    answers = _some(m, place, 0.4)
    set_status(m, place, at, PENDING, AGENT, agent, update)
    heard, back = place[answers], (at + _spread(m, place, 14_000, 1.1, 120, 10 * _DAY_S))[answers]
    m.said.add(at=back, ticket=heard, author=CUSTOMER)
    set_status(m, heard, back, OPEN, CUSTOMER)
    t.turn_at[heard] = back
    t.rounds[place[~answers]] = 0
    solve(m, place[~answers], at[~answers] + 3 * _DAY_S, SYSTEM)


def _reply_at(m: Making, place: Ints, asked: Ints, *, first: bool) -> Ints:
    """When the desk answers: in open hours, faster for what is urgent, slower while the couriers are on strike."""
    t, (begins, ends) = m.tickets, m.plan.strike
    usual = _USUAL_REPLY_S[t.channel[place]] if first else np.full(len(place), _LATER_REPLY_S)
    pace = m.plan.staff.speed[t.owner[place]] * _PRIORITY_PACE[t.priority[place]]
    pace *= np.where((asked >= begins) & (asked < ends), _STRIKE_PACE, 1.0)
    crowd = 0.7 + 0.8 * m.plan.weights.load[m.plan.slots.at(np.minimum(asked, m.plan.until - 1))] ** 2
    seconds: Floats = usual * pace * crowd * np.exp(m.rng.normal(0, 0.9, len(place)))
    return m.plan.clock.after(asked, np.minimum(seconds, 60 * 3600) + 45)


def write(m: Making) -> None:
    """The desk and the customer write to each other until the desk has written as often as planned."""
    t = m.tickets
    place = np.flatnonzero(t.rounds > 0)
    asked, written = t.turn_at[place], 0
    while len(place):
        replied = _reply_at(m, place, asked, first=written == 0)
        if written == 0:
            _take_on(m, place, asked, replied)
        agent, update = m.plan.staff.on_duty(t.owner[place], replied), m.numbers.take("update", len(place))
        last = t.rounds[place] == written + 1
        _reply(m, place, asked, replied, agent, update, last)
        _finish(m, place[last], replied[last], agent[last], update[last])
        place, replied, agent, update = place[~last], replied[~last], agent[~last], update[~last]
        asked = _customer_writes(m, place, replied, agent, update)
        if written == 0:
            _send_up(m, place, replied, agent, update)
        written += 1
    _solve_silently(m)


def _take_on(m: Making, place: Ints, asked: Ints, replied: Ints) -> None:
    """Somebody gets the ticket before the first answer, by routing or by own hand; some are sent to another team."""
    t = m.tickets
    fresh = ~t.is_assigned[place]
    place, asked, replied = place[fresh], asked[fresh], replied[fresh]
    by_agent = _some(m, place, 0.4)
    routed = asked + ((replied - asked) * m.rng.uniform(0.02, 0.8, len(place))).astype(np.int64)
    taken = np.maximum(asked, replied - m.rng.integers(60, 900, len(place)))
    at = np.where(by_agent, taken, routed)
    assign(m, place, at, m.plan.staff.on_duty(t.owner[place], at), by_agent)
    wrong = (t.moves[place] == 1) & (replied - at > 10)
    place, at = place[wrong], (at + (replied - at) // 2)[wrong]
    giver = m.plan.staff.on_duty(t.owner[place], at)
    t.team[place] = np.where(t.team[place] == FIRST_LINE, RETURNS, FIRST_LINE)
    t.owner[place] = m.plan.staff.pick(t.team[place], at, m.rng.random(len(place)))
    hand_on(m, place, at, giver, t.team[place], t.owner[place], m.numbers.take("update", len(place)))


def _send_up(m: Making, place: Ints, at: Ints, agent: Ints, update: Ints) -> None:
    """Some questions go to the second line with the first answer."""
    t = m.tickets
    up = (t.moves[place] == 2) & (t.team[place] != SECOND_LINE)
    place, at = place[up], at[up]
    t.team[place] = SECOND_LINE
    t.owner[place] = m.plan.staff.pick(t.team[place], at, m.rng.random(len(place)))
    hand_on(m, place, at, agent[up], t.team[place], t.owner[place], update[up])


def _reply(m: Making, place: Ints, asked: Ints, at: Ints, agent: Ints, update: Ints, last: Flags) -> None:
    """One answer, and what may come around it: impatience, a note before, a second part after, an absence note."""
    t = m.tickets
    m.tickets.answered(place, at)
    macro = np.where(_some(m, place, 0.3), m.rng.integers(1, _MACROS + 1, len(place)), NONE)
    m.said.add(at=at, ticket=place, rank=2, author=AGENT, who=agent, update=update, macro=macro)
    more = _some(m, place, 0.1) & (at - asked > 600)
    between = asked + ((at - asked) * m.rng.uniform(0.1, 0.9, len(place))).astype(np.int64)
    m.said.add(at=between[more], ticket=place[more], author=CUSTOMER)
    noted = _some(m, place, 0.14) & (at - asked > 60)
    m.said.add(at=np.maximum(asked + 1, at - m.rng.integers(20, 900, len(place)))[noted], ticket=place[noted], rank=2,
               author=AGENT, who=agent[noted], public=0, update=m.numbers.take("update", int(noted.sum())))  # fmt: skip
    second = _some(m, place, 0.06) & ~last
    m.said.add(at=(at + m.rng.integers(15, 80, len(place)))[second], ticket=place[second], rank=2, author=AGENT,
               who=agent[second], update=m.numbers.take("update", int(second.sum())))  # fmt: skip
    away = _some(m, place, 0.03) & (t.channel[place] == EMAIL)
    m.said.add(at=(at + m.rng.integers(2, 50, len(place)))[away], ticket=place[away], author=CUSTOMER, auto=1)


def _finish(m: Making, place: Ints, at: Ints, agent: Ints, update: Ints) -> None:
    """The last answer solves the ticket, or a later look does, or four days of silence."""
    luck = m.rng.random(len(place))
    now, later, silence = luck < 0.62, (luck >= 0.62) & (luck < 0.82), luck >= 0.82
    solve(m, place[now], at[now], AGENT, agent[now], update[now])
    looked = m.plan.clock.after(at[later], m.rng.uniform(600, 5400, int(later.sum())))
    solver = m.plan.staff.on_duty(agent[later], looked)
    solve(m, place[later], looked, AGENT, solver, m.numbers.take("update", len(looked)))
    set_status(m, place[silence], at[silence], PENDING, AGENT, agent[silence], update[silence])
    solve(m, place[silence], at[silence] + 4 * _DAY_S, SYSTEM)


def _customer_writes(m: Making, place: Ints, at: Ints, agent: Ints, update: Ints) -> Ints:
    """The customer answers after a while; the ticket waits for the customer, now and then for a third party."""
    back = at + _spread(m, place, 11_000, 1.2, 90, 12 * _DAY_S)
    m.said.add(at=back, ticket=place, author=CUSTOMER)
    waits = m.tickets.pends[place]
    status = np.where(_some(m, place, 0.08), ON_HOLD, PENDING)
    set_status(m, place[waits], at[waits], status[waits], AGENT, agent[waits], update[waits])
    set_status(m, place[waits], back[waits], OPEN, CUSTOMER)
    return back


def _solve_silently(m: Making) -> None:
    """Some requests are solved without a word."""
    t = m.tickets
    place = np.flatnonzero(t.silent & ~t.is_written_off)
    at = _reply_at(m, place, t.arrived[place], first=True)
    agent = m.plan.staff.on_duty(t.owner[place], at)
    assign(m, place, at - 20, agent, True)
    solve(m, place, at, AGENT, agent, m.numbers.take("update", len(place)))


def come_back(m: Making) -> None:
    """Customers come back to solved tickets: to say thank you, or because it was not solved; old solves are closed."""
    t = m.tickets
    for time in range(2):
        place = np.flatnonzero((t.reopens > time) & (t.last_solve >= 0) & ~t.is_written_off)
        back = t.last_solve[place] + _spread(m, place, 18_000, 1.3, 60, 9 * _DAY_S)
        m.said.add(at=back, ticket=place, author=CUSTOMER)
        set_status(m, place, back, OPEN, CUSTOMER)
        t.reopened[place] += back < m.plan.until
        thanks = t.thanks[place] & (time == 0)
        _close_silently(m, place[thanks], back[thanks])
        _answer_again(m, place[~thanks], back[~thanks])
    if not m.plan.lean:
        old = np.flatnonzero((t.last_solve >= 0) & ~t.is_written_off)
        set_status(m, old, t.last_solve[old] + 10 * _DAY_S, CLOSED, SYSTEM)


def _close_silently(m: Making, place: Ints, back: Ints) -> None:
    at = m.plan.clock.after(back, m.rng.uniform(600, 9000, len(place)))
    agent = m.plan.staff.on_duty(m.tickets.owner[place], at)
    solve(m, place, at, AGENT, agent, m.numbers.take("update", len(place)))


def _answer_again(m: Making, place: Ints, back: Ints) -> None:
    t = m.tickets
    at = _reply_at(m, place, back, first=False)
    agent, update = m.plan.staff.on_duty(t.owner[place], at), m.numbers.take("update", len(place))
    new = ~t.is_assigned[place]
    m.changed.add(at=at[new], ticket=place[new], rank=5, field=ASSIGNEE, value=agent[new], actor=AGENT, who=agent[new])
    t.is_assigned[place] = True
    t.answered(place, at)
    m.said.add(at=at, ticket=place, rank=2, author=AGENT, who=agent, update=update)
    solve(m, place, at, AGENT, agent, update)
