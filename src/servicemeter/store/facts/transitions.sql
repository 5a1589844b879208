-- kind: ticket
-- needs: status_steps
-- keep: no
-- Solves and reopenings in turn: a solve is a transition into solved or closed, a reopening one out of them.
select ticket_no, is_inbound, created_at, occurred_at, case when occurred_at is not null then changed_at end as changed_at, change_key, is_human, human_id,
       status in ('solved', 'closed') as is_solve,
       lead(changed_at) over in_order as next_at,
       lead(changed_at, 2) over in_order as after_next_at,
       lag(changed_at, 2) over in_order as before_last_at,
       {{ whole('row_number() over in_order + 1', '2') }} as solve_no
from {{ work }}.status_steps
where (status in ('solved', 'closed')) <> (coalesce(status_before, 'new') in ('solved', 'closed'))
window in_order as (partition by ticket_no order by change_key)
