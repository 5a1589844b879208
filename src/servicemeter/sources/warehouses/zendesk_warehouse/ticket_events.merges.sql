-- The survivor lists the tickets that were merged into it; a merge closes them at once.
select concat_ws('/', m.ticket_id, 'merged_into', m.survivor_id) as event_id, m.ticket_id,
       coalesce(c.closed_at, t.updated_at) as occurred_at, 'merged_into' as field, m.survivor_id as value
from (
    select id as survivor_id, unnest(regexp_extract_all(merged_ticket_ids, '[0-9]+')) as ticket_id
    from ticket where merged_ticket_ids is not null
) as m
left join ticket as t on t.id = m.ticket_id
left join (
    select ticket_id, max(updated) as closed_at from changes where field_name = 'status' and value = 'closed' group by ticket_id
) as c on c.ticket_id = m.ticket_id
where m.ticket_id <> m.survivor_id
