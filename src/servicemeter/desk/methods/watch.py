"""What is going on now: who waits for a first answer, what nobody has, what is due, what is overdue, who is in the queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from servicemeter.desk.methods import method
from servicemeter.desk.unjudged import unjudged_notes
from servicemeter.ground.clock import epoch
from servicemeter.ground.errors import BadQuestion
from servicemeter.model.answer import Row
from servicemeter.model.question import Filter, Question, Scope
from servicemeter.model.ticket import TicketWish
from servicemeter.model.watch import Watch, WatchList
from servicemeter.store.build import Facts
from servicemeter.store.queue import contacts_waiting
from servicemeter.store.tickets import count_tickets, find_numbers, looks_ahead, tell_tickets

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["SENDS", "watch"]

SENDS = (Watch, WatchList)
_UNRESOLVED = Filter("status", ("unresolved",))
_LISTS: dict[str, tuple[tuple[Filter, ...], str]] = {
    "overdue": ((Filter("sla", ("overdue",)),), "due"),
    "at_risk": ((Filter("sla", ("at_risk",)),), "due"),
    "waiting": ((Filter("waits", ("first_answer",)),), "wait"),
    "unassigned": ((Filter("agent", ("(unassigned)",)), _UNRESOLVED), "created"),
}
"""The lists of tickets: what finds each among all tickets, and what presses most."""
_DAY = timedelta(days=1)


@method(is_kept=True)
def watch(
    desk: Desk, *, where: Sequence[Filter] = (), as_of: datetime | None = None, limit: int = 8, scope: Scope | None = None
) -> Watch:
    """The moment `as_of` (as far as the data reach): figures, and the `limit` most pressing of each kind."""
    if not 0 <= limit <= 100:
        raise BadQuestion(f"limit={limit} is no number of rows to watch; give 0 to 100.")
    facts, moment = desk.facts_at(as_of)
    scoped, filters = scope or Scope(), tuple(where)
    asked = Question("backlog", moment=moment, where=filters, as_of=moment, scope=scoped)
    day = replace(asked, since=moment.date() - _DAY, until=moment.date(), moment=None, where=(), scope=Scope())
    backlog, before, age, at_risk, answered, offered = desk.measure_all(
        [
            asked,
            replace(asked, moment=moment - _DAY),
            replace(asked, metric="backlog_age"),
            replace(asked, metric="sla_at_risk"),
            replace(day, metric="first_response_time"),
            replace(day, metric="abandonment_rate"),
        ]
    )
    count, rows = contacts_waiting(facts, epoch(moment), scoped, filters, limit)
    lists = [*_listed(facts, epoch(moment), scoped, filters, limit), WatchList("queue", count, rows)]
    counted_by = {"overdue": at_risk.row, "at_risk": at_risk.row, "waiting": answered.row, "queue": offered.row}
    told = [one if _is_measured(counted_by.get(one.name, backlog.row)) else replace(one, count=None) for one in lists]
    return Watch(
        backlog.row,
        before.row,
        age.row,
        at_risk.row,
        told,
        desk.data_version,
        moment,
        desk.report_tz,
        backlog.lagging_sources,
        unjudged_notes(facts.policies, filters, scoped),
    )


def _is_measured(row: Row) -> bool:
    """Whether any source supplies what a figure is made of."""
    return bool(row["null_reason"] != "not_measured")


def _listed(facts: Facts, at: int, scope: Scope, where: tuple[Filter, ...], limit: int) -> list[WatchList]:
    """The lists; the tickets of several are told together, because they are often the same and telling costs the most."""
    wishes = {name: TicketWish((*where, *own), sort=sort, size=max(limit, 1)) for name, (own, sort) in _LISTS.items()}
    numbers = {name: find_numbers(facts, at, scope, wish)[:limit] for name, wish in wishes.items()}
    rows: dict[tuple[bool, int], dict[str, Any]] = {}
    for ahead in (False, True):
        wanted = sorted({number for name, own in numbers.items() if looks_ahead(wishes[name]) == ahead for number in own})
        told = tell_tickets(facts, at, wanted, words=False, ahead=ahead)
        rows |= {(ahead, number): row for number, row in zip(wanted, told, strict=True)}
    return [
        WatchList(
            name,
            count_tickets(facts, at, scope, wish),
            [rows[looks_ahead(wish), number] for number in numbers[name]],
            *_LISTS[name],
        )
        for name, wish in wishes.items()
    ]
