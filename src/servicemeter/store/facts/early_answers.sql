-- kind: ticket
-- needs: voices, talks, stream
-- keep: no
-- Tickets on which we spoke before the customer asked: the first answer is then the first one after the first contact.
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
right join (
    select s.ticket_no, least(s.first_said_at, k.first_contacted_at) as first_contact_at
    from {{ work }}.voices as s left join {{ work }}.talks as k on k.ticket_no = s.ticket_no
    where least(s.first_reply_at, k.first_answered_at) < least(s.first_said_at, k.first_contacted_at)
) as e on a.ticket_no = e.ticket_no and a.answered_at >= e.first_contact_at
group by e.ticket_no
