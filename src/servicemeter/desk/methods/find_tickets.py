"""Tickets by any mix of what they are, who has them, what was promised, and when; a page at a time, all of them counted."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from servicemeter.desk.methods import method
from servicemeter.desk.privacy import shows_words
from servicemeter.desk.unjudged import unjudged_notes
from servicemeter.ground.clock import epoch, local_midnight
from servicemeter.ground.errors import BadQuestion
from servicemeter.model.question import Scope
from servicemeter.model.ticket import TicketList, TicketWish
from servicemeter.store.tickets import Span, count_tickets, list_tickets, set_aside

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["SENDS", "find_tickets"]

SENDS = (TicketWish, TicketList)


@method()
def find_tickets(
    desk: Desk,
    *,
    wish: TicketWish | None = None,
    as_of: datetime | None = None,
    words: bool = True,
    scope: Scope | None = None,
) -> TicketList:
    """One page of the tickets wished for, as they stood at `as_of`, and how many there are.

    `words` says whether the asker may read what customers wrote; without it subjects are left out and looking for words is
    refused, as with `show_words = false` in the settings.
    """
    wished, scoped = wish or TicketWish(), scope or Scope()
    may_read = words and shows_words(desk.home)
    if wished.words.strip() and not may_read:
        raise BadQuestion("What customers wrote may not be read here, so it cannot be searched. Leave the words out.")
    facts, moment = desk.facts_at(as_of)
    at = epoch(moment)
    spans = (
        _span(wished.created_since, wished.created_until, desk.report_tz),
        _span(wished.solved_since, wished.solved_until, desk.report_tz),
    )
    rows = list_tickets(facts, at, scoped, wished, *spans, words=may_read)
    total = count_tickets(facts, at, scoped, wished, *spans)
    aside = set_aside(facts, scoped, wished.name.strip()) if wished.name.strip() else []
    of = count_tickets(facts, at, scoped)
    notes = unjudged_notes(facts.policies, wished.where, scoped) if _is_of_promises(wished) else ()
    return TicketList(wished, rows, total, of, aside, desk.data_version, moment, desk.report_tz, notes)


def _is_of_promises(wish: TicketWish) -> bool:
    return wish.sort.removeprefix("-") == "due" or any(held.dimension == "sla" for held in wish.where)


def _span(since: date | None, until: date | None, tz: str) -> Span:
    """The instants of local days."""
    return Span(local_midnight(since, tz) if since else None, local_midnight(until, tz) if until else None)
