-- title: Agreements by a calendar that is not there
-- severity: wrong
-- touches: sla_instances sla_spans
-- total: sla_policies
-- remedy: Load that calendar (business_calendars and its hours), or correct calendar_id. Until then their clocks run by the ticket's calendar.
select p.source, p.policy_id, p.metric, p.calendar_id
from sla_policies as p
left join business_calendars as c on c.calendar_id = p.calendar_id
where p.clock = 'business' and p.calendar_id is not null and c.calendar_id is null
