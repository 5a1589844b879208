-- kind: ticket
-- needs: members, voices, notes, histories, handled_sessions, team_spans, agent_spans, calendar_spans
-- dimensions: agent=none team=none; through: ticket_no
-- One row a ticket (merge group): what it is, and when it was first asked, answered and touched by a person.
{% import '_macros.sql' as m with context %}
with merged as (
    select ticket_no, {{ first_by('channel', ['opening']) }} as channel, {{ first_by('brand', ['opening']) }} as brand
    from (
        select g.ticket_no, t.channel, t.brand,
               row_number() over (partition by g.ticket_no
                                  order by {% if merge_start == 'survivor' %}g.is_survivor desc, {% endif %}t.created_at nulls last, g.is_survivor desc, t.ticket_id) as opening
        from {{ rows('tickets', 'ticket') }} as t
        join (
            select * from {{ facts }}.members
            where ticket_no in (select ticket_no from {{ facts }}.members where not is_survivor)
        ) as g on g.source = t.source and g.ticket_id = t.ticket_id
    ) as ranked
    group by ticket_no
),
talks as (
    select ticket_no, min(contacted_at) as first_contacted_at, min(inbound_answered_at) as first_answered_at,
           min(answered_at) as first_talk_at,
           {{ first_by('agent_id', ['inbound_answered_at', 'session_no'], 'inbound_answered_at is not null') }} as agent_id,
           {{ first_by('source', ['inbound_answered_at', 'session_no'], 'inbound_answered_at is not null') }} as source
    from {{ work }}.handled_sessions group by ticket_no
),
started as (
    select n.ticket_no, least(s.first_said_at, k.first_contacted_at) as first_contact_at,
           s.first_reply_at, s.first_replier_no, s.last_reply_at, s.is_bot_involved,
           k.first_answered_at, k.agent_id, k.source as agent_source,
           least(s.first_reply_at, k.first_talk_at) as first_spoken_at
    from (select distinct ticket_no from {{ work }}.voices union select ticket_no from talks) as n
    left join {{ work }}.voices as s on s.ticket_no = n.ticket_no
    left join talks as k on k.ticket_no = n.ticket_no
),
early as (
    select ticket_no, first_contact_at from started where least(first_reply_at, first_answered_at) < first_contact_at
),
later as (
    select e.ticket_no, min(a.answered_at) as answered_at,
           {{ first_by('a.agent_no', ['a.answered_at', 'a.line_key']) }} as agent_no,
           {{ first_by('a.agent_id', ['a.answered_at', 'a.line_key']) }} as agent_id,
           {{ first_by('a.agent_source', ['a.answered_at', 'a.line_key']) }} as agent_source
    from (
        select ticket_no, said_at as answered_at, agent_no, cast(null as varchar) as agent_id, cast(null as varchar) as agent_source, line_key
        from {{ work }}.stream where kind = 1
        union all
        select ticket_no, inbound_answered_at, null, agent_id, source, 0 from {{ work }}.handled_sessions
        where inbound_answered_at is not null
    ) as a
    join early as e on a.ticket_no = e.ticket_no and a.answered_at >= e.first_contact_at
    group by e.ticket_no
),
answered as (
    select s.ticket_no, s.first_contact_at, s.first_spoken_at, s.last_reply_at, s.is_bot_involved,
           case when s.first_contact_at is null then null
                when e.ticket_no is not null then l.answered_at
                else least(s.first_reply_at, s.first_answered_at) end as first_response_at,
           case when e.ticket_no is not null then l.agent_no
                when s.first_answered_at is null or s.first_reply_at <= s.first_answered_at then s.first_replier_no end as responder_no,
           case when e.ticket_no is not null then l.agent_id
                when s.first_answered_at is null or s.first_reply_at <= s.first_answered_at then null
                else s.agent_id end as caller_id,
           case when e.ticket_no is not null then l.agent_source else s.agent_source end as caller_source
    from started as s
    left join early as e on e.ticket_no = s.ticket_no
    left join later as l on l.ticket_no = s.ticket_no
),
with_bots as (
    select a.ticket_no, min(b.said_at) as first_bot_at,
           min(case when b.said_at >= a.first_contact_at then b.said_at end) as first_bot_answer_at,
           {{ first_by('b.agent_no', ['b.line_key'], 'b.said_at >= a.first_contact_at') }} as answering_bot_no,
           max(case when b.said_at >= a.first_contact_at and b.said_at <= a.first_response_at then b.said_at end) as handover_at
    from {{ work }}.stream as b
    join answered as a on b.ticket_no = a.ticket_no and a.is_bot_involved
    where b.kind = 2
    group by a.ticket_no
),
whole as (
    select g.ticket_no, g.source, g.ticket_id, g.is_inbound, g.created_at,
           case when o.ticket_no is null then t.channel else o.channel end as channel,
           case when o.ticket_no is null then t.brand else o.brand end as brand,
           t.language, coalesce(t.customer_source, t.source) as customer_source, t.customer_id,
           a.first_contact_at, a.first_response_at, a.last_reply_at,
           coalesce(p.agent_id, a.caller_id) as first_responder_id,
           coalesce(p.source, a.caller_source) as responder_source,
           w.first_bot_at, coalesce(a.is_bot_involved, false) as is_bot_involved,
           least(a.first_response_at, w.first_bot_answer_at) as any_first_response_at,
           case when w.first_bot_answer_at < coalesce(a.first_response_at, {{ far_off }}) then c.agent_id
                else coalesce(p.agent_id, a.caller_id) end as any_first_responder_id,
           coalesce(w.handover_at, a.first_contact_at) as handover_at,
           least(a.first_spoken_at, n.noted_at, h.first_change_at) as first_touch_at,
           h.reason, coalesce(h.is_complaint, false) as is_complaint
    from {{ rows('tickets', 'ticket') }} as t
    join {{ facts }}.members as g on g.source = t.source and g.ticket_id = t.ticket_id and g.is_survivor
    left join merged as o on o.ticket_no = g.ticket_no
    left join answered as a on a.ticket_no = g.ticket_no
    left join with_bots as w on w.ticket_no = g.ticket_no
    left join {{ work }}.people as p on p.agent_no = a.responder_no
    left join {{ work }}.people as c on c.agent_no = w.answering_bot_no
    left join {{ work }}.notes as n on n.ticket_no = g.ticket_no
    left join {{ work }}.histories as h on h.ticket_no = g.ticket_no
),
first_teams as (
    select ticket_no, {{ first_by('team_id', ['from_key']) }} as team_id, {{ whole('min(from_key) - ' ~ first_key, '1000000000') }} + {{ long_ago }} as assigned_at
    from {{ facts }}.team_spans
    where team_id is not null{% if touched %} and ticket_no in (select ticket_no from touched_numbers){% endif %}

    group by ticket_no
)
select t.* exclude (responder_source),
       case when t.channel in ('phone', 'chat', 'video', 'in_person') then 'synchronous'
            when t.channel is null then null else 'asynchronous' end as channel_class,
       f.team_id as first_team_id, f.assigned_at as first_team_at,
       {{ m.between('w', 't.first_contact_at', 't.first_response_at') }} as wait_open_seconds,
       case when t.is_bot_involved then {{ m.between('y', 't.first_contact_at', 't.any_first_response_at') }}
            else {{ m.between('w', 't.first_contact_at', 't.first_response_at') }} end as any_wait_open_seconds,
       case when t.is_bot_involved then {{ m.between('h', 't.handover_at', 't.first_response_at') }}
            else {{ m.between('w', 't.first_contact_at', 't.first_response_at') }} end as handover_open_seconds,
       {{ m.team('r') }} as first_responder_team_id
from whole as t
left join first_teams as f on f.ticket_no = t.ticket_no
{{ m.joins('w', 't.ticket_no', 't.first_contact_at', 't.first_response_at') }}
{{ m.joins('y', 't.ticket_no', 't.first_contact_at', 'case when t.is_bot_involved then t.any_first_response_at end') }}
{{ m.joins('h', 't.ticket_no', 'case when t.is_bot_involved then t.handover_at end', 't.first_response_at') }}
{{ m.team_join('r', 't.responder_source', 't.first_responder_id', 't.first_response_at') }}
