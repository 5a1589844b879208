-- title: Tickets solved before they were created
-- severity: wrong
-- touches: solves.solve_seconds
-- total: tickets
-- remedy: Compare the columns of creation and solve: they are often swapped or in two time zones (an import states its own with tz).
select t.source, t.ticket_id, t.created_at, min(e.occurred_at) as solved_at
from ticket_events as e
join tickets as t on t.source = coalesce(e.ticket_source, e.source) and t.ticket_id = e.ticket_id
where e.field = 'status' and e.value in ('solved', 'closed') and e.occurred_at < t.created_at
group by t.source, t.ticket_id, t.created_at
