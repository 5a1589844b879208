-- kind: ticket
-- needs: members, bots
-- keep: no
-- What the changes of a ticket come to: latest reason and complaint flag, and the first change by a person.
{% import '_macros.sql' as m with context %}
select ticket_no,
       min(case when is_human then changed_at end) as first_change_at,
       {{ last_by('value', ['change_key'], "field = 'reason' and is_survivor") }} as reason,
       {{ last_by('value', ['change_key'], "field = 'is_complaint' and is_survivor") }} = 'true' as is_complaint
from {{ m.changes("e.field in ('reason', 'is_complaint') or e.actor_type = 'agent'") }} as c
group by ticket_no
