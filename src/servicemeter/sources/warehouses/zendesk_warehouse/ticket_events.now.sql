-- What a ticket says now and its history does not know at all: it holds, nobody knows since when.
select concat_ws('/', n.ticket_id, n.field_name, 'first') as event_id, n.ticket_id, cast(null as timestamp) as occurred_at,
       case n.field_name when 'group_id' then 'team_id' else n.field_name end as field,
       case when n.value = 'hold' and n.field_name = 'status' then 'on_hold' else n.value end as value
from (
    select id as ticket_id, 'status' as field_name, lower(status) as value from ticket
    union all select id, 'assignee_id', assignee_id from ticket
    union all select id, 'group_id', group_id from ticket
    union all select id, 'priority', lower(priority) from ticket
) as n
left join (select distinct ticket_id, field_name from changes where value is distinct from 'deleted') as c
  on c.ticket_id = n.ticket_id and c.field_name = n.field_name
where c.ticket_id is null and n.value is not null and not (n.field_name = 'status' and n.value = 'deleted')
