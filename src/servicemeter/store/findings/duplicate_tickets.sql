-- title: Tickets that look like the same one twice
-- severity: note
-- touches: tickets.created_at
-- total: {{ facts }}.tickets
-- remedy: The same customer, channel and second: see whether the source makes two tickets of one request, and merge them there.
select t.source, t.ticket_id, d.first_ticket_id, t.created_at, t.channel, t.customer_id
from (
    select source, customer_source, customer_id, created_at, channel, min(ticket_id) as first_ticket_id
    from {{ facts }}.tickets where customer_id is not null and created_at is not null
    group by source, customer_source, customer_id, created_at, channel having count(*) > 1
) as d
join {{ facts }}.tickets as t
  on t.source = d.source and t.customer_source = d.customer_source and t.customer_id = d.customer_id
 and t.created_at = d.created_at and t.channel is not distinct from d.channel and t.ticket_id <> d.first_ticket_id
