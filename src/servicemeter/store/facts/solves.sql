-- kind: ticket
-- needs: transitions, states, stream, tickets, handled_sessions, assignee_spans, team_spans, calendar_spans
-- dimensions: agent=agent_id team=team_id; through: ticket_no; carries: source channel first_contact_at first_response_at first_touch_at handover_at
-- key f.solved_at: f.change_key
-- Solves as episodes: from solved to reopened (or never), with what it took until then. The message with which we opened a ticket is
-- no reply; where it came after the solve, none of the replies before is it.
{% import '_macros.sql' as m with context %}
with solved as (
    select ticket_no, is_inbound, created_at, occurred_at, changed_at as solved_at, change_key, next_at as reopened_at, after_next_at as solved_again_at,
           before_last_at as solved_before_at, coalesce(is_human, false) as is_by_human, human_id as solver_id, solve_no
    from {{ work }}.transitions where is_solve
),
live as (
    select ticket_no, session_no, min(answered_at) as answered_at
    from (
        select ticket_no, session_no, answered_at from {{ work }}.handled_sessions where answered_at is not null
        union all
        select ticket_no, session_no, said_at from {{ work }}.stream where kind = 1 and session_no <> 0
    ) as sessions
    group by ticket_no, session_no
),
live_counts as (
    select s.ticket_no, s.solve_no, count(*) as sessions
    from solved as s join live as l on l.ticket_no = s.ticket_no and l.answered_at <= s.solved_at
    group by s.ticket_no, s.solve_no
),
own_openings as (
    select ticket_no from {{ work }}.stream
    where kind <> 3 and session_no = 0 and not is_inbound
    group by ticket_no having {{ first_by('kind', ['line_key']) }} = 1
),
same_second as (
    select s.ticket_no, s.solve_no, min(g.reopened_at) as reopened_at
    from (select * from solved where reopened_at = solved_at) as s
    join solved as g on g.ticket_no = s.ticket_no and g.solve_no > s.solve_no and g.reopened_at > s.solved_at
    group by s.ticket_no, s.solve_no
),
answered_again as (
    select s.ticket_no, s.solve_no, min(r.said_at) as reply_after_reopen_at
    from {{ work }}.stream as r
    join (select * from solved where reopened_at is not null) as s on r.ticket_no = s.ticket_no and r.said_at >= s.reopened_at
    where r.kind = 1
    group by s.ticket_no, s.solve_no
),
undone_before as (
    select s.ticket_no, s.solve_no,
           case when lag(s.reopened_at - s.solved_at) over in_order = 0 and coalesce(lag(z.reopened_at) over in_order > s.solved_at, true)
                then {{ far_off }}
                else max(case when s.solved_at is null then 0 when s.reopened_at > s.solved_at then s.reopened_at - s.solved_at
                              else coalesce(z.reopened_at - s.solved_at, {{ far_off }}) end)
                         over (in_order rows between unbounded preceding and 1 preceding) end as longest_solved_before_s
    from solved as s left join same_second as z on z.ticket_no = s.ticket_no and z.solve_no = s.solve_no
    where s.reopened_at is not null or s.solve_no > 1
    window in_order as (partition by s.ticket_no order by s.solve_no)
)
select s.ticket_no, s.is_inbound, s.created_at, s.solved_at, s.reopened_at, s.solved_again_at, s.solved_before_at, s.solve_no, s.change_key, s.is_by_human, s.solver_id,
       i.agent_id, j.team_id,
       s.occurred_at - s.created_at as solve_seconds,
       case when s.occurred_at < s.created_at then s.occurred_at - s.created_at
            else {{ m.between('w', 's.created_at', 's.solved_at') }} end as solve_open_seconds,
       greatest(coalesce(w.answers_before, 0) - case when w.ticket_no is null then 0 else s.solve_no - 1 end
                - case when o.ticket_no is null then 0 else 1 end, 0) + coalesce(l.sessions, 0) as agent_replies,
       a.reply_after_reopen_at,
       case when s.reopened_at = s.solved_at then z.reopened_at else s.reopened_at end as reopened_later_at,
       {% for column in ['pending_seconds', 'pending_open_seconds', 'on_hold_seconds', 'on_hold_open_seconds', 'solved_seconds', 'solved_open_seconds'] %}
       coalesce(b.{{ column }}, 0) as {{ column }},
       {% endfor %}
       c.longest_solved_before_s
from solved as s
left join {{ facts }}.assignee_spans as i on i.ticket_no = s.ticket_no and i.from_key <= s.change_key and s.change_key < i.to_key
left join {{ facts }}.team_spans as j on j.ticket_no = s.ticket_no and j.from_key <= s.change_key and s.change_key < j.to_key
left join {{ work }}.stream as w on w.ticket_no = s.ticket_no and w.solve_no = s.solve_no and w.kind = 3 and w.session_no = 0
left join live_counts as l on l.ticket_no = s.ticket_no and l.solve_no = s.solve_no
left join own_openings as o on o.ticket_no = s.ticket_no
left join same_second as z on z.ticket_no = s.ticket_no and z.solve_no = s.solve_no
left join {{ work }}.states as b on b.ticket_no = s.ticket_no and b.solve_no = s.solve_no
left join undone_before as c on c.ticket_no = s.ticket_no and c.solve_no = s.solve_no
left join answered_again as a on a.ticket_no = s.ticket_no and a.solve_no = s.solve_no
{{ m.joins('w', 's.ticket_no', 's.created_at', 's.solved_at') }}
