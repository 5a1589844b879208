"""What customers wrote that a model of sentiment has not read yet, and the scores it is to replace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING

from servicemeter.engines.engine import Engine

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Conversation", "Writing", "count_unread", "earlier_scores", "other_models", "recent_words",
           "unread_conversations"]  # fmt: skip

_OF_TICKETS = {"channel": "channel", "brand": "brand", "source": "source"}


@dataclass(frozen=True)
class Writing:
    """A public message of a customer: its words, when they were recorded, and whether it awaits the model.

    `version` tells the model's rows on the same words apart: an odd one is a score that was withdrawn.
    """

    source: str
    message_id: str
    text: str
    recorded_at: datetime
    is_unread: bool
    version: int = 0


@dataclass(frozen=True)
class Conversation:
    """What a customer wrote on one ticket, in order, and the language that is known of them."""

    language: str | None
    writings: list[Writing]


def count_unread(engine: Engine, model: str) -> int:
    """How many messages await the model."""
    return int(engine.rows(f"with written as ({_written(engine, model)}) select count(*) from written where is_unread")[0][0])


def unread_conversations(engine: Engine, model: str, most_tickets: int) -> Iterator[Conversation]:
    """The conversations of the first tickets on which a message awaits the model, whole."""
    rows = engine.rows(f"""
        with written as ({_written(engine, model)}),
        waiting as (
            select distinct ticket_source, ticket_id from written where is_unread
            order by ticket_source, ticket_id limit {most_tickets}
        )
        select w.ticket_source, w.ticket_id, coalesce(c.language, k.language, w.language) as known_language,
               w.source, w.message_id, w.text, w.recorded_at, w.is_unread, w.version
        from written as w
        join waiting as a on a.ticket_source = w.ticket_source and a.ticket_id = w.ticket_id
        left join tickets as k on k.source = w.ticket_source and k.ticket_id = w.ticket_id
        left join customers as c on c.source = coalesce(k.customer_source, k.source) and c.customer_id = k.customer_id
        order by w.ticket_source, w.ticket_id, w.occurred_at, w.source, w.message_id
    """)
    for _, found in groupby(rows, key=lambda row: row[:2]):
        lines = list(found)
        yield Conversation(next((row[2] for row in lines if row[2]), None), [Writing(*row[3:]) for row in lines])


def earlier_scores(engine: Engine, model: str, prefix: str) -> pa.Table:
    """The scores that earlier models of ours (their names begin with `prefix`) gave, with the keys of their rows."""
    text = engine.dialect.text
    return engine.arrow(f"""
        select source, message_id, message_source, model, source_updated_at, coalesce(source_seq, 0) + 1 as source_seq
        from message_sentiment
        where starts_with(model, {text(prefix)}) and model <> {text(model)} and score is not null
        order by source, message_id, model
    """)


def other_models(engine: Engine, model: str) -> list[str]:
    """The other models that have scores in the book."""
    text = engine.dialect.text
    found = engine.rows(
        f"select distinct model from message_sentiment where model <> {text(model)} and score is not null order by model"
    )
    return [str(name) for (name,) in found]


def _written(engine: Engine, model: str) -> str:
    """Public messages of customers with their words.

    One is unread when it has no row of the model, a row of older words, or one that was withdrawn.
    """
    return f"""
        select coalesce(g.ticket_source, g.source) as ticket_source, g.ticket_id, g.source, g.message_id, g.occurred_at,
               g.language, t.text, date_trunc('second', t.recorded_at) as recorded_at,
               s.message_id is null or s.source_updated_at < date_trunc('second', t.recorded_at)
                   or s.source_seq % 2 = 1 as is_unread,
               coalesce(s.source_seq, 0) + coalesce(s.source_seq, 0) % 2 as version
        from messages as g
        join texts as t on t.source = g.source and t."of" = 'message' and t.id = g.message_id
        left join message_sentiment as s
          on s.source = g.source and s.message_id = g.message_id and s.model = {engine.dialect.text(model)}
        where g.author_type = 'customer' and g.is_public and not g.is_auto and t.text is not null
    """


def recent_words(
    engine: Engine, span: tuple[datetime, datetime], where: Mapping[str, str], most: int
) -> list[tuple[str | None, str]]:
    """The last public messages that customers wrote in [since, until), with the language that is known of each.

    `where` may name `channel`, `brand` and `source` of the ticket.
    """
    text = engine.dialect.text
    since, until = (f"timestamp '{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}'" for at in span)
    held = "".join(f" and k.{_OF_TICKETS[name]} = {text(value)}" for name, value in where.items())
    rows = engine.rows(f"""
        select coalesce(k.language, g.language) as known_language, t.text
        from messages as g
        join texts as t on t.source = g.source and t."of" = 'message' and t.id = g.message_id
        left join tickets as k on k.source = coalesce(g.ticket_source, g.source) and k.ticket_id = g.ticket_id
        where g.author_type = 'customer' and g.is_public and not g.is_auto and t.text is not null
          and g.occurred_at >= {since} and g.occurred_at < {until}{held}
        order by g.occurred_at desc, g.source, g.message_id limit {most}
    """)
    return [(None if language is None else str(language), str(words)) for language, words in rows]
