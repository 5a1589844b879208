-- kind: ticket
-- needs: tickets, turns, solves
-- of: sla_policies
-- variants: reopen sla_pause_states
-- keep: no
-- What a promise may be made about, whatever the policies are: a first response (1), the answer to a later turn (2), a solution
-- (3); from its start to what fulfils it, or to the solve that ended it without an answer. A reopening starts a new case, unless
-- `reopen` lets the first one go on: then it ends with the last solve.
{% set own = 'and t.ticket_no in (select ticket_no from touched_numbers)' if touched else '' %}
with cases as (
    select cast(null as integer) as ticket_no, cast(null as boolean) as is_inbound, 0 as metric_no, cast(0 as bigint) as part_no,
           cast(null as bigint) as started_at, cast(null as bigint) as fulfilled_at, cast(null as bigint) as dropped_at
    where false
    {% if policies.of('first_response') %}
    union all
    select t.ticket_no, t.is_inbound, 1, 0, t.first_contact_at,
           case when s.dropped_at is null then t.first_response_at end, s.dropped_at
    from {{ facts }}.tickets as t
    left join (
        select t.ticket_no, min(s.solved_at) as dropped_at
        from {{ facts }}.solves as s
        join {{ facts }}.tickets as t on t.ticket_no = s.ticket_no and s.solved_at >= t.first_contact_at
        where (t.first_response_at is null or s.solved_at < t.first_response_at) {{ own }}
        group by t.ticket_no
    ) as s on s.ticket_no = t.ticket_no
    where t.first_contact_at is not null {{ own }}
    {% endif %}
    {% if policies.of('next_response') %}
    union all
    select f.ticket_no, f.is_inbound, 2, {{ numbered(['f.ticket_no', 'f.session_no', 'f.started_at', 'f.responder']) }}, f.started_at, f.answered_at, f.closed_at
    from {{ facts }}.turns as f
    join {{ facts }}.tickets as t on t.ticket_no = f.ticket_no and f.started_at > t.first_response_at
    where f.responder <> 'any' {{ own }}
    {% endif %}
    {% if policies.of('resolution') and reopen == 'new' %}
    union all
    select t.ticket_no, t.is_inbound, 3, 0, t.created_at, s.solved_at, null
    from {{ facts }}.tickets as t
    left join {{ facts }}.solves as s on s.ticket_no = t.ticket_no and s.solve_no = 1
    where t.created_at is not null and (s.ticket_no is null or s.solved_at is not null) {{ own }}
    union all
    select t.ticket_no, t.is_inbound, 3, t.solve_no, t.reopened_at, t.solved_again_at, null
    from {{ facts }}.solves as t
    where t.created_at is not null and t.reopened_at is not null {{ own }}
    {% elif policies.of('resolution') %}
    union all
    select t.ticket_no, t.is_inbound, 3, 0, t.created_at, s.solved_at, null
    from {{ facts }}.tickets as t
    left join {{ facts }}.solves as s on s.ticket_no = t.ticket_no and s.reopened_at is null
    where t.created_at is not null and (s.ticket_no is null or s.solved_at is not null) {{ own }}
    {% endif %}
)
select ticket_no, is_inbound, cast(metric_no as tinyint) as metric_no, part_no, started_at, fulfilled_at, dropped_at,
       least(fulfilled_at, dropped_at) as ended_at
from cases
