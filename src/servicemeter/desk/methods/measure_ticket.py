"""What every metric made of one ticket: the rows of it that count, with their values, or why it does not count."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from servicemeter.desk.assist import the_ticket
from servicemeter.desk.methods import method
from servicemeter.ground.clock import epoch
from servicemeter.ground.errors import BadQuestion
from servicemeter.model.question import Scope
from servicemeter.store.ticketclocks import read_clocks, ticket_number
from servicemeter.store.tickets import may_see

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["measure_ticket"]


@method(is_kept=True)
def measure_ticket(
    desk: Desk, *, ticket_id: str, source: str | None = None, as_of: datetime | None = None, scope: Scope | None = None
) -> list[dict[str, Any]]:
    """For every metric of tickets: `metric`, `unit`, `report_tz`, the `rows` of this ticket that it counts, or `left_out`.

    It is its whole life up to `as_of` that is measured. Rows are like those of `explain`: `happened_at`, `n`, and where there
    is one `value`, `numerator`, `counts_as`. A ticket that is in no figure has none.
    """
    own = the_ticket(desk, source, ticket_id)[0]
    facts, moment = desk.facts_at(as_of)
    at = epoch(moment)
    number = ticket_number(facts, own, ticket_id)
    if number is None:
        return []
    if not may_see(facts, at, scope or Scope(), number):
        raise BadQuestion("There is no such ticket among those that you may see.")
    [ticket] = read_clocks(facts, number, at)["ticket"]
    known = [ticket[name] for name in ("created_at", "first_contact_at") if name in ticket]
    made = desk.measure_one_ticket(number, min([*known, at]), at)
    return [{**one, "report_tz": desk.report_tz} for one in made]
