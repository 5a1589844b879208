select i.started_at as at, 'contact' as what, i.source, i.interaction_id, i.channel, i.direction, i.outcome, i.talk_s, i.ticket_id,
       i.brand, i.agent_id, i.team_id,
       coalesce(i.customer_source, i.source) as customer_source, i.customer_id
from {{ rows('interactions') }} as i
where i.customer_id in $customer_ids
