-- kind: ticket
-- needs: members, bots
-- Who a ticket was assigned to from when to when, in the order of its changes (see `change_key`); null where to nobody. `is_automatic`: begun by a rule or bot.
{% import '_macros.sql' as m with context %}
select ticket_no, nullif(value, '') as agent_id, is_automatic, change_key as from_key,
       coalesce(lead(change_key) over (partition by ticket_no order by change_key), {{ last_key }}) as to_key
from {{ m.changes("e.field = 'assignee_id' and m.is_survivor") }} as c
