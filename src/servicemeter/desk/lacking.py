"""What no row of a source knows, so that a metric that needs it is not measured there, and neither 0 nor empty."""

from __future__ import annotations

from servicemeter.engines.engine import Engine
from servicemeter.model.promises import OUTCOMES, UNPAUSED_OUTCOMES
from servicemeter.store.build import Facts
from servicemeter.store.coverage import capabilities_of

__all__ = ["lacking"]

_ASKED = """select distinct t.source from tickets as t
    join {table} as g on coalesce(g.ticket_source, g.source) = t.source and g.ticket_id = t.ticket_id
    where coalesce(t.initiated_by, 'customer') = 'customer' and {condition}"""
_KNOW = {
    "creation": ("select distinct source from tickets where created_at is not null",),
    "first_contact": (
        _ASKED.format(table="messages", condition="g.author_type = 'customer' and g.is_public and not g.is_auto"),
        _ASKED.format(table="interactions", condition="g.direction = 'inbound'"),
    ),
    "macros": ("select distinct source from messages where macro_id is not null",),
}
"""The sources of which some row knows it, also a row of a ticket that was merged, or is spam: it counted once, or may again."""
_NEVER_SENT = "select source from survey_invitations group by source having count(sent_at) = 0"
"""Sources that know answers alone: an export of answers, public reviews. One that has no survey at all is not among them."""
_NEVER_SIGNED = """select s.source from sources as s where ',' || s.capabilities || ',' like '%,first_replies,%' and not exists (
    select 1 from messages as m where m.source = s.source and m.author_type = 'agent' and m.author_id is not null)"""
"""Sources that tell when a ticket was first answered and never by whom."""


def lacking(facts: Facts, book: Engine) -> dict[str, list[str]]:
    """By source: when tickets were created, when they were first asked, which standard answer was used, whom a survey asked, who
    gave the first reply, and how promises ended.

    Most sources know the first two of some ticket that counts, which the facts tell at once; only of others are the rows asked.
    """
    counted = facts.rows(
        "select source, count(created_at), count(case when is_inbound then first_contact_at end), "
        f"count(case when is_inbound then last_reply_at end) from {facts.schema}.tickets group by source"
    )
    in_doubt: dict[str, list[str]] = {}
    for source, created, contacts, replied in counted:
        in_doubt[source] = ["macros"] if created else ["creation", "macros"]
        if not contacts and replied:
            in_doubt[source].append("first_contact")
    knowing = {need: _knowing(book, need) for need in {need for needs in in_doubt.values() for need in needs}}
    lacks = {source: [need for need in needs if source not in knowing[need]] for source, needs in in_doubt.items()}
    for need, statement in (("invitations_sent", _NEVER_SENT), ("repliers", _NEVER_SIGNED)):
        for (source,) in book.rows(statement):
            lacks.setdefault(source, []).append(need)
    for source in {one.source for one in facts.policies.unjudged}:
        lacks.setdefault(source, []).extend(_unjudged(facts, source))
    return lacks


def _unjudged(facts: Facts, source: str) -> list[str]:
    """Of which promises a source cannot tell how they ended: by the pauses of their policies, and without any."""
    unpaused = facts.policies.without_pauses().knowing({source: capabilities_of(facts.engine)[source]})
    return [
        name
        for policies, names in ((facts.policies, OUTCOMES), (unpaused, UNPAUSED_OUTCOMES))
        for metric, name in names.items()
        if metric not in policies.judged_in(source)
    ]


def _knowing(book: Engine, need: str) -> set[str]:
    return {source for statement in _KNOW[need] for (source,) in book.rows(statement)}
