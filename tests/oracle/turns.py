"""Customer turns: how long the oldest unanswered message waited, and how that ended."""

from __future__ import annotations

from typing import Any

from oracle.rows import Row
from oracle.ticket import Ticket

__all__ = ["turns"]


def turns(ticket: Ticket, before: int, responder: str = "human", is_cut_by_bots: bool = False) -> list[Row]:
    """The customer turns of a ticket known before an instant.

    Each has `start`, `session` (None when written), `end` and `how` (`answered`, `solved` or None when it still waits),
    and who answered. Written messages and those of each live session run apart; a solve ends them all.
    """
    items: list[tuple[int, int, str, Any]] = []
    for message in ticket.messages:
        if ticket.is_question(message):
            items.append((message["occurred_at"], 0, message["message_id"], message))
        elif ticket.is_reply(message, "any" if is_cut_by_bots else responder):
            items.append((message["occurred_at"], 1, message["message_id"], message))
    items += [(s["at"], 2, "", None) for s in ticket.solves(before)]
    found: list[Row] = []
    waiting: dict[Any, Row] = {}
    for at, rank, _, message in sorted((i for i in items if i[0] < before), key=lambda i: i[:3]):
        if rank == 2:
            for turn in waiting.values():
                turn.update(end=at, how="solved")
            waiting.clear()
            continue
        session = ticket.session_of(message)
        if rank == 1:
            turn = waiting.pop(session, {})
            turn.update(end=at, how="answered", reply=message)
        elif session not in waiting:
            waiting[session] = {"start": at, "session": session, "end": None, "how": None}
            found.append(waiting[session])
    return found
