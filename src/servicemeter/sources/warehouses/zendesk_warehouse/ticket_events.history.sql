-- What is assigned or set in the second of a status holds for that status already, so it comes before it.
select concat_ws('/', ticket_id, field_name, epoch(updated)::bigint, value) as event_id, ticket_id, updated as occurred_at,
       case when field_name <> 'status' then 0
            else 1 + coalesce(list_position(['new', 'open', 'pending', 'hold', 'solved', 'closed'], value), 0) end as seq,
       case field_name when 'group_id' then 'team_id' else field_name end as field,
       case when field_name = 'status' and value = 'hold' then 'on_hold' else nullif(value, '') end as value,
       actor_type, user_id as actor_id, update_id
from changes
where not (field_name = 'status' and value = 'deleted')
