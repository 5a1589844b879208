-- kind: ticket
-- needs: moves
-- dimensions: agent=agent_id team=team_id status=status; through: ticket_no
-- When a ticket was unresolved, by status, assignee and team: backlog at a moment is a count of these.
select ticket_no, is_inbound, changed_at as from_at, until_at as to_at, status, agent_id, team_id, created_at
from {{ facts }}.moves
where status not in ('solved', 'closed') and created_at is not null and (until_at is null or until_at > changed_at)
