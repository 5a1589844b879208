-- Deleted and taken back, as the history of the status says it; and tickets that are gone, nobody knows since when.
select concat_ws('/', ticket_id, 'is_deleted', epoch(updated)::bigint) as event_id, ticket_id, updated as occurred_at,
       'is_deleted' as field, case when value = 'deleted' then 'true' else 'false' end as value,
       actor_type, user_id as actor_id, update_id
from changes
where field_name = 'status' and (value = 'deleted' or value_before = 'deleted')
union all
select concat_ws('/', id, 'is_deleted', 'now'), id, null, 'is_deleted', 'true', 'system', null, null
from ticket
where (coalesce(_fivetran_deleted, false) or lower(status) = 'deleted')
  and id not in (select ticket_id from changes where field_name = 'status' and value = 'deleted')
