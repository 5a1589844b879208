-- kind: ticket
-- needs: moves
-- keep: no
-- Solves and reopenings in turn: a solve is a transition into solved or closed, a reopening one out of them.
select ticket_no, changed_at, place, human_id, agent_id, team_id,
       status in ('solved', 'closed') as is_solve,
       lead(changed_at) over in_order as next_at,
       lead(changed_at, 2) over in_order as after_next_at,
       row_number() over in_order as step
from {{ facts }}.moves
where field = 'status'
  and (status in ('solved', 'closed')) <> (coalesce(status_before, 'new') in ('solved', 'closed'))
window in_order as (partition by ticket_no order by place)
