select e.occurred_at as at, 3 as place, 'change' as what, e.source, e.ticket_id, e.event_id, e.seq, e.field, e.value, e.actor_type, e.actor_id
from asked as a join {{ rows('ticket_events') }} as e on coalesce(e.ticket_source, e.source) = a.source and e.ticket_id = a.ticket_id
