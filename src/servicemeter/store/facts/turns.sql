-- kind: ticket
-- needs: stream, bots, agent_spans, calendar_spans
-- dimensions: agent=agent_id team=team_id; through: ticket_no
-- Customer turns: from the oldest unanswered message to the answer, or to the solve that closed them unanswered. Where a bot
-- spoke there are two readings, by who may answer (human, any); elsewhere one row stands for both.
{% import '_macros.sql' as m with context %}
with spoken_to_bots as (
    select distinct ticket_no, session_id from {{ facts }}.stream where kind = 'B'
),
human as (
    select ticket_no, session_id, min(case when kind = 'C' then said_at end) as started_at,
           max(case when kind = 'R' then said_at end) as answered_at, max(case when kind = 'S' then said_at end) as closed_at,
           max(case when kind = 'R' then agent_id end) as agent_id, max(case when kind = 'R' then agent_source end) as agent_source,
           max(case when is_inbound then 1 else 0 end) = 1 as is_inbound
    from {{ facts }}.stream where kind <> 'B'
    group by ticket_no, session_id, answers_before
    having min(case when kind = 'C' then said_at end) is not null
),
anyone as (
    select s.ticket_no, s.session_id, min(case when kind = 'C' then said_at end) as started_at,
           max(case when kind in ('R', 'B') then said_at end) as answered_at, max(case when kind = 'S' then said_at end) as closed_at,
           max(case when kind in ('R', 'B') then agent_id end) as agent_id,
           max(case when kind in ('R', 'B') then agent_source end) as agent_source,
           max(case when is_inbound then 1 else 0 end) = 1 as is_inbound
    from {{ facts }}.stream as s
    join spoken_to_bots as b on b.ticket_no = s.ticket_no and b.session_id = s.session_id
    group by s.ticket_no, s.session_id, ends_before
    having min(case when kind = 'C' then said_at end) is not null
),
both_readings as (
    select case when b.ticket_no is null then 'both' else 'human' end as responder, h.*
    from human as h left join spoken_to_bots as b on b.ticket_no = h.ticket_no and b.session_id = h.session_id
    union all
    select 'any', * from anyone
)
select t.ticket_no, t.session_id, t.responder, t.is_inbound, t.started_at, t.answered_at, t.closed_at,
       t.answered_at - t.started_at as wait_seconds,
       {{ m.between('w', 't.started_at', 't.answered_at') }} as wait_open_seconds,
       t.agent_id, {{ m.team('w') }} as team_id
from both_readings as t
{{ m.joins('w', 't.ticket_no', 't.started_at', 't.answered_at') }}
{{ m.team_join('w', 't.agent_source', 't.agent_id', 't.answered_at') }}
