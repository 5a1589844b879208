-- title: Written tickets of customers without any message from the customer
-- severity: missing
-- touches: tickets.first_contact_at turns.started_at
-- total: {{ facts }}.tickets
-- remedy: Import the opening request as a public message of the customer. Until then nobody can say how long these customers waited.
select t.source, t.ticket_id, t.created_at, t.channel
from {{ facts }}.tickets as t
where t.is_inbound and coalesce(t.channel_class, 'asynchronous') = 'asynchronous' and t.first_contact_at is null
  and t.source in (select source from {{ facts }}.tickets where first_contact_at is not null or last_reply_at is not null)
