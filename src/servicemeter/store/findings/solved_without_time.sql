-- title: Tickets of which is known that they are solved, but not when
-- severity: wrong
-- touches: solves.solve_seconds solves.solved_at
-- total: tickets
-- remedy: Map the column that says when they were solved. Until then they count as solved at their creation, in no time at all.
select t.source, t.ticket_id, min(t.created_at) as created_at
from ticket_events as e
join tickets as t on t.source = coalesce(e.ticket_source, e.source) and t.ticket_id = e.ticket_id
where e.field = 'status' and e.value in ('solved', 'closed') and e.occurred_at is null
group by t.source, t.ticket_id
