-- kind: ticket
-- needs: doings
-- keep: no
-- What the changes of a ticket come to: latest reason and complaint flag, and the first change by a person.
select ticket_no,
       min(case when is_human then changed_at end) as first_change_at,
       {{ last_by('value', ['change_key'], "field = 'reason' and is_survivor") }} as reason,
       {{ last_by('value', ['change_key'], "field = 'is_complaint' and is_survivor") }} = 'true' as is_complaint
from {{ work }}.doings
group by ticket_no
