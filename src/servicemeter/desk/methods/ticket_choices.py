"""What tickets can be narrowed by, with the values that the book has: for a form to offer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servicemeter.desk.methods import method
from servicemeter.model.question import Scope
from servicemeter.store.choices import values_of_tickets

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["ticket_choices"]


@method(is_kept=True)
def ticket_choices(desk: Desk, *, scope: Scope | None = None) -> dict[str, list[tuple[str, str]]]:
    """For each dimension of tickets the values in use and what they are called; `(unknown)` or `(unassigned)` for none."""
    return values_of_tickets(desk.facts_in_book(), scope or Scope())
