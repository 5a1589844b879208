-- kind: ticket
-- needs: groups, stream, notes, histories, handled_sessions, agent_spans, calendar_spans
-- dimensions: agent=none team=first_team_id; through: ticket_no
-- One row a ticket: what it is, and when it was first asked, answered and touched by a person.
{% import '_macros.sql' as m with context %}
with said as (
    select ticket_no,
           min(case when kind = 'C' then said_at end) as first_said_at,
           min(case when kind = 'R' then said_at end) as first_reply_at,
           {{ first_by('agent_id', ['said_at * 4096 + least(place, 4095)'], "kind = 'R'") }} as first_replier_id,
           {{ first_by('agent_source', ['said_at * 4096 + least(place, 4095)'], "kind = 'R'") }} as first_replier_source,
           max(case when kind = 'R' then said_at end) as last_reply_at,
           {{ last_by('agent_id', ['said_at * 4096 + least(place, 4095)'], "kind = 'R'") }} as last_replier_id,
           max(case when kind = 'B' then 1 else 0 end) = 1 as is_bot_involved
    from {{ facts }}.stream where kind <> 'S' group by ticket_no
),
talks as (
    select ticket_no, min(contacted_at) as first_contacted_at, min(inbound_answered_at) as first_answered_at,
           min(answered_at) as first_talk_at,
           {{ first_by('agent_id', ['inbound_answered_at', 'root_id'], 'inbound_answered_at is not null') }} as agent_id,
           {{ first_by('source', ['inbound_answered_at', 'root_id'], 'inbound_answered_at is not null') }} as source
    from {{ facts }}.handled_sessions group by ticket_no
),
started as (
    select g.ticket_no, least(s.first_said_at, k.first_contacted_at) as first_contact_at,
           s.first_reply_at, s.first_replier_id, s.first_replier_source, s.last_reply_at, s.last_replier_id, s.is_bot_involved,
           k.first_answered_at, k.agent_id, k.source as agent_source,
           least(s.first_reply_at, k.first_talk_at) as first_said_or_talked_at
    from {{ facts }}.groups as g
    left join said as s on s.ticket_no = g.ticket_no
    left join talks as k on k.ticket_no = g.ticket_no
),
early as (
    select ticket_no, first_contact_at from started
    where least(first_reply_at, first_answered_at) < first_contact_at
),
later as (
    select e.ticket_no, min(a.answered_at) as answered_at,
           {{ first_by('a.agent_id', ['a.answered_at', 'a.place']) }} as agent_id,
           {{ first_by('a.agent_source', ['a.answered_at', 'a.place']) }} as agent_source
    from early as e
    join (
        select ticket_no, said_at as answered_at, agent_id, agent_source, place from {{ facts }}.stream where kind = 'R'
        union all
        select ticket_no, inbound_answered_at, agent_id, source, 0 from {{ facts }}.handled_sessions
        where inbound_answered_at is not null
    ) as a on a.ticket_no = e.ticket_no and a.answered_at >= e.first_contact_at
    group by e.ticket_no
),
answered as (
    select s.ticket_no, s.first_contact_at, s.first_said_or_talked_at, s.last_reply_at, s.last_replier_id, s.is_bot_involved,
           case when s.first_contact_at is null then null
                when e.ticket_no is not null then l.answered_at
                else least(s.first_reply_at, s.first_answered_at) end as first_response_at,
           case when e.ticket_no is not null then l.agent_id
                when s.first_answered_at is null or s.first_reply_at <= s.first_answered_at then s.first_replier_id
                else s.agent_id end as first_responder_id,
           case when e.ticket_no is not null then l.agent_source
                when s.first_answered_at is null or s.first_reply_at <= s.first_answered_at then s.first_replier_source
                else s.agent_source end as first_responder_source
    from started as s
    left join early as e on e.ticket_no = s.ticket_no
    left join later as l on l.ticket_no = s.ticket_no
),
with_bots as (
    select a.ticket_no, min(case when b.said_at >= a.first_contact_at then b.said_at end) as first_bot_at,
           max(case when b.said_at >= a.first_contact_at and b.said_at <= a.first_response_at then b.said_at end) as handover_at
    from answered as a
    join {{ facts }}.stream as b on b.ticket_no = a.ticket_no and b.kind = 'B'
    where a.is_bot_involved
    group by a.ticket_no
),
whole as (
    select g.*, a.first_contact_at, a.first_response_at, a.first_responder_id, a.first_responder_source,
           a.last_reply_at, a.last_replier_id,
           coalesce(a.is_bot_involved, false) as is_bot_involved,
           least(a.first_response_at, w.first_bot_at) as any_first_response_at,
           coalesce(w.handover_at, a.first_contact_at) as handover_at,
           least(a.first_said_or_talked_at, n.noted_at, h.first_change_at) as first_touch_at,
           h.first_team_id, h.first_priority as priority, h.reason, coalesce(h.is_complaint, false) as is_complaint
    from {{ facts }}.groups as g
    left join answered as a on a.ticket_no = g.ticket_no
    left join with_bots as w on w.ticket_no = g.ticket_no
    left join {{ facts }}.notes as n on n.ticket_no = g.ticket_no
    left join {{ facts }}.histories as h on h.ticket_no = g.ticket_no
)
select t.*,
       case when t.channel in ('phone', 'chat', 'video', 'in_person') then 'synchronous'
            when t.channel is null then null else 'asynchronous' end as channel_class,
       t.first_response_at - t.first_contact_at as wait_seconds,
       {{ m.between('w', 't.first_contact_at', 't.first_response_at') }} as wait_open_seconds,
       t.any_first_response_at - t.first_contact_at as any_wait_seconds,
       {{ m.between('y', 't.first_contact_at', 't.any_first_response_at') }} as any_wait_open_seconds,
       t.first_response_at - t.handover_at as handover_seconds,
       {{ m.between('h', 't.handover_at', 't.first_response_at') }} as handover_open_seconds,
       {{ m.team('r') }} as first_responder_team_id
from whole as t
{{ m.joins('w', 't.ticket_no', 't.first_contact_at', 't.first_response_at') }}
{{ m.joins('y', 't.ticket_no', 't.first_contact_at', 't.any_first_response_at') }}
{{ m.joins('h', 't.ticket_no', 't.handover_at', 't.first_response_at') }}
{{ m.team_join('r', 't.first_responder_source', 't.first_responder_id', 't.first_response_at') }}
