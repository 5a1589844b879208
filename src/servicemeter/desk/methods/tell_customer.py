"""A customer's whole story: tickets, calls and chats, survey scores, orders, of all sources in which we know the person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from servicemeter.desk.methods import method
from servicemeter.ground.clock import epoch
from servicemeter.ground.errors import BadQuestion
from servicemeter.model.question import Filter, Scope
from servicemeter.model.ticket import TicketWish
from servicemeter.store.build import Facts
from servicemeter.store.customer import same_person
from servicemeter.store.customer import tell_customer as read_story
from servicemeter.store.people import tell_person
from servicemeter.store.said import names_of
from servicemeter.store.tickets import MOST_ROWS, list_tickets

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["tell_customer"]


@method(is_story=True)
def tell_customer(
    desk: Desk,
    *,
    customer_id: str,
    source: str,
    as_of: datetime | None = None,
    page: int = 1,
    size: int = 50,
    scope: Scope | None = None,
) -> dict[str, Any]:
    """`person`: who it is in each source; `counts` by kind; `entries` of a page, newest first; `total` of them; `agents` by name.

    Entries are as in `assist`. Who may see only some teams or agents sees their tickets and calls, and no orders and scores.
    `BadQuestion` when nobody of this id may be seen.
    """
    if page < 1 or not 1 <= size <= MOST_ROWS:
        raise BadQuestion(f"page={page} with size={size}: pages count from 1, a page has 1 to {MOST_ROWS:,} entries.")
    facts, moment = desk.facts_at(as_of)
    scoped = scope or Scope()
    same = same_person(facts, source, customer_id)
    tickets = _tickets_seen(facts, epoch(moment), scoped, same)

    def is_seen(entry: Mapping[str, Any]) -> bool:
        if "at" in entry and datetime.fromisoformat(str(entry["at"])) >= moment:
            return False
        return _is_within(scoped, entry, tickets)

    told = read_story(facts, source, customer_id, size, skip=(page - 1) * size, is_seen=is_seen)
    person = [row for row in desk.on_rows(lambda engine: tell_person(engine, same)) if _of_sources(scoped, row)]
    total = sum(told["counts"].values())
    if not total and (not person or scoped != Scope()):
        raise BadQuestion(f"There is no customer {customer_id!r} in {source} among those that you may see.")
    agents = {str(entry["agent_id"]) for entry in told["entries"] if "agent_id" in entry}
    return {
        **told,
        "agents": names_of(facts.engine, "agent", {str(entry["source"]) for entry in told["entries"]}, agents),
        "person": person,
        "total": total,
        "page": page,
        "size": size,
        "pages": max(1, -(-total // size)),
        "data_version": desk.data_version,
        "as_of": moment,
        "report_tz": desk.report_tz,
    }


def _tickets_seen(facts: Facts, at: int, scope: Scope, same: list[tuple[str, str]]) -> set[tuple[str, str]] | None:
    """The person's tickets that are within a scope; None where all are."""
    if scope == Scope():
        return None
    where = (Filter("customer", tuple(f"{source}:{one}" for source, one in same)),)
    found: set[tuple[str, str]] = set()
    page = 1
    while rows := list_tickets(facts, at, scope, TicketWish(where, size=MOST_ROWS, page=page), words=False):
        found |= {(row["source"], row["ticket_id"]) for row in rows}
        page += 1
    return found


def _of_sources(scope: Scope, row: Mapping[str, Any]) -> bool:
    return not scope.sources or row["source"] in scope.sources


def _is_within(scope: Scope, entry: Mapping[str, Any], tickets: set[tuple[str, str]] | None) -> bool:
    """Whether an entry may be seen."""
    if tickets is None:
        return True
    if entry["what"] == "ticket":
        return (entry["source"], entry["ticket_id"]) in tickets
    is_of_team = not scope.teams or entry.get("team_id") in scope.teams
    is_of_agent = not scope.agents or entry.get("agent_id") in scope.agents
    is_of_brand = not scope.brands or entry.get("brand") in scope.brands
    return _of_sources(scope, entry) and is_of_brand and is_of_team and is_of_agent
