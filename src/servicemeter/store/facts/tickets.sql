-- kind: ticket
-- needs: members, openings, bot_answers, notes, histories, team_spans, agent_spans, calendar_spans
-- dimensions: agent=none team=none; through: ticket_no
-- One row a ticket (merge group): what it is, and when it was first asked, answered and touched by a person. The columns of
-- bots are null where none spoke.
{% import '_macros.sql' as m with context %}
{% macro class_of(channel) -%}
case when {{ channel }} in ('phone', 'chat', 'video', 'in_person') then 'synchronous' when {{ channel }} is not null then 'asynchronous' end
{%- endmacro %}
with merged as (
    select g.ticket_no, t.channel, t.brand
    from {{ facts }}.members as g
    join {{ rows('tickets', 'ticket') }} as t on t.source = g.source and t.ticket_id = g.ticket_id
    where g.is_opening and not g.is_survivor
),
first_teams as (
    select ticket_no, team_id, {{ whole('from_key - ' ~ first_key, '1000000000') }} + {{ long_ago }} as assigned_at
    from {{ facts }}.team_spans
    where is_first{% if touched %} and ticket_no in (select ticket_no from touched_numbers){% endif %}

),
noted as (
    select ticket_no, min(noted_at) as noted_at from {{ work }}.notes group by ticket_no
)
select g.ticket_no, g.source, g.ticket_id, g.is_inbound, g.created_at,
       case when o.ticket_no is null then t.channel else o.channel end as channel,
       case when o.ticket_no is null then {{ class_of('t.channel') }} else {{ class_of('o.channel') }} end as channel_class,
       case when o.ticket_no is null then t.brand else o.brand end as brand,
       t.language, coalesce(t.customer_source, t.source) as customer_source, t.customer_id,
       h.reason, coalesce(h.is_complaint, false) as is_complaint, h.is_complaint is not null as has_complaint_flag,
       f.team_id as first_team_id, f.assigned_at as first_team_at,
       a.first_contact_at, a.first_response_at, a.responder_id as first_responder_id, a.last_reply_at,
       least(a.first_spoken_at, n.noted_at, h.first_change_at) as first_touch_at,
       {{ m.between('w', 'a.first_contact_at', 'a.first_response_at') }} as wait_open_seconds,
       {{ m.team('r') }} as first_responder_team_id,
       w.first_bot_at, w.handover_at, w.handover_open_seconds,
       w.answered_at as bot_answered_at, w.agent_id as answering_bot_id, w.answer_open_seconds as bot_wait_open_seconds
from {{ rows('tickets', 'ticket') }} as t
join {{ facts }}.members as g on g.source = t.source and g.ticket_id = t.ticket_id and g.is_survivor
left join merged as o on o.ticket_no = g.ticket_no
left join {{ work }}.openings as a on a.ticket_no = g.ticket_no
left join {{ work }}.bot_answers as w on w.ticket_no = g.ticket_no
left join noted as n on n.ticket_no = g.ticket_no
left join {{ work }}.histories as h on h.ticket_no = g.ticket_no
left join first_teams as f on f.ticket_no = g.ticket_no
{{ m.joins('w', 'g.ticket_no', 'a.first_contact_at', 'a.first_response_at') }}
{{ m.team_join('r', 'a.responder_source', 'a.responder_id', 'a.first_response_at') }}
