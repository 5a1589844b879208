-- kind: ticket
-- needs: members, bots
-- keep: no
-- What people changed on tickets, and every reason and complaint flag whoever gave it. A change before the creation counts from the
-- creation, but was made in its own minute.
{% import '_macros.sql' as m with context %}
select ticket_no, changed_at, change_key, is_human, field, is_survivor,
       case when field in ('reason', 'is_complaint') then value end as value,
       {{ m.update_key('event_source', 'update_id', 'human_id', 'coalesce(occurred_at, changed_at)') }} as update_key, update_id is null as is_approximate
from {{ m.changes("e.field in ('reason', 'is_complaint') or e.actor_type = 'agent'") }} as c
