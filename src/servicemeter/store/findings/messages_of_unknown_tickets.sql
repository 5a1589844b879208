-- title: Messages of tickets that are not there
-- severity: missing
-- touches: turns tickets.first_contact_at solves.agent_replies
-- total: messages
-- remedy: Import the tickets they belong to, under the same source name, or name the other source in ticket_source. They count from then on.
select e.source, e.message_id, coalesce(e.ticket_source, e.source) as ticket_source, e.ticket_id, e.occurred_at
from messages as e
where not exists (select 1 from tickets as t where t.source = coalesce(e.ticket_source, e.source) and t.ticket_id = e.ticket_id)
