-- kind: ticket
-- needs: merges
-- The tickets that count, with the number of their merge group: not spam, not test, not deleted, merged into its survivor.
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
valid as (
    select t.source, t.ticket_id, t.created_at, t.initiated_by,
           coalesce(m.survivor_id, t.ticket_id) as survivor_id, m.survivor_id is null as is_survivor
    from {{ rows('tickets', 'ticket') }} as t
    left join {{ facts }}.merges as m on m.source = t.source and m.ticket_id = t.ticket_id
    where not exists (select 1 from flagged as f where f.source = t.source and f.ticket_id = t.ticket_id)
),
merged_groups as (
    select source, survivor_id,
           {% if merge_start == 'survivor' -%}
           {{ first_by('initiated_by', ['case when is_survivor then 0 else 1 end']) }}
           {%- else -%}
           {{ first_by('initiated_by', ['opening']) }}
           {%- endif %} as initiated_by
    from (
        select v.*, row_number() over (partition by source, survivor_id
                                       order by created_at nulls last, is_survivor desc, ticket_id) as opening
        from valid as v
        where exists (select 1 from {{ facts }}.merges as m where m.source = v.source and m.survivor_id = v.survivor_id)
    ) as ranked
    group by source, survivor_id
),
numbered as (
    select s.source, s.ticket_id as survivor_id,
           {% if touched %}coalesce(k.ticket_no, (select coalesce(max(ticket_no), 0) from {{ facts }}.members) + row_number() over ()){% else %}row_number() over (){% endif %} as ticket_no,
           coalesce(g.initiated_by, s.initiated_by, 'customer') = 'customer' as is_inbound
    from valid as s
    {% if touched %}left join {{ facts }}.members as k on k.source = s.source and k.ticket_id = s.ticket_id and k.is_survivor{% endif %}
    left join merged_groups as g on g.source = s.source and g.survivor_id = s.ticket_id
    where s.is_survivor
)
select v.source, v.ticket_id, n.ticket_no, v.is_survivor, n.is_inbound
from valid as v join numbered as n on n.source = v.source and n.survivor_id = v.survivor_id
