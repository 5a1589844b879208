select t.created_at as at, 'ticket' as what, t.source, t.ticket_id, t.channel,
       coalesce(t.customer_source, t.source) as customer_source, t.customer_id
from {{ rows('tickets') }} as t
where t.customer_id in $customer_ids
