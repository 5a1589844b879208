"""The requests of one chunk: when they come, by which channel, about what, from whom, and what will become of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from servicemeter.sources.demo.arrivals import DELIVERY_SHARE, STRIKE_FACTOR
from servicemeter.sources.demo.columns import NONE, Flags, Ints, ids, instants, picked, rows_of, words
from servicemeter.sources.demo.people import BRANDS, LANGUAGES, brand_of, customer_ids, language_of
from servicemeter.sources.demo.plan import Plan
from servicemeter.sources.demo.staff import FIRST_LINE, RETURNS, SECOND_LINE

__all__ = ["CHANNELS", "CHAT", "COMPLAINT", "DELIVERY", "EMAIL", "FLAGS", "PHONE", "PRIORITIES", "REASONS", "SOCIAL",
           "Tickets", "draw_tickets", "ticket_rows"]  # fmt: skip

CHANNELS = ("email", "chat", "phone", "social")
EMAIL, CHAT, PHONE, SOCIAL = range(4)
REASONS = ("delivery", "returns", "product", "invoice", "account", "order_change", "complaint")
DELIVERY, _RETURNS_REASON, COMPLAINT = 0, 1, 6
PRIORITIES = ("low", "normal", "high", "urgent")
FLAGS = (None, "is_spam", "is_test", "is_deleted")
_REASON_SHARES = (DELIVERY_SHARE, 0.20, 0.17, 0.10, 0.09, 0.09, 0.05)
_MERGE_SHARE = 0.006
_REPEAT_SHARE = 0.05


@dataclass
class Tickets:
    """Columns of one chunk of tickets, by place in the chunk. What the desk does with them is noted in the second part.

    `number` is the ticket's running number, `arrived` when the customer got in touch. `bot`: 0 none, 1 the bot alone,
    2 the bot first. `flag` is a place in FLAGS, set at `flagged_at`. `rounds` is how many times the desk will write.
    `silent` tickets are solved without a reply, `forgotten` ones never. `reopens` is how often the customer comes back
    after a solve, `thanks` whether only to say thank you. `moves`: 1 sent on before the first reply, 2 after it.
    `merged_into` is the place of the survivor, from `merged_at` on; `opening` the place of the group's first ticket.
    """

    number: Ints
    slot: Ints
    arrived: Ints
    created: Ints
    channel: Ints
    reason: Ints
    priority: Ints
    brand: Ints
    language: Ints
    customer: Ints
    order: Ints
    follows: Ints
    outbound: Flags
    bot: Ints
    flag: Ints
    flagged_at: Ints
    rounds: Ints
    silent: Flags
    forgotten: Flags
    reopens: Ints
    thanks: Flags
    moves: Ints
    pends: Flags
    team: Ints
    owner: Ints
    merged_into: Ints
    merged_at: Ints
    first_team: Ints = field(init=False)
    first_contact: Ints = field(init=False)
    first_reply: Ints = field(init=False)
    turn_at: Ints = field(init=False)
    first_solve: Ints = field(init=False)
    last_solve: Ints = field(init=False)
    solves: Ints = field(init=False)
    reopened: Ints = field(init=False)
    is_assigned: Flags = field(init=False)

    def __post_init__(self) -> None:
        size = len(self.number)
        for name in ("first_contact", "first_reply", "first_solve", "last_solve"):
            setattr(self, name, np.full(size, NONE, dtype=np.int64))
        self.turn_at, self.first_team = self.arrived.copy(), self.team.copy()
        self.solves, self.reopened = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
        self.is_assigned = np.zeros(size, dtype=np.bool_)

    @property
    def is_live(self) -> Flags:
        """Calls and chats."""
        return np.isin(self.channel, (CHAT, PHONE))

    @property
    def is_written_off(self) -> Flags:
        """Spam that was seen at once and tickets merged into another: nobody writes on them."""
        return np.asarray((self.merged_into >= 0) | ((self.flag == 1) & (self.rounds == 0)))

    def is_valid(self, until: int) -> Flags:
        """Neither spam, test, deleted nor merged into another ticket, as far as known before `until`."""
        flagged = (self.flag > 0) & (self.flagged_at < until)
        return ~flagged & ~((self.merged_into >= 0) & (self.merged_at < until))

    def answered(self, where: Ints, at: Ints) -> None:
        """Note a human answer; the first one counts."""
        earlier = self.first_reply[where]
        self.first_reply[where] = np.where((earlier >= 0) & (earlier < at), earlier, at)


def _channels(plan: Plan, slot: Ints, rng: np.random.Generator) -> Ints:
    live_share = plan.weights.live / (plan.weights.live + plan.weights.written)
    is_live = rng.random(len(slot)) < live_share[slot]
    luck = rng.random(len(slot))
    return np.where(is_live, np.where(luck < 0.54, CHAT, PHONE), np.where(luck < 0.83, EMAIL, SOCIAL)).astype(np.int64)


def _reasons(plan: Plan, slot: Ints, rng: np.random.Generator) -> Ints:
    usual, luck = np.array(_REASON_SHARES), rng.random(len(slot))
    struck = usual.copy()
    struck[DELIVERY] *= STRIKE_FACTOR
    return np.where(plan.slots.in_strike[slot], picked(list(struck), luck), picked(list(usual), luck))


def _orders_and_customers(plan: Plan, slot: Ints, reason: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """A recent order for most requests about one, and its buyer; somebody the shop knows for the others."""
    size = len(slot)
    at = plan.slots.start[slot]
    days_ago = rng.gamma(2.0, np.where(reason == _RETURNS_REASON, 5.0, 2.2)) + 0.1
    bought_in = plan.slots.at(at - (days_ago * 86400).astype(np.int64))
    first, last = plan.orders_before[bought_in], plan.orders_before[bought_in + 1]
    order = first + (rng.random(size) * (last - first)).astype(np.int64)
    linked = (reason != 4) & (last > first) & (bought_in < slot) & (rng.random(size) < 0.8)
    order = np.where(linked, order, NONE)
    buyer = np.where(linked, plan.buyer(np.maximum(order, 0)), NONE)
    customer = np.where(buyer >= 0, buyer, plan.someone(at, rng.random(size)))
    return order, np.where(rng.random(size) < 0.02, NONE, customer)


def _repeats(customer: Ints, reason: Ints, rng: np.random.Generator, far: int) -> Ints:
    """Let some requests come from the customer of a recent one, mostly about the same; gives the places of those."""
    size = len(customer)
    back = np.arange(size) - rng.integers(1, far + 1, size)
    again = np.flatnonzero((rng.random(size) < _REPEAT_SHARE) & (back >= 0))
    fresh = np.ones(size, dtype=np.bool_)
    fresh[again] = False
    again = again[(customer[back[again]] >= 0) & fresh[back[again]]]
    customer[again] = customer[back[again]]
    same = again[rng.random(len(again)) < 0.8]
    reason[same] = reason[back[same]]
    before = np.full(size, NONE, dtype=np.int64)
    before[again] = back[again]
    return before


def _flags(channel: Ints, created: Ints, outbound: Flags, rng: np.random.Generator) -> tuple[Ints, Ints, Flags]:
    """Spam, test and deleted tickets, when they were flagged, and which were seen at once."""
    size = len(channel)
    flag = picked((0.978, 0.015, 0.004, 0.003), rng.random(size))
    flag = np.where(((flag == 1) & (channel != EMAIL)) | outbound, 0, flag)
    late = rng.random(size) < np.where(flag == 1, 0.15, 0.3)
    days = np.exp(rng.normal(1.6, 0.6, size))
    at_once = np.where(rng.random(size) < 0.6, 2, rng.integers(300, 14_400, size))
    return flag, created + np.where(late, (days * 86400).astype(np.int64), at_once), ~late


def _rounds(channel: Ints, reason: Ints, rng: np.random.Generator) -> Ints:
    """How many times the desk will write: at least once for written requests, mostly never after a call or chat."""
    size = len(channel)
    more = np.where((reason == COMPLAINT) | (reason == _RETURNS_REASON), 0.46, 0.36)
    rounds = np.minimum(rng.geometric(1 - more), 7)
    live = (channel == CHAT) | (channel == PHONE)
    return np.where(live & (rng.random(size) < 0.8), 0, rounds).astype(np.int64)


def _bots(channel: Ints, outbound: Flags, rng: np.random.Generator) -> Ints:
    chat, written = rng.random(len(channel)), rng.random(len(channel))
    of_chat = np.where(chat < 0.20, 1, np.where(chat < 0.48, 2, 0))
    of_written = np.where(written < 0.05, 1, np.where(written < 0.09, 2, 0))
    bot = np.where(channel == CHAT, of_chat, np.where(channel == PHONE, 0, of_written))
    return np.where(outbound, 0, bot).astype(np.int64)


def _teams(reason: Ints, rng: np.random.Generator) -> Ints:
    """Returns have a team of their own, most complaints go to the second line at once."""
    luck = rng.random(len(reason))
    team = np.where((reason == _RETURNS_REASON) & (luck < 0.9), RETURNS, FIRST_LINE)
    return np.where((reason == COMPLAINT) & (luck < 0.6), SECOND_LINE, team).astype(np.int64)


def _priorities(reason: Ints, rng: np.random.Generator) -> Ints:
    luck = rng.random(len(reason))
    usual, hot = picked((14, 70, 13, 3), luck), picked((0, 40, 45, 15), luck)
    return np.where(reason == COMPLAINT, hot, usual)


def _arrivals(plan: Plan, chunk: int, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    first = chunk * plan.chunk
    number = np.arange(first, min(first + plan.chunk, plan.tickets), dtype=np.int64)
    slot, arrived = plan.slot_and_instant(plan.tickets_before, number, rng.random(len(number)))
    return number + 1, slot, np.sort(arrived)


def draw_tickets(plan: Plan, chunk: int, rng: np.random.Generator) -> Tickets:
    """Draw one chunk of requests, in the order in which they come."""
    number, slot, arrived = _arrivals(plan, chunk, rng)
    size = len(number)
    channel, reason = _channels(plan, slot, rng), _reasons(plan, slot, rng)
    order, customer = _orders_and_customers(plan, slot, reason, rng)
    before = _repeats(customer, reason, rng, max(1, plan.tickets // 120))
    order = np.where(before >= 0, order[before], order)
    shopper = np.where(customer < 0, 10**12 + number, customer)
    live = (channel == CHAT) | (channel == PHONE)
    outbound = (channel == EMAIL) & (rng.random(size) < 0.05)
    flag, flagged_at, at_once = _flags(channel, arrived, outbound, rng)
    bot = np.where(flag == 1, 0, _bots(channel, outbound, rng))
    silent = (rng.random(size) < 0.015) & (bot == 0) & ~outbound & ~live & (flag != 1)
    forgotten = (rng.random(size) < 0.004) & (bot == 0) & ~outbound & ~live & ~silent & (flag != 1)
    rounds = _rounds(channel, reason, rng)
    unwritten = silent | forgotten | (bot == 1) | ((flag == 1) & at_once)
    sent_on = picked((0.80, 0.035, 0.165), rng.random(size))
    team = _teams(reason, rng)
    tickets = Tickets(
        number=number, slot=slot, arrived=arrived, created=arrived.copy(), channel=channel, reason=reason,
        priority=_priorities(reason, rng), brand=brand_of(shopper, plan.seed), customer=customer, order=order,
        language=language_of(shopper, plan.seed),
        follows=np.where((before >= 0) & (rng.random(size) < 0.35), number[before], NONE),
        outbound=outbound, bot=bot, flag=flag, flagged_at=flagged_at,
        rounds=np.where(unwritten, 0, rounds), silent=silent, forgotten=forgotten,
        reopens=picked((0.905, 0.088, 0.007), rng.random(size)), thanks=rng.random(size) < 0.55,
        moves=sent_on, pends=rng.random(size) < (0.2 if plan.lean else 1.0), team=team,
        owner=plan.staff.pick(team, arrived, rng.random(size)),
        merged_into=np.full(size, NONE, dtype=np.int64), merged_at=np.full(size, NONE, dtype=np.int64),
    )  # fmt: skip
    _merge(plan, tickets, rng)
    return tickets


def _merge(plan: Plan, t: Tickets, rng: np.random.Generator) -> None:
    """Merge some written requests with an earlier one of the same customer, now and then the older into the newer."""
    size = len(t.number)
    plain = ~t.is_live & (t.flag == 0) & ~t.outbound & (t.bot == 0) & ~t.silent & ~t.forgotten & (t.customer >= 0)
    wanted = np.flatnonzero(plain & (rng.random(size) < _MERGE_SHARE / max(float(plain.mean()), 0.1) ** 2))
    far = max(3, plan.tickets // 1500)
    older = wanted - rng.integers(1, far + 1, len(wanted))
    used = np.zeros(size, dtype=np.bool_)
    for new, old, luck in zip(wanted, older, rng.random(len(wanted)), strict=True):
        if old < 0 or not plain[old] or used[old] or used[new]:
            continue
        used[[new, old]] = True
        gone, kept = (new, old) if luck < 0.8 else (old, new)
        t.merged_into[gone] = kept
        t.rounds[gone], t.reopens[gone], t.moves[gone] = 0, 0, 0
        for column in (t.customer, t.brand, t.language, t.reason, t.order):
            column[new] = column[old]
    gone = np.flatnonzero(t.merged_into >= 0)
    later = np.maximum(t.arrived[gone], t.arrived[t.merged_into[gone]])
    t.merged_at[gone] = plan.clock.after(later, np.exp(rng.normal(7.5, 0.9, len(gone))))


def ticket_rows(plan: Plan, t: Tickets) -> Any:
    """Rows of `tickets`."""
    columns = {
        "ticket_id": ids("t", t.number),
        "created_at": instants(t.created),
        "channel": words(CHANNELS, t.channel),
        "initiated_by": words(("customer", "agent"), t.outbound.astype(np.int64)),
        "customer_id": customer_ids(t.customer, plan.seed),
        "brand": words(BRANDS, t.brand),
        "language": words(LANGUAGES, t.language),
        "order_id": ids("o", t.order),
        "follows_ticket_id": ids("t", t.follows),
    }
    return rows_of("tickets", columns, t.created)
