"""What is said in live sessions: chats message by message, calls as a note; and who takes the ticket on."""

from __future__ import annotations

import numpy as np

from servicemeter.sources.demo.calls import Sessions
from servicemeter.sources.demo.changes import assign, hand_on, solve
from servicemeter.sources.demo.columns import Flags, Ints
from servicemeter.sources.demo.making import AGENT, BOT, CUSTOMER, Making
from servicemeter.sources.demo.tickets import CHAT, PHONE

__all__ = ["hold_bot_chats", "hold_sessions"]

_TURN_S = 90
_MOST_TURNS = 8


def hold_bot_chats(m: Making, bots: Sessions) -> None:
    """Chats between a customer and the bot, solved by the bot."""
    _talk(m, bots, BOT, np.maximum(bots.ended - bots.answered, 25))
    solve(m, bots.place, bots.ended, BOT, 1, m.numbers.take("update", len(bots.place)))


def hold_sessions(m: Making, held: Sessions) -> None:
    """Chats and calls with a person: words or a note, the assignee, and a solve where nothing is left to write."""
    t = m.tickets
    is_chat = t.channel[held.place] == CHAT
    _before_the_queue(m, _where(held, is_chat))
    update = m.numbers.take("update", len(held.place))
    chats = _where(held, is_chat)
    _talk(m, chats, AGENT, chats.ended - chats.answered, update[is_chat])
    note = (t.channel[held.place] == PHONE) & (m.rng.random(len(held.place)) < 0.8)
    m.said.add(at=held.wrapped[note], ticket=held.place[note], rank=2, author=AGENT, who=held.agent[note], public=0,
               session=held.leg[note], update=update[note])  # fmt: skip
    _take_on(m, held)
    done = t.rounds[held.place] == 0
    solve(m, held.place[done], held.wrapped[done], AGENT, held.agent[done], update[done])
    t.turn_at[held.place] = held.wrapped


def _where(held: Sessions, kept: Flags) -> Sessions:
    return Sessions(*(column[kept] for column in vars(held).values()))


def _take_on(m: Making, held: Sessions) -> None:
    """Whoever answers becomes the assignee; a call passed on goes to the second line."""
    t, passed = m.tickets, held.passed_at >= 0
    assign(m, held.place, t.first_reply[held.place], np.where(passed, held.giver, held.agent), True)
    some = held.place[passed]
    update = m.numbers.take("update", len(some))
    hand_on(m, some, held.passed_at[passed], held.giver[passed], t.team[some], t.owner[some], update)


def _before_the_queue(m: Making, chats: Sessions) -> None:
    """The customer's opening words, a greeting by machine, and for some a talk with the bot."""
    t, place = m.tickets, chats.place
    start = t.arrived[place]
    m.said.add(at=start, ticket=place, author=CUSTOMER, session=chats.leg)
    greeted = m.rng.random(len(place)) < 0.5
    m.said.add(at=start[greeted] + 1, ticket=place[greeted], rank=1, author=BOT, who=1, auto=1, session=chats.leg[greeted])
    bot = t.bot[place] == 2
    told = start[bot] + m.rng.integers(5, 20, int(bot.sum()))
    m.said.add(at=told, ticket=place[bot], rank=1, author=BOT, who=1, session=chats.leg[bot])
    m.said.add(at=told + m.rng.integers(8, 35, len(told)), ticket=place[bot], author=CUSTOMER, session=chats.leg[bot])


def _talk(m: Making, held: Sessions, author: int, length: Ints, update: Ints | None = None) -> None:
    """Words to and fro, about every 90 seconds; the bot's talks begin with the customer's opening words."""
    who = held.agent if author == AGENT else np.ones_like(held.agent)
    if author == BOT:
        m.said.add(at=held.answered, ticket=held.place, author=CUSTOMER, session=held.leg)
    turns = np.clip(length // _TURN_S, 1, _MOST_TURNS)
    last_word = m.rng.random(len(turns)) < 0.6
    for turn in range(_MOST_TURNS):
        on = np.flatnonzero(turns > turn)
        said_at = held.answered[on] + 3 + turn * length[on] // turns[on]
        m.said.add(at=said_at, ticket=held.place[on], rank=2, author=author, who=who[on], session=held.leg[on],
                   **({} if update is None else {"update": update[on]}))  # fmt: skip
        back = (turns[on] > turn + 1) | last_word[on]
        m.said.add(at=(said_at + length[on] // turns[on] // 2)[back], ticket=held.place[on][back], author=CUSTOMER,
                   session=held.leg[on][back])  # fmt: skip
