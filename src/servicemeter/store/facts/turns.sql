-- kind: ticket
-- needs: stream, agent_spans, calendar_spans
-- dimensions: agent=agent_id team=team_id; through: ticket_no; carries: source channel
-- Customer turns: from the oldest unanswered message to the answer, or to the solve that closed them unanswered. Where a bot
-- spoke there are two readings, by who may answer (human, any); elsewhere one row stands for both.
{% import '_macros.sql' as m with context %}
with spoken_to_bots as (
    select distinct ticket_no, session_no from {{ work }}.stream where kind = 2
),
human as (
    select ticket_no, session_no, min(case when kind = 0 then said_at end) as started_at,
           max(case when kind = 1 then said_at end) as answered_at, max(case when kind = 3 then said_at end) as closed_at,
           max(case when kind = 1 then agent_no end) as agent_no, max(case when is_inbound then 1 else 0 end) = 1 as is_inbound
    from {{ work }}.stream
    where kind = 0 and coalesce(kind_before, 3) <> 0 or kind in (1, 3) and kind_before in (0, 2)
    group by ticket_no, session_no, answers_before
    having min(case when kind = 0 then said_at end) is not null
),
with_bots as (
    select s.*, count(case when kind <> 0 then 1 end)
                    over (partition by s.ticket_no, s.session_no order by line_key rows between unbounded preceding and 1 preceding) as ends_before
    from {{ work }}.stream as s
    join spoken_to_bots as b on b.ticket_no = s.ticket_no and b.session_no = s.session_no
),
anyone as (
    select ticket_no, session_no, min(case when kind = 0 then said_at end) as started_at,
           max(case when kind in (1, 2) then said_at end) as answered_at, max(case when kind = 3 then said_at end) as closed_at,
           max(case when kind in (1, 2) then agent_no end) as agent_no, max(case when is_inbound then 1 else 0 end) = 1 as is_inbound
    from with_bots
    group by ticket_no, session_no, ends_before
    having min(case when kind = 0 then said_at end) is not null
),
both_readings as (
    select case when b.ticket_no is null then 'both' else 'human' end as responder, h.*
    from human as h left join spoken_to_bots as b on b.ticket_no = h.ticket_no and b.session_no = h.session_no
    union all
    select 'any', * from anyone
)
select t.ticket_no, t.session_no, t.responder, t.is_inbound, t.started_at, t.answered_at, t.closed_at,
       {{ m.between('w', 't.started_at', 't.answered_at') }} as wait_open_seconds,
       a.agent_id, {{ m.team('w') }} as team_id
from both_readings as t
left join {{ work }}.people as a on a.agent_no = t.agent_no
{{ m.joins('w', 't.ticket_no', 't.started_at', 't.answered_at') }}
{{ m.team_join('w', 'a.source', 'a.agent_id', 't.answered_at') }}
