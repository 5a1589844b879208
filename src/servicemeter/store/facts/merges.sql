-- kind: all
-- needs:
-- Tickets merged into another, with the final survivor. Pointers that run in a circle are passed over (and reported).
with recursive latest as (
    select coalesce(ticket_source, source) as source, ticket_id,
           {{ last_by('value', event_order()) }} as into_id
    from {{ rows('ticket_events') }} as e
    where field = 'merged_into'
    group by coalesce(ticket_source, source), ticket_id
),
direct as (
    select source, ticket_id, into_id from latest where into_id is not null and into_id <> '' and into_id <> ticket_id
),
chain as (
    select source, ticket_id, into_id as survivor_id, 1 as steps from direct
    union all
    select c.source, c.ticket_id, d.into_id, c.steps + 1
    from chain as c join direct as d on d.source = c.source and d.ticket_id = c.survivor_id
    where c.steps < 50
)
select source, ticket_id, {{ last_by('survivor_id', ['steps']) }} as survivor_id
from chain group by source, ticket_id having max(steps) < 50
