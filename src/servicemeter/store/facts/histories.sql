-- kind: ticket
-- needs: changes
-- keep: no
-- What the changes of a ticket come to: latest reason and flags, first team and priority, first change by a person.
select ticket_no,
       min(case when is_human then changed_at end) as first_change_at,
       {{ first_by('value', ['changed_at', 'seq', 'event_id'], "field = 'team_id' and is_survivor and value is not null") }} as first_team_id,
       {{ first_by('value', ['changed_at', 'seq', 'event_id'], "field = 'priority' and is_survivor") }} as first_priority,
       count(*) filter (where field = 'priority' and is_survivor) as priority_count,
       {{ last_by('value', ['changed_at', 'seq', 'event_id'], "field = 'reason' and is_survivor") }} as reason,
       {{ last_by('value', ['changed_at', 'seq', 'event_id'], "field = 'is_complaint' and is_survivor") }} = 'true' as is_complaint
from {{ facts }}.changes
group by ticket_no
