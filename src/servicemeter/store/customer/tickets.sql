select t.created_at as at, 'ticket' as what, t.source, t.ticket_id, t.channel, f.reason, f.is_complaint,
       s.ticket_no is not null as is_solved, t.brand
from asked as a
join {{ rows('tickets') }} as t on coalesce(t.customer_source, t.source) = a.source and t.customer_id = a.customer_id
join {{ facts }}.members as m on m.source = t.source and m.ticket_id = t.ticket_id and m.is_survivor
join {{ facts }}.tickets as f on f.ticket_no = m.ticket_no
left join {{ facts }}.solves as s on s.ticket_no = m.ticket_no and coalesce(s.reopened_at, {{ far_off }}) >= {{ far_off }}
where t.customer_id in $customer_ids
