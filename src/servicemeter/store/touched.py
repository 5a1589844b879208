"""What a load touched: the tickets, contacts and invitations whose facts are to be built again."""

from __future__ import annotations

from datetime import datetime

from servicemeter.engines.engine import Engine
from servicemeter.model.tables import TABLES, Table
from servicemeter.store.standing import tells_beyond

__all__ = ["EVERYTHING", "note_revealed", "note_touched"]

EVERYTHING = "everything"
_TOO_MANY = 200_000
_FOR_ALL = {"agents", "teams", "agent_teams", "business_calendars", "calendar_weekly_hours", "calendar_exceptions",
            "survey_scales", "settings", "sources"}  # fmt: skip
_FOR_NONE = {"texts", "sla_policies"}
_FOR_ORDERS = {"orders", "order_events", "customer_contracts", "exchange_rates"}
_FOR_KIND = {"costs": "cost", "agent_states": "agent_state"}
_TICKET = ("ticket", "coalesce(ticket_source, source)", "ticket_id")


def note_touched(engine: Engine, table: Table, staged: str, version: int) -> None:
    """Write down which tickets, contacts and invitations the staged rows belong to, or that everything is touched.

    A load that touches very many rows is noted as `everything`: building all is then quicker than picking.
    """
    if table.name == "message_sentiment":
        staged = _with_tickets(staged)
    for kind, source, key in _belongings(table):
        if not key:
            engine.run(f"insert into meta.touched select {version}, '{kind}', '', '' from {staged} limit 1")
            continue
        found = f"select distinct {source} as source, {key} as id from {staged} where {key} is not null"
        if int(engine.rows(f"select count(*) from {staged}")[0][0]) > _TOO_MANY:
            engine.run(f"insert into meta.touched values ({version}, '{EVERYTHING}', '', '')")
        else:
            engine.run(f"insert into meta.touched select {version}, '{kind}', source, id from ({found}) as found")


def note_revealed(
    engine: Engine, source: str, before: datetime | None, after: datetime | None, version: int, *, is_piece: bool
) -> None:
    """Write down what a source's coverage (naive UTC) uncovers when it moves on: rows that came earlier and tell of beyond it.

    A first piece of a longer pull uncovers everything; a whole delivery brings what it covers, which is touched anyway.
    """
    if before == after or after is None or (before is None and not is_piece):
        return
    if before is None:
        engine.run(f"insert into meta.touched values ({version}, '{EVERYTHING}', '', '')")
        return
    for table in TABLES.values():
        if condition := tells_beyond(engine.dialect, table.name, before):
            own = f"{engine.dialect.name_of(table.name)} as r where r.source = {engine.dialect.text(source)}"
            note_touched(engine, table, f"(select r.* from {own} and ({condition})) as revealed", version)


def _belongings(table: Table) -> list[tuple[str, str, str]]:
    """(kind, source expression, key expression) of what a row of the table belongs to."""
    if table.name in _FOR_ALL:
        return [(EVERYTHING, "", "")]
    if table.name in _FOR_NONE:
        return []
    if table.name in _FOR_ORDERS:
        return [("order", "", "")]
    if table.name in _FOR_KIND:
        return [(_FOR_KIND[table.name], "", "")]
    if table.name in ("customers", "customer_identities"):
        return [("customer", "source", "customer_id")]
    if table.name == "tickets":
        return [("ticket", "source", "ticket_id")]
    if table.name == "interactions":
        root = ("contact", "source", "coalesce(root_interaction_id, interaction_id)")
        return [_TICKET, root]
    if table.name == "survey_invitations":
        return [("invitation", "source", "invitation_id")]
    if table.name == "survey_answers":
        return [("invitation", "coalesce(invitation_source, source)", "invitation_id")]
    return [_TICKET]


def _with_tickets(scores: str) -> str:
    """Scores of messages with the tickets that the messages belong to."""
    return f"""(
        select m.source, m.ticket_source, m.ticket_id from messages as m
        join (select coalesce(message_source, source) as message_source, message_id from {scores}) as s
        on s.message_source = m.source and s.message_id = m.message_id
    ) as scored"""
