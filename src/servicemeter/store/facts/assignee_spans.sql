-- kind: ticket
-- needs: members, bots
-- Who a ticket was assigned to from when to when, in the order of its changes (see `change_key`); null where to nobody.
-- `is_automatic`: begun by a rule or bot; `next_…`: whom it went to.
{% import '_macros.sql' as m with context %}
select source, ticket_no, agent_id, is_automatic, change_key as from_key, coalesce(lead(change_key) over in_order, {{ last_key }}) as to_key,
       lead(agent_id) over in_order as next_agent_id, lead(is_automatic) over in_order as next_is_automatic
from (select source, ticket_no, nullif(value, '') as agent_id, is_automatic, change_key from {{ m.changes("e.field = 'assignee_id' and m.is_survivor") }} as c) as held
window in_order as (partition by ticket_no order by change_key)
