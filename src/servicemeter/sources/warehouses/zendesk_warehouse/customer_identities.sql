select id as customer_id, kind, value
from (
    select id, is_staff, 'email' as kind, email as value from people
    union all select id, is_staff, 'phone', phone from people
    union all select id, is_staff, 'account', external_id from people
) as known
where value is not null and (not is_staff or id in (select requester_id from ticket where requester_id is not null))
