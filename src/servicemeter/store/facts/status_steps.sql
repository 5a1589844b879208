-- kind: ticket
-- needs: members, bots
-- keep: no
-- Every status a ticket was given, with the one before (null for the first) and the next.
{% import '_macros.sql' as m with context %}
select ticket_no, is_inbound, created_at, occurred_at, changed_at, change_key, is_human, human_id, value as status,
       lag(value) over in_order as status_before,
       lead(changed_at) over in_order as until_at
from {{ m.changes("e.field = 'status' and m.is_survivor") }} as c
window in_order as (partition by ticket_no order by change_key)
