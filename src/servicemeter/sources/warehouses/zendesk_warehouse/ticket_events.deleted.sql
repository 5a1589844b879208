-- Deleted and taken back, as the history of the status says it; else what the ticket says now, nobody knows since when.
select concat_ws('/', ticket_id, 'is_deleted', case when place = 1 then 'first' else cast(epoch(updated)::bigint as varchar) end) as event_id,
       ticket_id, updated as occurred_at, 'is_deleted' as field, value, actor_type, user_id as actor_id, update_id
from (
    select *, row_number() over (partition by ticket_id order by updated, value desc) as place
    from (
        select * replace (case when value = 'deleted' then 'true' else 'false' end as value)
        from changes
        where field_name = 'status' and (value = 'deleted' or value_before = 'deleted')
    ) as turned
) as placed
union all
select concat_ws('/', id, 'is_deleted', 'first'), id, null, 'is_deleted',
       case when _fivetran_deleted or lower(status) = 'deleted' then 'true' else 'false' end, 'system', null, null
from ticket
where (_fivetran_deleted is not null or lower(status) = 'deleted')
  and id not in (select ticket_id from changes where field_name = 'status' and value = 'deleted')
