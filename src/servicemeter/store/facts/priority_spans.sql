-- kind: ticket
-- needs: members, bots
-- Priority from when to when.
{% import '_macros.sql' as m with context %}
select ticket_no, value as priority, coalesce(changed_at, {{ long_ago }}) as from_at,
       coalesce(lead(changed_at) over in_order, {{ far_off }}) as to_at
from {{ m.changes("e.field = 'priority' and m.is_survivor") }} as c
window in_order as (partition by ticket_no order by change_key)
