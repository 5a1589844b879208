-- kind: ticket
-- needs: transitions, stream, tickets, turns, handled_sessions, calendar_spans
-- dimensions: agent=agent_id team=team_id; through: ticket_no
-- Solves as episodes: from solved to reopened (or never), with what it took until then.
{% import '_macros.sql' as m with context %}
with solved as (
    select t.ticket_no, t.changed_at as solved_at, t.next_at as reopened_at, t.after_next_at as solved_again_at,
           t.human_id as solver_id, t.agent_id, t.team_id, {{ whole('t.step + 1', '2') }} as solve_no,
           lag(t.changed_at) over (partition by t.ticket_no order by t.step) as solved_before_at
    from {{ facts }}.transitions as t where t.is_solve
),
written as (
    select ticket_no, said_at, max(replies_before) as replies, max(customer_messages_before) as customer_messages
    from {{ facts }}.stream where kind = 'S' and session_id = '' group by ticket_no, said_at
),
live as (
    select ticket_no, session_id, min(answered_at) as answered_at
    from (
        select ticket_no, root_id as session_id, answered_at from {{ facts }}.handled_sessions where answered_at is not null
        union all
        select ticket_no, session_id, said_at from {{ facts }}.stream where kind = 'R' and session_id <> ''
    ) as sessions
    group by ticket_no, session_id
),
live_counts as (
    select s.ticket_no, s.solve_no, count(*) as sessions
    from solved as s join live as l on l.ticket_no = s.ticket_no and l.answered_at <= s.solved_at
    group by s.ticket_no, s.solve_no
),
contact_counts as (
    select s.ticket_no, s.solve_no, count(*) as contacts
    from solved as s
    join (
        select ticket_no, started_at from {{ facts }}.turns where session_id = '' and responder in ('both', 'human')
        union all
        select ticket_no, contacted_at from {{ facts }}.handled_sessions where contacted_at is not null
    ) as c on c.ticket_no = s.ticket_no and c.started_at <= s.solved_at
    group by s.ticket_no, s.solve_no
),
own_openings as (
    select ticket_no from {{ facts }}.stream where place = 1 and kind = 'R' and session_id = '' and not is_inbound
),
earlier_repliers as (
    select s.ticket_no, s.solve_no, {{ last_by('r.agent_id', ['r.said_at', 'r.place']) }} as agent_id
    from solved as s
    join {{ facts }}.tickets as k on k.ticket_no = s.ticket_no and k.last_reply_at > s.solved_at
    join {{ facts }}.stream as r on r.ticket_no = s.ticket_no and r.kind = 'R' and r.said_at <= s.solved_at
    group by s.ticket_no, s.solve_no
),
answered_again as (
    select s.ticket_no, s.solve_no, min(r.said_at) as reply_after_reopen_at
    from solved as s
    join {{ facts }}.stream as r on r.ticket_no = s.ticket_no and r.kind = 'R' and r.said_at >= s.reopened_at
    where s.reopened_at is not null
    group by s.ticket_no, s.solve_no
)
select s.*, k.is_inbound, k.created_at, k.first_touch_at, k.first_response_at,
       s.solved_at - k.created_at as solve_seconds,
       {{ m.between('w', 'k.created_at', 's.solved_at') }} as solve_open_seconds,
       coalesce(w.replies, 0) + coalesce(l.sessions, 0) - case when o.ticket_no is null then 0 else 1 end as agent_replies,
       coalesce(w.customer_messages, 0) as customer_messages,
       coalesce(c.contacts, 0) as customer_contacts,
       case when k.last_reply_at <= s.solved_at then k.last_replier_id else e.agent_id end as last_replier_id,
       a.reply_after_reopen_at
from solved as s
join {{ facts }}.tickets as k on k.ticket_no = s.ticket_no
left join written as w on w.ticket_no = s.ticket_no and w.said_at = s.solved_at
left join live_counts as l on l.ticket_no = s.ticket_no and l.solve_no = s.solve_no
left join contact_counts as c on c.ticket_no = s.ticket_no and c.solve_no = s.solve_no
left join own_openings as o on o.ticket_no = s.ticket_no
left join earlier_repliers as e on e.ticket_no = s.ticket_no and e.solve_no = s.solve_no
left join answered_again as a on a.ticket_no = s.ticket_no and a.solve_no = s.solve_no
{{ m.joins('w', 's.ticket_no', 'k.created_at', 's.solved_at') }}
