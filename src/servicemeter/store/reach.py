"""How far new rows reach: the tickets, contacts, invitations and persons whose facts are built again."""

from __future__ import annotations

from servicemeter.engines.engine import Engine

__all__ = ["PIECEWISE", "STAGED", "Reach", "belongs", "rows_that_make_room"]

_OF_TICKETS = "ticket_no in (select ticket_no from touched_numbers)"
_OF_CONTACTS = "(source, contact_id) in (select source, id from touched_contacts)"
_OF_INVITATIONS = "(source, invitation_id) in (select source, id from touched_invitations)"
PIECEWISE = {
    "ticket": _OF_TICKETS,
    "contact": _OF_CONTACTS,
    "invitation": _OF_INVITATIONS,
    "work": f"{_OF_TICKETS} or is_leg and {_OF_CONTACTS}",
    "person": "",
}
"""Kinds of facts of which only the touched rows are replaced, with the rows that make room."""
_OF_PERSONS = {
    "sales": "order_no in (select order_no from touched_orders)",
    "repeats": "ticket_no in (select ticket_no from asked_numbers) "
    "or ticket_no is null and (contact_source, contact_id) in (select source, contact_id from touched_calls)",
    **dict.fromkeys(
        ("votes", "votes_by_solve"),
        f"{_OF_INVITATIONS} or (customer_source, customer_id) in (select source, customer_id from touched_customers)",
    ),
}
STAGED = {
    ("tickets", "ticket"): "touched_rows_of_tickets",
    ("messages", "ticket"): "touched_messages",
    ("ticket_events", "ticket"): "touched_events",
    ("interactions", "ticket"): "touched_sessions",
    ("interactions", "contact"): "touched_legs",
}
"""Tables whose touched rows many facts read, with where they are put aside."""


class Reach:
    """What the loads after a data version touched, and what hangs on it, as temporary tables of the building of one schema."""

    def __init__(self, engine: Engine, schema: str) -> None:
        self._engine = engine
        self._schema = schema
        self._has_persons = False

    def mark(self, version: int, *, with_customers: bool) -> None:
        """Work out the tickets, contacts and invitations, before any fact but `merges` is replaced.

        Tickets of one case are touched together: those that it had, those that it has now, and those that what falls apart comes
        to follow. `with_customers`: a customer that was touched touches its tickets.
        """
        s = self._schema
        seen = f"select distinct source, id from meta.touched where data_version > {version} and kind = "
        of_customers = f"""
                union select t.source, t.ticket_id from tickets as t join ({seen} 'customer') as c
                      on c.source = coalesce(t.customer_source, t.source) and c.id = t.customer_id"""
        self._engine.run(f"""
            create or replace temp table touched_contacts as {seen} 'contact';
            create or replace temp table direct_tickets as
                select source, id as ticket_id from ({seen} 'ticket') as t
                union select m.source, m.survivor_id from {s}.merges as m
                      join ({seen} 'ticket') as t on t.source = m.source and t.id = m.ticket_id
                {of_customers if with_customers else ""};
            create or replace temp table direct_tickets as
                with recursive numbers as (
                    select k.ticket_no from {s}.members as k
                    join direct_tickets as d on d.source = k.source and d.ticket_id = k.ticket_id
                ),
                known as (
                    select ticket_no from numbers union
                    select ticket_no from {s}.cases where case_no in (
                        select c.case_no from {s}.cases as c join numbers as n on n.ticket_no = c.ticket_no)
                ),
                ties as (
                    select source, ticket_id, follows_ticket_id as other_id from tickets where follows_ticket_id is not null
                    union all select source, ticket_id, survivor_id from {s}.merges
                ),
                both_ways as (
                    select source, ticket_id, other_id from ties union all select source, other_id, ticket_id from ties
                ),
                tied as (
                    select source, ticket_id from direct_tickets
                    union select source, ticket_id from {s}.members where ticket_no in (select ticket_no from known)
                    union select b.source, b.other_id from tied as t
                          join both_ways as b on b.source = t.source and b.ticket_id = t.ticket_id
                )
                select source, ticket_id from tied;
            create or replace temp table touched_tickets as
                select source, ticket_id from direct_tickets
                union select o.source, o.ticket_id from {s}.members as o
                      where o.ticket_no in (select k.ticket_no from {s}.members as k
                                            join direct_tickets as d on d.source = k.source and d.ticket_id = k.ticket_id)
                union select m.source, m.ticket_id from {s}.merges as m
                      join direct_tickets as d on d.source = m.source and d.ticket_id = m.survivor_id;
            create or replace temp table touched_invitations as
                {seen} 'invitation'
                union select v.source, v.invitation_id from survey_invitations as v
                      join touched_tickets as t on t.source = coalesce(v.ticket_source, v.source) and t.ticket_id = v.ticket_id
                union select v.source, v.invitation_id from survey_invitations as v
                      join interactions as i
                      on i.source = coalesce(v.interaction_source, v.source) and i.interaction_id = v.interaction_id
                      join touched_contacts as c
                      on c.source = i.source and c.id = coalesce(i.root_interaction_id, i.interaction_id);
            create or replace temp table asked_numbers (ticket_no integer);
            create or replace temp table touched_customers (source varchar, customer_id varchar);
        """)
        self._gather_customers()

    def mark_persons(self) -> None:
        """Work out the persons, once the facts of tickets, contacts and invitations are replaced.

        A person is touched when a ticket, contact or invitation of theirs was, or is now. All their tickets and calls are then
        read again, and their orders credited again.
        """
        if self._has_persons:
            return
        self._has_persons = True
        s = self._schema
        self._gather_customers()
        self._engine.run(f"""
            insert into touched_customers
                select p.source, p.customer_id from {s}.persons as p
                join (
                    select distinct k.person_source, k.person_id from {s}.persons as k
                    join touched_customers as c on c.source = k.source and c.customer_id = k.customer_id
                ) as person on person.person_source = p.person_source and person.person_id = p.person_id;
            create or replace temp table touched_customers as select distinct source, customer_id from touched_customers;
            insert into asked_numbers
                select t.ticket_no from {s}.tickets as t
                join touched_customers as c on c.source = t.customer_source and c.customer_id = t.customer_id;
            create or replace temp table asked_numbers as select distinct ticket_no from asked_numbers;
            create or replace temp table touched_calls as
                select source, id as contact_id from touched_contacts
                union select k.source, k.contact_id from {s}.contacts as k
                      join touched_customers as c on c.source = k.customer_source and c.customer_id = k.customer_id
                union select k.source, k.contact_id from {s}.contacts as k
                      join {s}.members as m on m.source = k.ticket_source and m.ticket_id = k.ticket_id
                      where m.ticket_no in (select ticket_no from asked_numbers);
            create or replace temp table touched_orders as
                select distinct order_no from {s}.orders where person_no in (
                    select b.person_no from {s}.buyers as b
                    join touched_customers as c on c.source = b.source and c.customer_id = b.customer_id)
        """)

    def forget(self) -> None:
        """Drop the temporary tables."""
        for name in ("touched_contacts", "direct_tickets", "touched_tickets", "touched_invitations", "asked_numbers",
                     "touched_customers", "touched_calls", "touched_orders", *STAGED.values()):  # fmt: skip
            self._engine.run(f"drop table if exists {name}")

    def _gather_customers(self) -> None:
        """Add who is asked about in what is touched, as the facts stand now."""
        s = self._schema
        self._engine.run(f"""
            insert into asked_numbers
                select m.ticket_no from {s}.members as m
                join touched_tickets as t on t.source = m.source and t.ticket_id = m.ticket_id
                union
                select m.ticket_no from {s}.contacts as k
                join touched_contacts as c on c.source = k.source and c.id = k.contact_id
                join {s}.members as m on m.source = k.ticket_source and m.ticket_id = k.ticket_id;
            insert into touched_customers
                select customer_source, customer_id from {s}.tickets
                where customer_id is not null and ticket_no in (select ticket_no from asked_numbers)
                union
                select k.customer_source, k.customer_id from {s}.contacts as k
                join touched_contacts as c on c.source = k.source and c.id = k.contact_id where k.customer_id is not null
                union
                select v.customer_source, v.customer_id from {s}.invitations as v
                join touched_invitations as t on t.source = v.source and t.id = v.invitation_id where v.customer_id is not null
        """)


def rows_that_make_room(name: str, kind: str) -> str:
    """The condition that a row of a fact belongs to what is touched, so that it is replaced."""
    return _OF_PERSONS[name] if kind == "person" else PIECEWISE[kind]


def belongs(table: str, kind: str) -> str:
    """The condition that a row belongs to what is touched."""
    if kind == "ticket":
        source = "source" if table == "tickets" else "coalesce(ticket_source, source)"
        return f"({source}, ticket_id) in (select source, ticket_id from touched_tickets)"
    if kind == "contact":
        return "(source, coalesce(root_interaction_id, interaction_id)) in (select source, id from touched_contacts)"
    source = "source" if table == "survey_invitations" else "coalesce(invitation_source, source)"
    return f"({source}, invitation_id) in (select source, id from touched_invitations)"
