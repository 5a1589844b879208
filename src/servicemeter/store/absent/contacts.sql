-- id: contact_id
-- at: f.queued_at
select source, contact_id as id, ticket_id, channel, brand, language, started_at as happened_s,
       case when outcome in ('self_served', 'closed_hours', 'failed') then outcome else 'never_queued' end as reason
from {{ facts }}.contacts where queued_at is null and is_inbound
