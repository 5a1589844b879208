"""What an agent sees before answering: how the customer sounds, what it is about, and the customer's whole story."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicemeter.desk.feeling import live_model
from servicemeter.desk.reasons import read_reasons
from servicemeter.desk.sight import check_ticket, is_within
from servicemeter.engines.engine import BookEngine
from servicemeter.ground.errors import BadQuestion
from servicemeter.model.question import Scope
from servicemeter.store.customer import tell_customer
from servicemeter.store.texts import OWN, ticket_tags, ticket_words
from servicemeter.text.assist import Impression, Sounding, impression_of
from servicemeter.text.reasons import Reasons

if TYPE_CHECKING:
    from servicemeter.desk.desk import Desk

__all__ = ["assist", "the_ticket"]

Known = tuple[str, str | None, str, str | None]

_SHOWN = 30
_ALL = Scope()


def assist(
    desk: Desk,
    *,
    text: str | None,
    source: str | None,
    ticket_id: str | None,
    language: str | None,
    scope: Scope,
) -> dict[str, Any]:
    """Of a text, or of a ticket with its customer's story. Raises `BadQuestion` for neither, both, or a ticket not there.

    A ticket outside the `scope` is refused (`NotAllowed`). The story is the customer's whole one, whoever worked on it, within
    the scope's sources and brands.

    What was written is read and not kept; the answer holds only the words that decided.
    """
    if (text is None) == (ticket_id is None):
        raise BadQuestion("Give either a text, or a ticket (and its source).")
    reasons = read_reasons(desk.home.reasons) if desk.home else Reasons(())
    model = live_model(desk.home)
    if text is not None:
        impression = impression_of([text], known_language=language, reasons=reasons, model=model.feel)
        return {"model": model.name, **_told(impression), "customer": None}
    return _of_ticket(desk, source, str(ticket_id), reasons, scope)


def _of_ticket(desk: Desk, source: str | None, ticket_id: str, reasons: Reasons, scope: Scope) -> dict[str, Any]:
    (own, known_language, customer_source, customer_id) = the_ticket(desk, source, ticket_id, scope)
    texts = desk.on_rows(lambda engine: ticket_words(engine, own, ticket_id))
    tags = desk.on_rows(lambda engine: ticket_tags(engine, own, ticket_id))
    model = live_model(desk.home)
    impression = impression_of(texts, known_language=known_language, reasons=reasons, tags=tags, model=model.feel)
    told = {"model": model.name, "source": own, "ticket_id": ticket_id, **_told(impression)}
    given = desk.on_rows(lambda engine: _given_reason(engine, own, ticket_id))
    if given:
        told["reason"] = {"name": given, "by": "source"}
    facts = desk.facts_in_book()
    customer = None
    if customer_id:
        customer = tell_customer(facts, customer_source, customer_id, _SHOWN, is_seen=lambda entry: is_within(entry, scope))
    return {**told, "customer": customer}


def the_ticket(desk: Desk, source: str | None, ticket_id: str, scope: Scope = _ALL) -> Known:
    """The one ticket of this id (in this source): its source, language and customer; `BadQuestion` for none or several.

    Outside the `scope` there is none: `NotAllowed`, in the same words whether it is there or not.
    """
    found: list[Known] = desk.on_rows(lambda engine: _find(engine, source, ticket_id))
    if scope != Scope():
        found = [row for row in found if not scope.sources or row[0] in scope.sources]
        check_ticket(desk.facts_in_book(), found[0][0] if found else "", ticket_id, scope)
    if len(found) != 1:
        raise BadQuestion(_which(found, source, ticket_id))
    return found[0]


def _find(engine: BookEngine, source: str | None, ticket_id: str) -> list[Known]:
    text = engine.dialect.text
    only = f" and source = {text(source)}" if source else ""
    return engine.rows(
        "select source, language, coalesce(customer_source, source), customer_id from tickets "
        f"where ticket_id = {text(ticket_id)}{only} order by source"
    )


def _which(found: list[Any], source: str | None, ticket_id: str) -> str:
    if found:
        return f"The ticket {ticket_id!r} is in several sources: {', '.join(row[0] for row in found)}. Give the source too."
    return f"There is no ticket {ticket_id!r}{f' in {source}' if source else ''}. Check the id as the source writes it."


def _given_reason(engine: BookEngine, source: str, ticket_id: str) -> str | None:
    """The reason that the source or a person gives."""
    text = engine.dialect.text
    rows = engine.rows(
        f"select value from ticket_events where field = 'reason' and ticket_id = {text(ticket_id)} "
        f"and coalesce(ticket_source, source) = {text(source)} and event_id not like {text(OWN)} || '%' "
        "order by occurred_at nulls first, seq nulls first, event_id"
    )
    return rows[-1][0] if rows else None


def _told(impression: Impression | None) -> dict[str, Any]:
    """An impression as plain values; nothing but nulls where nothing was written."""
    if impression is None:
        nothing = ("language", "sentiment", "first", "lowest", "shift", "turned", "complaint", "reason")
        return dict.fromkeys(nothing)
    complaint, reason = impression.complaint, impression.reason
    return {
        "language": impression.now.language,
        "sentiment": _sounding(impression.now),
        "first": _sounding(impression.first),
        "lowest": _sounding(impression.lowest),
        "shift": impression.shift,
        "turned": impression.turned,
        "complaint": {"rule": complaint.rule, "words": list(complaint.words)} if complaint else None,
        "reason": {"name": reason.name, "by": reason.reason_id} if reason else None,
    }


def _sounding(one: Sounding) -> dict[str, Any]:
    told = one.sentiment
    return {
        "label": told.label,
        "score": told.score,
        "is_sure": told.is_sure,
        "words": [{"text": word.text, "weight": word.weight} for word in told.words],
    }
