-- kind: ticket
-- needs: openings, stream, people, calendar_spans
-- keep: no
-- Tickets on which bots spoke: when one first spoke, first answered, and handed over to a person.
{% import '_macros.sql' as m with context %}
with spoken as (
    select a.ticket_no, a.first_contact_at, a.first_response_at, min(b.said_at) as first_bot_at,
           min(case when b.said_at >= a.first_contact_at then b.said_at end) as answered_at,
           {{ first_by('b.agent_no', ['b.line_key'], 'b.said_at >= a.first_contact_at') }} as agent_no,
           max(case when b.said_at >= a.first_contact_at and b.said_at <= a.first_response_at then b.said_at end) as handover_at
    from {{ work }}.stream as b
    join {{ work }}.openings as a on b.ticket_no = a.ticket_no and a.is_bot_involved
    where b.kind = 2
    group by a.ticket_no, a.first_contact_at, a.first_response_at
)
select s.ticket_no, s.first_bot_at, s.handover_at,
       case when s.answered_at < coalesce(s.first_response_at, {{ far_off }}) then s.answered_at end as answered_at,
       case when s.answered_at < coalesce(s.first_response_at, {{ far_off }}) then p.agent_id end as agent_id,
       {{ m.between('y', 's.first_contact_at', 's.answered_at') }} as answer_open_seconds,
       {{ m.between('h', 's.handover_at', 's.first_response_at') }} as handover_open_seconds
from spoken as s
left join {{ work }}.people as p on p.agent_no = s.agent_no
{{ m.joins('y', 's.ticket_no', 's.first_contact_at', 's.answered_at') }}
{{ m.joins('h', 's.ticket_no', 's.handover_at', 's.first_response_at') }}
