-- title: Tickets whose first reply came after they were solved
-- severity: wrong
-- touches: solves.solve_seconds solves.agent_replies
-- total: {{ facts }}.tickets
-- remedy: Compare the columns of solve and first reply in the export: they are often swapped, in two time zones, or the solve was overwritten. Resolution times of these tickets are too short, and their replies are not counted.
-- One row a ticket: at its first public answer by a person it stood solved, and had not been reopened.
select t.source, t.ticket_id, {{ first_by('s.solved_at', ['s.solved_at']) }} as solved_at, min(r.replied_at) as first_reply_at
from (select ticket_no, min(replied_at) as replied_at from {{ facts }}.replies group by ticket_no) as r
join {{ facts }}.solves as s
  on s.ticket_no = r.ticket_no and s.solved_at < r.replied_at and (s.reopened_at is null or s.reopened_at > r.replied_at)
join {{ facts }}.tickets as t on t.ticket_no = r.ticket_no
where t.created_at is null or r.replied_at >= t.created_at
group by t.source, t.ticket_id
