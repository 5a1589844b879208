"""One ticket in full: what it is, what happened, what was written, and every clock that ran on it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from servicemeter.desk.assist import the_ticket
from servicemeter.desk.clocks import clocks_of, states_of
from servicemeter.desk.methods import method
from servicemeter.desk.privacy import shows_words
from servicemeter.desk.unjudged import unjudged_notes
from servicemeter.ground.clock import epoch
from servicemeter.ground.errors import BadQuestion
from servicemeter.model.question import Filter, Scope
from servicemeter.model.ticket import Stretch, TicketClock, TicketStory
from servicemeter.store.build import Facts
from servicemeter.store.said import address_of, names_of, subjects_of, words_of
from servicemeter.store.ticketclocks import openings_between, read_clocks, ticket_number
from servicemeter.store.tickets import may_see, set_aside, tell_tickets
from servicemeter.store.timeline import tell_story

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["SENDS", "tell_ticket"]

SENDS = (Stretch, TicketClock, TicketStory)
_SPANS = ("agent", "team", "priority")
_AGENTS = ("agent_id", "author_id", "first_responder_id")


@method(is_story=True)
def tell_ticket(
    desk: Desk,
    *,
    ticket_id: str,
    source: str | None = None,
    as_of: datetime | None = None,
    words: bool = True,
    scope: Scope | None = None,
) -> TicketStory:
    """The story of one ticket (and of those merged into it) as known at `as_of`.

    `words` says whether the asker may read what was written. `BadQuestion` when there is no such ticket for this asker, or
    several sources have it and none was named.
    """
    own = the_ticket(desk, source, ticket_id)[0]
    facts, moment = desk.facts_at(as_of)
    at, scoped = epoch(moment), scope or Scope()
    number = ticket_number(facts, own, ticket_id)
    about, clocks, spans = _outside(facts, scoped, own, ticket_id) if number is None else _told(facts, at, scoped, number)
    entries = [entry for entry in tell_story(facts, own, ticket_id) if _is_past(entry, moment)]
    group = {(str(e["source"]), str(e["ticket_id"])) for e in entries if e["what"] == "created"} | {(own, ticket_id)}
    about["tickets"] = [{"source": s, "ticket_id": t} for s, t in sorted(group)]
    if url := desk.on_rows(lambda engine: address_of(engine, own, ticket_id)):
        about["url"] = url
    if words and shows_words(desk.home):
        _add_words(desk, about, entries, group)
    agents = names_of(facts.engine, "agent", {s for s, _ in group}, _agents(entries, spans))
    teams = names_of(facts.engine, "team", {s for s, _ in group}, _teams(entries, spans))
    notes = () if number is None else unjudged_notes(facts.policies, [Filter("source", (str(about["source"]),))])
    return TicketStory(about, entries, clocks, spans, desk.data_version, moment, desk.report_tz, agents, teams, notes)


Told = tuple[dict[str, Any], list[TicketClock], dict[str, list[dict[str, Any]]]]


def _told(facts: Facts, at: int, scope: Scope, number: int) -> Told:
    if not may_see(facts, at, scope, number):
        raise BadQuestion("There is no such ticket among those that you may see.")
    rows = read_clocks(facts, number, at)
    [about] = tell_tickets(facts, at, [number], words=False)
    spans = {"status": states_of(rows, at), **{name: rows[name] for name in _SPANS}}

    def openings(since: int, until: int) -> list[tuple[int, int]]:
        found = []
        for row in rows["calendars"]:
            start, end = max(since, row["from_at"]), min(until, row["to_at"])
            if start < end:
                found += openings_between(facts, row["calendar_id"], start, end)
        return found

    def openings_of(calendar_id: str, since: int, until: int) -> list[tuple[int, int]]:
        return openings_between(facts, calendar_id, since, until)

    return about, clocks_of(rows, at, openings, openings_of), spans


def _outside(facts: Facts, scope: Scope, source: str, ticket_id: str) -> Told:
    """A ticket that is in no figure: why, and no clocks."""
    aside = [row for row in set_aside(facts, scope, ticket_id) if row["source"] == source]
    if not aside:
        raise BadQuestion("There is no such ticket among those that you may see.")
    return {**aside[0], "is_aside": True}, [], {name: [] for name in ("status", *_SPANS)}


def _is_past(entry: dict[str, Any], moment: datetime) -> bool:
    return "at" not in entry or datetime.fromisoformat(str(entry["at"])) < moment


def _add_words(desk: Desk, about: dict[str, Any], entries: list[dict[str, Any]], group: set[tuple[str, str]]) -> None:
    said = desk.on_rows(lambda engine: words_of(engine, group))
    for entry in entries:
        if entry["what"] == "message" and (text := said.get((str(entry["source"]), str(entry["message_id"])))):
            entry["text"] = text
    subjects = desk.on_rows(lambda engine: subjects_of(engine, group))
    if subject := subjects.get((str(about["source"]), str(about["ticket_id"]))):
        about["subject"] = subject


def _agents(entries: Iterable[dict[str, Any]], spans: dict[str, list[dict[str, Any]]]) -> set[str]:
    found = {str(entry[name]) for entry in entries for name in _AGENTS if name in entry}
    found |= {str(e["actor_id"]) for e in entries if "actor_id" in e}
    found |= {str(e["value"]) for e in entries if e.get("field") == "assignee_id" and e.get("value")}
    return found | {str(span["value"]) for span in spans["agent"] if "value" in span}


def _teams(entries: Iterable[dict[str, Any]], spans: dict[str, list[dict[str, Any]]]) -> set[str]:
    found = {str(entry["team_id"]) for entry in entries if "team_id" in entry}
    found |= {str(e["value"]) for e in entries if e.get("field") == "team_id" and e.get("value")}
    return found | {str(span["value"]) for span in spans["team"] if "value" in span}
