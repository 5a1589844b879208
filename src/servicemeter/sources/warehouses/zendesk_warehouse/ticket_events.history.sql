-- What is assigned or set in the second of a status holds for that status already, so it comes before it. The first event of a
-- field has the id under which `now` tells it while the history is not there yet, so that it takes its place when it comes.
select concat_ws('/', ticket_id, field_name, case when place = 1 then 'first' else concat_ws('/', epoch(updated)::bigint, value) end) as event_id,
       ticket_id, updated as occurred_at, seq,
       case field_name when 'group_id' then 'team_id' else field_name end as field,
       case when field_name = 'status' and value = 'hold' then 'on_hold' else nullif(value, '') end as value,
       actor_type, user_id as actor_id, update_id
from (
    select c.*, row_number() over (partition by ticket_id, field_name order by updated, seq, value) as place
    from (
        select *, case when field_name <> 'status' then 0
                       else 1 + coalesce(list_position(['new', 'open', 'pending', 'hold', 'solved', 'closed'], value), 0) end as seq
        from changes
        where not (field_name = 'status' and value = 'deleted')
    ) as c
) as placed
