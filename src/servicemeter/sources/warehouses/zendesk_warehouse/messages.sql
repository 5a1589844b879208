select c.id as message_id, c.ticket_id, c.created as occurred_at,
       case when coalesce(c.user_id, '-1') = '-1' then 'system'
            when p.is_staff and c.user_id <> coalesce(t.requester_id, '') then 'agent'
            else 'customer' end as author_type,
       c.user_id as author_id, coalesce(c.public, true) as is_public,
       concat_ws('/', c.ticket_id, epoch(c.created)::bigint, c.user_id) as update_id
from ticket_comment as c
left join ticket as t on t.id = c.ticket_id
left join people as p on p.id = c.user_id
where not coalesce(c._fivetran_deleted, false)
