-- kind: ticket
-- needs: changes, histories
-- Priority from when to when, of the tickets whose priority changed; the others have it in `tickets`.
select c.ticket_no, c.value as priority,
       case when lag(c.changed_at) over in_order is null then {{ long_ago }} else c.changed_at end as from_at,
       coalesce(lead(c.changed_at) over in_order, {{ far_off }}) as to_at
from {{ facts }}.changes as c
join {{ facts }}.histories as h on h.ticket_no = c.ticket_no and h.priority_count > 1
where c.field = 'priority' and c.is_survivor
window in_order as (partition by c.ticket_no order by c.changed_at, c.seq, c.event_id)
