-- title: Tickets without a creation time
-- severity: missing
-- touches: tickets.created_at solves.solve_seconds open_spans
-- total: tickets
-- remedy: Map the column that says when the ticket was made. Without it they are in no count of new tickets, no backlog and no resolution time.
select source, ticket_id, channel from tickets where created_at is null
