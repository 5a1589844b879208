select {{ timestamp('f.solved_at') }} as at, 7 as place, 'solve' as what, f.solve_no, f.reopened_at,
       f.solve_seconds, f.solve_open_seconds, f.agent_replies, f.agent_id, f.team_id
from {{ facts }}.solves as f where f.ticket_no in (select ticket_no from asked)
