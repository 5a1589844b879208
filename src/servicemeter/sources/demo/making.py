"""One chunk in the making: its tickets, and the piles of messages, changes and legs that grow around them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from servicemeter.sources.demo.columns import NONE, Numbers, Pile
from servicemeter.sources.demo.plan import Plan
from servicemeter.sources.demo.tickets import Tickets

__all__ = ["AGENT", "BOT", "CUSTOMER", "SYSTEM", "Making"]

CUSTOMER, AGENT, BOT, SYSTEM = range(4)
"""Who says or changes something."""


def _messages() -> Pile:
    return Pile(ticket=NONE, rank=0, author=CUSTOMER, who=NONE, public=1, auto=0, session=NONE, update=NONE, macro=NONE)


def _changes() -> Pile:
    return Pile(ticket=NONE, rank=0, field=0, value=0, actor=SYSTEM, who=NONE, update=NONE)


def _legs() -> Pile:
    return Pile(
        number=NONE, root=NONE, ticket=NONE, customer=NONE, channel=NONE, outbound=0, queued=NONE, answered=NONE,
        ended=NONE, outcome=0, talk=NONE, hold=NONE, acw=NONE, agent=NONE, team=NONE, reason=NONE, queue=NONE,
        brand=NONE, language=NONE,
    )  # fmt: skip


@dataclass
class Making:
    """What the functions that make one chunk share; `numbers` goes on from chunk to chunk.

    `rank` orders rows within one second: customers speak before the desk, and everybody before a solve.
    """

    plan: Plan
    tickets: Tickets
    rng: np.random.Generator
    numbers: Numbers
    said: Pile = field(default_factory=_messages)
    changed: Pile = field(default_factory=_changes)
    legs: Pile = field(default_factory=_legs)
