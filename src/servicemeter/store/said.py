"""What was written on a ticket, word for word, and what its people are called: for the pages that show one ticket."""

from __future__ import annotations

from collections.abc import Collection

from servicemeter.engines.engine import BookEngine, Engine

__all__ = ["address_of", "names_of", "subjects_of", "words_of"]

Key = tuple[str, str]


def words_of(engine: BookEngine, tickets: Collection[Key]) -> dict[Key, str]:
    """The texts of the messages on these tickets (source, id), by the message's source and id; empty where none are kept."""
    sql = f"""
        select g.source, g.message_id, x.text
        from {engine.dialect.values(sorted(tickets), ["source", "ticket_id"])} as a
        join messages as g on coalesce(g.ticket_source, g.source) = a.source and g.ticket_id = a.ticket_id
        join texts as x on x.source = g.source and x.of = 'message' and x.id = g.message_id
        where x.text is not null
    """
    return {(source, message_id): text for source, message_id, text in engine.rows(sql)}


def subjects_of(engine: BookEngine, tickets: Collection[Key]) -> dict[Key, str]:
    """The subjects of these tickets."""
    sql = f"""
        select x.source, x.id, x.text from {engine.dialect.values(sorted(tickets), ["source", "ticket_id"])} as a
        join texts as x on x.source = a.source and x.of = 'ticket' and x.id = a.ticket_id where x.text is not null
    """
    return {(source, ticket_id): text for source, ticket_id, text in engine.rows(sql)}


def address_of(engine: BookEngine, source: str, ticket_id: str) -> str | None:
    """Where the source itself shows a ticket; only addresses of web pages are believed."""
    text = engine.dialect.text
    sql = f"select url from tickets where source = {text(source)} and ticket_id = {text(ticket_id)} and url is not null"
    found = [str(url) for (url,) in engine.rows(sql)]
    return next((url for url in found if url.startswith(("https://", "http://"))), None)


def names_of(engine: Engine, kind: str, sources: Collection[str], ids: Collection[str]) -> dict[str, str]:
    """The names of agents or teams (`kind`) of these sources, by id; those without one are left out."""
    if not ids:
        return {}
    text = engine.dialect.text
    among, of = ", ".join(map(text, sorted(ids))), ", ".join(map(text, sorted(sources)))
    which = f"source in ({of}) and {kind}_id in ({among}) and name is not null"
    sql = f"select {kind}_id, name from {kind}s where {which} order by source desc"
    return {str(key): str(name) for key, name in engine.rows(sql)}
