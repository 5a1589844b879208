-- title: Tickets merged in a circle
-- severity: wrong
-- touches: tickets
-- total: tickets
-- remedy: Correct the merges in the source. Until then these merges are passed over, and each ticket counts by itself.
select e.source, e.ticket_id, e.into_id
from (
    select coalesce(ticket_source, source) as source, ticket_id, {{ last_by('value', event_order()) }} as into_id
    from ticket_events where field = 'merged_into' group by coalesce(ticket_source, source), ticket_id
) as e
where e.into_id <> ''
  and not exists (select 1 from {{ facts }}.merges as m where m.source = e.source and m.ticket_id = e.ticket_id)
