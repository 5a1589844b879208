-- kind: ticket
-- needs: said, transitions
-- keep: no
-- What was said, with the solves (3) between, in order; messages come before the solves of the same second. Each live session
-- is a stream of its own.
with solves as (
    select ticket_no, is_inbound, cast(solve_no as integer) as solve_no, (changed_at * 4 + 2) * 268435456 + solve_no as line_key
    from {{ work }}.transitions where is_solve and changed_at is not null
),
lines as (
    select ticket_no, is_inbound, session_no, kind, agent_no, macro_no, line_key, cast(null as integer) as solve_no from {{ work }}.said
    union all
    select ticket_no, is_inbound, 0, 3, null, null, line_key, solve_no from solves
    union all
    select s.ticket_no, s.is_inbound, l.session_no, 3, null, null, s.line_key, s.solve_no
    from solves as s
    join (select distinct ticket_no, session_no from {{ work }}.said where session_no <> 0) as l on l.ticket_no = s.ticket_no
)
select ticket_no, is_inbound, session_no, kind, agent_no, macro_no, solve_no, line_key, {{ whole('line_key', '1073741824') }} as said_at,
       lag(kind) over in_order as kind_before,
       cast(count(case when kind in (1, 3) then 1 end)
            over (partition by ticket_no, session_no order by line_key rows between unbounded preceding and 1 preceding) as integer) as answers_before
from lines
window in_order as (partition by ticket_no, session_no order by line_key)
