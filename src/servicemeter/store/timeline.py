"""The story of one ticket: what the rows say, and what was worked out from them, in the order it happened."""

from __future__ import annotations

from typing import Any

from servicemeter.store.build import Facts
from servicemeter.store.sqlfiles import plain_rows, sql_files

__all__ = ["tell_story"]


def tell_story(facts: Facts, source: str, ticket_id: str) -> list[dict[str, Any]]:
    """Everything that happened on a ticket and on those merged with it; no words of messages.

    Tickets that are in no figure (spam, tests, deleted) have a story too, without turns and solves.
    """
    entries: list[dict[str, Any]] = []
    for file in sql_files("story").values():
        entries += plain_rows(facts, _with_asked(facts, source, ticket_id) + facts.render(_timestamp(facts) + file.text))
    entries.sort(key=lambda entry: (entry.get("at", ""), entry["place"], entry.get("seq", 0), str(sorted(entry.items()))))
    for entry in entries:
        del entry["place"]
    return entries


def _with_asked(facts: Facts, source: str, ticket_id: str) -> str:
    """The tickets of the group that this one belongs to, by their number, as the relation `asked`."""
    text = facts.engine.dialect.text
    members = f"{facts.schema}.members"
    one = f"source = {text(source)} and ticket_id = {text(ticket_id)}"
    return f"""
        with asked as (
            select m.source, m.ticket_id, m.ticket_no from {members} as m
            where m.ticket_no in (select ticket_no from {members} where {one})
            union
            select source, ticket_id, null from tickets
            where {one} and not exists (select 1 from {members} where {one})
        )
    """


def _timestamp(facts: Facts) -> str:
    """How templates turn an instant of a fact into one of the rows."""
    return "{% macro timestamp(s) %}" + facts.engine.dialect.timestamp("$s").replace("$s", "{{ s }}") + "{% endmacro %}"
