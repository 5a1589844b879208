-- title: Calls and chats of tickets that are not there
-- severity: missing
-- touches: tickets.first_contact_at solves.agent_replies
-- total: interactions
-- remedy: Import the tickets they belong to, or name their source in ticket_source. As calls and chats they are counted all the same.
select i.source, i.interaction_id, coalesce(i.ticket_source, i.source) as ticket_source, i.ticket_id, i.started_at
from interactions as i
where i.ticket_id is not null
  and not exists (select 1 from tickets as t where t.source = coalesce(i.ticket_source, i.source) and t.ticket_id = i.ticket_id)
