select t.created_at as at, 0 as place, 'created' as what, t.source, t.ticket_id, t.channel, t.brand, t.initiated_by, t.customer_id
from asked as a join {{ rows('tickets') }} as t on t.source = a.source and t.ticket_id = a.ticket_id
