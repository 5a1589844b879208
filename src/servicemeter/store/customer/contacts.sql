select i.started_at as at, 'contact' as what, i.source, i.interaction_id, i.channel, i.direction, i.outcome, i.talk_s, i.ticket_id, i.brand
from asked as a
join {{ rows('interactions') }} as i on coalesce(i.customer_source, i.source) = a.source and i.customer_id = a.customer_id
where i.customer_id in $customer_ids
