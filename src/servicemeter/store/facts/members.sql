-- kind: ticket
-- needs: merges
-- The tickets that count, with the number of their merge group; channel, brand and initiator are those of the one that opened it. A group
-- counts when its survivor is not spam, test or deleted; what was merged into it is part of it, whatever flag it carried (a source may
-- mark merged-away tickets as deleted).
with flagged as (
    select source, ticket_id
    from (
        select coalesce(ticket_source, source) as source, ticket_id, field, {{ last_by('value', event_order()) }} as value
        from {{ rows('ticket_events', 'ticket') }} as e
        where field in ('is_spam', 'is_test', 'is_deleted')
        group by coalesce(ticket_source, source), ticket_id, field
    ) as flags
    where value = 'true'
    group by source, ticket_id
),
merged as (
    select t.source, t.ticket_id, t.created_at, t.initiated_by, m.survivor_id
    from {{ rows('tickets', 'ticket') }} as t
    join {{ facts }}.merges as m on m.source = t.source and m.ticket_id = t.ticket_id
),
merged_groups as (
    select source, survivor_id, min(created_at) as created_at,
           {{ first_by('initiated_by', ['opening']) }} as initiated_by, {{ first_by('ticket_id', ['opening']) }} as opening_id
    from (
        select p.*, row_number() over (partition by source, survivor_id
                                       order by {% if merge_start == 'survivor' %}is_survivor desc, {% endif %}created_at nulls last, is_survivor desc, ticket_id) as opening
        from (
            select source, survivor_id, ticket_id, created_at, initiated_by, false as is_survivor from merged
            union all
            select t.source, t.ticket_id, t.ticket_id, t.created_at, t.initiated_by, true
            from {{ rows('tickets', 'ticket') }} as t
            where exists (select 1 from merged as m where m.source = t.source and m.survivor_id = t.ticket_id)
        ) as p
    ) as ranked
    group by source, survivor_id
),
survivors as (
    select s.source, s.ticket_id,
           {% if touched %}
           cast(coalesce(k.ticket_no, (select coalesce(max(ticket_no), 0) from {{ facts }}.members) + {{ numbered(['s.source', 's.ticket_id']) }}) as integer) as ticket_no,
           {% else %}
           cast({{ numbered(['s.source', 's.ticket_id']) }} as integer) as ticket_no,
           {% endif %}
           coalesce(g.opening_id, s.ticket_id) as opening_id,
           coalesce(case when g.source is null then s.initiated_by else g.initiated_by end, 'customer') = 'customer' as is_inbound,
           {{ epoch('s.created_at' if merge_start == 'survivor' else 'coalesce(g.created_at, s.created_at)') }} as created_at
    from {{ rows('tickets', 'ticket') }} as s
    {% if touched %}
    left join {{ facts }}.members as k on k.source = s.source and k.ticket_id = s.ticket_id and k.is_survivor
    {% endif %}
    left join merged_groups as g on g.source = s.source and g.survivor_id = s.ticket_id
    where not exists (select 1 from flagged as f where f.source = s.source and f.ticket_id = s.ticket_id)
      and not exists (select 1 from {{ facts }}.merges as m where m.source = s.source and m.ticket_id = s.ticket_id)
)
select source, ticket_id, ticket_no, true as is_survivor, ticket_id = opening_id as is_opening, is_inbound, created_at from survivors
union all
select m.source, m.ticket_id, s.ticket_no, false, m.ticket_id = s.opening_id, s.is_inbound, s.created_at
from survivors as s join merged as m on s.source = m.source and s.ticket_id = m.survivor_id
