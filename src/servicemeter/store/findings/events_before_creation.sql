-- title: Changes of a ticket dated before its creation
-- severity: wrong
-- touches: open_spans solves
-- total: ticket_events
-- remedy: Check the time zone of both columns. Until then these changes count from the creation.
select t.source, t.ticket_id, e.event_id, e.field, e.value, e.occurred_at, t.created_at
from ticket_events as e
join tickets as t on t.source = coalesce(e.ticket_source, e.source) and t.ticket_id = e.ticket_id
where e.occurred_at < t.created_at and not (e.field = 'status' and e.value in ('solved', 'closed'))
