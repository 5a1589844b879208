-- title: Tickets without a customer
-- severity: note
-- touches: customer_segment needs.customer_identity
-- total: tickets
-- remedy: Map the column that says whose ticket it is. Repeated contacts, segments and purchases cannot be told for these tickets.
select t.source, t.ticket_id, t.created_at, t.channel
from tickets as t
where t.customer_id is null
  and exists (select 1 from tickets as k where k.source = t.source and k.customer_id is not null)
