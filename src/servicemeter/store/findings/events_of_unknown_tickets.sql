-- title: Changes of tickets that are not there
-- severity: missing
-- touches: solves open_spans
-- total: ticket_events
-- remedy: Import the tickets they belong to, under the same source name, or name the other source in ticket_source. They count from then on.
select e.source, e.event_id, coalesce(e.ticket_source, e.source) as ticket_source, e.ticket_id, e.occurred_at
from ticket_events as e
where not exists (select 1 from tickets as t where t.source = coalesce(e.ticket_source, e.source) and t.ticket_id = e.ticket_id)
