-- kind: ticket
-- needs: members, bots
-- Priority from when to when, in the order of its changes (see `change_key`).
{% import '_macros.sql' as m with context %}
select ticket_no, value as priority, change_key as from_key,
       coalesce(lead(change_key) over (partition by ticket_no order by change_key), {{ last_key }}) as to_key
from {{ m.changes("e.field = 'priority' and m.is_survivor") }} as c
