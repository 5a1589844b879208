"""What customers wrote on their tickets, read back from the book for those who judge it: reasons and complaints.

What a judgement of the program looks like in the book: an event of the ticket's own source, dated at its creation and before
every event of that second, so that whatever the source or a person says holds against it (METRICS.md 1.2, corrections). Its
`actor_id` says by which rule or group, its `update_id` by which version of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from servicemeter.engines.engine import BookEngine

__all__ = ["OWN", "Said", "said_and_told", "said_anew", "tags_of", "ticket_said", "ticket_tags", "ticket_words"]

OWN = "servicemeter:"
"""What the ids of the program's own events begin with."""

_BETWEEN = "\x1f"
_SPOKEN = """
    select coalesce(g.ticket_source, g.source) as source, g.ticket_id, min(g.language) as language,
           string_agg(x.text, chr(31) order by g.occurred_at, g.message_id) as words,
           max(greatest(x.recorded_at, g.recorded_at)) as heard_at
    from messages as g join texts as x on x.source = g.source and x.of = 'message' and x.id = g.message_id
    where g.author_type = 'customer' and g.is_public and not g.is_auto and x.text is not null
    group by coalesce(g.ticket_source, g.source), g.ticket_id
"""
_TICKETS = """
    select t.source, t.ticket_id, t.created_at, coalesce(t.language, s.language) as language, z.text as subject, s.words,
           greatest(s.heard_at, z.recorded_at, k.tagged_at) as heard_at
    from tickets as t
    left join spoken as s on s.source = t.source and s.ticket_id = t.ticket_id
    left join texts as z on z.source = t.source and z.of = 'ticket' and z.id = t.ticket_id
    left join tagged as k on k.source = t.source and k.ticket_id = t.ticket_id
    where (s.words is not null or z.text is not null or k.tagged_at is not null)
"""
_TAGGED = """
    select coalesce(ticket_source, source) as source, ticket_id, max(recorded_at) as tagged_at
    from ticket_tags group by coalesce(ticket_source, source), ticket_id
"""
_OF_OTHERS = """
    select coalesce(ticket_source, source) as source, ticket_id,
           arg_max(value, (coalesce(epoch_us(occurred_at), 0), coalesce(seq, 0), event_id)) as value
    from ticket_events where field = {field} and event_id not like {own} || '%' and value is not null
    group by coalesce(ticket_source, source), ticket_id
"""


@dataclass(frozen=True)
class Said:
    """A ticket with what its customer wrote: the subject (or empty) and the public messages in their order.

    `told` is what the source or a person says of it, where that was asked for.
    """

    source: str
    ticket_id: str
    created_at: datetime | None
    language: str | None
    subject: str
    messages: tuple[str, ...]
    told: str | None = None

    @property
    def texts(self) -> list[str]:
        """Subject and messages."""
        return [text for text in (self.subject, *self.messages) if text.strip()]


def said_anew(engine: BookEngine, field: str, version: str) -> Iterator[list[Said]]:
    """Tickets on which nobody else says this field, and which this version has not judged since the customer last wrote."""
    text = engine.dialect.text
    yield from _read(
        engine,
        f"""
        with spoken as ({_SPOKEN}), tagged as ({_TAGGED}),
        others as ({_OF_OTHERS.format(field=text(field), own=text(OWN))}), tickets_said as ({_TICKETS})
        select a.*, null as told from tickets_said as a
        where not exists (select 1 from others as o where o.source = a.source and o.ticket_id = a.ticket_id)
          and not exists (
              select 1 from ticket_events as e
              where e.source = a.source and e.event_id = {text(f"{OWN}{field}:")} || a.ticket_id
                and e.update_id = {text(version)} and e.recorded_at >= a.heard_at
          )
        order by a.source, a.ticket_id
        """,
    )


def said_and_told(engine: BookEngine, field: str) -> Iterator[list[Said]]:
    """Tickets with words on which the source or a person says this field, with what they say."""
    text = engine.dialect.text
    yield from _read(
        engine,
        f"""
        with spoken as ({_SPOKEN}), tagged as ({_TAGGED}),
        others as ({_OF_OTHERS.format(field=text(field), own=text(OWN))}), tickets_said as ({_TICKETS})
        select a.*, o.value as told from tickets_said as a
        join others as o on o.source = a.source and o.ticket_id = a.ticket_id order by a.source, a.ticket_id
        """,
    )


def ticket_said(engine: BookEngine, source: str, ticket_id: str) -> Said | None:
    """What the customer wrote on one ticket; None when there is no such ticket, or nothing of it is stored."""
    text = engine.dialect.text
    own = f"source = {text(source)} and ticket_id = {text(ticket_id)}"
    tickets = engine.rows(f"select created_at, language from tickets where {own}")
    subject, messages = _written(engine, source, ticket_id)
    if not tickets or (subject is None and not messages):
        return None
    created_at, language = tickets[0]
    language = language or min((spoken_in for _, spoken_in in messages if spoken_in), default=None)
    return Said(source, ticket_id, created_at, language, subject or "", tuple(said for said, _ in messages))


def ticket_words(engine: BookEngine, source: str, ticket_id: str) -> list[str]:
    """The customer's messages on one ticket in their order, or its subject where none is stored. An agent is waiting for it."""
    subject, messages = _written(engine, source, ticket_id)
    return [said for said, _ in messages] or ([subject] if subject and subject.strip() else [])


def _written(engine: BookEngine, source: str, ticket_id: str) -> tuple[str | None, list[tuple[str, str | None]]]:
    """A ticket's subject, and its customer's messages with their languages: statements over rows of this ticket alone."""
    text = engine.dialect.text
    spoken = engine.rows(
        "select source, message_id, language from messages "
        f"where ticket_id = {text(ticket_id)} and coalesce(ticket_source, source) = {text(source)} "
        "and author_type = 'customer' and is_public and not is_auto order by occurred_at, message_id"
    )
    words = _words(engine, [("ticket", source, ticket_id), *(("message", of, one) for of, one, _ in spoken)])
    messages = [(words[key], language) for of, one, language in spoken if (key := ("message", of, one)) in words]
    return words.get(("ticket", source, ticket_id)), messages


def _words(engine: BookEngine, keys: list[tuple[str, str, str]]) -> dict[tuple[str, str, str], str]:
    """The stored texts of (of, source, id)."""
    ids = ", ".join(sorted({engine.dialect.text(one) for _, _, one in keys}))
    rows = engine.rows(f"select of, source, id, text from texts where id in ({ids}) and text is not null")
    wanted = set(keys)
    return {(of, source, one): text for of, source, one, text in rows if (of, source, one) in wanted}


def tags_of(engine: BookEngine) -> dict[tuple[str, str], list[str]]:
    """The tags that are on each ticket now, by (source, ticket_id)."""
    found: dict[tuple[str, str], list[str]] = {}
    rows = engine.rows(
        "select coalesce(ticket_source, source), ticket_id, tag from ticket_tags where removed_at is null order by 1, 2, 3"
    )
    for source, ticket_id, tag in rows:
        found.setdefault((source, ticket_id), []).append(tag)
    return found


def ticket_tags(engine: BookEngine, source: str, ticket_id: str) -> list[str]:
    """The tags that are on one ticket now."""
    text = engine.dialect.text
    rows = engine.rows(
        f"select tag from ticket_tags where removed_at is null and coalesce(ticket_source, source) = {text(source)} "
        f"and ticket_id = {text(ticket_id)} order by tag"
    )
    return [tag for (tag,) in rows]


def _read(engine: BookEngine, sql: str) -> Iterator[list[Said]]:
    columns = "source, ticket_id, created_at, language, subject, words, told"
    for batch in engine.batches(f"select {columns} from ({sql}) as found"):
        yield [
            Said(
                row["source"],
                row["ticket_id"],
                row["created_at"],
                row["language"],
                row["subject"] or "",
                tuple((row["words"] or "").split(_BETWEEN)) if row["words"] else (),
                row["told"],
            )
            for row in batch.to_pylist()
        ]
