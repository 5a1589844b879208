-- id: event_id
select t.source, e.event_id as id, t.ticket_id, t.channel, t.brand, t.language, {{ epoch('e.occurred_at') }} as happened_s, t.reason
from {{ rows('ticket_events') }} as e
join invalid_tickets as t on t.source = coalesce(e.ticket_source, e.source) and t.ticket_id = e.ticket_id
where e.field = 'status' and e.value in ('solved', 'closed') and e.occurred_at is not null
