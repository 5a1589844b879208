-- The solves, each until it was reopened.
select f.solve_no, f.solved_at, case when f.reopened_at < $e then f.reopened_at end as reopened_at, f.solve_seconds, f.solve_open_seconds,
       f.agent_replies, f.agent_id, f.team_id
from {{ facts }}.solves as f where f.ticket_no = $number and f.solved_at < $e order by f.solve_no
