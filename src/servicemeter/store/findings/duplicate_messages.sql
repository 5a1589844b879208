-- title: Messages that look like the same one twice
-- severity: note
-- touches: replies customer_messages turns
-- total: messages
-- remedy: The same author in the same second of the same ticket: see whether the source was imported twice under two kinds of message_id.
select m.source, m.ticket_id, m.message_id, d.first_message_id, m.occurred_at, m.author_type
from (
    select source, ticket_source, ticket_id, occurred_at, author_type, author_id, is_public, min(message_id) as first_message_id
    from messages where author_type in ('customer', 'agent') and author_id is not null
    group by source, ticket_source, ticket_id, occurred_at, author_type, author_id, is_public having count(*) > 1
) as d
join messages as m
  on m.source = d.source and m.ticket_id = d.ticket_id and m.ticket_source is not distinct from d.ticket_source
 and m.occurred_at = d.occurred_at and m.author_type = d.author_type and m.author_id = d.author_id
 and m.is_public = d.is_public and m.message_id <> d.first_message_id
