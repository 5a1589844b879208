"""Taking back a load, or removing a source: what would go, and doing it as it was looked at."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from servicemeter.desk.pulling import alone
from servicemeter.ground.errors import BadQuestion
from servicemeter.model.hours import OURS
from servicemeter.model.withdrawal import Withdrawal
from servicemeter.office.connections import list_connections
from servicemeter.surveys.answering import SOURCE as SURVEYS

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["can_remove", "plan", "withdraw"]


def can_remove(source: str) -> bool:
    """Whether a source that is not connected may be removed: what was set here and answers to own surveys stay."""
    return source not in (OURS, SURVEYS)


def plan(desk: Desk, *, source: str | None, load: int | None, is_whole: bool, starts_over: bool = False) -> Withdrawal:
    """What would go: a load with the later ones of its source (the last import without `load`), or with `is_whole` the source.

    A connected source is removed only where it `starts_over`: its next sync reads everything anew. Raises `UnknownName` and
    `BadQuestion`, with what to do instead.
    """
    if source == SURVEYS:
        raise BadQuestion(
            "Answers to your own surveys came once and do not come again, so they are not taken back. Nothing was changed. "
            "To take out those of one person: servicemeter erase CUSTOMER"
        )
    with desk.on_book() as book:
        if not is_whole:
            return book.plan_undo(source, load, never=(SURVEYS, OURS))
        if source is None:
            raise BadQuestion("Say which source is to be removed. Those there are: servicemeter loads")
        if source == OURS:
            raise BadQuestion(
                "That is what was set here: hours, agreements, the time zone. Nothing was changed. Change it: "
                "servicemeter hours, servicemeter promises"
            )
        found = book.plan_removal(source)
    if not starts_over and source in _connected(desk):
        kind = _connected(desk)[source]
        raise BadQuestion(
            f"{source} is connected, and its rows would come again. Nothing was changed. End the connection first: servicemeter "
            f"connect {kind} --name {source} --remove. Or read everything anew: servicemeter remove {source} --start-over"
        )
    return found


def withdraw(
    desk: Desk, *, source: str, load: int | None, is_whole: bool, seen: str, now: datetime, starts_over: bool = False
) -> Withdrawal:
    """Do what `plan` said under the mark `seen`, and build the facts again; `BadQuestion` when there were loads since."""
    with alone(desk, source):  # a sync that goes on would write where it stands after its rows are gone
        found = plan(desk, source=source, load=load, is_whole=is_whole, starts_over=starts_over)
        if found.mark != seen:
            raise BadQuestion(f"Something was loaded from {source} since you looked. Nothing was changed; look again.")
        with desk.on_book() as book:
            done = book.withdraw(found, now=now)
            desk.begin_anew(is_smaller=found.is_whole)
            return done


def _connected(desk: Desk) -> dict[str, str]:
    """The kind of each connected source, by its name."""
    if desk.home is None or not desk.home.has_office():
        return {}
    return {one.name: one.kind for one in list_connections(desk.office)}
