select t.created_at as at, 'ticket' as what, t.source, t.ticket_id, t.channel, f.reason, f.is_complaint,
       coalesce(s.status, 'new') as status
from asked as a
join {{ rows('tickets') }} as t on coalesce(t.customer_source, t.source) = a.source and t.customer_id = a.customer_id
join {{ facts }}.members as m on m.source = t.source and m.ticket_id = t.ticket_id and m.is_survivor
join {{ facts }}.tickets as f on f.ticket_no = m.ticket_no
left join (
    select coalesce(e.ticket_source, e.source) as source, e.ticket_id,
           {{ last_by('e.value', [change_key('e')]) }} as status
    from {{ rows('ticket_events') }} as e
    where e.field = 'status'
      and e.ticket_id in (select ticket_id from {{ rows('tickets') }} as own
                          where exists (select 1 from asked where asked.customer_id = own.customer_id))
    group by coalesce(e.ticket_source, e.source), e.ticket_id
) as s on s.source = t.source and s.ticket_id = t.ticket_id
