-- kind: ticket
-- needs: moves
-- dimensions: agent=agent_id team=team_id status=status; through: ticket_no
-- When a ticket was unresolved, by status, assignee and team: backlog at a moment is a count of these.
select v.ticket_no, g.is_inbound, greatest(v.changed_at, g.created_at) as from_at, v.until_at as to_at,
       v.status, v.agent_id, v.team_id, g.created_at
from {{ facts }}.moves as v join {{ facts }}.groups as g on g.ticket_no = v.ticket_no
where v.status not in ('solved', 'closed') and g.created_at is not null
  and (v.until_at is null or v.until_at > greatest(v.changed_at, g.created_at))
