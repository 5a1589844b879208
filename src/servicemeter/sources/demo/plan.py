"""The plan of a demo year: everything that is decided before the first ticket, the same for every chunk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from servicemeter.ground.errors import BadSettings
from servicemeter.sources.demo.arrivals import Slots, Weights, fill, slots_between, strike_week, weights
from servicemeter.sources.demo.columns import Floats, Ints, hashed
from servicemeter.sources.demo.hours import TZ, WorkClock, epoch, local_midnight
from servicemeter.sources.demo.staff import Staff, staff_for

__all__ = ["LEAN_FROM", "Plan", "plan_for"]

LEAN_FROM = 1_000_000
_ORDERS_PER_TICKET = 8
_ORDERS_CAP = 800_000
_CUSTOMERS_AT_START = 0.45


@dataclass(frozen=True)
class Plan:
    """Seed, span, sizes, half hours and what falls into each; `lean` leaves out texts and every second event."""

    seed: int
    tickets: int
    orders: int
    customers: int
    since: int
    until: int
    chunk: int
    clock: WorkClock
    slots: Slots
    weights: Weights
    tickets_before: Ints
    orders_before: Ints
    staff: Staff
    strike: tuple[int, int]

    @property
    def lean(self) -> bool:
        """Whether the shop is so big that texts and some kinds of events are left out."""
        return self.tickets >= LEAN_FROM

    def chance(self, kind: int, chunk: int) -> np.random.Generator:
        """The random numbers of one chunk of one kind of thing."""
        return np.random.Generator(np.random.PCG64([self.seed, kind, chunk]))

    def month(self) -> tuple[date, date]:
        """First days of the last full local month and of the month after it."""
        end = datetime.fromtimestamp(self.until, TZ).date().replace(day=1)
        return (end - timedelta(days=1)).replace(day=1), end

    def slot_and_instant(self, before: Ints, numbers: Ints, luck: Floats) -> tuple[Ints, Ints]:
        """The slot of the things with these numbers (from 0), and an instant inside it."""
        slot = np.searchsorted(before, numbers, side="right") - 1
        return slot, self.slots.start[slot] + (luck * self.slots.seconds[slot]).astype(np.int64)

    def known_customers(self, at: Ints) -> Floats:
        """How many customers the shop has at each instant."""
        passed = (at - self.since) / (self.until - self.since)
        return self.customers * (_CUSTOMERS_AT_START + (1 - _CUSTOMERS_AT_START) * passed)

    def first_seen(self, customer: Ints) -> Ints:
        """When a customer came: the first ones in the three years before, the others evenly during the year."""
        share = (customer / self.customers - _CUSTOMERS_AT_START) / (1 - _CUSTOMERS_AT_START)
        during = self.since + np.floor(share * (self.until - self.since))
        before = self.since - np.floor(3 * 365 * 86400 * (1 - customer / (self.customers * _CUSTOMERS_AT_START)))
        return np.asarray(np.where(share >= 0, during, before), dtype=np.int64)

    def someone(self, at: Ints, luck: Floats) -> Ints:
        """A customer whom the shop knows at each instant, earlier ones somewhat more often."""
        return np.floor(self.known_customers(at) * luck**1.4).astype(np.int64)

    def buyer(self, order: Ints) -> Ints:
        """The customer of an order (numbers from 0), null for guests: always the same for the same order."""
        slot = np.searchsorted(self.orders_before, order, side="right") - 1
        customer = self.someone(self.slots.start[slot], hashed(order, self.seed + 1))
        return np.where(hashed(order, self.seed + 2) < 0.12, -1, customer)


def _checked(tickets: int, until: datetime, days: int, chunk: int) -> None:
    if until.tzinfo is None:
        raise BadSettings(f"until={until.isoformat()} has no time zone. Give an aware instant, such as one in UTC.")
    for name, value in (("tickets", tickets), ("days", days), ("chunk", chunk)):
        if value < 1:
            raise BadSettings(f"{name}={value} makes no shop. Give a whole number from 1 on.")


def plan_for(*, seed: int, tickets: int, until: datetime, days: int, chunk: int) -> Plan:
    """Decide the year that ends at `until` and begins at the local midnight `days` days before that day."""
    _checked(tickets, until, days, chunk)
    end = epoch(until)
    since = local_midnight(until.astimezone(TZ).date() - timedelta(days=days))
    clock = WorkClock.covering(since, end)
    slots = slots_between(since, end, clock)
    rng = np.random.Generator(np.random.PCG64([seed, 0]))
    shape = weights(slots, rng)
    orders = min(_ORDERS_PER_TICKET * tickets, max(tickets, _ORDERS_CAP))
    return Plan(
        seed=seed,
        tickets=tickets,
        orders=orders,
        customers=max(orders // 4, tickets * 2 // 5, 10),
        since=since,
        until=end,
        chunk=chunk,
        clock=clock,
        slots=slots,
        weights=shape,
        tickets_before=fill(shape.written + shape.live, tickets, rng),
        orders_before=fill(shape.orders, orders, rng),
        staff=staff_for(tickets, since, end, seed),
        strike=strike_week(end),
    )
