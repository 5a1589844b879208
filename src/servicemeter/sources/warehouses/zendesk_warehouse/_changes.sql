-- Changes of the fields that are read, with who made them. One update of Zendesk is one person at one instant.
select h.ticket_id, h.updated, h.value, h.user_id, h.field_name,
       case when coalesce(h.user_id, '-1') = '-1' then 'system'
            when p.is_staff and h.user_id <> coalesce(t.requester_id, '') then 'agent'
            else 'customer' end as actor_type,
       concat_ws('/', h.ticket_id, epoch(h.updated)::bigint, h.user_id) as update_id,
       lag(h.value) over (partition by h.ticket_id, h.field_name order by h.updated) as value_before
from ticket_field_history as h
left join ticket as t on t.id = h.ticket_id
left join people as p on p.id = h.user_id
where h.field_name in ('status', 'assignee_id', 'group_id', 'priority')
