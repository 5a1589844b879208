-- title: Messages written before their ticket was created
-- severity: wrong
-- touches: tickets.first_contact_at turns.started_at
-- total: messages
-- remedy: Check the time zone of both columns, and whether the message belongs to this ticket. What was said in a call or chat may come before its ticket and is not meant here.
select t.source, t.ticket_id, m.message_id, m.author_type, m.occurred_at, t.created_at
from messages as m
join tickets as t on t.source = coalesce(m.ticket_source, m.source) and t.ticket_id = m.ticket_id
where m.occurred_at < t.created_at and m.interaction_id is null
