-- kind: ticket
-- needs: voices, talks, early_answers, people
-- keep: no
-- When a ticket was first asked and first answered by a person, and by whom.
select g.ticket_no, least(s.first_said_at, k.first_contacted_at) as first_contact_at,
       least(s.first_reply_at, k.first_talk_at) as first_spoken_at, s.last_reply_at, coalesce(s.is_bot_involved, false) as is_bot_involved,
       case when e.ticket_no is not null then e.answered_at
            when s.first_said_at is null and k.first_contacted_at is null then null
            else least(s.first_reply_at, k.first_answered_at) end as first_response_at,
       case when e.ticket_no is not null then coalesce(q.agent_id, e.agent_id)
            when k.first_answered_at is null or s.first_reply_at <= k.first_answered_at then p.agent_id else k.agent_id end as responder_id,
       case when e.ticket_no is not null then coalesce(q.source, e.agent_source)
            when k.first_answered_at is null or s.first_reply_at <= k.first_answered_at then p.source else k.source end as responder_source
from {{ facts }}.members as g
left join {{ work }}.voices as s on s.ticket_no = g.ticket_no
left join {{ work }}.talks as k on k.ticket_no = g.ticket_no
left join {{ work }}.early_answers as e on e.ticket_no = g.ticket_no
left join {{ work }}.people as p on p.agent_no = s.first_replier_no
left join {{ work }}.people as q on q.agent_no = e.agent_no
where g.is_survivor{% if touched %} and g.ticket_no in (select ticket_no from touched_numbers){% endif %}

