"""All that happened on a ticket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicemeter.desk.methods import method
from servicemeter.desk.sight import check_ticket
from servicemeter.model.question import Scope
from servicemeter.store.timeline import tell_story

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["timeline"]


@method(is_story=True)
def timeline(desk: Desk, source: str, ticket_id: str, scope: Scope | None = None) -> list[dict[str, Any]]:
    """All that happened on a ticket (and on those merged into it), in order; empty when there is no such ticket.

    Each entry has `at` (ISO 8601, UTC; left out when nobody knows), `what`, and what there is to say of it; never
    what was written. Turns and solves have their seconds by the calendar and in opening hours. A ticket outside the
    `scope` is refused (`NotAllowed`).
    """
    facts = desk.facts_in_book()
    check_ticket(facts, source, ticket_id, scope or Scope())
    return tell_story(facts, source, ticket_id)
